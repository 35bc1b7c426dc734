"""What pages of other storeys show of the agenda."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from agenda.cards import Cards, draw_card, draw_timetable
from agenda.models import Agenda, ListedSlot, ReleasedAppearance
from agenda.models.appearance import Role
from agenda.timetable import Timetable
from forum import cldr
from speakers.models import Speaker

register = template.Library()


@register.simple_tag
def sessions_of(speaker: Speaker) -> list[tuple[ListedSlot, str]]:
    """The open sessions in which somebody speaks, as released, each with their role in it."""
    slots = Agenda.with_speaker(speaker)
    roles = ReleasedAppearance.objects.public().roles_of(speaker)
    return [(slot, str(Role(roles[slot.session_id]).label)) for slot in slots if slot.session_id in roles]


@register.simple_tag(takes_context=True)
def timetable(context: Context, of: Timetable, level: int = 2, grid: bool = True) -> SafeString:
    """A day of the agenda; `level`: the heading of a time, sessions come one below. A list by time; with `grid` it
    becomes one where there is room."""
    return draw_timetable(of, _cards(context), level, grid=grid)


@register.simple_tag(takes_context=True)
def session_card(context: Context, slot: ListedSlot, level: int = 3) -> SafeString:
    """One session, or a break."""
    return draw_card(slot, _cards(context), level)


def _cards(context: Context) -> Cards:
    return Cards(context["edition"], languages)


@register.filter
def languages(codes: list[str]) -> str:
    """Name languages in the reader's language, from their codes; what is no code is shown as it is."""
    return cldr.listed(cldr.language_name(code) for code in codes)
