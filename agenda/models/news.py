"""What the changes of the agenda are to one who speaks in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from agenda.models.changes import Change, Changes
from agenda.models.comparison import Kind


@dataclass(frozen=True)
class OwnNews:
    """What changes for one speaker: in which sessions they appear now, in which no more, and what becomes of the others
    in which they do. Closed ones too; nobody else is named."""

    appears: list[Change] = field(default_factory=list)
    appears_no_more: list[Change] = field(default_factory=list)
    otherwise: list[Change] = field(default_factory=list)

    def __iter__(self) -> Iterator[Change]:
        return iter([*self.appears, *self.appears_no_more, *self.otherwise])

    def __len__(self) -> int:
        return len(self.appears) + len(self.appears_no_more) + len(self.otherwise)

    @classmethod
    def of(cls, speaker: int, changes: Changes) -> OwnNews:
        """What of `changes` is about the speaker with this key."""
        return cls.of_all(changes).get(speaker, cls())

    @classmethod
    def of_all(cls, changes: Changes) -> dict[int, OwnNews]:
        """The same for all for whom anything changes, by their key."""
        by_session: defaultdict[int, list[Change]] = defaultdict(list)
        for change in changes:
            if change.session:
                by_session[change.session.pk].append(change)
        news: defaultdict[int, OwnNews] = defaultdict(cls)
        for session, some in by_session.items():
            then, now = (state.people.get(session, {}) for state in (changes.before, changes.after))
            for speaker in then.keys() | now.keys():
                news[speaker]._add(speaker, some, (then.get(speaker), now.get(speaker)))
        return {speaker: own for speaker, own in news.items() if own}

    def _add(self, speaker: int, some: list[Change], roles: tuple[str | None, str | None]) -> None:
        before, after = roles
        if some[0].kind == Kind.REMOVED or (before and after):
            self.otherwise.extend(own for change in some if (own := _own(speaker, change)))
        elif after:
            self.appears.append(some[0])
        else:
            self.appears_no_more.append(some[0])


def _own(speaker: int, change: Change) -> Change | None:
    """The change as far as it is about this speaker."""
    if change.kind != Kind.PEOPLE:
        return change
    own = tuple(one for one in change.people if one.speaker.pk == speaker)
    return replace(change, people=own) if own else None
