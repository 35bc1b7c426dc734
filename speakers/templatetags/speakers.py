"""What pages show of many speakers."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import NamedTuple

from django import template
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from forum.templatetags.components import Face, draw_many
from forum.templatetags.formats import spoken
from speakers.models import ListedSpeaker

register = template.Library()


class Person(NamedTuple):
    """Somebody in a list, as its template puts them together: a face, and HTML, escaped when it was made."""

    face: Face
    slug: str
    name: str
    about: str
    group: str


@register.simple_tag(takes_context=True)
def people(context: Context, speakers: list[ListedSpeaker]) -> SafeString:
    """Speakers to look through: portrait, name, what they do, group."""
    before, _, after = context["edition"].path("speaker", slug="-x-").partition("-x-")
    shown = cache(lambda text: conditional_escape(str(spoken(text))))  # a role or group is that of many
    rows = []
    for one in speakers:
        parts = [shown(one.role) if one.role else "", escape(one.organisation)]
        mark = f'<span class="mark group-{one.group}">{shown(one.group_name)}</span>' if one.group else ""
        rows.append(Person(Face.of(one), one.slug, escape(one.name), "<br>".join(filter(None, parts)), mark))
    return draw_many("speakers/people", people=rows, before=before, after=after)
