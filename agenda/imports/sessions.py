"""The events of a file as sessions with their slots and appearances."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agenda.frab.programme import Event, Programme, Remark
from agenda.imports.frame import Frame
from agenda.imports.people import People
from agenda.imports.plan import Kind, Piece, Share
from agenda.models import Appearance, Session, Slot
from forum.models import Edition
from forum.numbers import new_number
from forum.slugs import new_slug
from forum.translated import Translated
from speakers.models import Speaker

LIVE = {"title", "abstract", "track", "format", "spoken_languages"}  # read by the public as they are now
FIELDS = ("title", "abstract", "track", "format", "spoken_languages", "status", "cancelled_at")


class Sessions:
    """Sessions are found by guid, else by the file's number where it gives no guids, or made.

    A session with a time is confirmed; one that was cancelled here stays cancelled. Who speaks here and not in the
    file goes on speaking, and what is here and not in the file stays.
    """

    def __init__(
        self, edition: Edition, programme: Programme, language: str, frame: Frame, people: People
    ) -> None:
        self._edition, self._language, self._frame, self._people = edition, language, frame, people
        self.share = Share(Kind.SESSIONS, FIELDS)
        self.slots: list[Piece] = []
        self.appearances: list[Piece] = []
        self.remarks: list[Remark] = []
        self._speakers: dict[int, list[Speaker]] = {}
        here = list(edition.sessions.with_draft())
        self._by_guid = {session.guid: session for session in here}
        self._by_number = {session.number: session for session in here}
        self._slugs = {session.slug for session in here}
        self._placed: set[int] = set()
        for event in programme.events:
            self._merge(event)
        if others := sum(1 for session in here if id(session) not in self._placed):
            said = ngettext(
                "%(count)s session is here and not in the file; it stays as it is.",
                "%(count)s sessions are here and not in the file; they stay as they are.",
                others,
            )
            self.remarks.append(Remark(said % {"count": others}))

    def speakers_of(self, session: Session) -> list[Speaker]:
        """Who speaks in a session, by the file."""
        return self._speakers.get(id(session), [])

    def carry_out(self) -> None:
        """Write sessions, slots and appearances; the frame and the speakers have to be there."""
        self.share.carry_out()
        for pieces, fields in (
            (self.slots, ["day", "room", "starts_at", "ends_at"]),
            (self.appearances, ["position"]),
        ):
            share = Share(Kind.SESSIONS, fields)
            share.pieces = pieces
            share.carry_out()

    @property
    def seen_at_once(self) -> int:
        """How many are public already and get another title, text, track, format or language: those wait for no
        release."""
        public = set(self._edition.sessions.public().values_list("pk", flat=True))
        return sum(
            1
            for piece in self.share.pieces
            if piece.record.pk in public and any(name in LIVE for name, _held in piece.overwritten)
        )

    def _merge(self, event: Event) -> None:
        record = self._by_guid.get(event.guid)
        if record is None and not event.has_own_guid and event.number:
            record = self._by_number.get(event.number)
        if record is not None and id(record) in self._placed:
            said = gettext("“%(title)s” has the same number as a session before it, and was left out.")
            self.remarks.append(Remark(said % {"title": event.title[:80]}, skipped="sessions"))
            return
        piece = self.share.add(record, is_new=False) if record is not None else self._made(event)
        session = piece.record
        self._placed.add(id(session))
        piece.write("title", event.title, self._language, _("title"))
        piece.write("abstract", event.abstract, self._language, _("abstract"))
        if event.track:
            piece.set("track", self._frame.track(event), _("track"))
        if event.kind:
            piece.set("format", self._frame.format(event), _("format"))
        if event.language and event.language not in session.spoken_languages:
            piece.set("spoken_languages", [event.language], _("language"))
        self._decide(piece, event)
        if event.has_time:
            self._put(piece, event)
        self._appear(piece, event)

    def _made(self, event: Event) -> Piece:
        number = new_number(event.guid, lambda number: number in self._by_number, wanted=event.number)
        wanted = event.slug if event.slug not in self._slugs else ""
        title = Translated({self._language: event.title})
        slug = wanted or new_slug(title, lambda slug: slug in self._slugs)
        record = Session(edition=self._edition, guid=event.guid, number=number, slug=slug)
        self._by_guid[record.guid] = self._by_number[record.number] = record
        self._slugs.add(slug)
        return self.share.add(record, is_new=True)

    def _decide(self, piece: Piece, event: Event) -> None:
        session = piece.record
        if event.is_cancelled and session.status != Session.Status.CANCELLED:
            piece.remember("status")
            session.mark_cancelled()
            piece.note(_("cancelled"))
        elif session.status == Session.Status.CANCELLED and not event.is_cancelled:
            said = gettext("“%(title)s” was cancelled here and stays so.")
            self.remarks.append(Remark(said % {"title": event.title[:80]}))
        elif event.has_time and not event.is_draft and session.status == Session.Status.DRAFT:
            piece.set("status", Session.Status.CONFIRMED, _("confirmed"))

    def _put(self, piece: Piece, event: Event) -> None:
        session = piece.record
        slot: Any = None if piece.is_new else getattr(session, "slot", None)
        where = Piece(slot or Slot(session=session), is_new=slot is None)
        for name, value in (("day", self._frame.day(event)), ("room", self._frame.room(event))):
            now = getattr(where.record, f"{name}_id")
            if where.is_new or value is None or value.pk is None or now != value.pk:
                if not where.is_new and value is None and now is None:
                    continue
                where.remember(f"{name}_id")
                setattr(where.record, name, value)
                where.note(_("room") if name == "room" else _("day"))
        assert event.starts_at is not None
        assert event.ends_at is not None
        # In UTC: a moment in the hour that a clock shows twice equals none in another time zone.
        where.set("starts_at", event.starts_at.astimezone(UTC), _("time"))
        where.set("ends_at", event.ends_at.astimezone(UTC), _("time"))
        self.slots.append(where)
        if where.is_new:
            piece.note(_("time"))
        for change in where.changes:
            piece.note(change)
        piece.overwritten += where.overwritten

    def _appear(self, piece: Piece, event: Event) -> None:
        """Add those who are not there yet, and take the file's order, if it is another one."""
        here = {} if piece.is_new else {one.speaker_id: one for one in piece.record.appearances.all()}
        speakers = [self._people.speaker(person) for person in event.persons]
        speakers = list({id(speaker): speaker for speaker in speakers}.values())
        self._speakers[id(piece.record)] = speakers
        places = [here[one.pk].position if one.pk in here else None for one in speakers]
        if None not in places and places == sorted(places):  # type: ignore[type-var]
            return
        for position, speaker in enumerate(speakers):
            appearance = here.get(speaker.pk) if speaker.pk else None
            one = Piece(
                appearance or Appearance(session=piece.record, speaker=speaker), is_new=appearance is None
            )
            one.set("position", position, _("speakers"))
            self.appearances.append(one)
            piece.overwritten += one.overwritten
            if one.is_new or one.changes:
                piece.note(_("speakers"))
