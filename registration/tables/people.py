"""A delegation as a table: what its rows say, in the words of the page that asks for the same people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django_countries import countries

from forum import cldr, languages
from forum.errors import Refusal
from registration.models.attendee import PhotoConsent
from registration.tables.columns import Columns, plain
from registration.tables.reading import read

ENGLISH: dict[str, str] = {
    "name": "name | full name | attendee | participant | delegate",
    "badge_name": "badge name | name on the badge | another name for the badge | nickname",
    "email": "email | e mail | mail | email address | e mail address | address",
    "organisation": "organisation | organization | company | employer",
    "country": "country",
    "diet": "food | diet",
    "access_needs": "access | access needs | what they need to take part",
    "interpretation": "interpretation | interpretation into | language",
    "photo_consent": "photos | photo consent",
    "ticket_type": "ticket | ticket type",
    "group": "group | stakeholder group",
}
_ENGLISH = {plain(name): column for column, names in ENGLISH.items() for name in names.split("|")}


@dataclass
class People:
    """The rows of a table as the page's fields, by name, and what could not be understood, in sentences."""

    rows: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def template(labels: Mapping[str, Any]) -> str:
    """The first row of a table to fill in, as CSV: the fields in the active language."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\r\n").writerow([str(label) for label in labels.values()])
    return sheet.getvalue()


def people(
    data: bytes, *, labels: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]], most: int
) -> People:
    """Read a table. Columns are known by their English names and by the fields' `labels`; groups and ticket types by
    the names of `records`, each by the value that the page posts for it. Countries and languages are known by code and
    by name, in English and in the active language.

    Raises Refusal when it is no table, names nobody, or has more than `most` people.
    """
    (_number, headings), *lines = read(data)
    known = _ENGLISH | {plain(str(label)): name for name, label in labels.items()}
    columns = Columns(headings, known, {"name": labels["name"]})
    if not lines:
        raise Refusal(_("There is nobody in this file: below the headings it is empty."))
    if len(lines) > most:
        raise Refusal(_("There are at most %(most)s people in one order.") % {"most": most})
    choices = {
        **{name: _by_name(theirs) for name, theirs in records.items()},
        "country": _countries(),
        "interpretation": _languages(),
        "photo_consent": _photos(),
    }
    found = People()
    for number, cells in lines:
        row = {}
        for name in columns.places:
            written = columns.cell(cells, name)
            value = choices[name].get(plain(written), "") if name in choices else written
            if written and not value:
                said = _("Row %(row)s, “%(column)s”: “%(written)s” is not known here.")
                found.faults.append(
                    said % {"row": number, "column": columns.headings[name], "written": written[:60]}
                )
            row[name] = value
        row["photo_consent"] = row.get("photo_consent") or PhotoConsent.ASK.value
        found.rows.append(row)
    return found


def _by_name(records: Mapping[str, Any]) -> dict[str, str]:
    named = {}
    for value, record in records.items():
        for name in (*record.name.values(), getattr(record, "slug", "")):
            named[plain(name)] = value
    return {name: value for name, value in named.items() if name}


def _countries() -> dict[str, str]:
    with translation.override("en"):
        english = {code: str(name) for code, name in countries}
    return _chosen((code, (code, str(name), english[code])) for code, name in countries)


def _languages() -> dict[str, str]:
    codes = [code for code, _name in settings.LANGUAGES]
    return _chosen((code, (code, languages.own_name(code), cldr.language_name(code))) for code in codes)


def _photos() -> dict[str, str]:
    return _chosen((one.value, (one.value, str(one.label))) for one in PhotoConsent)


def _chosen(pairs: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    return {plain(name): value for value, names in pairs for name in names if name}
