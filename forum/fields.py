"""Form fields for what people type or paste about themselves, in any script."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Signs that turn the reading direction of whatever follows them (Unicode TR9): a name could make a door list, a mail
# or a log read backwards. The marks (LRM, RLM, ALM) and joiners stay: names in Arabic, Hebrew, Indic scripts need them.
_TURNING = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
_INVISIBLE = {"\ufeff", "\ufff9", "\ufffa", "\ufffb"}
_UNWANTED = _TURNING | _INVISIBLE
# Letters and signs that are drawn as nothing: the fillers of Hangul, the blank of Braille.
_BLANK = {*"\u115f\u1160\u2800\u3164\uffa0"}
TOO_LONG: Promise = _("Please keep this under %(limit_value)d characters; it has %(show_value)d.")


def without_controls(text: str) -> str:
    """Take out what is not text: control characters but the line break, and signs that turn the direction."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if text.replace(
        "\n", ""
    ).isprintable():  # nearly every text is, and a long one is not looked through twice
        return text
    return "".join(
        sign
        for sign in text
        if sign == "\n" or (sign not in _UNWANTED and unicodedata.category(sign) not in {"Cc", "Cs"})
    )


def is_seen(text: str) -> bool:
    """Whether there is a sign in it that a reader sees; joiners, marks of direction and blanks alone are nothing."""
    return any(
        sign not in _BLANK and unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}
        for sign in text
    )


class LineField(forms.CharField):
    """One line of text. Letters stay as they were typed; blanks are single, controls are taken out. What nobody can
    see is empty."""

    def __init__(self, **options: Any) -> None:
        options["error_messages"] = {"max_length": TOO_LONG, **options.get("error_messages", {})}
        super().__init__(**options)
        self.widget.attrs.setdefault("dir", "auto")

    def to_python(self, value: Any) -> str:
        line = " ".join(without_controls(str(value or "")).split())
        return str(super().to_python(line if is_seen(line) else ""))


class LinesField(LineField):
    """A few lines of text; empty ones are dropped."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        lines = (re.sub(r"\s+", " ", line).strip() for line in without_controls(str(value or "")).split("\n"))
        return str(forms.CharField.to_python(self, "\n".join(line for line in lines if line)))


class AddressField(forms.EmailField):
    """An e-mail address, as one types it into a form: blanks around it and invisible signs are forgiven."""

    def __init__(self, **options: Any) -> None:
        wrong = _("This is no e-mail address yet: it needs a name, an @ and a domain, like name@example.org.")
        options["error_messages"] = {
            "invalid": wrong,
            "max_length": TOO_LONG,
            **options.get("error_messages", {}),
        }
        super().__init__(**{"max_length": 254, **options})
        self.widget.attrs.setdefault("autocomplete", "email")

    def to_python(self, value: Any) -> str:
        return str(super().to_python("".join(without_controls(str(value or "")).split())))

    def validate(self, value: Any) -> None:
        super().validate(value)
        # Addresses are compared casefolded, and some letters of international domains grow by that: ß to ss.
        length = max(len(value), len(value.casefold()))
        if self.max_length is not None and length > self.max_length:
            limits = {"limit_value": self.max_length, "show_value": length}
            raise forms.ValidationError(self.error_messages["max_length"], code="max_length", params=limits)
