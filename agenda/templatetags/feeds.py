"""Where the feeds of the agenda are."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def feed(context: Context, ending: str) -> str:
    """The path of the agenda as “ics”, “xml” or “json”, in the page's language; the main one needs none in front."""
    edition = context["edition"]
    name = f"agenda-{ending}"
    path: str = edition.path(f"main-{name}" if get_language() == edition.main_language else name)
    return path
