from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from speakers.models.speaker import Speaker


@dataclass(frozen=True)
class OwnAppearance:
    """One session of a speaker as they themselves may see it: closed ones too, the time and place as released.

    `slot` is None for what is not released yet. Of those who speak beside them the ones who agreed to be listed are
    named, in `fellows`; the others are only counted.
    """

    appearance: Any
    slot: Any
    fellows: list[Speaker]
    unnamed: int

    @property
    def session(self) -> Any:
        """What they appear in."""
        return self.appearance.session

    @property
    def is_public(self) -> bool:
        """Whether the session has a page that visitors may read."""
        return self.slot is not None and self.session.access != "closed"

    @classmethod
    def all_of(cls, speaker: Speaker) -> list[OwnAppearance]:
        """All of a speaker's, in order of time, those without one last. A constant number of queries."""
        release = speaker.edition.releases.filter(is_current=True).first()
        drafts = {one.session_id: one for one in _drafts(speaker)}
        released = {one.session_id: one for one in speaker.released_appearances.filter(release=release)}
        slots: dict[int, Any] = {}
        company = {session_id: list(one.session.appearances.all()) for session_id, one in drafts.items()}
        if release:
            known: Any = release.slots.filter(session__in=drafts.keys() | released.keys())
            slots = {slot.session_id: slot for slot in known.select_related("room", "session")}
            company |= {session_id: [] for session_id in slots}
            for other in release.appearances.filter(session__in=slots).select_related("speaker"):
                company[other.session_id].append(other)
        for one in released.values():
            one.session = slots[one.session_id].session
        named = _named(other.speaker for others in company.values() for other in others)
        found = []
        for session_id, one in {**drafts, **released}.items():
            others = [other.speaker for other in company[session_id] if other.speaker_id != speaker.pk]
            fellows = [other for other in others if other.pk in named]
            found.append(cls(one, slots.get(session_id), fellows, len(others) - len(fellows)))
        return sorted(
            found, key=lambda one: (one.slot is None, one.slot.starts_at if one.slot else str(one.session))
        )


def _drafts(speaker: Speaker) -> Any:
    decided = speaker.appearances.exclude(session__status="draft")
    return decided.select_related("session").prefetch_related("session__appearances__speaker")


def _named(speakers: Any) -> set[int]:
    from speakers.models.speaker import Speaker

    some = Speaker.objects.filter(pk__in={speaker.pk for speaker in speakers})
    return set(some.consenting().values_list("pk", flat=True))
