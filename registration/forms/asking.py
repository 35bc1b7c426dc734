"""An edition's own questions as fields of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import documents
from forum.edition_admin.forms import DayInput
from forum.errors import Refusal
from forum.fields import LineField, LinesField, without_controls
from forum.templatetags.formats import spoken
from forum.translated import Translated
from registration.forms.choices import CountrySelect, countries_by_name
from registration.models.answer import Document
from registration.models.answer_words import yes_and_no
from registration.models.question import Question

Kind = Question.Kind
FEW = 10  # answers; more of them are a list
CHOOSE_ONE = _("Choose one of the answers on this page.")


class NumberField(forms.DecimalField):
    """A number as people write it, kept as text: without blanks between its digits, in Western ones."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"})
    default_error_messages = {
        "invalid": _("Write a number in figures, for instance 12 or 12.5."),
        "max_digits": _("This number is too long."),
        "max_decimal_places": _("This number is too long."),
        "max_whole_digits": _("This number is too long."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 15, "decimal_places": 4, **options})

    def to_python(self, value: Any) -> Any:
        return super().to_python("".join(without_controls(str(value or "")).split()))

    def clean(self, value: Any) -> Any:
        number: Decimal | None = super().clean(value)
        return "" if number is None else f"{number:f}"


class DateField(forms.DateField):
    """A day, kept as 2027-03-09."""

    widget = DayInput
    default_error_messages = {
        "invalid": _("Write the day as in 2027-03-09: year, month, day."),
    }
    OLDEST, NEWEST = 1900, 2200

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"input_formats": ["%Y-%m-%d"], **options})

    def clean(self, value: Any) -> Any:
        day: date | None = super().clean(value)
        if day is None:
            return ""
        if not self.OLDEST <= day.year <= self.NEWEST:
            raise forms.ValidationError(_("Write the year as in 2027, not in another calendar."))
        return day.isoformat()


class DocumentField(forms.FileField):
    """A PDF, PNG or JPEG, looked at before it is taken."""

    widget = forms.FileInput(attrs={"accept": documents.ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not upload:
            return ""
        try:
            kind = documents.check(upload)
        except Refusal as refusal:
            raise forms.ValidationError(refusal.reason) from refusal
        title = " ".join(without_controls(upload.name).split())[-100:]
        return Document(title, kind, upload.read())


def field_for(question: Question, *, given: Any = None) -> forms.Field:
    """The field that asks a question; `given` is what was answered before, if it was."""
    is_answered = given is not None
    options = {
        "label": str(question.label),
        "help_text": _shown(question.help) if question.help else "",
        # What is answered and not shown again need not be written again: a file, what is protected.
        "required": question.is_required and not (is_answered and is_written_over(question)),
        "error_messages": {"required": _("Please answer this question.")},
    }
    field = _FIELDS[Kind(question.kind)](question, given, options)
    if is_answered and is_written_over(question):
        kept = gettext("You have answered this. What you send now takes its place.")
        hint = field.help_text
        field.help_text = format_html("{} {}", hint, kept) if hint else kept
    return field


def _shown(text: Translated) -> SafeString:
    """What an organizer wrote, escaped: a form's hints may hold markup."""
    shown: Any = spoken(text)
    return conditional_escape(shown)


def is_written_over(question: Question) -> bool:
    """Whether an answer is not shown in the form again, so that an empty field leaves it as it is."""
    return question.is_protected or question.kind == Kind.FILE


def _line(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return LineField(max_length=300, **options)


def _text(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return LinesField(max_length=3000, widget=forms.Textarea(attrs={"rows": 3}), **options)


def _number(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return NumberField(**options)


def _date(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return DateField(**options)


def _file(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return DocumentField(**options)


def _country(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    invalid = {"invalid_choice": _("Choose a country from the list.")}
    widget = CountrySelect(attrs={"autocomplete": "off"})
    errors = {**options["error_messages"], **invalid}
    return forms.ChoiceField(
        choices=countries_by_name, widget=widget, **{**options, "error_messages": errors}
    )


def _yes_no(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return _choice(forms.ChoiceField, yes_and_no(), forms.RadioSelect(), options)


def _one(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    choices = _choices(question, given)
    if len(choices) <= FEW:
        return _choice(forms.ChoiceField, choices, forms.RadioSelect(), options)
    none = ("", gettext("Choose an answer"))
    return _choice(forms.ChoiceField, [none, *choices], forms.Select(), options)


def _several(question: Question, given: Any, options: Mapping[str, Any]) -> forms.Field:
    return _choice(
        forms.MultipleChoiceField, _choices(question, given), forms.CheckboxSelectMultiple(), options
    )


def _choice(kind: Any, choices: list[Any], widget: forms.Widget, options: Mapping[str, Any]) -> Any:
    errors = {**options["error_messages"], "invalid_choice": CHOOSE_ONE, "invalid_list": CHOOSE_ONE}
    return kind(choices=choices, widget=widget, **{**options, "error_messages": errors})


def _choices(question: Question, given: Any) -> list[tuple[str, Any]]:
    """What can be chosen; what is taken off the form stays for who chose it before."""
    before = given if isinstance(given, list) else [given]
    return [
        (str(option.pk), _shown(option.label))
        for option in question.options.all()
        if option.is_active or str(option.pk) in before
    ]


_FIELDS: dict[Question.Kind, Callable[[Question, Any, Mapping[str, Any]], forms.Field]] = {
    Kind.LINE: _line,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.YES_NO: _yes_no,
    Kind.ONE: _one,
    Kind.SEVERAL: _several,
    Kind.DATE: _date,
    Kind.COUNTRY: _country,
    Kind.FILE: _file,
}
