"""Addresses of the speakers; they come once with and once without an edition in front."""

from __future__ import annotations

from typing import Any

from django.urls import path

from speakers import own_views, views

public: list[Any] = [
    path("speakers/", views.speaker_list, name="speakers"),
    path("speakers/<slug:slug>/", views.speaker, name="speaker"),
]

_PROFILE = "speaker/<slug:edition>/<slug:slug>/"
own: list[Any] = [
    path("speaker/", own_views.my_profile, name="my-profile"),
    path(_PROFILE, own_views.profile, name="profile"),
    path(f"{_PROFILE}about/", own_views.about, name="profile-about"),
    path(f"{_PROFILE}bio/", own_views.bio, name="profile-bio"),
    path(f"{_PROFILE}photo/", own_views.photo, name="profile-photo"),
    path(f"{_PROFILE}photo/preview/", own_views.photo_preview, name="profile-photo-preview"),
    path(f"{_PROFILE}photo/removal/", own_views.photo_removal, name="profile-photo-removal"),
    path(f"{_PROFILE}consent/", own_views.consent, name="profile-consent"),
]
