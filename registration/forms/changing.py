"""What the holder of an order or of a ticket may change: answers, the person, the type."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.fields import AddressField
from registration.forms.registering import RegistrationForm
from registration.models import Attendee, Ticket, TypeOffer
from registration.models.deed import may_rename
from registration.models.ticket_changing import FREE, LASTING

LABELS = {
    "name": _("Name"),
    "badge_name": _("Name on the badge"),
    "organisation": _("Organisation"),
    "country": _("Country"),
    "diet": _("Food"),
    "access_needs": _("To take part"),
    "interpretation": _("Interpretation into"),
    "photo_consent": _("Photos"),
}


class ChangeForm(forms.Form):
    """A change that the domain may decline."""

    def refuse(self, refusal: Refusal) -> None:
        """Say what the domain declined, at its field when there is one here."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)


class CorrectionForm(ChangeForm):
    """The answers about an attendee, to be set right; once tickets cannot be passed on any more, without those by which
    others know who comes. Its attendee is spoken to only where `is_own` says that they read it."""

    WHO = ("name", "badge_name", "organisation", "country")
    NEEDS = ("diet", "access_needs", "interpretation", "photo_consent")

    clean_name = RegistrationForm.clean_name
    clean_badge_name = RegistrationForm.clean_badge_name

    def __init__(self, ticket: Ticket, *args: Any, is_own: bool = False, **kwargs: Any) -> None:
        attendee = ticket.attendee
        names = [one for one in self.WHO + self.NEEDS if one in FREE or may_rename(ticket.edition)]
        kwargs.setdefault("initial", {name: getattr(attendee, name) for name in names})
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = _asked(name, is_own=is_own)
        self.has_all = set(LASTING) <= set(names)


def _asked(name: str, *, is_own: bool) -> forms.Field:
    field: forms.Field = deepcopy(RegistrationForm.base_fields[name])
    if not is_own:
        field.label, field.help_text = LABELS[name], ""
        if name == "name":
            field.error_messages["required"] = _("Write the name of the person who comes.")
    return field


class AttendeeEmailForm(ChangeForm):
    """The address that an attendee's ticket goes to."""

    email = AddressField(
        label=_("The right address"),
        help_text=_("Their ticket goes there. The links in earlier mails to them stop working."),
        error_messages={"required": _("Write the address that their ticket goes to.")},
    )


class ReplacementForm(ChangeForm):
    """Who comes instead. What they need, and their photo, they say themselves on their ticket's page."""

    FIELDS: Sequence[str] = ("name", "email", "organisation", "country")

    email = AddressField(
        label=_("E-mail"),
        help_text=_("Their ticket goes there."),
        error_messages={"required": _("Write the address that their ticket goes to.")},
    )
    before = forms.IntegerField(widget=forms.HiddenInput)

    clean_name = RegistrationForm.clean_name

    def __init__(self, attendee: Attendee, *args: Any, **kwargs: Any) -> None:
        kept = {name: getattr(attendee, name) for name in ("organisation", "country")}
        kwargs.setdefault("initial", {"before": attendee.pk, **kept})
        super().__init__(*args, **kwargs)
        for name in ("name", "organisation", "country"):
            self.fields[name] = _asked(name, is_own=False)
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.order_fields(self.FIELDS)

    @property
    def person(self) -> dict[str, Any]:
        """The valid answers, as an Attendee has them."""
        return {name: self.cleaned_data[name] for name in self.FIELDS}


class TypeForm(ChangeForm):
    """Another ticket type, with what it costs more or less. Each choice says what the page showed of it, so that nobody
    agrees to another price than they read."""

    ticket_type = forms.TypedChoiceField(
        label=_("Which ticket?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a ticket."),
            "invalid_choice": _("This ticket was changed a moment ago, or is not on offer any more."),
        },
    )

    def __init__(self, choices: Sequence[TypeChoice], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_value = {choice.value: choice for choice in choices}
        field = self.fields["ticket_type"]
        assert isinstance(field, forms.TypedChoiceField)
        field.coerce = by_value.__getitem__
        field.choices = [(value, choice.label) for value, choice in by_value.items()]

    @property
    def chosen(self) -> TypeChoice:
        """The valid choice."""
        choice: TypeChoice = self.cleaned_data["ticket_type"]
        return choice


class TypeChoice:
    """One type to change to. `difference` is what it costs more (minor units), negative when less; of what it costs
    less `back` is paid back, None when organizers decide that. `is_paid`: the ticket that changes is."""

    def __init__(self, offer: TypeOffer, difference: int, back: int | None, *, is_paid: bool) -> None:
        self.offer, self.difference, self.back, self.is_paid = offer, difference, back, is_paid

    @property
    def value(self) -> str:
        """The choice with all that the page shows of it."""
        return f"{self.offer.ticket_type.pk}.{self.offer.price}.{self.back or 0}"

    @property
    def label(self) -> str:
        """How the choice looks."""
        label = render_to_string("registration/type_choice.html", {"choice": self, "less": -self.difference})
        return mark_safe(label)  # noqa: S308 - a rendered template
