"""Languages and their names: those that Django knows, and some that forums in this region speak beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language_info

# Django writes this one in Latin letters.
LANG_INFO["km"]["name_local"] = "ភាសាខ្មែរ"
# Django has neither name nor catalogue for them; the empty catalogues in forum/no_catalogue let it serve their pages,
# whose interface is English. Codes are ISO 639; names are those of their speakers.
_FURTHER = {
    "fil": ("Filipino", "Filipino"),
    "kac": ("Kachin", "Jinghpaw"),
    "ksw": ("S’gaw Karen", "ကညီကျိာ်"),
    "lo": ("Lao", "ລາວ"),
    "mnw": ("Mon", "ဘာသာမန်"),
    "shn": ("Shan", "လိၵ်ႈတႆး"),
    "si": ("Sinhala", "සිංහල"),
}
for _code, (_name, _own) in _FURTHER.items():
    LANG_INFO.setdefault(_code, {"bidi": False, "code": _code, "name": _name, "name_local": _own})


def of_installation(codes: Iterable[str], *, fallback: str) -> list[tuple[str, Any]]:
    """The value of settings.LANGUAGES: each code with its name. Raises ImproperlyConfigured for a code without one,
    and when `fallback`, the language of the interface where it is not translated, is not among them."""
    chosen = list(dict.fromkeys(code.casefold() for code in codes))
    if unknown := [code for code in chosen if code not in LANG_INFO]:
        raise ImproperlyConfigured(
            f"LANGUAGES names {', '.join(unknown)}, for which there is no name; "
            f"use codes like th, my, km, or one of {', '.join(sorted(_FURTHER))}."
        )
    if fallback not in chosen:
        raise ImproperlyConfigured(
            f"LANGUAGES lacks {fallback}, the language of the interface where it is not translated."
        )
    return [(code, get_language_info(code)["name_translated"]) for code in chosen]


def own_name(code: str) -> str:
    """The name of a language as its speakers write it; its code when it has none here."""
    return _told(code, "name_local")


def name(code: str) -> str:
    """The name that Django has for a language, translated where it can; its code when it has none here.

    What people see asks `cldr.language_name`, which knows more languages in more of them and falls back to this.
    """
    return _told(code, "name_translated")


def direction(code: str) -> str:
    """How the language is written: `ltr` or `rtl`."""
    return "rtl" if _told(code, "bidi") == "True" else "ltr"


def _told(code: str, what: str) -> str:
    try:
        return str(get_language_info(code)[what])
    except KeyError:
        return code
