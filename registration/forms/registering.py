"""The first page of registering: the questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forum import languages
from forum.errors import Refusal
from forum.fields import AddressField, LineField, LinesField
from forum.models import Edition, Page, StakeholderGroup
from forum.prepared import values_of
from registration.forms.agreeing import AgreementForm
from registration.forms.choices import CountrySelect, GroupRadios, TicketRadios, countries_by_name
from registration.forms.questions import WithQuestions
from registration.forms.vouchers import WithVoucher, has_vouchers
from registration.models import TicketType
from registration.models.attendee import PhotoConsent
from registration.models.questionnaire import Questionnaire, questionnaire
from registration.models.types_on_offer import shown_types
from registration.models.wish import Wanted, Wish


def no_web_address(name: str) -> str:
    # Mails greet by name, and anybody can have one sent to anybody: no advertisement may travel that way.
    if "://" in name or "www." in name.casefold():
        raise forms.ValidationError(_("There is no web address in a name. Write only the name."))
    return name


class RegistrationForm(WithQuestions, WithVoucher):
    """Which group, which ticket, who: all that is asked of somebody who comes.

    Groups and tickets are looked up among those that were read for the page, never by what was posted. With a voucher
    the page shows what it opens and what tickets cost with it; it is not looked up when nobody `may_try` any more.
    """

    WHO: tuple[str, ...] = ("name", "badge_name", "email", "organisation", "country")
    NEEDS: tuple[str, ...] = ("diet", "access_needs", "interpretation", "photo_consent")

    group = forms.TypedChoiceField(
        label=_("Which group do you belong to?"),
        help_text=_("The forum keeps its groups in balance. Choose the one that you speak for here."),
        widget=GroupRadios(attrs={"class": "two"}),
        error_messages={
            "required": _("Choose the group that you belong to."),
            "invalid_choice": _("Choose one of the groups on this page."),
        },
    )
    ticket_type = forms.TypedChoiceField(
        label=_("Which ticket?"),
        widget=TicketRadios,
        error_messages={
            "required": _("Choose a ticket."),
            "invalid_choice": _("This ticket is not on offer any more. Choose another one."),
        },
    )
    name = LineField(
        label=_("Your name"),
        max_length=200,
        help_text=_("As you want to be called. It need not be the name in your passport."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write the name by which you want to be called.")},
    )
    badge_name = LineField(
        label=_("Another name for your badge"),
        max_length=200,
        required=False,
        help_text=_("Others see only this one then. It may be any name, also one that protects you."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("Your ticket goes there."),
        error_messages={"required": _("Write the address that we can send your ticket to.")},
    )
    organisation = LineField(
        label=_("Organisation"),
        max_length=200,
        required=False,
        help_text=_("Stands on your badge."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Where you come from, or where you work. Stands on your badge."),
        choices=countries_by_name,
        widget=CountrySelect,
        error_messages={"invalid_choice": _("Choose a country from the list.")},
    )
    diet = LineField(
        label=_("What do you eat, or not eat?"),
        max_length=300,
        required=False,
        help_text=_("For instance vegetarian, halal, no nuts."),
    )
    access_needs = LinesField(
        label=_("What do you need to take part?"),
        max_length=500,
        required=False,
        help_text=_("For instance step-free ways, a seat in front, a companion, a quiet room."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    interpretation = forms.ChoiceField(
        label=_("Interpretation into"),
        required=False,
        choices=[
            ("", _("None needed")),
            *((code, languages.own_name(code)) for code, _name in settings.LANGUAGES),
        ],
        error_messages={"invalid_choice": _("Choose a language from the list.")},
    )
    photo_consent = forms.ChoiceField(
        label=_("May you be photographed?"),
        help_text=_("Stands on your badge as a colour and a word, so that photographers see it."),
        choices=PhotoConsent.choices,
        initial=PhotoConsent.ASK,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the three."),
            "invalid_choice": _("Choose one of the three."),
        },
    )

    def __init__(self, edition: Edition, *args: Any, may_try: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.present(may_try=may_try)
        groups, ticket_types = self.choices_of(edition)
        self._offer("group", {group.slug: group for group in groups})
        self._offer("ticket_type", {str(kind.pk): kind for kind in ticket_types})
        self.ask(self.questions_of(edition), with_files=False)

    def choices_of(self, edition: Edition) -> tuple[list[StakeholderGroup], list[TicketType]]:
        """The groups and the ticket types to choose from."""
        groups, ticket_types = shown_types(edition)
        return groups, self.seen_with_it() if self.presented else ticket_types

    def questions_of(self, edition: Edition) -> Questionnaire:
        """The edition's own questions."""
        return questionnaire(edition)

    def chosen_at_first(self) -> tuple[TicketType | None, StakeholderGroup | None]:
        kind, group = (
            self.fields[name].widget.records.get(str(self[name].value())) for name in ("ticket_type", "group")
        )
        return kind, group

    def _offer(self, name: str, records: dict[str, Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.TypedChoiceField)
        field.coerce = records.__getitem__
        field.widget.records = records
        field.choices = [(value, str(record)) for value, record in records.items()]

    def clean_name(self) -> str:
        return no_web_address(self.cleaned_data["name"])

    def clean_badge_name(self) -> str:
        return no_web_address(self.cleaned_data["badge_name"])

    def clean_ticket_type(self) -> TicketType:
        ticket_type: TicketType = self.cleaned_data["ticket_type"]
        group: StakeholderGroup | None = self.cleaned_data.get("group")
        if group and not ticket_type.is_for(group):
            raise forms.ValidationError(
                _("“%(ticket)s” is not for the group “%(group)s”. Choose another ticket, or another group."),
                params={"ticket": ticket_type, "group": group},
            )
        if why := (ticket_type.seen_by(group) if group else ticket_type).why_full:
            raise forms.ValidationError(why)
        return ticket_type

    @property
    def person(self) -> dict[str, Any]:
        """The valid answers about the person, as a Wanted carries them."""
        return {name: self.cleaned_data[name] for name in (*self.WHO, *self.NEEDS)}

    def wish(self, agreement: AgreementForm) -> Wish:
        """What the valid answers, agreed to, ask for."""
        wanted = Wanted(
            self.cleaned_data["ticket_type"],
            self.cleaned_data["group"],
            self.person,
            voucher=self.presented,
            terms=agreement.terms,
            answers=self.given,
        )
        return Wish(
            edition=self.edition,
            wanted=(wanted,),
            email=self.cleaned_data["email"],
            key=agreement.key,
            language=get_language() or self.edition.main_language,
            agreed_to=Page.versions_of(agreement.pages),
        )

    def refuse(self, refusal: Refusal) -> None:
        """Say what the domain declined, at its field when there is one here."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.reason)

    @cached_property
    def chosen_country(self) -> str:
        """The name of the country that was chosen."""
        return dict(countries_by_name())[self.cleaned_data["country"]] if self.cleaned_data["country"] else ""

    @cached_property
    def chosen_language(self) -> str:
        """The language that was chosen, as its speakers write it."""
        code = self.cleaned_data["interpretation"]
        return languages.own_name(code) if code else ""

    @cached_property
    def chosen_photo_consent(self) -> str:
        """The answer about photos, in words."""
        return str(PhotoConsent(self.cleaned_data["photo_consent"]).label)


def shown_to_all(edition: Edition) -> str:
    """All that the form shows to somebody who has not filled in anything: what is on offer at this moment, at which
    price, what is asked, and whether there are vouchers. Two that are equal are drawn alike."""
    groups, kinds = shown_types(edition)
    questions = questionnaire(edition).questions
    offered = [
        (
            *(values_of(one) for one in (kind, *kind.price_steps.all())),
            *(kind.price_offered, kind.price_until, kind.next_price, kind.left_in_words),
            *([one.pk for one in many.all()] for many in (kind.groups, kind.days)),
            *([group.pk for group in kind.groups_that_find(words)] for words in ("few", "none")),
        )
        for kind in kinds
    ]
    asked = [
        (
            *(values_of(one) for one in (question, *question.options.all())),
            *([one.pk for one in many.all()] for many in (question.groups, question.ticket_types)),
        )
        for question in questions
    ]
    return repr((edition.pk, [values_of(group) for group in groups], offered, asked, has_vouchers(edition)))
