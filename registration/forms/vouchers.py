"""The part of the registration page about a voucher."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.briefly import remembered
from forum.errors import Refusal
from forum.fields import LineField, without_controls
from forum.models import Edition
from registration.models import TicketType, Voucher
from registration.models.voucher_queryset import as_code


@remembered
def has_vouchers(edition: Edition) -> bool:
    """Whether there are any in an edition, a second ago at most."""
    return Voucher.objects.of_edition(edition).exists()


class WithVoucher(forms.Form):
    """A form that a voucher can be presented to: `presented` is the one whose code was typed or came with a link."""

    edition: Edition
    presented: Voucher | None
    voucher_fault: str
    has_unknown_voucher: bool

    voucher = LineField(
        label=_("Voucher"),
        max_length=60,
        required=False,
        help_text=_("The code that you were given. It may lower the price, or show further tickets."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"}
        ),
    )

    def present(self, *, may_try: bool) -> None:
        """Look the code up that was given, unless nobody `may_try` any more. One that cannot be used now makes no price
        and opens nothing; why not, `voucher_fault` says, also on a page that a link leads to."""
        self.voucher_code = as_code(without_controls(str(self["voucher"].value() or "")))[:60]
        found = Voucher.objects.with_code(self.edition, self.voucher_code) if may_try else None
        self.has_unknown_voucher = bool(self.voucher_code and may_try and not found)
        self.voucher_fault, self.presented = "", found
        if self.voucher_code and not may_try:
            self.voucher_fault = gettext(
                "Too many codes were tried from here. Please try again in an hour, or write to us."
            )
        elif self.has_unknown_voucher:
            words = gettext("We know no voucher “%(code)s”. Compare it with what you were given.")
            self.voucher_fault = words % {"code": self.voucher_code}
        elif found:
            try:
                found.must_be_valid()
            except Refusal as refusal:
                self.voucher_fault, self.presented = str(refusal), None

    def seen_with_it(self) -> list[TicketType]:
        """What is on offer with the voucher: the types that it opens too, at the prices that it makes."""
        opened = TicketType.objects.on_offer(self.edition, self.presented).with_places()
        seen = [kind.seen_with(self.presented) for kind in opened]
        for kind in seen:
            kind.edition = self.edition  # the one whose groups and days have been read
        return seen

    @property
    def takes_vouchers(self) -> bool:
        """Whether there are any, so that the page asks for one."""
        return bool(self.voucher_code) or has_vouchers(self.edition)

    def clean_voucher(self) -> str:
        if self.voucher_fault:
            raise forms.ValidationError(self.voucher_fault)
        return self.voucher_code

    def look_only_at(self, name: str) -> None:
        """Say what is wrong with one field, and nothing of the others yet: they are still being filled in."""
        self.full_clean()
        for other in [field for field in self.errors if field != name]:
            del self.errors[other]

    def clean(self) -> None:
        ticket_type, group = self.cleaned_data.get("ticket_type"), self.cleaned_data.get("group")
        if self.presented and self.cleaned_data.get("voucher") and ticket_type and group:
            try:
                self.presented.must_fit(ticket_type, group)
            except Refusal as refusal:
                self.add_error("voucher", refusal.reason)
