"""Registering a delegation: one buyer, and a row for each person."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from forum.errors import Refusal
from forum.fields import AddressField
from forum.models import Edition, Page
from registration.forms.agreeing import AgreementForm
from registration.forms.person_row import MOST, PeopleRows, PersonRow, Rows, row_labels
from registration.forms.registering import RegistrationForm
from registration.models import Order
from registration.models.questionnaire import Questionnaire
from registration.models.wish import Wish
from registration.tables.people import People, people
from registration.tables.reading import MAX_BYTES


class DelegationForm(RegistrationForm):
    """What holds for the whole delegation: the buyer's address, the group and the ticket, a voucher."""

    name = badge_name = organisation = country = None  # type: ignore[assignment]
    diet = access_needs = interpretation = photo_consent = None  # type: ignore[assignment]
    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("The link to the whole order goes there. You need not come yourself."),
        error_messages={"required": _("Write the address that we can send your order to.")},
    )

    def __init__(self, edition: Edition, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(edition, *args, **kwargs)
        self.fields["group"].label = _("Which group does the delegation belong to?")
        self.fields["group"].help_text = _("You can choose another one for single persons below.")
        self.fields["ticket_type"].label = _("Which ticket?")
        self.fields["ticket_type"].help_text = _("You can choose another one for single persons below.")
        if order is not None:
            del self.fields["email"]

    def questions_of(self, edition: Edition) -> Questionnaire:
        # Whoever comes answers for themselves, on their ticket's page.
        return Questionnaire(())

    def clean(self) -> None:
        """A voucher need not fit everybody here: it counts for those whom it fits."""

    def records(self, name: str) -> dict[str, Any]:
        """The groups or ticket types to choose from, by the value that is posted."""
        records: dict[str, Any] = self.fields[name].widget.records
        return records


class SheetForm(forms.Form):
    """A table of people, to fill the rows with."""

    sheet = forms.FileField(
        label=_("A table of people"),
        help_text=_("CSV or XLSX, a row each. Nobody is registered yet: it fills the rows below."),
        error_messages={
            "required": _("Choose a file first."),
            "missing": _("Choose a file first."),
            "empty": _("This file is empty."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def clean_sheet(self) -> bytes:
        file = self.cleaned_data["sheet"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(_("This file is too large: 4 MB at most."))
        data: bytes = file.read()
        return data

    def people(self, form: DelegationForm) -> People | None:
        """Who stands in it; None when that cannot be read, which is said at the field."""
        if not self.is_valid():
            return None
        records = {name: form.records(name) for name in ("group", "ticket_type")}
        try:
            return people(self.cleaned_data["sheet"], labels=row_labels(), records=records, most=MOST)
        except Refusal as refusal:
            self.add_error("sheet", refusal.reason)
            return None


def filled_in(posted: QueryDict, found: People) -> QueryDict:
    """What was posted, with these people in the rows instead of those that stood there."""
    data = posted.copy()
    for name in [name for name in data if name.startswith("people-")]:
        del data[name]
    data["people-TOTAL_FORMS"], data["people-INITIAL_FORMS"] = str(len(found.rows)), "0"
    for index, row in enumerate(found.rows):
        for name, value in row.items():
            data[f"people-{index}-{name}"] = value
    return data


class Delegation:
    """The page's two parts as one: what all have in common, and the people."""

    def __init__(
        self,
        edition: Edition,
        data: Any = None,
        *,
        order: Order | None = None,
        initial: dict[str, Any] | None = None,
        may_try: bool = True,
    ) -> None:
        self.order = order
        self.form = DelegationForm(edition, data, order=order, initial=initial, may_try=may_try)
        if data is not None:
            self.form.is_valid()  # the rows ask it what was chosen
        self.rows = cast(
            "PeopleRows",
            Rows(
                data,
                prefix="people",
                form_kwargs={"delegation": self.form},
                error_messages={
                    "too_many_forms": _("There are at most %(most)s people in one order.") % {"most": MOST}
                },
            ),
        )

    def is_valid(self) -> bool:
        """Whether nothing is wrong with either part."""
        valid = self.form.is_valid(), self.rows.is_valid()
        if all(valid) and self.form.presented and not any(one.type_chosen.voucher for one in self.people):
            said = _("The voucher “%(code)s” is for other tickets or groups than these.")
            self.form.add_error("voucher", said % {"code": self.form.presented})
        # A second look: finding somebody twice is noted at their row.
        return self.form.is_valid() and self.rows.is_valid() and not any(row.errors for row in self.rows)

    def forgive(self, *, but: str = "") -> None:
        """Say nothing of what is wrong, since the page is still being filled in; `but` of this field of the form."""
        self.form.look_only_at(but)
        self.rows.is_valid()  # all is judged, and then forgiven
        for row in self.rows:
            row.errors.clear()
        self.rows.non_form_errors().clear()

    @property
    def people(self) -> list[PersonRow]:
        """The rows in which somebody is named."""
        return self.rows.people

    @property
    def errors(self) -> bool:
        """Whether something is wrong with either part, for the summary at the top of the page."""
        return bool(self.form.errors or self.non_field_errors() or any(row.errors for row in self.rows))

    def non_field_errors(self) -> list[Any]:
        """What is wrong and stands at no field."""
        return [*self.form.non_field_errors(), *(self.rows.non_form_errors() if self.rows.is_bound else ())]

    def __iter__(self) -> Iterator[Any]:
        """All fields; those of a row say whose."""
        yield from self.form
        for number, row in enumerate(self.rows, 1):
            for field in row:
                named = copy(field)  # where it is filled in, it stands below whose it is
                named.label = gettext("Person %(number)s, %(field)s") % {
                    "number": number,
                    "field": field.label,
                }
                yield named

    @property
    def typed(self) -> list[Any]:
        """All that was typed, to travel with the next page."""
        rows = [row for row in self.rows if row.has_changed()]
        return [*self.form, *self.rows.management_form, *(field for row in rows for field in row)]

    def wish(self, agreement: AgreementForm) -> Wish:
        """What the valid answers, agreed to, ask for."""
        terms = dict(
            pair.partition(":")[::2] for pair in agreement.data.get("terms", "").split() if ":" in pair
        )
        return Wish(
            edition=self.form.edition,
            wanted=tuple(row.wanted(terms) for row in self.people),
            email=self.order.email if self.order else self.form.cleaned_data["email"],
            key=agreement.key,
            language=get_language() or self.form.edition.main_language,
            agreed_to=Page.versions_of(agreement.pages),
        )
