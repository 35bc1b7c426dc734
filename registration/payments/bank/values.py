"""What amounts and dates in a bank's table mean. How a column writes them is seen in the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from forum.money import digits

MOST = 2**31 - 1  # what the database keeps
_BUDDHIST = 543

_THAI_MONTHS = (*("มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค"),)
_MONTHS = {
    **{name: number for number, name in enumerate(_THAI_MONTHS, 1)},
    **{
        name: number
        for number, names in enumerate(
            (
                *("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug"),
                *("sep", "oct okt", "nov", "dec dez"),
            ),
            1,
        )
        for name in names.split()
    },
}
_AMOUNT = re.compile(r"\D{0,6}\d[\d.,'’\s]*\D{0,6}$|\D{0,6}[.,]\d+\D{0,6}$")
_ISO = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})(?!\d)")
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[ .-]*([^\W\d_][^\d]*?)[ .,-]*(\d{4}|\d{2})(?!\d)")


class Unreadable(ValueError):
    """A value makes no sense; says why."""


class Dates:
    """Dates as one column writes them: ISO, day before month, or, where the column shows it, month before day."""

    def __init__(self, column: Iterable[str]) -> None:
        found = [match for text in column if (match := _NUMBERS.match(text.strip()))]
        slashed = [(int(match[1]), int(match[3])) for match in found if match[2] != "."]
        self._month_first = any(second > 12 for _first, second in slashed) and all(
            first <= 12 for first, _second in slashed
        )

    def read(self, text: str) -> date:
        """Raises Unreadable."""
        text = text.strip()
        if not text:
            raise Unreadable(_("it has no date"))
        try:
            if match := _ISO.match(text):
                return _dated(match[1], int(match[3]), int(match[4]))
            if match := _NUMBERS.match(text):
                day, month = int(match[1]), int(match[3])
                if self._month_first and match[2] != ".":
                    day, month = month, day
                return _dated(match[4], month, day)
            if (match := _NAMED.match(text)) and (number := _month(match[2])):
                return _dated(match[3], number, int(match[1]))
        except ValueError:
            pass
        raise Unreadable(_("the date “%(text)s” cannot be read") % {"text": text[:40]})


def _month(name: str) -> int:
    plain = re.sub(r"[.\s]", "", name).casefold()
    return _MONTHS.get(plain) or _MONTHS.get(plain[:3], 0)


def _dated(year: str, month: int, day: int) -> date:
    """Thai banks count from the Buddha, with four digits or two."""
    full = int(year)
    if len(year) == 2:
        full += 2000
        if full > timezone.now().year + 1:
            full += 500 - _BUDDHIST
    elif full > 2400:
        full -= _BUDDHIST
    return date(full, month, day)


class Amounts:
    """Amounts as one column writes them: which sign stands before the fraction is seen in the whole of it."""

    def __init__(self, column: Iterable[str]) -> None:
        signs = {sign for text in column if (sign := _fraction_sign(_bare(text)[0]))}
        self._sign = signs.pop() if len(signs) == 1 else ""

    def read(self, text: str, currency: str) -> int:
        """Minor units, negative for what went out; 0 for an empty box. Raises Unreadable."""
        bare, is_out = _bare(text)
        if not bare or bare in {"-", "–"}:
            return 0
        fault = Unreadable(_("the amount “%(text)s” cannot be read") % {"text": text.strip()[:40]})
        if not re.fullmatch(r"[\d.,]+", bare):
            raise fault
        places = digits(currency)
        sign = _fraction_sign(bare) or self._fraction_sign_of(bare, places)
        whole, _point, fraction = bare.rpartition(sign) if sign else (bare, "", "")
        groups = re.split(r"[.,]", whole)
        if len(groups) > 1 and not (
            len(groups[0]) <= 3 and all(len(group) in {2, 3} for group in groups[1:])
        ):
            raise fault
        try:
            amount = minor_units(f"{''.join(groups) or '0'}.{fraction or '0'}", currency)
        except Unreadable:
            raise fault from None
        return -amount if is_out else amount

    def _fraction_sign_of(self, bare: str, places: int) -> str:
        """Of “1,234”: thousands, unless the column or the currency says otherwise."""
        found = re.fullmatch(r"\d{1,3}([.,])\d{3}", bare)
        if not found:
            return ""
        if places == 3 and not self._sign:
            raise Unreadable(
                _("“%(text)s” may be thousands, or have a fraction: the file does not show which")
                % {"text": bare}
            )
        return self._sign if found[1] == self._sign else ""


def _bare(text: str) -> tuple[str, bool]:
    """Digits and their signs alone, and whether money went out; what is no amount stays as it is."""
    plain = text.strip().replace("−", "-").upper()
    if not _AMOUNT.match(plain):
        return plain, False
    is_out = plain.startswith("(") or plain.endswith(("-", "DR")) or "-" in re.split(r"\d", plain)[0]
    return re.sub(r"[^\d.,]", "", plain).rstrip(".,"), is_out


def _fraction_sign(bare: str) -> str:
    """The sign before the fraction, where the amount alone shows it: the last of two kinds, or one that cannot stand
    before thousands."""
    found = re.findall(r"[.,]", bare)
    if len(set(found)) == 2:
        return found[-1] if found.count(found[-1]) == 1 else ""
    if len(found) == 1:
        whole, _sign, fraction = bare.rpartition(found[0])
        return found[0] if len(fraction) != 3 or len(whole) > 3 or whole in {"", "0"} else ""
    return ""


def minor_units(number: str, currency: str) -> int:
    """A plain decimal number in the smallest unit of `currency`. Raises Unreadable."""
    number = number.strip()
    if re.fullmatch(r"[+-]?\d{1,20}(\.\d{0,20})?", number):
        amount = Decimal(number).scaleb(digits(currency))
        if amount == amount.to_integral_value() and abs(amount) <= MOST:
            return int(amount)
    raise Unreadable(_("the amount “%(text)s” cannot be read") % {"text": number[:40]})
