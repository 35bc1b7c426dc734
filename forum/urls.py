"""Addresses of the floor; they come once with and once without an edition in front. A page's slug matches almost
anything: these stand last."""

from __future__ import annotations

from typing import Any

from django.urls import path

from forum import views

public: list[Any] = [
    path("interest/", views.interest, name="interest"),
    path("interest/kept/", views.interest_kept, name="interest-kept"),
    path("<slug:slug>/", views.page, name="page"),
]
