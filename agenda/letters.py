"""The letters of the agenda."""

from __future__ import annotations

from agenda.models import News, PersonalAgenda, Reader, Release
from agenda.models.audience import is_mute
from agenda.models.release import LETTER
from forum.mail import Content, Pointless, letter
from forum.models import Edition, Message


@letter(LETTER, "agenda", is_confidential=True)
def agenda_changes(message: Message) -> Content:
    """What a release changes for its reader: as a speaker, and in the sessions that they marked."""
    release = message.about
    if not isinstance(release, Release) or message.edition is None:
        raise Pointless("The release is not there any more.")
    if is_mute(message.edition):
        raise Pointless("The edition is over, or does not take place.")
    reader = Reader.at(message.to, message.edition)
    news = reader.news_of(release)
    if not news:
        raise Pointless("Nothing of it is for this address any more.")
    edition, is_told_as_marking = message.edition, bool(news.marked)
    stop_link = (
        edition.link(edition.path("agenda-no-news", secret=reader.token)) if is_told_as_marking else ""
    )
    one_click = {"List-Unsubscribe": f"<{stop_link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Content(
        {
            "news": news,
            "only": _only(news),
            "titles": list(dict.fromkeys(str(change.title) for change in news))[:3],
            "release_note": release.note,
            "link": edition.link(
                _agenda_of(reader.personal_agendas[0], edition) if stop_link else edition.path("agenda")
            ),
            "stop_link": stop_link,
        },
        headers=one_click if stop_link else {},
    )


def _only(news: News) -> object:
    """The change that is told, when it is but one, and one that its subject can say."""
    if len(news) != 1 or any(own.appears or own.appears_no_more for _speaker, own in news.own):
        return None
    return next(iter(news))


def _agenda_of(personal: PersonalAgenda, edition: Edition) -> str:
    """Where a reader sees what they marked."""
    return edition.path("personal-agenda", secret=personal.secret)
