"""Waiting for a place: the one field to join, and registering with the place that was kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum.codes import new_secret
from forum.fields import AddressField
from forum.models import Edition, StakeholderGroup
from registration.forms.agreeing import KEY, AgreementForm
from registration.forms.choices import GroupRadios
from registration.forms.registering import RegistrationForm
from registration.models import PlaceOffer, TicketType
from registration.models.questionnaire import Questionnaire
from registration.models.wish import Wish


class WaitingForm(forms.Form):
    """Asks for the address of who wants to wait for a ticket; for the group, of those for which it is full, only when
    no link has chosen it."""

    group = forms.TypedChoiceField(
        label=_("Which group do you belong to?"),
        widget=GroupRadios(attrs={"class": "two"}),
        error_messages={
            "required": _("Choose the group that you belong to."),
            "invalid_choice": _("Choose one of the groups on this page."),
        },
    )
    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("We write to it when a place is free."),
        error_messages={"required": _("Write the address that we can write to when a place is free.")},
    )

    def __init__(self, ticket_type: TicketType, groups: list[StakeholderGroup], *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        records: dict[str, Any] = {one.slug: one for one in groups if ticket_type.is_full_for(one)}
        field = self.fields["group"]
        assert isinstance(field, forms.TypedChoiceField)
        field.coerce = records.__getitem__
        field.choices = [(slug, str(group)) for slug, group in records.items()]
        if len(records) == 1:
            self.initial["group"] = next(iter(records))
        self.has_several_groups = len(records) > 1
        self.chosen_group = records.get(str(self["group"].value() or ""))
        if self.chosen_group:
            field.widget = forms.HiddenInput()
        else:
            field.widget.records = records
            field.widget.choices = field.choices

    @cached_property
    def key(self) -> str:
        """The page's one-time key: pressing twice sends one mail."""
        posted = str(self.data.get("key", ""))
        return posted if KEY.fullmatch(posted) else new_secret()


class OfferForm(RegistrationForm):
    """All that is asked of somebody for whom a place is kept: group and ticket are the ones that they waited for."""

    def questions_of(self, edition: Edition) -> Questionnaire:
        # They are asked on the ticket's page, once there is a ticket.
        return Questionnaire(())

    def __init__(self, edition: Edition, offer: PlaceOffer, *args: Any, **kwargs: Any) -> None:
        self.offer = offer
        super().__init__(edition, *args, **kwargs)
        kept = {"group": offer.group.slug, "ticket_type": offer.entry.ticket_type_id}
        self.initial = {"email": offer.entry.email, **self.initial, **kept}

    def choices_of(self, edition: Edition) -> tuple[list[StakeholderGroup], list[TicketType]]:
        found = TicketType.objects.on_offer(edition).with_places().as_it_is(self.offer.ticket_type)
        if found is None:
            return [self.offer.group], []
        found.edition = edition
        return [self.offer.group], [found.seen_with(self.presented, self.offer)]

    def wish(self, agreement: AgreementForm) -> Wish:
        """What the valid answers, agreed to, ask for: the first ticket of it is the one that is kept."""
        wish = super().wish(agreement)
        first, *others = wish.wanted
        return replace(wish, wanted=(replace(first, offer=self.offer), *others))
