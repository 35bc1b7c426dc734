"""Texts that an organizer can begin an announcement with, in each language of the edition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from forum.models import Edition
from forum.templatetags.formats import day_range
from forum.translated import speaking_mainly


def _postponed(edition: Edition) -> tuple[str, str]:
    days = {"forum": edition.name, "days": day_range(edition.starts_on, edition.ends_on)}
    subject = gettext("New dates: %(forum)s") % days
    paragraphs = (
        gettext("We have to move %(forum)s. The new dates are: **%(days)s**.") % days,
        gettext(
            "Your registration stays valid, you need not do anything. The attached file forum.ics puts the new days "
            "into your calendar, in place of the old ones."
        ),
        gettext(
            "If you cannot come on the new dates, please cancel by the link below, and somebody else gets the place."
        ),
    )
    return subject, "\n\n".join(paragraphs)


def _questions(edition: Edition) -> tuple[str, str]:
    subject = gettext("Some questions before %(forum)s") % {"forum": edition.name}
    paragraphs = (
        gettext("To prepare for you we need some answers that we do not have yet."),
        gettext(
            "Open your ticket by the link below and press “Answer the questions”. It takes a minute or two."
        ),
    )
    return subject, "\n\n".join(paragraphs)


WORDS: dict[str, Callable[[Edition], tuple[str, str]]] = {"postponed": _postponed, "questions": _questions}
REST: dict[str, dict[str, Any]] = {"postponed": {"with_calendar": True}, "questions": {"readers": "asked"}}


def ready_announcement(name: str, edition: Edition) -> dict[str, Any]:
    """The fields of an announcement that begins with the text of this name, in each language of the edition; none for
    a name that there is not."""
    if name not in WORDS:
        return {}
    subjects, texts = {}, {}
    for language in edition.offered:
        with translation.override(language), speaking_mainly(edition.main_language):
            subjects[language], texts[language] = WORDS[name](edition)
    return {"subject": subjects, "text": texts, **REST[name]}
