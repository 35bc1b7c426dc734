"""The people of a delegation, a row each."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from forum import languages
from forum.models import StakeholderGroup
from registration.forms.choices import countries_by_name
from registration.forms.registering import RegistrationForm, no_web_address
from registration.models import Order, TicketType
from registration.models.attendee import PhotoConsent
from registration.models.wish import Wanted

if TYPE_CHECKING:
    from registration.forms.delegation import DelegationForm

MOST = Order.MOST
AT_FIRST = 3  # rows


class PersonRow(forms.Form):
    """One person of a delegation. A row in which nothing is typed is nobody."""

    NAMES = (*RegistrationForm.WHO, *RegistrationForm.NEEDS)
    LABELS = {
        "name": _("Name"),
        "badge_name": _("Another name for the badge"),
        "email": _("E-mail address"),
        "diet": _("Food"),
        "access_needs": _("What they need to take part"),
        "photo_consent": _("Photos"),
    }

    group = forms.ChoiceField(label=_("Stakeholder group"), required=False)
    ticket_type = forms.ChoiceField(label=_("Ticket"), required=False)

    def __init__(self, *args: Any, delegation: DelegationForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.delegation = delegation
        for name in self.NAMES:
            self.fields[name] = field = deepcopy(RegistrationForm.base_fields[name])
            field.help_text = ""
            field.label = self.LABELS.get(name, field.label)
            # A browser would fill in the same person everywhere.
            field.widget.attrs["autocomplete"] = "off"
        self.fields["email"].required = False
        self.fields["email"].help_text = _(
            "Their own ticket goes there. Left empty: you find it on your order’s page."
        )
        self.fields["name"].error_messages["required"] = _("Write the name, or leave the whole row empty.")
        photos = self.fields["photo_consent"]
        assert isinstance(photos, forms.ChoiceField)
        photos.widget = forms.Select(choices=PhotoConsent.choices)
        for name in ("group", "ticket_type"):
            choice = self.fields[name]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [
                ("", _("As above")),
                *((value, str(record)) for value, record in delegation.records(name).items()),
            ]
            choice.error_messages["invalid_choice"] = _("This cannot be chosen any more.")

    def has_changed(self) -> bool:
        # What the page itself fills in says nothing about whether somebody is meant.
        return any(str(self[name].data or "").strip() for name in self.fields if name != "photo_consent")

    def clean_name(self) -> str:
        return no_web_address(self.cleaned_data["name"])

    def clean_badge_name(self) -> str:
        return no_web_address(self.cleaned_data["badge_name"])

    def clean(self) -> None:
        if not self.has_changed():
            return
        group, kind = self.chosen("group"), self.chosen("ticket_type")
        if group is None or kind is None or self.errors:
            return  # said where it was to be chosen
        # What all have in common is judged above, once.
        own = bool(self.cleaned_data.get("group") or self.cleaned_data.get("ticket_type"))
        if own and not kind.is_for(group):
            said = _(
                "“%(ticket)s” is not for the group “%(group)s”. Choose another ticket, or another group."
            )
            raise forms.ValidationError({"ticket_type": said % {"ticket": kind, "group": group}})
        if own and (why := kind.seen_by(group).why_full):
            raise forms.ValidationError({"ticket_type": why})

    def chosen(self, name: str) -> Any:
        """The group or the ticket type: this person's own, or the one of the delegation; None when there is none."""
        own = self.cleaned_data.get(name)
        return self.delegation.records(name)[own] if own else self.delegation.cleaned_data.get(name)

    @property
    def has_hidden_errors(self) -> bool:
        """Whether something is wrong in the part of the row that is folded."""
        return bool(set(self.errors) - {"name", "email", "organisation", "country"})

    @property
    def group_chosen(self) -> StakeholderGroup:
        group: StakeholderGroup = self.chosen("group")
        return group

    @property
    def type_chosen(self) -> TicketType:
        """As it is offered to this person: with the voucher, if it fits them."""
        kind: TicketType = self.chosen("ticket_type")
        voucher = kind.voucher
        return kind.seen_with(voucher if voucher and voucher.is_for_group(self.group_chosen) else None)

    @property
    def details(self) -> list[tuple[Any, str]]:
        """What was answered beyond name, address and ticket, in words: label and answer."""
        said = self.cleaned_data
        words = {
            "country": dict(countries_by_name()).get(said["country"], "") if said["country"] else "",
            "interpretation": languages.own_name(said["interpretation"]) if said["interpretation"] else "",
            "photo_consent": str(PhotoConsent(said["photo_consent"]).label),
        }
        names = [name for name in self.NAMES if name not in {"name", "email"}]
        told = [(self.fields[name].label, words.get(name, said[name])) for name in names]
        return [(label, answer) for label, answer in told if answer]

    def wanted(self, terms: dict[str, str]) -> Wanted:
        """The ticket that is asked for this person, at the terms that the page showed, by the key of the type."""
        kind = self.type_chosen
        return Wanted(
            kind,
            self.group_chosen,
            {name: self.cleaned_data[name] for name in self.NAMES},
            voucher=kind.voucher,
            terms=terms.get(terms_key(kind), ""),
        )


class PeopleRows(BaseFormSet):
    """The people of a delegation, at most 50."""

    @property
    def people(self) -> list[PersonRow]:
        """The rows in which somebody is named."""
        return [row for row in self.forms if row.has_changed()]

    def clean(self) -> None:
        if any(self.errors):
            return
        if not self.people:
            raise forms.ValidationError(_("Name one person at least."))
        known: set[tuple[str, str]] = set()
        for row in self.people:
            this = row.cleaned_data["name"].casefold(), row.cleaned_data["email"].casefold()
            if this in known:
                row.add_error("name", _("This person stands here twice."))
            known.add(this)


Rows = formset_factory(
    PersonRow,
    formset=PeopleRows,
    extra=AT_FIRST,
    max_num=MOST,
    absolute_max=MOST,
    validate_max=True,
)


def row_labels() -> dict[str, Any]:
    """What the fields of a row are called, in their order: also the headings of a table of people."""
    fields = {name: RegistrationForm.base_fields[name].label for name in PersonRow.NAMES}
    own = {name: PersonRow.base_fields[name].label for name in ("ticket_type", "group")}
    return {**fields, **PersonRow.LABELS, **own}


def terms_key(kind: TicketType) -> str:
    """Which terms these are: of a type, with a voucher or without."""
    return f"{kind.pk}v" if kind.voucher else str(kind.pk)
