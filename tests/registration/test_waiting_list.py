"""Waiting for a place that is full: who may join, what the pages tell, whose turn it is."""

from __future__ import annotations

import logging
import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from registration.models import Order, Place, PlaceOffer, Quota, TicketType, WaitingEntry, WaitingList
from registration.tasks import offer_free_places, sweep_waiting_lists
from tests import make
from tests.registration.test_bad_input import EVIL, assert_plain
from tests.registration.test_letters import html_of
from tests.registration.test_register_page import PATH, text

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.system()
JOIN = "/en/register/waiting/"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def full(edition: Edition) -> TicketType:
    """A type of which no place is left."""
    make.group(edition)
    return make.ticket_type(edition, name="Main forum", size=0)


def answer(kind: TicketType, **changes: Any) -> dict[str, Any]:
    group = kind.edition.groups.first() or make.group(kind.edition)
    return {
        "ticket": kind.pk,
        "group": group.slug,
        "email": "ma.hla@example.org",
        "key": f"key-{secrets.token_urlsafe(16)}",
        **changes,
    }


def turns(edition: Edition) -> list[str]:
    return [entry.email for entry in WaitingEntry.objects.waiting().of_edition(edition).in_turn()]


def joined(kind: TicketType, *names: str) -> list[WaitingEntry]:
    group = kind.edition.groups.first() or make.group(kind.edition)
    return [make.waiting_entry(kind, group, email=f"{name}@example.org") for name in names]


# --- joining ---


def test_what_is_full_offers_to_wait(client: Client, full: TicketType) -> None:
    make.ticket_type(full.edition, size=5)

    page = text(client.get(PATH))

    assert re.findall(r'<button[^>]*formaction="([^"]*)"', page) == [f"{JOIN}?ticket={full.pk}"]


def test_what_was_chosen_and_typed_before_comes_along_and_joins_nobody_yet(
    client: Client, full: TicketType
) -> None:
    group = make.group(full.edition, name="Suppliers")
    typed = {"ticket": full.pk, "group": group.slug, "email": "ma.hla@example.org", "name": "Ma Hla"}

    page = text(client.post(f"{JOIN}?ticket={full.pk}", typed))

    assert "You wait as: Suppliers" in page
    assert 'value="ma.hla@example.org"' in page
    assert 'class="error-summary"' not in page
    assert not WaitingEntry.objects.exists()


def test_a_hidden_type_or_one_for_delegations_has_no_waiting_list(client: Client, full: TicketType) -> None:
    delegations = make.ticket_type(full.edition, size=0, min_per_order=5)
    hidden = make.ticket_type(full.edition, size=0, is_hidden=True)

    answers = [client.get(JOIN, {"ticket": kind.pk}).status_code for kind in (delegations, hidden)]

    assert answers == [404, 404]
    assert text(client.get(PATH)).count("formaction=") == 1


def test_one_field_is_to_be_filled_in_when_the_link_has_chosen_the_group(
    client: Client, full: TicketType
) -> None:
    group = make.group(full.edition, name="Suppliers")

    chosen = text(client.get(JOIN, {"ticket": full.pk, "group": group.slug}))
    open_ = text(client.get(JOIN, {"ticket": full.pk, "group": "nonsense"}))

    assert "You wait as: Suppliers" in chosen
    assert 'type="radio"' not in chosen
    assert open_.count('type="radio"') == 2


def test_the_group_is_asked_among_those_that_the_ticket_is_for(client: Client, full: TicketType) -> None:
    theirs = make.group(full.edition, name="Brands")
    full.groups.set([theirs])

    page = text(client.get(JOIN, {"ticket": full.pk}))

    assert "You wait as: Brands" in page


def test_joining_puts_one_on_the_list_and_mails_the_link(client: Client, full: TicketType) -> None:
    answered = client.post(JOIN, answer(full), follow=True)

    entry, message = WaitingEntry.objects.get(), Message.objects.get()
    assert "You are on the waiting list" in text(answered)
    assert (entry.email, entry.language, entry.status) == ("ma.hla@example.org", "en", "waiting")
    assert (message.letter, message.to) == ("waiting-joined", "ma.hla@example.org")
    mail = compose(message)
    assert entry.get_absolute_url() in str(mail.body)
    assert entry.get_absolute_url() in html_of(mail)
    assert "Main forum" in str(mail.body)


def test_joining_twice_is_one_entry_and_reveals_nothing(client: Client, full: TicketType) -> None:
    first = client.post(JOIN, answer(full), follow=True)
    again = client.post(JOIN, answer(full, email="MA.HLA@example.org"), follow=True)

    assert WaitingEntry.objects.count() == 1
    assert first.redirect_chain == again.redirect_chain
    assert text(first) == text(again)


def test_pressing_twice_sends_one_mail(client: Client, full: TicketType) -> None:
    page = text(client.get(JOIN, {"ticket": full.pk}))
    [key] = re.findall(r'name="key" value="([^"]+)"', page)

    for _press in range(2):
        client.post(JOIN, answer(full, key=key))

    assert Message.objects.count() == 1


def test_one_address_may_wait_under_two_groups(full: TicketType) -> None:
    for group in (make.group(full.edition), make.group(full.edition)):
        WaitingEntry.join(full, group, email="family@example.org", language="en", key="k")

    assert WaitingEntry.objects.count() == 2


def test_who_left_may_join_again(full: TicketType) -> None:
    [entry] = joined(full, "ana")
    entry.leave(by=SOMEBODY)

    again = WaitingEntry.join(full, entry.group, email=entry.email, language="en", key="k")

    assert again.pk != entry.pk


def test_nobody_waits_for_what_has_places(client: Client, edition: Edition) -> None:
    kind = make.ticket_type(edition, size=5)

    answered = client.post(JOIN, answer(kind))

    assert answered["Location"].startswith(f"{PATH}?ticket={kind.pk}")
    assert not WaitingEntry.objects.exists()
    with pytest.raises(Refusal, match="places again"):
        WaitingEntry.join(kind, make.group(edition), email="a@example.org", language="en", key="k")


def test_nobody_joins_when_registration_is_closed(client: Client) -> None:
    kind = make.ticket_type(make.edition("closed"), size=0)

    page = text(client.post(JOIN, answer(kind)))

    assert "Registration is closed" in page
    with pytest.raises(Refusal):
        WaitingEntry.join(kind, make.group(kind.edition), email="a@example.org", language="en", key="k")


def test_too_many_from_one_place_are_asked_to_come_later(client: Client, full: TicketType) -> None:
    for number in range(60):
        client.post(JOIN, answer(full, email=f"a{number}@example.org"))

    page = text(client.post(JOIN, answer(full, email="late@example.org")))

    assert "Many people joined from here" in page
    assert WaitingEntry.objects.count() == 60


def test_one_address_gets_only_so_many_mails(client: Client, full: TicketType) -> None:
    answers = [client.post(JOIN, answer(full)).status_code for _ in range(12)]

    assert answers == [302] * 12
    assert Message.objects.count() == 10


@pytest.mark.parametrize("field", ["ticket", "group", "email", "key"])
def test_whatever_is_sent_is_answered(
    client: Client, full: TicketType, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)

    for evil in EVIL:
        if evil == "١٢٣" and full.pk == 123:
            continue  # it names the ticket
        changed = {field: evil.encode("utf-8", "surrogatepass")}
        assert_plain(client.post(JOIN, {**answer(full), **changed}), evil)
        assert_plain(client.get(JOIN, {"ticket": full.pk, **changed}), evil)

    assert field == "key" or not WaitingEntry.objects.exists()


# --- the entry's own page ---


def test_whose_turn_it_is_is_told_in_words(client: Client, full: TicketType) -> None:
    first, second, third = joined(full, "ana", "ben", "caw")

    pages = [text(client.get(entry.get_absolute_url())) for entry in (first, second, third)]

    assert "You are next" in pages[0]
    assert all("There are others before you" in page for page in pages[1:])


@pytest.mark.parametrize("status", ["registered", "lapsed", "left", "removed", "offered"])
def test_the_page_of_an_entry_that_ended_says_so(client: Client, full: TicketType, status: str) -> None:
    entry = make.waiting_entry(full, status=status)

    page = text(client.get(entry.get_absolute_url()))

    assert "You are next" not in page
    assert "others before you" not in page


def test_one_leaves_by_a_press_and_not_by_a_look(client: Client, full: TicketType) -> None:
    [entry] = joined(full, "ana")
    leaving = f"{entry.get_absolute_url()}leaving/"

    text(client.get(leaving))
    entry.refresh_from_db()
    before = entry.status
    page = text(client.post(leaving, follow=True))

    entry.refresh_from_db()
    assert (before, entry.status) == ("waiting", "left")
    assert "You are not on the waiting list any more" in page


def test_a_wrong_secret_opens_nothing(client: Client) -> None:
    for path in ("waiting/nonsense/", "waiting/nonsense/leaving/", "offers/nonsense/"):
        assert client.get(f"/en/{path}").status_code == 404


def test_a_mail_about_an_entry_that_ended_is_pointless(full: TicketType) -> None:
    entry = make.waiting_entry(full, status="left")

    with pytest.raises(Pointless):
        compose(make.message("waiting-joined", about=entry))


# --- whose turn it is ---


def test_a_place_that_is_given_back_is_offered_to_the_next(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1)
    ticket = make.ticket(ticket_type=kind)
    first, second = joined(kind, "ana", "ben")

    ticket.cancel(by=SOMEBODY)
    offer_free_places(edition.pk)

    offer = PlaceOffer.objects.get()
    assert offer.entry == first
    assert turns(edition) == [second.email]
    assert list(Place.objects.values_list("offer", "ticket")) == [(offer.pk, None)]
    assert not Quota.objects.miscounted().exists()


@pytest.mark.embedded
def test_as_many_offers_are_made_as_there_are_places(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=0)
    joined(kind, "ana", "ben", "caw")
    Quota.objects.get().resize(2)

    sweep_waiting_lists()
    sweep_waiting_lists()

    assert turns(edition) == ["caw@example.org"]
    assert Quota.objects.get().taken == PlaceOffer.objects.open().count() == 2


def test_who_waits_for_what_is_still_full_stops_nobody_behind_them(edition: Edition) -> None:
    hall, lunch = make.ticket_type(edition), make.ticket_type(edition)
    make.quota(hall, lunch, size=1)
    make.quota(lunch, size=0)
    joined(lunch, "ana")
    joined(hall, "ben")

    WaitingList(edition).pass_on(by=SOMEBODY)

    assert turns(edition) == ["ana@example.org"]


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"is_hidden": True},
        {"needs_approval": True},
        {"available_until": timezone.now() - timedelta(hours=1)},
        {"available_from": timezone.now() + timedelta(hours=1)},
    ],
)
def test_what_nobody_can_have_or_an_organizer_has_to_approve_is_not_offered_by_itself(
    edition: Edition, change: dict[str, Any]
) -> None:
    kind = make.ticket_type(edition, size=1, **change)
    joined(kind, "ana")

    WaitingList(edition).pass_on(by=SOMEBODY)

    assert turns(edition) == ["ana@example.org"]


@pytest.mark.parametrize(
    "change",
    [
        {"registration_paused_at": timezone.now()},
        {"cancelled_at": timezone.now()},
        {"registration_closes_at": timezone.now() - timedelta(hours=1)},
    ],
)
def test_nothing_is_offered_while_nobody_can_register(edition: Edition, change: dict[str, Any]) -> None:
    joined(make.ticket_type(edition, size=1), "ana")
    Edition.objects.filter(pk=edition.pk).update(**change)

    sweep_waiting_lists()

    assert turns(edition) == ["ana@example.org"]


# --- nobody passes by ---


def test_while_people_wait_what_comes_free_shows_as_full_to_others(client: Client, edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1, price=25000)
    late = timezone.now() - timedelta(minutes=1)
    make.ticket(ticket_type=kind, status="reserved", reserved_until=late)
    joined(kind, "ana")

    page = text(client.get(PATH))

    assert "No places left" in page
    assert "formaction=" in page


@pytest.mark.embedded
def test_who_waits_for_something_else_that_is_full_takes_nobodys_place(edition: Edition) -> None:
    hall, lunch = make.ticket_type(edition), make.ticket_type(edition)
    make.quota(hall, lunch, size=5)
    make.quota(lunch, size=0)
    joined(lunch, *"abcdefg")

    [shown, _lunch] = TicketType.objects.on_offer(edition).with_places()

    assert shown.left == 5
    Order.place(make.wish(hall), by=SOMEBODY)


def test_a_newcomer_does_not_pass_who_waits_for_the_place_of_an_overdue_reservation(
    edition: Edition,
) -> None:
    kind = make.ticket_type(edition, size=1, price=25000)
    late = timezone.now() - timedelta(minutes=1)
    make.ticket(ticket_type=kind, status="reserved", reserved_until=late)
    [entry] = joined(kind, "ana")

    with pytest.raises(Refusal):
        Order.place(make.wish(kind), by=SOMEBODY)

    entry.refresh_from_db()
    assert entry.status == "offered"
    assert not Quota.objects.miscounted().exists()


def test_a_newcomer_gets_what_is_left_when_all_who_wait_have_an_offer(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=2)
    [entry] = joined(kind, "ana")

    Order.place(make.wish(kind), by=SOMEBODY)

    entry.refresh_from_db()
    assert entry.status == "offered"
    assert Quota.objects.get().taken == 2


def test_a_request_is_not_approved_on_a_place_that_others_wait_for(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1)
    asked = make.ticket(ticket_type=kind, status="requested")
    joined(kind, "ana")

    with pytest.raises(Refusal, match="wait"):
        asked.approve(by=SOMEBODY)

    assert Quota.objects.get().taken == 0


def test_a_voucher_that_goes_beyond_passes_by(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1)
    joined(kind, "ana")
    voucher = make.voucher(edition, goes_beyond=True)

    order = Order.place(make.wish(kind, voucher=voucher), by=SOMEBODY)

    assert order.tickets.get().status == "confirmed"


def test_who_waits_costs_a_registration_one_question_more_however_many_they_are(
    edition: Edition, queries: Any
) -> None:
    kind, other = make.ticket_type(edition, size=50), make.ticket_type(edition, size=0)
    group = make.group(edition)
    Order.place(make.wish(kind, group), by=SOMEBODY)

    with queries() as with_none:
        Order.place(make.wish(kind, group), by=SOMEBODY)
    joined(other, "a")
    with queries() as with_one:
        Order.place(make.wish(kind, group), by=SOMEBODY)
    joined(other, *"bc")
    with queries() as with_three:
        Order.place(make.wish(kind, group), by=SOMEBODY)

    assert len(with_three) == len(with_one) == len(with_none) + 1, with_three
    assert sum("registration_waitingentry" in one["sql"] for one in with_none.captured_queries) == 1


# --- out of turn ---


def test_moving_to_the_front_makes_one_the_next_and_keeps_the_reason(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=0)
    _ana, _ben, caw = joined(kind, "ana", "ben", "caw")
    user = make.user()

    caw.move_to_front(by=Actor.of(user), reason="She interprets for us.")
    joined(kind, "dan")

    assert turns(edition) == [f"{name}@example.org" for name in ("caw", "ana", "ben", "dan")]
    decision = caw.decisions.get()
    assert (decision.kind, decision.reason, decision.by) == ("front", "She interprets for us.", user)


@pytest.mark.embedded
def test_moving_after_somebody_keeps_the_order_of_all_others(edition: Edition) -> None:
    kind = make.ticket_type(edition, size=0)
    ana, _ben, caw, _dan = joined(kind, "ana", "ben", "caw", "dan")

    ana.move_after(caw, by=SOMEBODY, reason="Asked for it.")

    assert turns(edition) == [f"{name}@example.org" for name in ("ben", "caw", "ana", "dan")]


def test_the_front_is_that_of_ones_own_list(edition: Edition) -> None:
    one, other = make.ticket_type(edition, size=0), make.ticket_type(edition, size=0)
    joined(one, "ana")
    joined(other, "ben")
    [caw] = joined(other, "caw")

    caw.move_to_front(by=SOMEBODY, reason="Asked for it.")

    assert turns(edition) == [f"{name}@example.org" for name in ("ana", "caw", "ben")]


def test_nobody_is_moved_or_removed_without_a_reason(full: TicketType) -> None:
    ana, ben = joined(full, "ana", "ben")
    deeds = (
        lambda: ben.move_to_front(by=SOMEBODY, reason=" "),
        lambda: ana.move_after(ben, by=SOMEBODY, reason=""),
        lambda: ben.remove(by=SOMEBODY, reason=""),
        lambda: PlaceOffer.make_out_of_turn(ben, by=SOMEBODY, reason=""),
    )

    for deed in deeds:
        with pytest.raises(Refusal):
            deed()

    assert turns(full.edition) == ["ana@example.org", "ben@example.org"]


def test_who_does_not_wait_any_more_is_not_moved(full: TicketType) -> None:
    ana, ben = joined(full, "ana", "ben")
    ben.leave(by=SOMEBODY)

    for deed in (ben.move_to_front, lambda **said: ana.move_after(ben, **said)):
        with pytest.raises(Refusal):
            deed(by=SOMEBODY, reason="Asked for it.")
