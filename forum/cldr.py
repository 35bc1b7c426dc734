"""What CLDR, Unicode's repository of languages, knows: the names of countries, languages and cities, and how a list is
written. Speakers of each language have agreed on it there, so none of it is translated here."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.lists import format_list
from django.utils.functional import lazy
from django.utils.translation import get_language
from django_countries.base import CountriesBase
from django_countries.data import COUNTRIES

from forum import languages

# CLDR keeps the names under which it first knew these zones (BCP 47, zones never change their identifier).
_FIRST_NAMES = {
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
}


@cache
def _locale(language: str) -> Locale:
    # English as it is written outside of America: “A, B and C”; also where CLDR does not know a language.
    try:
        return Locale.parse("en-001" if language == "en" else language, sep="-")
    except UnknownLocaleError:
        return Locale.parse("en-001", sep="-")


def _active() -> str:
    return get_language() or "en"


def country(code: str) -> str:
    """The name of a country (ISO 3166-1 alpha-2) in the active language. English has the list's own common names."""
    if _active() == "en":
        return str(CountriesBase.COMMON_NAMES.get(code) or COUNTRIES[code])
    return str(_locale(_active()).territories.get(code) or COUNTRIES[code])


_lazy_country = lazy(country, str)


def countries() -> dict[str, object]:
    """All countries by their code, each named in the language that is active when it is shown."""
    return {code: _lazy_country(code) for code in COUNTRIES}


def language_name(code: str) -> str:
    """The name of a language (BCP 47) in the active language: CLDR’s, else Django’s. What is no code stays itself."""
    if _active() == "en":
        return languages.name(code)
    return str(_locale(_active()).languages.get(code.replace("-", "_")) or languages.name(code))


def city_of(zone: str) -> str:
    """The city after which a time zone is called (tz database), in the active language."""
    known = _locale(_active()).time_zones.get(_FIRST_NAMES.get(zone, zone)) or {}
    return str(known.get("city") or zone.rpartition("/")[2].replace("_", " "))


def listed(words: Iterable[object]) -> str:
    """Write words as a list, as the active language does: “A, B and C”."""
    texts = [str(word) for word in words]
    if _active() == "my" and len(texts) > 2:
        # CLDR's pattern joins with hyphens, which are read as part of a name; its sign for lists is this one.
        return f"{'၊ '.join(texts[:-1])}နှင့် {texts[-1]}"
    return format_list(texts, locale=_locale(_active()))
