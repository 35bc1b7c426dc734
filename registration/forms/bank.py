"""Bringing in a bank statement: a file, or the claim to one that was previewed already."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.edition_admin.kept import KeptFileForm
from registration.payments.bank.reading import MAX_BYTES
from registration.payments.bank.upload import Upload


class StatementForm(KeptFileForm):
    """A bank's file. Until it is confirmed it waits in private, and no record knows of it."""

    purpose, most_bytes = "bank statement", MAX_BYTES

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("camt.053 (XML), or a table as CSV, as your bank’s site offers them; 8 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".xml,.csv,.txt,application/xml,text/csv,text/plain"}),
    )

    def upload(self) -> Upload:
        """The file on its way into the edition."""
        return Upload(self.edition, self.data_read)
