"""The persons of a file as speakers, and the agreement to be named, if whoever brings the file has it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext, ngettext

from agenda.frab.programme import Person, Programme, Remark
from agenda.imports.plan import Kind, Share
from forum.models import Edition
from forum.numbers import new_number
from forum.slugs import new_slug
from forum.translated import searchable
from speakers.models import Consent, Speaker


class People:
    """Speakers are found by guid, else by number and name, else by name where there is no number; or made.

    Who is here already keeps their name, which may be a pseudonym that somebody needs. Nobody is named in public by
    being in a file. With `agreed` those are who are new by it, or of whom nobody has ever been asked here.
    """

    def __init__(self, edition: Edition, programme: Programme, *, agreed: bool) -> None:
        self._edition = edition
        self.share = Share(Kind.SPEAKERS, [])
        self.consents: list[Consent] = []
        self.remarks: list[Remark] = []
        here = list(edition.speakers.all())
        self._by_guid = {speaker.guid: speaker for speaker in here}
        self._by_number = {speaker.number: speaker for speaker in here}
        self._by_name = {speaker.name: speaker for speaker in reversed(here)}
        self._slugs = {speaker.slug for speaker in here}
        self._speakers: dict[UUID, Speaker] = {}
        self._placed: set[int] = set()
        for event in programme.events:
            for person in event.persons:
                if person.guid not in self._speakers:
                    self._speakers[person.guid] = self._found_or_made(person)
        if agreed:
            self._agree()

    def speaker(self, person: Person) -> Speaker:
        """The speaker that a person of the file is."""
        return self._speakers[person.guid]

    def carry_out(self) -> None:
        """Write speakers and agreements. Who has a photo waiting gives theirs singly: it is drawn then."""
        self.share.carry_out()
        for consent in self.consents:
            if consent.speaker.photo_original:
                consent.speaker.agree(Consent.Scope.LISTED)
        Consent.objects.bulk_create(
            [consent for consent in self.consents if not consent.speaker.photo_original], batch_size=500
        )

    def _found_or_made(self, person: Person) -> Speaker:
        record = self._by_guid.get(person.guid)
        if record is None and not person.has_own_guid:
            record = self._known_otherwise(person)
        if record is None:
            return self._made(person)
        if id(record) not in self._placed:
            self._placed.add(id(record))
            self.share.add(record, is_new=False)
            if record.name != person.name:
                said = gettext("“%(there)s” in the file is called “%(here)s” here; that stays so.")
                told = {"there": person.name[:80], "here": record.name[:80]}
                self.remarks.append(Remark(said % told))
        return record

    def _known_otherwise(self, person: Person) -> Speaker | None:
        """By number and name together: in another file the number may be somebody else's, and what one person has
        agreed to must not become another's."""
        if person.number is None:
            return self._by_name.get(person.name)
        record = self._by_number.get(person.number)
        if record is None or searchable(record.name) == searchable(person.name):
            return record
        if record.guid not in self._speakers:
            said = gettext(
                "“%(there)s” has the number of “%(here)s” here, and comes as somebody else. If it is one person, "
                "delete the new profile before the next release."
            )
            self.remarks.append(Remark(said % {"there": person.name[:80], "here": record.name[:80]}))
        return None

    def _made(self, person: Person) -> Speaker:
        number = new_number(person.guid, lambda number: number in self._by_number, wanted=person.number)
        slug = new_slug(person.slug or person.name, lambda slug: slug in self._slugs)
        record = Speaker(edition=self._edition, name=person.name, guid=person.guid, number=number, slug=slug)
        self._by_guid[record.guid] = self._by_number[record.number] = record
        self._by_name.setdefault(record.name, record)
        self._slugs.add(slug)
        self._placed.add(id(record))
        self.share.add(record, is_new=True)
        return record

    def _agree(self) -> None:
        given: set[int] = set()
        asked: set[int] = set()  # who ever agreed to anything, and so was asked about this too
        withdrawn: set[int] = set()
        for consent in Consent.objects.of_edition(self._edition):
            asked.add(consent.speaker_id)
            if consent.scope == Consent.Scope.LISTED:
                (withdrawn if consent.withdrawn_at else given).add(consent.speaker_id)
        withdrawn -= given
        decided, undecided = given | withdrawn, 0
        for piece in self.share.pieces:
            speaker = piece.record
            if piece.is_new or (speaker.user_id is None and speaker.pk not in asked):
                self.consents.append(
                    Consent(speaker=speaker, scope=Consent.Scope.LISTED, text_version="imported")
                )
                piece.note(gettext("agreed to be named in public"))
            elif speaker.pk not in decided:
                undecided += 1
        if refused := sum(1 for piece in self.share.pieces if piece.record.pk in withdrawn):
            said = ngettext(
                "%(count)s person took back the agreement to be named in public; that stays so.",
                "%(count)s persons took back the agreement to be named in public; that stays so.",
                refused,
            )
            self.remarks.append(Remark(said % {"count": refused}))
        if undecided:
            said = ngettext(
                "%(count)s person has a profile here and did not agree to be named in public; that stays so.",
                "%(count)s persons have a profile here and did not agree to be named in public; that stays so.",
                undecided,
            )
            self.remarks.append(Remark(said % {"count": undecided}))
