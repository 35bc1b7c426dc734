"""Registering somebody else: on the telephone, from a letter, at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import prefetch_related_objects
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum import languages
from forum.codes import new_secret
from forum.fields import AddressField
from forum.models import Edition, StakeholderGroup
from registration.forms.agreeing import KEY
from registration.forms.registering import RegistrationForm
from registration.models import TicketType
from registration.models.questionnaire import Questionnaire
from registration.models.wish import Wanted, Wish


class ByHandForm(RegistrationForm):
    """What an organizer knows of somebody whom they register. All ticket types and groups may be chosen; there may be
    no e-mail address."""

    email = AddressField(
        label=_("E-mail address"),
        required=False,
        help_text=_("Left empty: no mail goes out, and you print a slip of paper to hand over."),
    )
    language = forms.ChoiceField(label=_("Language"), help_text=_("Of the mails, and of the slip."))

    def __init__(self, edition: Edition, *args: Any, **kwargs: Any) -> None:
        super().__init__(edition, *args, **kwargs)
        for name in ("group", "ticket_type"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.widget = forms.Select()
            field.choices = [("", "–"), *field.choices]  # type: ignore[misc]
            field.help_text = ""
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [(code, languages.own_name(code)) for code in edition.offered]
        labels = {
            "name": _("Name"),
            "badge_name": _("Another name for the badge"),
            "diet": _("Food"),
            "access_needs": _("What they need to take part"),
            "photo_consent": _("Photos"),
        }
        for name, label in labels.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
        self.fields["ticket_type"].label, self.fields["group"].label = (
            _("Ticket type"),
            _("Stakeholder group"),
        )

    def choices_of(self, edition: Edition) -> tuple[list[StakeholderGroup], list[TicketType]]:
        kinds = [
            kind.seen_with(self.presented) for kind in TicketType.objects.of_edition(edition).with_places()
        ]
        prefetch_related_objects([edition], "groups")
        for kind in kinds:
            kind.edition = edition
        return list(edition.groups.all()), kinds

    def questions_of(self, edition: Edition) -> Questionnaire:
        # Whoever comes answers for themselves, on their ticket's page.
        return Questionnaire(())

    def clean_ticket_type(self) -> TicketType:
        # Whom a type is for, the organizer decides; whether there is a place, the quotas do.
        kind: TicketType = self.cleaned_data["ticket_type"]
        group: StakeholderGroup | None = self.cleaned_data.get("group")
        if (kind.seen_by(group) if group else kind).left_in_words == "none":
            raise forms.ValidationError(
                _(
                    "No place is left for “%(ticket)s”. Enlarge its quota, or use a voucher that goes beyond it."
                ),
                params={"ticket": kind},
            )
        return kind

    @cached_property
    def key(self) -> str:
        """The page's one-time key: pressing twice registers once."""
        posted = str(self.data.get("key", ""))
        return posted if KEY.fullmatch(posted) else new_secret()

    def wish_by_hand(self) -> Wish:
        """What the organizer asks for."""
        said = self.cleaned_data
        return Wish(
            edition=self.edition,
            wanted=(Wanted(said["ticket_type"], said["group"], self.person, voucher=self.presented),),
            email=said["email"],
            key=self.key,
            language=said["language"],
            by_hand=True,
        )
