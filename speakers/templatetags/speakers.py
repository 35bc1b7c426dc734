"""What pages show of many speakers."""

from __future__ import annotations

from functools import cache

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString

from forum.templatetags.components import Face, draw_many
from forum.templatetags.formats import spoken
from speakers.models import ListedSpeaker

register = template.Library()


@register.simple_tag(takes_context=True)
def people(context: Context, speakers: list[ListedSpeaker]) -> SafeString:
    """Speakers to look through: portrait, name, what they do, group."""
    before, _, after = context["edition"].path("speaker", slug="-x-").partition("-x-")
    named = cache(spoken)  # a role or group is that of many
    rows = [(one, Face.of(one), named(one.role), named(one.group_name)) for one in speakers]
    return draw_many("speakers/people", people=rows, before=before, after=after)
