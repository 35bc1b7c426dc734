"""Sessions as cards, alone or a day of them: made ready for templates that draw hundreds of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from agenda.models import ListedSlot, Session
from agenda.models.listed_slot import Named
from agenda.timetable import Timetable
from forum.models import Edition
from forum.templatetags.components import draw_many
from forum.templatetags.formats import language_attributes

LIMITED = {Session.Access.INVITATION, Session.Access.CHATHAM}


class Card(NamedTuple):
    """A slot's card as its template puts it together: each part HTML, escaped when it was made. A break has no path."""

    classes: str
    path: str
    lang: str
    title: str
    times: str
    room: str
    format: str
    state: str
    people: str
    end: str


class Cards:
    """The cards of one page: in the active language, with addresses within `edition`. `named` names languages.

    What many cards have in common is made once.
    """

    def __init__(self, edition: Edition, named: Callable[[list[str]], str]) -> None:
        self._named = named
        self._all_rooms = escape(gettext("All rooms"))
        self._cancelled = f'<p><span class="pill pill-bad">{escape(gettext("Cancelled"))}</span></p>'
        self._before, _, self._after = edition.path("session", slug="-x-").partition("-x-")
        self.time, self._times = cache(_time), cache(self._between)
        self._lang, self._end, self._name = (
            cache(language_attributes),
            cache(self._last_line),
            cache(self._named_as),
        )

    def of(self, slot: ListedSlot) -> Card:
        """The card of a slot."""
        track = f" track-{slot.track.pk}" if slot.track else ""
        return Card(
            f"{track} {slot.place}{' session-cancelled' if slot.is_cancelled else ''}",
            "" if slot.is_break else f"{self._before}{slot.slug}{self._after}",
            self._lang(slot.language),
            escape(slot.title),
            self._times(slot.starts_at, slot.ends_at),
            self._room(slot),
            f"<span>{self._name(slot.format)}</span>" if slot.format else "",
            self._cancelled if slot.is_cancelled else "",
            escape(", ".join(slot.people)),
            self._end(slot.track, slot.interpreted, slot.access),
        )

    def _room(self, slot: ListedSlot) -> str:
        if slot.room:
            return self._name(slot.room)
        return "" if slot.is_break else self._all_rooms

    def _between(self, starts_at: datetime, ends_at: datetime) -> str:
        return f"{self.time(starts_at)}–{self.time(ends_at)}"

    def _named_as(self, named: Named) -> str:
        attributes = self._lang(named.language)
        return f"<span{attributes}>{escape(named.name)}</span>" if attributes else escape(named.name)

    def _last_line(self, track: Named | None, interpreted: tuple[str, ...], access: str) -> str:
        notes = []
        if interpreted:
            notes.append(
                gettext("Interpreted: %(languages)s") % {"languages": self._named(list(interpreted))}
            )
        if access in LIMITED:
            notes.append(str(Session.Access(access).label))
        name = f'<span class="mark mark-track track-{track.pk}">{self._name(track)}</span>' if track else ""
        return name + "".join(f"<span>{escape(note)}</span>" for note in notes)


def _time(moment: datetime) -> SafeString:
    return mark_safe(f'<time datetime="{moment.isoformat()}">{moment:%H:%M}</time>')  # noqa: S308 - a moment


def draw_timetable(timetable: Timetable, cards: Cards, level: int, *, grid: bool = True) -> SafeString:
    """Draw a day; `level` is that of the headings of its times, `grid` whether it may become one."""
    moments = [
        (moment.line, cards.time(moment.starts_at), [cards.of(slot) for slot in moment.slots])
        for moment in timetable.moments
    ]
    return draw_many(
        "agenda/timetable",
        timetable=timetable,
        moments=moments,
        level=f"h{level}",
        heading=f"h{level + 1}",
        is_grid=grid,
        hours=timetable.hours if grid and timetable.is_long else [],
        hours_label=gettext("Hours"),
    )


def draw_card(slot: ListedSlot, cards: Cards, level: int) -> SafeString:
    """Draw one slot; `level` is that of its heading."""
    return draw_many("agenda/cards", cards=[cards.of(slot)], heading=f"h{level}")
