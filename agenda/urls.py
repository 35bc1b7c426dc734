"""Addresses of the agenda; they come once with and once without an edition in front."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import path, register_converter

from agenda import change_views, feed_views
from agenda.views import marks, my_agenda
from agenda.views import public as views


class DateConverter:
    """A date in an address: 2027-03-09."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DateConverter, "date")

public: list[Any] = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/<date:date>/", views.agenda_day, name="agenda-day"),
    path("agenda/changes/", change_views.changes, name="agenda-changes"),
    path("agenda/changes/<int:number>/", change_views.changes, name="agenda-changes-until"),
    path("agenda/no-news/<slug:secret>/", change_views.no_news, name="agenda-no-news"),
    path("sessions/<slug:slug>/", views.session, name="session"),
    path("my-agenda/", my_agenda.my_agenda, name="my-agenda"),
    path("my-agenda/marks/", marks.marks, name="my-marks"),
    path("my-agenda/mail/", my_agenda.mail, name="my-agenda-mail"),
    path("my-agenda/link/", my_agenda.new_link, name="my-agenda-link"),
    path("my-agenda/feed/", my_agenda.new_feed, name="my-agenda-feed"),
    path("my-agenda/news/", my_agenda.news, name="my-agenda-news"),
    path("my-agenda/sessions/<slug:slug>/", my_agenda.my_session, name="my-session"),
    path("my-agenda/<slug:feed_secret>.ics", marks.calendar, name="personal-agenda-ics"),
    path("my-agenda/<slug:secret>/", my_agenda.by_link, name="personal-agenda"),
    path("my-agenda/<slug:secret>/device/", my_agenda.to_this_device, name="personal-agenda-device"),
    path("my-agenda/<slug:secret>/address/<slug:token>/", my_agenda.address, name="personal-agenda-address"),
]

FEEDS = {
    "agenda.ics": ("agenda-ics", feed_views.calendar),
    "agenda.xml": ("agenda-xml", feed_views.schedule_xml),
    "agenda.json": ("agenda-json", feed_views.schedule_json),
}
feeds: list[Any] = [
    *(path(address, view, name=name) for address, (name, view) in FEEDS.items()),
    path("sessions/<slug:slug>.ics", feed_views.session_calendar, name="session-ics"),
]
# Without a language in the address: the edition's main one.
main_feeds: list[Any] = [path(address, view, name=f"main-{name}") for address, (name, view) in FEEDS.items()]
