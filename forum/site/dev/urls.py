"""The addresses of the demo's doors; forum.site.urls has them in the demo only."""

from __future__ import annotations

from typing import Any

from django.urls import path

from forum.site.dev import views

urlpatterns: list[Any] = [
    path("", views.doors, name="dev"),
    path("enter/<slug:role>/", views.enter, name="dev-enter"),
    path("mails/<slug:name>/", views.mail, name="dev-mail"),
    path("mails/<slug:name>/html/", views.mail_as_html, name="dev-mail-html"),
    path("mails/<slug:name>/attachments/<int:number>/", views.attachment, name="dev-attachment"),
]
