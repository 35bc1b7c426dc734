"""What frames every page: header, footer, and where the page is in other languages.

Drawn by Jinja from what is gathered here: it is on every page that is made anew after a change.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from django import template
from django.template.context import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from forum.briefly import recall
from forum.models import Edition
from forum.templatetags.addresses import absolute, all_editions, own_name, pages_of, this_page_in
from forum.templatetags.components import draw_many
from forum.templatetags.formats import day_range, in_language, spoken

register = template.Library()

BRAND = "Plenary"  # until there is an edition


class Header(NamedTuple):
    """The header of a page. `ways`: path, title, whether it is this page; `languages`: path, code, name of the others.

    A path that is empty is not offered.
    """

    brand: SafeString
    home: str
    name: object
    language: SafeString
    is_of_an_edition: bool
    ways: list[tuple[str, object, bool]]
    languages: list[tuple[str, str, str]]
    sign_in: str
    register: str

    @classmethod
    def of(cls, context: Context, edition: Edition | None) -> Header:
        """That of the page which is drawn with `context`."""
        brand = get_template("components/brand.html").template.source  # type: ignore[attr-defined]
        if edition is None:
            return cls(SafeString(brand), "/", BRAND, SafeString(), False, [], [], "", "")
        here, page = context.get("here"), getattr(context.get("page"), "pk", None)
        ways = [
            (edition.path("agenda"), gettext("Agenda"), here == "agenda"),
            (edition.path("speakers"), gettext("Speakers"), here == "speakers"),
            *(
                (edition.path("page", slug=one.slug), spoken(one.title), page == one.pk)
                for one in pages_of(edition)
                if one.in_menu
            ),
        ]
        is_open = edition.is_current and edition.takes_registrations and here != "home"
        return cls(
            SafeString(brand),
            edition.get_absolute_url(),
            edition.name,
            in_language(edition.name),
            True,
            ways,
            _elsewhere(context, edition),
            reverse("account_request_login_code") if edition.is_current else "",
            edition.path("register") if is_open else "",
        )


def _elsewhere(context: Context, edition: Edition) -> list[tuple[str, str, str]]:
    words = context.get("words")
    looked_for = f"?q={quote(words)}" if words else ""
    return [
        (this_page_in(context, code) + looked_for, code, own_name(code))
        for code in edition.offered
        if code != get_language()
    ]


class Footer(NamedTuple):
    """The footer of a page. `pages`: path and title; `editions`: path, year, name, whether it is this one."""

    name: object
    edition: Edition | None
    days: str = ""
    place: SafeString = SafeString()
    contact: str = ""
    pages: list[tuple[str, object]] = []
    register: str = ""
    lost_link: str = ""
    sign_in: str = ""
    editions: list[tuple[str, str, object, bool]] = []

    @classmethod
    def of(cls, edition: Edition | None) -> Footer:
        """That of every page of an edition."""
        if edition is None:
            return cls(BRAND, None)
        country: Any = edition.country  # django-countries' Country, which its stubs take for a string
        city = [spoken(edition.city), country.name if country else ""] if edition.city else []
        return cls(
            spoken(edition.name),
            edition,
            day_range(edition.starts_on, edition.ends_on),
            format_html_join(", ", "{}", ((part,) for part in city if part)),
            edition.contact_email,
            [(edition.path("page", slug=one.slug), spoken(one.title)) for one in pages_of(edition)],
            edition.path("register") if edition.takes_registrations else "",
            reverse("lost-link"),
            reverse("account_request_login_code"),
            [
                (
                    one.get_absolute_url(),
                    date_format(one.starts_on, "Y"),
                    spoken(one.name),
                    one.pk == edition.pk,
                )
                for one in all_editions()
            ],
        )


@register.simple_tag(takes_context=True)
def site_header(context: Context) -> SafeString:
    """What stands above every page: brand, menu, languages."""
    return draw_many("frame/header", head=Header.of(context, context.get("edition")))


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> SafeString:
    """What stands below every page: place, contact, pages, earlier editions. The same below all of an edition's."""
    edition: Edition | None = context.get("edition")
    return recall(
        (Footer, edition, get_language()), lambda: draw_many("frame/footer", foot=Footer.of(edition))
    )


@register.simple_tag(takes_context=True)
def alternates(context: Context) -> SafeString:
    """Tell search engines where this page is in the other languages; nothing when there are none."""
    edition: Edition | None = context.get("edition")
    if edition is None or len(edition.offered) < 2:
        return SafeString()
    places = [(code, absolute(this_page_in(context, code))) for code in edition.offered]
    return format_html_join(
        "\n  ",
        '<link rel="alternate" hreflang="{}" href="{}">',
        [*places, ("x-default", places[0][1])],
    )
