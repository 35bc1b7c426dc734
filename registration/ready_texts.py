"""Texts that an organizer can begin an announcement with, in each language of the edition."""

from __future__ import annotations

from collections.abc import Callable

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


READY: dict[str, Callable[[Edition], tuple[str, str]]] = {"postponed": _postponed}


def ready_text(name: str, edition: Edition) -> tuple[dict[str, str], dict[str, str]]:
    """Subject and text of this name, in each language of the edition; empty for a name that there is not."""
    subjects, texts = {}, {}
    if name in READY:
        for language in edition.offered:
            with translation.override(language), speaking_mainly(edition.main_language):
                subjects[language], texts[language] = READY[name](edition)
    return subjects, texts
