"""Forms of the admin, and the fields that Django's own would make hard to use."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from forum import cldr
from forum.errors import Refusal
from forum.models import Edition
from forum.money import digits
from forum.translated import MergingForm

HEARD_AT_FORUMS = ("ar", "bn", "es", "fr", "hi", "id", "km", "ms", "ne", "vi", "zh-hans")


class EditionForm(MergingForm):
    """A form for a record of one edition. A new record gets the edition by itself, and is checked with it: an address
    that is taken is said beside the field."""

    edition: ClassVar[Edition | None] = None
    refusal: ClassVar[Refusal | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if self.edition and getattr(self.instance, "edition_id", 0) is None:
            self.instance.edition = self.edition

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() - {"edition"}  # type: ignore[misc]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refusal:
            self.add_error(
                self.refusal.field if self.refusal.field in self.fields else None, self.refusal.reason
            )


class MomentInput(forms.DateTimeInput):
    """The browser's own control for date and time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DayInput(forms.DateInput):
    """The browser's own control for a date."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ColourInput(forms.TextInput):
    """The browser's own control for a colour."""

    input_type = "color"


class MoneyField(forms.DecimalField):
    """An amount as people write it (250 or 250.00), kept as a whole number of the currency's smallest unit (25000)."""

    MOST = 2**31 - 1  # smallest units: what a column of the database holds

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.places = digits(currency)
        words = {"currency": currency, "places": self.places, "exact": f"{250:.{self.places}f}"}
        too_many = (
            _("%(currency)s has %(places)s digits after the point. Write 250 or %(exact)s.")
            if self.places
            else _("%(currency)s has no digits after the point. Write 250.")
        )
        errors = {
            "invalid": _("Write it in figures, without spaces and commas: for instance 1250."),
            "min_value": _("An amount cannot be less than nothing."),
            "max_value": _("That is too much; it can be %(limit_value)s at most."),
            "max_decimal_places": too_many % words,
        }
        bounds = {"min_value": 0, "max_value": self._major(self.MOST), "decimal_places": self.places}
        super().__init__(**{**bounds, "error_messages": errors, **kwargs})

    def _major(self, amount: Any) -> Any:
        return Decimal(amount).scaleb(-self.places) if isinstance(amount, int) else amount

    def prepare_value(self, value: Any) -> Any:
        return str(self._major(value)) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        # A disabled field is given what the record has instead of what was typed.
        amount = super().clean(self._major(value) if self.disabled else value)
        return None if amount is None else int(amount.scaleb(self.places))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self._major(initial), data)


class RateField(forms.DecimalField):
    """A share as people write it (7 or 8.25), kept in hundredths of a percent (700, 825). `nothing` is what an empty
    box means."""

    def __init__(self, *, nothing: int | None, **kwargs: Any) -> None:
        self.nothing = nothing
        bounds = {"min_value": 0, "max_value": 100, "decimal_places": 2, "required": False}
        super().__init__(**{**bounds, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value).scaleb(-2).normalize():f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        share = super().clean(
            Decimal(value).scaleb(-2) if self.disabled and isinstance(value, int) else value
        )
        return self.nothing if share is None else int(share.scaleb(2))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class LanguagesField(forms.MultipleChoiceField):
    """Languages that are spoken, by their codes; those the record has already are offered too."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, also: Iterable[str] = (), **kwargs: Any) -> None:
        codes = dict.fromkeys([*dict(settings.LANGUAGES), *also, *HEARD_AT_FORUMS])
        super().__init__(
            choices=[(code, cldr.language_name(code)) for code in codes], **{"required": False, **kwargs}
        )


class WebAddressesField(forms.CharField):
    """Web addresses, one a line, kept as a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"required": False, "help_text": _("One address a line, beginning with https://."), **kwargs}
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        addresses = [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]
        is_address = URLValidator(
            schemes=["https", "http"],
            message=_("Write whole addresses, one a line, beginning with https://."),
        )
        for address in addresses:
            is_address(address)
        return addresses

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)
