"""Registering with a personal invitation: group and ticket are those of the invitation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.fields import LinesField
from forum.models import Edition, StakeholderGroup
from registration.forms.agreeing import AgreementForm
from registration.forms.registering import RegistrationForm
from registration.models import Guest, TicketType
from registration.models.questionnaire import Questionnaire
from registration.models.wish import Wish


class GuestRegistrationForm(RegistrationForm):
    """The questions, to somebody who was invited. What was posted for group and ticket is not looked at."""

    def questions_of(self, edition: Edition) -> Questionnaire:
        # They are asked on the ticket's page, once there is a ticket.
        return Questionnaire(())

    def __init__(self, guest: Guest, *args: Any, **kwargs: Any) -> None:
        self.guest = guest
        self.kind: TicketType | None = None
        super().__init__(guest.edition, *args, **kwargs)
        known = {"name": guest.name, "email": guest.email}
        self.initial = {**known, **self.initial}
        fixed = {"group": guest.group.slug, "ticket_type": str(guest.ticket_type_id)}
        for name, value in fixed.items():
            self.fields[name].disabled = True
            self.initial[name] = value

    def choices_of(self, edition: Edition) -> tuple[list[StakeholderGroup], list[TicketType]]:
        found = self.guest.offered()
        if found is None:
            return [self.guest.group], []
        self.kind = found.seen_with(self.presented)
        return [self.guest.group], [self.kind]

    @property
    def is_full(self) -> bool:
        """Whether no place is left for them at the moment."""
        return self.kind is not None and self.kind.left_in_words == "none"

    def clean_ticket_type(self) -> TicketType:
        # Whom it is for, the invitation has decided; that it is full is said above the form, since nobody can choose.
        kind: TicketType = self.cleaned_data["ticket_type"]
        return kind

    def clean(self) -> None:
        super().clean()
        if self.is_full:
            raise forms.ValidationError(self._full)

    @property
    def _full(self) -> str:
        return gettext(
            "No place is left for “%(ticket)s” at the moment. Your invitation stays good: please write to %(email)s."
        ) % {"ticket": self.kind, "email": self.edition.contact_email}

    def wish(self, agreement: AgreementForm) -> Wish:
        wish = super().wish(agreement)
        return wish.invited(self.guest)

    def refuse(self, refusal: Refusal) -> None:
        if refusal.field == "ticket_type" and self.is_full:
            self.add_error(None, self._full)
        elif refusal.field == "ticket_type":
            self.add_error(None, refusal.reason)
        else:
            super().refuse(refusal)


class RegretsForm(forms.Form):
    """That somebody does not come, and why, if they want to say it."""

    reason = LinesField(
        label=_("Do you want to tell us why?"),
        required=False,
        max_length=500,
        help_text=_("You need not. Only the organizers read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
