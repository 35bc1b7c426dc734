"""The components of the site: each a tag here, a template in templates/components, a sheet in static/css/components.

They are at hand in every template without {% load %}; /styleguide/ shows each one with the lines that made it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from math import cos, pi, sin
from typing import Any, NamedTuple

from django import template
from django.template import engines
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from forum.templatetags.formats import initials, monogram

register = template.Library()


def _draw(component: str, /, **context: Any) -> SafeString:
    return mark_safe(get_template(f"components/{component}.html").render(context))  # noqa: S308 - a rendered template


def draw_many(template: str, /, **context: Any) -> SafeString:
    """Draw one of the templates in templates/jinja: what a page may show by the hundred, and what frames every page.
    Jinja draws in the time that Django's own templates need for a tenth of it. `_` translates in them."""
    drawn = engines["jinja"].get_template(f"{template}.html").render({"_": gettext, **context})
    return mark_safe(drawn)  # noqa: S308 - a rendered template


@register.simple_block_tag
def card(content: str, title: str = "", href: str = "", kind: str = "", level: int = 2) -> SafeString:
    """A framed piece. `kind`: "" | quiet | strong. `level`: that of its heading."""
    return _draw("card", content=content, title=title, href=href, kind=kind, heading=f"h{level}")


@register.simple_block_tag
def notice(content: str, title: str = "", kind: str = "info") -> SafeString:
    """Something to know. `kind`: info | good | warn | bad; each has its own sign, so colour is never alone."""
    return _draw("notice", content=content, title=title, kind=kind)


@register.simple_block_tag
def button(
    content: str,
    href: str = "",
    kind: str = "",
    name: str = "",
    value: str = "",
    formaction: str = "",
    large: bool = False,
    disabled: bool = False,
) -> SafeString:
    """A way on (with `href`) or a deed (without: it submits its form). `kind`: "" | quiet | danger | link."""
    return _draw(
        "button",
        content=content,
        href=href,
        kind=kind,
        name=name,
        value=value,
        formaction=formaction,
        large=large,
        disabled=disabled,
    )


@register.simple_block_tag
def pill(content: str, kind: str = "") -> SafeString:
    """A short label. `kind`: "" | accent | good | warn | bad."""
    return _draw("pill", content=content, kind=kind)


@register.simple_block_tag
def page_header(content: str, title: str, eyebrow: str = "", title_class: str = "") -> SafeString:
    """The head of a page: its only h1, with a lead as content."""
    return _draw("page_header", content=content, title=title, eyebrow=eyebrow, title_class=title_class)


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """What stands where there is nothing yet: says why, and what to do."""
    return _draw("empty", content=content, title=title)


@register.simple_tag
def group(of: Any) -> SafeString:
    """A stakeholder group as others see it: its colour as a mark beside its name."""
    return _draw("group", group=of.public)


@register.simple_tag
def track(of: Any) -> SafeString:
    """A track: its colour as a mark beside its name."""
    return _draw("track", track=of)


# How wide a portrait is shown, for the browser to choose a file by; see components/portrait.css.
_PORTRAIT_SIZES = {"small": "32px", "": "80px", "large": "(min-width: 48rem) 280px, 46vw"}


@register.simple_tag
def portrait(of: Any, size: str = "") -> SafeString:
    """A speaker's photo as <picture>, or their monogram. `size`: small | "" | large. Beside their name: no alt text."""
    return draw_many("components/portrait", face=Face.of(of, size))


class Face(NamedTuple):
    """A portrait, ready for its template: files by width, or the monogram that stands in for them."""

    pictures: list[tuple[int, str, str]]
    webp: str
    jpeg: str
    initials: str
    monogram: str
    size: str
    sizes: str

    @classmethod
    def of(cls, who: Any, size: str = "") -> Face:
        """The portrait of somebody with a `photo`, a `name` and a `pk`."""
        pictures = who.photo.pictures if who.photo else []
        return cls(
            pictures,
            ", ".join(f"{webp} {width}w" for width, webp, _jpeg in pictures),
            ", ".join(f"{jpeg} {width}w" for width, _webp, jpeg in pictures),
            "" if pictures else initials(who.name),
            monogram(who.pk),
            f" portrait-{size}" if size else "",
            _PORTRAIT_SIZES[size],
        )


@register.simple_tag
def breadcrumbs(*steps: str) -> SafeString:
    """The way to this page: address, title, address, title …"""
    return _draw("breadcrumbs", steps=list(zip(steps[::2], steps[1::2], strict=True)))


@register.simple_tag
def error_summary(form: Any) -> SafeString:
    """All that is wrong with a form, each line a link to its field. Nothing when nothing is wrong."""
    return _draw("error_summary", form=form) if form.errors else SafeString()


_AS_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.simple_tag
def json_ld(data: Any) -> SafeString:
    """Structured data for search engines: a block of data, never run, from which no text can break out."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_AS_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped just above


@register.simple_tag
def assembly(groups: list[Any], rows: int = 7) -> SafeString:
    """A round assembly: one wedge of seats for each group, in its colour. A picture only."""
    wedges: list[tuple[Any, list[SafeString]]] = [(one, []) for one in groups]
    for row in range(rows if groups else 0):
        radius = 92 + row * 34
        places = round(radius * pi / 32)
        for place in range(places):
            angle = pi * (1 - place / (places - 1))
            wedges[place * len(groups) // places][1].append(_seat(radius, angle))
    return draw_many("components/assembly", wedges=wedges)


@lru_cache(maxsize=1024)
def _seat(radius: int, angle: float) -> SafeString:
    x, y = round(300 + radius * cos(angle), 1), round(310 - radius * sin(angle), 1)
    return mark_safe(f'<circle cx="{x}" cy="{y}" r="10.5"/>')  # noqa: S308 - numbers
