"""The persons of a file as speakers, and the agreement to be named, if whoever brings the file has it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agenda.frab.programme import Person, Programme, Remark
from agenda.imports.plan import Kind, Share
from forum.models import Edition
from forum.numbers import new_number
from forum.slugs import new_slug
from forum.translated import searchable
from speakers.models import Consent, Speaker


class People:
    """Speakers are found by guid, else by number and name, else by name where there is no number; or made.

    Nobody is named in public by being in a file. With `agreed` those are who did not take their agreement back here.
    """

    def __init__(self, edition: Edition, programme: Programme, *, agreed: bool) -> None:
        self._edition = edition
        self.share = Share(Kind.SPEAKERS, ["name"])
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
            self.share.add(record, is_new=False).set("name", person.name, _("name"))
        return record

    def _known_otherwise(self, person: Person) -> Speaker | None:
        """By number and name together: in another file the number may be somebody else's, and what one person has
        agreed to must not become another's."""
        if person.number is None:
            return self._by_name.get(person.name)
        record = self._by_number.get(person.number)
        return record if record and searchable(record.name) == searchable(person.name) else None

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
        withdrawn: set[int] = set()
        for consent in Consent.objects.to_be_listed_in(self._edition):
            (withdrawn if consent.withdrawn_at else given).add(consent.speaker_id)
        withdrawn -= given
        for piece in self.share.pieces:
            speaker = piece.record
            if speaker.pk is None or speaker.pk not in given | withdrawn:
                self.consents.append(
                    Consent(speaker=speaker, scope=Consent.Scope.LISTED, text_version="imported")
                )
                piece.note(gettext("agreed to be named in public"))
        if refused := sum(1 for piece in self.share.pieces if piece.record.pk in withdrawn):
            said = ngettext(
                "%(count)s person took back the agreement to be named in public; that stays so.",
                "%(count)s persons took back the agreement to be named in public; that stays so.",
                refused,
            )
            self.remarks.append(Remark(said % {"count": refused}))
