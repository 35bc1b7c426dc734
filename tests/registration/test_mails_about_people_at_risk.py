"""What mails say of somebody at risk, and to whom: every letter, to everybody to whom it could go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from agenda.models import Appearance
from forum.mail import Pointless, compose, letters
from forum.models import Message
from registration.models import Order, TypeChange
from tests import make
from tests.registration import risk
from tests.registration.risk import Page, Scene

pytestmark = pytest.mark.django_db

MATE, OTHER = "mate@example.org", "other@example.org"
READERS = (risk.EMAIL, risk.BUYER, MATE, OTHER, risk.GUEST_EMAIL, risk.WAITING_EMAIL)


def _in_state(status: str) -> Callable[[Scene], Iterable[Any]]:
    return lambda scene: scene.delegation(status)[1:]


def _lapsed_offer(scene: Scene) -> Iterable[Any]:
    kind = make.ticket_type(scene.edition, size=1)
    return [
        make.place_offer(make.waiting_entry(kind, scene.survivors, email=risk.WAITING_EMAIL), status="lapsed")
    ]


def _lapsed_change(scene: Scene) -> Iterable[Any]:
    prices = {"from_price": 25_000, "price": 30_000}
    types = {"from_type": scene.kind, "to_type": make.ticket_type(scene.edition)}
    return [TypeChange.objects.create(ticket=scene.ticket, status="lapsed", **types, **prices)]


def _late_payment(scene: Scene) -> Iterable[Any]:
    return [make.payment(scene.delegation("expired")[0], 25_000)]


def _short_payment(scene: Scene) -> Iterable[Any]:
    return [make.payment(scene.delegation("reserved")[0], 100)]


def _orders(scene: Scene) -> Iterable[Order]:
    return [scene.order, scene.delegation("reserved")[0]]


def _planned(scene: Scene) -> Iterable[Any]:
    return [make.personal_agenda(scene.edition, sessions=[scene.open, scene.closed], email=OTHER)]


def _changed_agenda(scene: Scene) -> Iterable[Any]:
    """A closed session that moves, and one with somebody who is not listed; another attendee marked both."""
    make.agenda_of_user(scene.edition, scene.open, scene.closed, user=make.user(OTHER))
    scene.hidden.withdraw("listed")
    Appearance.objects.create(session=scene.open, speaker=scene.hidden)
    for session in (scene.open, scene.closed):
        session.slot.starts_at += timedelta(minutes=5)
        session.slot.save()
    return [make.release(scene.edition)]


# Which records a letter may be about. Those for who signs in are about no one but their reader.
ABOUT: dict[str, Callable[[Scene], Iterable[Any]] | None] = {
    "agenda-changes": _changed_agenda,
    "announcement": lambda scene: [scene.announcement],
    "announcement-trial": lambda scene: [scene.announcement],
    "forum-cancelled": lambda scene: scene.edition.bulk_refunds.get().parts.all(),
    "guest-invited": lambda scene: [scene.guest],
    "guest-reminder": lambda scene: [scene.guest],
    "offer-lapsed": _lapsed_offer,
    "order-links": lambda scene: [scene.order],
    "order-state": _orders,
    "payment-late": _late_payment,
    "payment-reminder": _orders,
    "payment-short": _short_payment,
    "personal-agenda-link": _planned,
    "place-offered": lambda scene: [scene.offer],
    "refund": lambda scene: [scene.refund],
    "registration-open": lambda scene: [scene.edition.interests.get()],
    "speaker-place": _in_state("confirmed"),
    "ticket-approved": _in_state("reserved"),
    "ticket-cancelled": _in_state("cancelled"),
    "ticket-confirmed": _in_state("confirmed"),
    "ticket-declined": _in_state("declined"),
    "ticket-expired": _in_state("expired"),
    "ticket-passed-on": lambda scene: [scene.ticket],
    "ticket-requested": _in_state("requested"),
    "ticket-reserved": _in_state("reserved"),
    "type-change-lapsed": _lapsed_change,
    "waiting-joined": lambda scene: [scene.entry],
    "password-reset": None,
    "sign-in-changed": None,
    "sign-in-code": None,
}
# Beside these, a mail about somebody goes to themselves and to who registered them.
MAY_READ = {
    risk.EMAIL: {risk.NAME, risk.BADGE, risk.ORGANISATION, risk.EMAIL, risk.VOUCHER},
    risk.BUYER: {risk.NAME, risk.BADGE, risk.ORGANISATION, risk.EMAIL, risk.BUYER, risk.VOUCHER},
    risk.GUEST_EMAIL: {risk.GUEST, risk.GUEST_EMAIL},
    risk.WAITING_EMAIL: {risk.WAITING_EMAIL},
}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_every_letter_is_looked_at() -> None:
    assert set(ABOUT) == set(letters())


def test_a_mail_tells_its_reader_nothing_of_somebody_at_risk_that_is_not_theirs_to_know(scene: Scene) -> None:
    told: dict[tuple[str, str], set[str]] = {}

    for letter, about in ABOUT.items():
        for record in about(scene) if about else ():
            for reader in READERS:
                if mail := _written(letter, record, reader, scene):
                    told.setdefault((letter, reader), set()).update(_words(mail).tells(risk.ALL))

    assert {letter for letter, _reader in told} == {letter for letter, about in ABOUT.items() if about}
    too_much = {mail: more for mail, words in told.items() if (more := words - MAY_READ.get(mail[1], set()))}
    assert not too_much


def _written(letter: str, record: Any, to: str, scene: Scene) -> Any:
    context = {"name": "Somebody"} if letter == "ticket-passed-on" else {}
    message = Message(letter=letter, to=to, language="en", edition=scene.edition, context=context)
    message.about = record
    try:
        return compose(message)
    except Pointless:
        return None


def _words(mail: Any) -> Page:
    """A mail with all its parts, those that are attached unpacked."""
    parts = [mail.subject, mail.body, *(html for html, _kind in mail.alternatives)]
    for _name, content, _kind in mail.attachments:
        parts.append(risk.words_in(content if isinstance(content, bytes) else str(content).encode()))
    return Page("", "", 200, "\n".join(str(part) for part in parts))
