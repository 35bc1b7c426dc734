"""The site's addresses, with those of the demo's doors, for tests in any shape."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from forum.site import urls

handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
urlpatterns: list[Any] = [path("dev/", include("forum.site.dev.urls")), *urls.urlpatterns]
