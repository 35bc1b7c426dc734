"""Bringing in a table of guests: a file, or the claim to one that was previewed, and what holds for all of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from forum.edition_admin.forms import MomentInput
from forum.edition_admin.kept import KeptFileForm
from forum.fields import LinesField
from forum.models import StakeholderGroup
from forum.templatetags.formats import zone_name
from registration.models import TicketType
from registration.tables.guest_plan import Defaults, Sheet
from registration.tables.reading import MAX_BYTES


class GuestSheetForm(KeptFileForm):
    """A table of guests. Until it is confirmed it waits in private, and no record knows of it."""

    purpose, most_bytes = "guests", MAX_BYTES

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "A table as CSV or XLSX: one guest a row, 2,000 at most; the first row names the columns."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv,text/plain"}),
    )
    group = forms.ModelChoiceField(
        StakeholderGroup.objects.none(),
        label=_("Stakeholder group"),
        required=False,
        help_text=_("For rows that name none."),
    )
    ticket_type = forms.ModelChoiceField(
        TicketType.objects.none(),
        label=_("Ticket type"),
        required=False,
        help_text=_("For rows that name none."),
    )
    answer_by = forms.DateTimeField(label=_("Answer by"), required=False, widget=MomentInput())
    message = LinesField(
        label=_("Personal message"),
        required=False,
        max_length=1000,
        help_text=_("For rows that have none. It stands in the mail as it is."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    FOR_ALL = ("group", "ticket_type", "answer_by", "message")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, records in (
            ("group", self.edition.groups.all()),
            ("ticket_type", TicketType.objects.open_to_guests(self.edition)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = records
        zone = zone_name(self.edition.begins_at)
        self.fields["answer_by"].help_text = format_lazy("{} {}.", _("Then the links end."), zone)

    def clean_answer_by(self) -> Any:
        moment = self.cleaned_data["answer_by"]
        if moment and moment <= timezone.now():
            raise forms.ValidationError(_("That moment has passed. Choose a later one."))
        return moment

    def sheet(self) -> Sheet:
        """The file on its way into the edition."""
        said = {name: self.cleaned_data.get(name) for name in self.FOR_ALL}
        return Sheet(self.edition, self.data_read, Defaults(**{k: v for k, v in said.items() if v}))
