"""Who is told of changes at one address, and of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.core.signing import Signer
from django.db.models import Q
from django.utils.crypto import constant_time_compare

from agenda.models.audience import address_of
from agenda.models.bookmark import Bookmark, PersonalAgenda
from agenda.models.changes import Change, Changes
from agenda.models.news import OwnNews
from agenda.models.release import Release
from agenda.models.released import ReleasedAppearance
from agenda.models.state import State
from forum.models import Edition
from speakers.models import Speaker

_SIGNER = Signer(salt="agenda.no-news")


@dataclass(frozen=True)
class News:
    """What one reader is told: as the speakers that they are, and of the sessions that they marked."""

    own: list[tuple[Speaker, OwnNews]]
    marked: Changes

    def __len__(self) -> int:
        return len(self.marked) + sum(len(news) for _speaker, news in self.own)

    @property
    def is_beginning(self) -> bool:
        """Whether all of it is in which sessions they appear from now on."""
        return not self.marked and not any(own.appears_no_more or own.otherwise for _speaker, own in self.own)

    def __iter__(self) -> Iterator[Change]:
        return chain(*(news for _speaker, news in self.own), self.marked)


@dataclass(frozen=True)
class Reader:
    """Everybody who is told at one address in an edition: speakers, and those whose personal agenda is known there."""

    address: str
    edition: Edition
    speakers: list[Speaker]
    personal_agendas: list[PersonalAgenda]

    @classmethod
    def at(cls, address: str, edition: Edition) -> Reader:
        """Who is told at this address, in any case, as it is now. Two queries."""
        known = Q(user__email__iexact=address) | Q(email__iexact=address)
        found = Speaker.objects.of_edition(edition).filter(known).select_related("user")
        speakers = [one for one in found if address_of(one).casefold() == address.casefold()]
        personal = PersonalAgenda.objects.to_be_told().filter(_theirs(address), edition=edition)
        return cls(address, edition, speakers, list(personal.order_by("pk")))

    def news_of(self, release: Release) -> News:
        """What `release` changed for them, up to what is public now: where something was changed once more since, or
        back, a mail that comes late says what is true when it is read. At most nine queries."""
        newest, before = Release.objects.current(self.edition), release.predecessor
        releases = [one for one in (before, newest) if one]
        marked = set(
            Bookmark.objects.filter(personal_agenda__in=self.personal_agendas).values_list(
                "session", flat=True
            )
        )
        appearing = ReleasedAppearance.objects.filter(release__in=releases, speaker__in=self.speakers)
        own = set(appearing.values_list("session", flat=True))
        states = State.of_releases(releases, sessions=own | marked)
        nothing = State([], [])
        changes = Changes.between(
            states[before.pk] if before else nothing, states[newest.pk] if newest else nothing
        ).as_read()
        as_speakers = [(speaker, OwnNews.of(speaker.pk, changes)) for speaker in self.speakers]
        told = {change.key for _speaker, news in as_speakers for change in news}
        of_marked = changes.about(marked).as_public()
        return News(
            [(speaker, news) for speaker, news in as_speakers if news],
            of_marked.without(told),
        )

    @property
    def token(self) -> str:
        """The secret part of the link by which they hear no more; empty for who is told as a speaker alone."""
        return _token(self.personal_agendas[0]) if self.personal_agendas else ""

    @classmethod
    def with_token(cls, token: str, edition: Edition) -> Reader | None:
        """Who has the link with this secret part, told or not; None: nobody has."""
        key = token.partition("-")[0]
        found = (
            PersonalAgenda.objects.filter(pk=key, edition=edition)
            if key.isdecimal() and len(key) < 19
            else None
        )
        personal = found.select_related("user").first() if found is not None else None
        if personal is None or not constant_time_compare(_token(personal), token):
            return None
        return cls.at(personal.address, edition)

    def stop_news(self) -> None:
        """Write to them about marked sessions no more, whichever of their personal agendas they are in."""
        theirs = PersonalAgenda.objects.filter(_theirs(self.address), edition=self.edition)
        theirs.update(wants_news=False)


def _theirs(address: str) -> Q:
    return Q(user__email__iexact=address) | Q(user=None, email__iexact=address)


def _token(personal: PersonalAgenda) -> str:
    return f"{personal.pk}-{_SIGNER.signature(f'{personal.pk}:{personal.address.casefold()}')}"
