"""What pages of other storeys show of the agenda."""

from __future__ import annotations

from typing import Any

from django import template

from agenda.models import ReleasedSlot
from forum import cldr
from speakers.models import Speaker

register = template.Library()


@register.simple_tag
def sessions_of(speaker: Speaker) -> list[ReleasedSlot]:
    """The open sessions in which somebody speaks, as released."""
    return list(ReleasedSlot.objects.public().of_edition(speaker.edition).with_speaker(speaker))


@register.filter
def role_of(slot: ReleasedSlot, speaker: Speaker) -> str:
    """In what role somebody speaks in a session."""
    speaking: list[Any] = slot.session.speaking if slot.session else []  # type: ignore[attr-defined]
    roles = (appearance.get_role_display() for appearance in speaking if appearance.speaker_id == speaker.pk)
    return next(roles, "")


@register.filter
def languages(codes: list[str]) -> str:
    """Name languages in the reader's language, from their codes; what is no code is shown as it is."""
    return cldr.listed(cldr.language_name(code) for code in codes)
