"""Where things are: addresses within the edition a page is about, in other languages, and with the host."""

from __future__ import annotations

import hashlib
from typing import Any

from django import template
from django.conf import settings
from django.db.models import CharField, Count, QuerySet, Value
from django.db.models.functions import Cast
from django.template.context import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language_from_path

from forum import languages
from forum.briefly import remembered
from forum.models import Edition, Page
from forum.prepared import Question

register = template.Library()


@register.simple_tag(takes_context=True)
def address(context: Context, name: str, **kwargs: Any) -> str:
    """The path of a page by its URL name, within the edition that this page is about."""
    path: str = context["edition"].path(name, **kwargs)
    return path


@register.filter
def absolute(path: str) -> str:
    """A path with scheme and host, as other sites and programs need it."""
    return f"{settings.SITE_URL}{path}"


@register.simple_tag(takes_context=True)
def this_page_in(context: Context, language: str) -> str:
    """The path of this very page in another language, without its query string."""
    # A path like //example.org would be taken for another site's address, and be linked to from our page.
    path = escape_leading_slashes(context["request"].path)
    shown_in = get_language_from_path(path)
    return f"/{language}{path.removeprefix(f'/{shown_in}')}" if shown_in else path


@register.filter
def own_name(language: str) -> str:
    """The name of a language as its speakers write it."""
    return languages.own_name(language)


@register.simple_tag
def languages_of(edition: Edition | None) -> list[str]:
    """The languages that an edition is offered in, main one first; those that the installation serves."""
    return edition.offered if edition else []


@register.simple_tag
@remembered
def pages_of(edition: Edition) -> tuple[Page, ...]:
    """An edition's pages in their order, for a menu: their texts are not read."""
    return tuple(_PAGES.records(edition.pk))


@register.simple_tag
def current_edition() -> Edition | None:
    """The edition at the short addresses."""
    return next((edition for edition in all_editions() if edition.is_current), None)


@register.simple_tag
@remembered
def all_editions() -> tuple[Edition, ...]:
    """All editions that visitors may see, newest first; each knows whether it is the current one."""
    return Edition.objects.shown()


def _styled(edition: int) -> QuerySet[Any, Any]:
    # One question in place of five: of each thing its kind, its key or their number, and what is seen of it.
    of = Edition(pk=edition)
    parts = [
        of.groups.values_list(Value("group"), "pk", _text("colour"), _text("shown_as__colour")),
        of.tracks.values_list(Value("track"), "pk", _text("colour"), Value("")),
        of.rooms.values_list(Value("room"), "pk", _text("position"), Value("")),
        of.releases.values_list(Value("releases"), Count("pk"), Value(""), Value("")),
        of.sessions.values_list(Value("sessions"), Count("pk"), _text("access"), Value("")),
    ]
    first, *others = (part.order_by() for part in parts)
    return first.union(*others, all=True)


def _text(name: str) -> Cast:
    return Cast(name, CharField())


_STYLED = Question(_styled)
_PAGES = Question(lambda edition: Edition(pk=edition).pages.defer("body"))


@register.simple_tag
@remembered
def edition_style(edition: Any) -> str:
    """The path of an edition's own stylesheet. It is kept for good by browsers, so its version follows from all that
    it is made of: its template, the colours, the newest release, and which of its sessions are public."""
    made_of = [
        get_template("forum/edition_style.css").template.source,  # type: ignore[attr-defined]
        edition.accent,
        *sorted(_STYLED.ask(edition.pk), key=repr),
    ]
    version = hashlib.sha256(repr(made_of).encode()).hexdigest()[:10]
    return reverse("edition-style", kwargs={"edition": edition.slug, "version": version})
