"""Every address of the site.

What people read lives under its language; an earlier edition's pages lie below its slug, at the same addresses as the
current one's.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path, register_converter
from django.views.generic import RedirectView

import agenda.urls
import forum.urls
import registration.urls
import speakers.urls
from forum.caching import public_page
from forum.http import of_an_edition
from forum.media import media
from forum.site import dashboard, health, translations, views
from forum.site.front import front
from forum.site.sitemaps import SITEMAPS


class EditionConverter:
    """An edition's slug: it begins with a digit, and no page's does."""

    regex = "[0-9][a-z0-9-]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(EditionConverter, "edition")

pages_of_an_edition: list[Any] = [
    *agenda.urls.public,
    *agenda.urls.feeds,
    *speakers.urls.public,
    *registration.urls.public,
    *forum.urls.public,
]
for pattern in (*pages_of_an_edition, *agenda.urls.main_feeds):
    pattern.callback = of_an_edition(pattern.callback)
below_an_edition: list[Any] = [path("", views.home, name="home"), *pages_of_an_edition]

urlpatterns: list[Any] = [
    path("", front, name="front"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", public_page(sitemap), {"sitemaps": SITEMAPS}, name="sitemap"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.png"), name="favicon"),
    path("editions/<edition:edition>/style.<slug:version>.css", views.edition_style, name="edition-style"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("media/<path:path>", media, name="media"),
    path("admin/", admin.site.admin_view(dashboard.index)),
    path("admin/translations/", admin.site.admin_view(translations.overview), name="translations"),
    path(
        "admin/translations/<slug:kind>/<slug:language>/",
        admin.site.admin_view(translations.translate),
        name="translate",
    ),
    path("admin/", admin.site.urls),
    *registration.urls.machine,
    path("<edition:edition>/", include(agenda.urls.main_feeds)),
    *agenda.urls.main_feeds,
]
if settings.DEMO:
    from forum.site.dev import urls as dev

    urlpatterns += [path("dev/", include(dev))]

urlpatterns += i18n_patterns(
    path("account/", include("forum.site.sign_in.urls")),
    *registration.urls.personal,
    *speakers.urls.own,
    path("<edition:edition>/", include(below_an_edition)),
    *below_an_edition,
)

handler400 = "forum.site.views.bad_request"
handler403 = "forum.site.views.forbidden"
handler404 = "forum.site.views.not_found"
handler500 = "forum.outage.went_wrong"
