"""Whom a release concerns, and who is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agenda.models.bookmark import PersonalAgenda
from agenda.models.news import OwnNews
from forum import cldr
from forum.models.edition import Phase
from speakers.models import Speaker

if TYPE_CHECKING:
    from agenda.models.changes import Changes
    from forum.models import Edition


@dataclass(frozen=True)
class Audience:
    """Those whom changes of the agenda concern: speakers by name, of those who marked a session only how many.

    `readers` has each address once, with the language that is read there. `is_mute`: nobody is
    told, whoever it concerns.
    """

    speakers: list[Speaker]
    unreached: list[Speaker]
    number_marking: int
    readers: list[tuple[str, str]]
    is_mute: bool = False

    @classmethod
    def of(cls, changes: Changes, edition: Edition) -> Audience:
        """Whom `changes` concern in `edition`. At most two queries."""
        if is_mute(edition):
            return cls([], [], 0, [], is_mute=True)
        concerned = Speaker.objects.filter(pk__in=OwnNews.of_all(changes)).select_related("user")
        speakers = list(concerned.defer("bio", "search_text"))
        seen = {change.session.pk for change in changes.as_public() if change.session}
        marking = (
            list(PersonalAgenda.objects.to_be_told().marking(seen).filter(edition=edition)) if seen else []
        )
        readers: dict[str, tuple[str, str]] = {}
        for personal in marking:
            readers.setdefault(personal.address.casefold(), (personal.address, personal.language))
        number_marking = len(readers)
        for speaker in speakers:
            language = speaker.user.language if speaker.user else edition.main_language
            if address := address_of(speaker):
                readers.setdefault(address.casefold(), (address, language))
        return cls(
            [speaker for speaker in speakers if address_of(speaker)],
            [speaker for speaker in speakers if not address_of(speaker)],
            number_marking,
            list(readers.values()),
        )

    def __len__(self) -> int:
        return len(self.readers)

    @property
    def languages(self) -> list[tuple[str, int]]:
        """How many are written to in each language, by its name, most first."""
        counted = Counter(language for _address, language in self.readers)
        return [(cldr.language_name(code), number) for code, number in counted.most_common()]


def address_of(speaker: Speaker) -> str:
    """Where a speaker is told: the address with which they sign in, else the one that the organizers have; or empty."""
    return speaker.user.email if speaker.user and speaker.user.is_active else speaker.email


def is_mute(edition: Edition) -> bool:
    """Whether nobody is told of changes: the edition is not public yet, is over, or does not take place."""
    return edition.phase in {Phase.DRAFT, Phase.PAST} or edition.cancelled_at is not None
