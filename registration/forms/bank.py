"""Bringing in a bank statement: a file, or the claim to one that was previewed already."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.kept_file import KeptFile
from forum.models import Edition
from registration.payments.bank.reading import MAX_BYTES
from registration.payments.bank.upload import Upload

PURPOSE = "bank statement"


class StatementForm(forms.Form):
    """A bank's file. Until it is confirmed it waits in private, and no record knows of it."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("camt.053 (XML), or a table as CSV, as your bank’s site offers them; 8 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.txt,application/xml,text/csv,text/plain"}),
    )
    claim = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self._edition = edition
        self.kept: KeptFile | None = None
        self.data_read = b""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            self.data_read = self._read(cleaned.get("file"), cleaned.get("claim", ""))
        except Refusal as refusal:
            self.add_error("file", str(refusal))
        return cleaned

    def _read(self, upload: Any, claim: str) -> bytes:
        if upload:
            data: bytes = upload.read(MAX_BYTES + 1)
            if len(data) <= MAX_BYTES:
                self.kept = KeptFile.keep(data, upload.name, self._edition, purpose=PURPOSE)
            return data
        if "file" in self.errors:
            return b""
        if not claim:
            raise Refusal(gettext("Choose a file."))
        self.kept = KeptFile.opened_by(claim, self._edition, purpose=PURPOSE)
        return self.kept.read()

    def forget(self) -> None:
        """Keep the file no longer."""
        if self.kept:
            self.kept.forget()
        self.kept = None

    def upload(self) -> Upload:
        """The file on its way into the edition."""
        return Upload(self._edition, self.data_read)
