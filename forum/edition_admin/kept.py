"""A form that brings a file in: chosen now, or previewed before."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.kept_file import KeptFile
from forum.models import Edition


class KeptFileForm(forms.Form):
    """Asks for a file of at most `most_bytes`, or takes the claim to one that was previewed already. `kept` is where it
    waits, for this `purpose` alone; `data_read` is what is in it: one byte too many when it is too large."""

    purpose: ClassVar[str]
    most_bytes: ClassVar[int]

    file = forms.FileField(label=_("File"), required=False)
    claim = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.edition = edition
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
            data: bytes = upload.read(self.most_bytes + 1)
            if len(data) <= self.most_bytes:
                self.kept = KeptFile.keep(data, upload.name, self.edition, purpose=self.purpose)
            return data
        if "file" in self.errors:
            return b""
        if not claim:
            raise Refusal(gettext("Choose a file."))
        self.kept = KeptFile.opened_by(claim, self.edition, purpose=self.purpose)
        return self.kept.read()

    def forget(self) -> None:
        """Keep the file no longer."""
        if self.kept:
            self.kept.forget()
        self.kept = None
