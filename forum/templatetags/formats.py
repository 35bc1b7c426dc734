"""How names, dates and stretches of time are written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from forum import cldr, languages, writing
from forum import markdown as markdown_text
from forum.translated import Translated

register = template.Library()


@register.filter
def markdown(text: object) -> SafeString:
    """Show a text that somebody wrote in Markdown as safe HTML."""
    return markdown_text.render(text)


@register.filter
def in_language(text: object) -> SafeString:
    """The attributes that say in which language a text is shown, when it is not the page's: ` lang="my"`. Nothing
    else; to be written directly behind a tag's name or its last attribute."""
    shown = text.language() if isinstance(text, Translated) else get_language()
    return language_attributes(shown) if text and shown is not None else SafeString()


@register.filter("attributes")
def language_attributes(shown: str) -> SafeString:
    """The attributes of what is in the language `shown`; none where the page is in it too."""
    if shown == get_language():
        return SafeString()
    way, page_way = languages.direction(shown), languages.direction(get_language() or "")
    return format_html(' lang="{}"', shown) + (
        format_html(' dir="{}"', way) if way != page_way else SafeString()
    )


@register.filter
def spoken(text: object) -> object:
    """A text as it is shown, with its language when that is not the page's: screen readers then read it out rightly."""
    attributes = in_language(text)
    return format_html("<span{}>{}</span>", attributes, str(text)) if attributes else text


@register.filter
def plain(text: object) -> str:
    """Show a Markdown text as words on one line, for a preview or a description."""
    return markdown_text.plain(text)


def _first_cluster(word: str) -> str:
    """The first letter as readers count letters: with its vowel signs, tone marks and stacked consonants."""
    word = unicodedata.normalize("NFC", word).lstrip("'\"-–(“‘")
    cluster = ""
    for sign in word:
        begun = (
            cluster and cluster[-1] not in writing.VOWELS_IN_FRONT and unicodedata.combining(cluster[-1]) != 9
        )
        if begun and not unicodedata.category(sign).startswith("M"):
            break
        cluster += sign
    return cluster


@register.filter
@lru_cache(maxsize=2048)
def initials(name: object) -> str:
    """Take the letters of a monogram from a name in any script.

    Two for names in letters with capitals or their like (“Daw Khin Mar” → “DM”), one where a single syllable or
    character already reads as a name’s beginning (Thai, Burmese, Han, Arabic, …).
    """
    words = writing.without_titles(str(name))
    if not words:
        return "·"
    first = _first_cluster(words[0])
    if not first[:1].isupper() and first.upper() == first:
        return first
    # A name may be followed by the same name in another script: the last word of the first one counts.
    capitalised = [word for word in words[1:] if _first_cluster(word)[:1].isupper()]
    return (first + (_first_cluster(capitalised[-1]) if capitalised else "")).upper()


@register.filter
def monogram(key: object) -> SafeString:
    """Choose one of the six grounds of a monogram: always the same for the same key (a record’s number)."""
    return mark_safe(f"monogram-{int(str(key)) % 6}")  # noqa: S308 - a number


@register.filter
def day_range(first: date, last: date) -> str:
    """Write the dates of an edition as one: “14–16 November 2017”, “30 November – 2 December 2017”."""
    if first == last:
        return date_format(first, "j F Y")
    if (first.year, first.month) == (last.year, last.month):
        both = "j–j F Y"
    else:
        both = "j F – j F Y" if first.year == last.year else "j F Y – j F Y"
    begin, end = get_format(both).split("–")
    return f"{date_format(first, begin)}–{date_format(last, end)}"


@register.filter
def buddhist_year(on: date) -> str:
    """Add the year of the Buddhist era, kept on one line, where offices count by it: “ (พ.ศ. 2560)” in Thai."""
    return f" (พ.ศ.\u00a0{on.year + 543})" if get_language() == "th" else ""


@register.filter
def listed(words: Iterable[object]) -> str:
    """Write words as a list in the active language: “A, B and C”."""
    return cldr.listed(words)


@register.filter
def clock(moment: datetime) -> str:
    """Write the time of day, 24 hours, in the current time zone."""
    return timezone.localtime(moment).strftime("%H:%M")


@register.filter
def zone_name(moment: datetime) -> str:
    """Name the current time zone as people there would: “Bangkok time (UTC+7)”."""
    local = timezone.localtime(moment)
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    sign = "+" if minutes >= 0 else "−"
    hours, rest = divmod(abs(minutes), 60)
    offset = f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
    place = cldr.city_of(timezone.get_current_timezone_name())
    return gettext("%(place)s time (%(offset)s)") % {"place": place, "offset": offset}


@register.filter
def unpunctuated(text: object) -> str:
    """A label without its final stop, so that more can follow it."""
    return str(text).rstrip(" .?!:…")


@register.filter
def shown_address(url: str) -> str:
    """Write a web address as people say it: without scheme and closing slash."""
    return url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
