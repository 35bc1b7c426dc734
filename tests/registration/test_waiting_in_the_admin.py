"""The waiting list in the back office: who sees it, what it tells, and that each step out of turn has a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Edition
from registration.models import OfferTime, PlaceOffer, TicketType, WaitingEntry
from tests import make, staff
from tests.registration.test_admin import deed, listed, opened

pytestmark = pytest.mark.django_db

TIME = "admin:registration_waitingentry_offer_time"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    return make.ticket_type(edition, name="Main forum", size=1)


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def after(entry: WaitingEntry) -> str:
    return reverse("admin:registration_waitingentry_after", args=[entry.pk])


def turns() -> list[WaitingEntry]:
    return list(WaitingEntry.objects.waiting().in_turn())


def test_the_list_tells_turn_and_state(kind: TicketType, organizer: Client) -> None:
    offer = make.place_offer(make.waiting_entry(kind))
    make.waiting_entry(kind, email="first@example.org")
    make.waiting_entry(kind, email="second@example.org")

    page = organizer.get(listed("waitingentry"))

    rows = [
        [cell.split("<")[0] for cell in row.split('">')[1:]]
        for row in page.content.decode().split("<tr>")
        if "first@" in row or "second@" in row
    ]
    assert "Offered until" in page.content.decode()
    assert offer.entry.email in page.content.decode()
    assert [("1" in row, "2" in row) for row in rows] == [(True, False), (False, True)]


def test_the_list_is_searched_by_address(kind: TicketType, organizer: Client) -> None:
    make.waiting_entry(kind, email="hla@example.org")
    make.waiting_entry(kind, email="ben@example.org")

    page = organizer.get(listed("waitingentry"), {"q": "hla"})

    assert [entry.email for entry in page.context["cl"].result_list] == ["hla@example.org"]


def test_the_group_is_shown_as_others_see_it(edition: Edition, kind: TicketType) -> None:
    civil = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=civil)
    entry = make.waiting_entry(kind, survivors)

    for duty, sees in (("registration", False), ("finance", False), ("protection", True)):
        who = staff.at_work(duty, edition)
        shown, row = who.get(opened(entry)).content.decode(), who.get(listed("waitingentry")).content.decode()
        assert ("Survivors" in shown) == sees, duty
        assert "Survivors" not in row
        assert "Civil society" in shown
        assert "Civil society" in row


@pytest.mark.parametrize("duty", ["programme", "door"])
def test_who_waits_is_nobody_elses_business(duty: str, edition: Edition, kind: TicketType) -> None:
    entry = make.waiting_entry(kind)
    stranger = staff.at_work(duty, edition)

    answers = [
        stranger.get(listed("waitingentry")).status_code,
        stranger.get(opened(entry)).status_code,
        stranger.get(after(entry)).status_code,
        stranger.get(reverse(TIME)).status_code,
        stranger.post(deed(entry, "remove"), {"confirmed": "yes", "reason": "Why"}).status_code,
    ]

    entry.refresh_from_db()
    assert answers == [403, 403, 404, 403, 404]
    assert entry.is_waiting


@pytest.mark.parametrize("duty", ["finance", "protection"])
def test_who_may_only_look_changes_nothing(duty: str, edition: Edition, kind: TicketType) -> None:
    one, other = make.waiting_entry(kind), make.waiting_entry(kind)
    reader = staff.at_work(duty, edition)
    why = {"confirmed": "yes", "reason": "Why"}

    page = reader.get(opened(other)).content.decode()
    answers = [reader.post(deed(other, verb), why).status_code for verb in ("offer", "front", "remove")]
    answers.append(reader.post(after(one), {"after": other.pk, "reason": "Why"}).status_code)
    answers.append(reader.post(reverse(TIME), {"hours": 1}).status_code)

    assert other.email in page
    assert "Move after" not in page
    assert answers == [404, 404, 404, 404, 403]
    assert turns() == [one, other]
    assert not OfferTime.objects.exists()


def test_an_entry_of_another_edition_does_not_exist(organizer: Client) -> None:
    theirs = make.waiting_entry()

    answers = [organizer.get(after(theirs)).status_code, organizer.post(deed(theirs, "front")).status_code]

    assert answers == [404, 404]


def test_moving_to_the_front_asks_why_and_keeps_it_visible(kind: TicketType, organizer: Client) -> None:
    one, other = make.waiting_entry(kind), make.waiting_entry(kind)

    asked = organizer.post(deed(other, "front"))
    unanswered = organizer.post(deed(other, "front"), {"confirmed": "yes", "reason": " "})
    before = turns()
    organizer.post(deed(other, "front"), {"confirmed": "yes", "reason": "She interprets for us."})

    assert "Reason" in asked.content.decode()
    assert "Write why" in unanswered.content.decode()
    assert (before, turns()) == ([one, other], [other, one])
    assert "She interprets for us." in organizer.get(opened(other)).content.decode()


def test_one_is_moved_after_another(kind: TicketType, organizer: Client) -> None:
    ana, ben, caw = (make.waiting_entry(kind) for _ in range(3))
    elsewhere = make.waiting_entry(make.ticket_type(kind.edition))

    page = organizer.get(after(ana)).content.decode()
    refused = organizer.post(after(ana), {"after": elsewhere.pk, "reason": "Why"})
    moved = organizer.post(after(ana), {"after": ben.pk, "reason": "Asked for it."})

    assert ben.email in page
    assert elsewhere.email not in page
    assert "Choose another one" in refused.content.decode()
    assert moved["Location"] == opened(ana)
    assert [one for one in turns() if one != elsewhere] == [ben, ana, caw]


def test_a_place_is_offered_out_of_turn_with_a_reason(kind: TicketType, organizer: Client) -> None:
    make.waiting_entry(kind)
    other = make.waiting_entry(kind)

    organizer.post(deed(other, "offer"), {"confirmed": "yes", "reason": "A fellow."})

    assert PlaceOffer.objects.get().entry == other
    assert "A fellow." in organizer.get(opened(other)).content.decode()


def test_without_a_free_place_nothing_is_offered_and_it_is_said(edition: Edition, organizer: Client) -> None:
    entry = make.waiting_entry(make.ticket_type(edition, size=0))

    answer = organizer.post(deed(entry, "offer"), {"confirmed": "yes", "reason": "Why"}, follow=True)

    assert "No place is free" in staff.said(answer)
    assert not entry.decisions.exists()


def test_taking_off_the_list_gives_the_place_that_was_kept_back(kind: TicketType, organizer: Client) -> None:
    offer = make.place_offer(make.waiting_entry(kind))

    organizer.post(deed(offer.entry, "remove"), {"confirmed": "yes", "reason": "Twice on it."})

    offer.refresh_from_db()
    assert (offer.status, offer.entry.status) == ("withdrawn", "removed")
    assert kind.quotas.get().taken == 0


def test_the_first_page_tells_how_many_wait(kind: TicketType, organizer: Client) -> None:
    before = organizer.get(reverse("admin:index")).context["states"]
    make.waiting_entry(kind)

    [row] = organizer.get(reverse("admin:index")).context["states"]

    assert before == []
    assert (row.name, row.number) == ("Waiting for a place", "1")
    assert organizer.get(row.address).status_code == 200


def test_nothing_applies_to_who_does_not_wait_any_more(kind: TicketType, organizer: Client) -> None:
    entry = make.waiting_entry(kind, status="left")

    answer = organizer.post(deed(entry, "front"), {"confirmed": "yes", "reason": "Why"}, follow=True)

    assert "does not apply any more" in staff.said(answer)


@pytest.mark.parametrize(("typed", "kept"), [("48", 48), ("0", None), ("", None), ("²", None), ("999", None)])
def test_how_long_offers_last_is_set_for_the_edition(
    edition: Edition, organizer: Client, typed: str, kept: int | None
) -> None:
    page = organizer.get(reverse(TIME)).content.decode()
    organizer.post(reverse(TIME), {"hours": typed})

    assert 'value="24"' in page
    assert OfferTime.of(edition).hours == (kept or 24)


def test_a_page_of_an_entry_asks_as_often_for_three_decisions_as_for_one(
    kind: TicketType, organizer: Client, queries: Any
) -> None:
    entry = make.waiting_entry(kind)
    user = make.user()
    entry.decisions.create(kind="front", reason="One.", by=user)
    organizer.get(opened(entry))

    with queries() as for_one:
        organizer.get(opened(entry))
    for _ in range(2):
        entry.decisions.create(kind="front", reason="More.", by=user)
    with queries() as for_three:
        organizer.get(opened(entry))

    assert len(for_three) == len(for_one), for_three
