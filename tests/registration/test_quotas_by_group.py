"""Quotas that count some groups, and places that are set aside: who takes a place of which, whoever comes first."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import Edition, Message, StakeholderGroup
from registration.models import (
    Order,
    Place,
    PlaceOffer,
    Quota,
    SetAside,
    Ticket,
    TicketType,
    TypeChange,
    WaitingEntry,
    WaitingList,
)
from registration.models.group_change import change_group
from registration.reconciliation.places import misplaced
from registration.tasks import compare_counters, sweep_waiting_lists
from tests import make
from tests.registration.test_places import at_once, kinds, placing

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.system()


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def suppliers(edition: Edition) -> StakeholderGroup:
    return make.group(edition, name="Suppliers")


@pytest.fixture
def brands(edition: Edition) -> StakeholderGroup:
    return make.group(edition, name="Brands")


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    return make.ticket_type(edition, name="Main forum")


def place(kind: TicketType, group: StakeholderGroup, **fields: Any) -> Ticket:
    return Order.place(make.wish(kind, group, **fields), by=SOMEBODY).tickets.get()


def taken(quota: Quota) -> int:
    quota.refresh_from_db()
    assert quota.taken == quota.places.filter(is_extra=False).count()
    return quota.taken


def let_pass(aside: Quota) -> None:
    Quota.objects.filter(pk=aside.pk).update(kept_until=timezone.now() - timedelta(minutes=1))


def assert_all_is_counted() -> None:
    assert not Quota.objects.miscounted().exists()
    assert not Ticket.objects.misplaced().exists()
    assert not any(Ticket.objects.misplaced_in(edition).exists() for edition in Edition.objects.all())
    assert not PlaceOffer.objects.misplaced().exists()


# --- taking ---


def test_a_quota_for_groups_counts_only_them(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota, overall = make.quota(kind, size=5, groups=[suppliers]), make.quota(kind, size=9)

    place(kind, suppliers)
    place(kind, brands)

    assert (taken(quota), taken(overall)) == (1, 2)
    assert_all_is_counted()


def test_a_full_quota_refuses_its_groups_and_nobody_else(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=1, groups=[suppliers])
    place(kind, suppliers)

    with pytest.raises(Refusal):
        place(kind, suppliers)

    assert place(kind, brands).status == "confirmed"
    assert_all_is_counted()


def test_a_group_that_is_shown_as_another_is_counted_with_that_one(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup
) -> None:
    quota = make.quota(kind, size=1, groups=[suppliers])
    hidden = make.group(edition, shown_as=suppliers)

    place(kind, hidden)

    assert taken(quota) == 1
    with pytest.raises(Refusal):
        place(kind, suppliers)
    assert_all_is_counted()


def test_no_quota_names_a_group_that_is_shown_as_another(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup
) -> None:
    quota, hidden = make.quota(kind), make.group(edition, shown_as=suppliers)

    with pytest.raises(Refusal) as refusal:
        quota.share_among([kind], [hidden])

    assert refusal.value.field == "groups"
    quota.refresh_from_db()
    assert (quota.counts, quota.groups.count()) == ("everybody", 0)


def test_an_order_of_several_groups_takes_of_each_quota_what_its_groups_need(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    of_suppliers = make.quota(kind, size=2, groups=[suppliers])
    of_both = make.quota(kind, size=3, groups=[suppliers, brands])
    mixed = [make.wanted(kind, group) for group in (suppliers, brands, suppliers)]

    Order.place(make.wish_of(*mixed), by=SOMEBODY)

    assert (taken(of_suppliers), taken(of_both)) == (2, 3)
    with pytest.raises(Refusal):
        Order.place(make.wish_of(make.wanted(kind, brands)), by=SOMEBODY)
    assert_all_is_counted()


def test_an_order_is_refused_whole_when_one_of_its_groups_finds_too_few(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota, overall = make.quota(kind, size=1, groups=[suppliers]), make.quota(kind, size=10)
    mixed = [make.wanted(kind, group) for group in (brands, suppliers, suppliers)]

    with pytest.raises(Refusal):
        Order.place(make.wish_of(*mixed), by=SOMEBODY)

    assert (taken(quota), taken(overall), Ticket.objects.count()) == (0, 0, 0)


def test_the_refused_read_which_places_are_taken(kind: TicketType, suppliers: StakeholderGroup) -> None:
    make.quota(kind, size=5, groups=[suppliers])
    for _ in range(5):
        make.ticket(ticket_type=kind, group=suppliers, order=make.order(tickets=0, ticket_type=kind))

    with pytest.raises(Refusal) as refusal:
        place(kind, suppliers)

    said = "The 5 places of “Main forum” for Suppliers are taken. Choose another ticket."
    assert refusal.value.reason == said


def test_who_is_refused_learns_no_small_number_and_no_hidden_group(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup
) -> None:
    hidden = make.group(edition, name="Hidden", shown_as=suppliers)
    make.quota(kind, size=1, groups=[suppliers])
    place(kind, suppliers)

    with pytest.raises(Refusal) as refusal:
        place(kind, hidden)

    said = "The places of “Main forum” for Suppliers are taken. Choose another ticket."
    assert refusal.value.reason == said


def test_a_voucher_goes_beyond_the_quota_of_a_group(kind: TicketType, suppliers: StakeholderGroup) -> None:
    quota = make.quota(kind, size=0, groups=[suppliers])
    voucher = make.voucher(kind.edition, goes_beyond=True, ticket_types=[kind])

    ticket = place(kind, suppliers, voucher=voucher)

    assert taken(quota) == 0
    assert Place.objects.get(ticket=ticket).is_extra
    assert_all_is_counted()


def test_an_approved_request_takes_a_place_of_its_group(
    edition: Edition, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    quota = make.quota(kind, size=1, groups=[suppliers])
    first, second, other = (place(kind, group) for group in (suppliers, suppliers, brands))

    first.approve(by=SOMEBODY)
    other.approve(by=SOMEBODY)

    with pytest.raises(Refusal):
        second.approve(by=SOMEBODY)
    assert taken(quota) == 1
    assert_all_is_counted()


def test_a_guest_takes_a_place_of_their_group(edition: Edition, suppliers: StakeholderGroup) -> None:
    kind = make.ticket_type(edition)
    quota = make.quota(kind, size=1, groups=[suppliers])
    guests = [make.guest(edition, ticket_type=kind, group=suppliers) for _ in range(2)]
    first, second = (make.wish(kind, suppliers).invited(guest) for guest in guests)

    Order.place(first, by=SOMEBODY)

    with pytest.raises(Refusal):
        Order.place(second, by=SOMEBODY)
    assert guests[1].offered().left_in_words == "none"  # type: ignore[union-attr]
    assert taken(quota) == 1


def test_a_change_of_type_takes_a_place_of_the_group_there(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    to = make.ticket_type(edition)
    quota = make.quota(to, size=1, groups=[suppliers])
    mine, theirs, others = (place(kind, group) for group in (suppliers, suppliers, brands))

    TypeChange.ask(mine, to, price=0, by=SOMEBODY)
    TypeChange.ask(others, to, price=0, by=SOMEBODY)

    with pytest.raises(Refusal):
        TypeChange.ask(theirs, to, price=0, by=SOMEBODY)
    assert taken(quota) == 1
    assert_all_is_counted()


def test_placing_asks_no_more_where_no_quota_is_by_group(
    kind: TicketType, suppliers: StakeholderGroup, django_assert_num_queries: Any
) -> None:
    make.quota(kind, size=9)
    ticket = make.ticket(ticket_type=kind, group=suppliers, order=make.order(tickets=0, ticket_type=kind))
    ticket.places.all().delete()
    Quota.objects.update(taken=0)

    with django_assert_num_queries(4):  # the hold, who shares what, the place, the counter
        Place.take(ticket)


# --- set aside ---


def test_places_that_are_set_aside_only_their_groups_can_have(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    aside = make.set_aside(whole, 2, suppliers)
    place(kind, brands)

    with pytest.raises(Refusal) as refusal:
        place(kind, brands)

    assert refusal.value.reason == (
        "What is left of “Main forum” is set aside for: Suppliers. Choose another ticket."
    )
    place(kind, suppliers)
    place(kind, suppliers)
    assert (taken(whole), taken(aside)) == (3, 1)
    with pytest.raises(Refusal):
        place(kind, suppliers)
    assert_all_is_counted()


def test_who_places_are_set_aside_for_may_have_the_others_too(
    kind: TicketType, suppliers: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    make.set_aside(whole, 1, suppliers)

    for _ in range(3):
        place(kind, suppliers)

    assert taken(whole) == 3


@pytest.mark.embedded
def test_what_was_set_aside_everybody_can_have_from_its_day_on(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    aside = make.set_aside(whole, 2, suppliers, until=timezone.now() + timedelta(hours=1))
    place(kind, brands)
    let_pass(aside)

    place(kind, brands)
    place(kind, brands)

    assert (taken(whole), taken(aside)) == (3, 1)
    assert aside.places.filter(is_extra=True).count() == 2
    with pytest.raises(Refusal):
        place(kind, brands)
    assert_all_is_counted()


def test_what_is_left_follows_the_clock(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    aside = make.set_aside(make.quota(kind, size=3), 3, suppliers, until=timezone.now() + timedelta(hours=1))

    def left(group: StakeholderGroup) -> int | None:
        seen = TicketType.objects.with_places().get(pk=kind.pk).seen_by(group)
        return seen.left

    assert (left(brands), left(suppliers)) == (0, 3)
    let_pass(aside)
    assert (left(brands), left(suppliers)) == (3, 3)


def test_an_organizer_releases_what_is_set_aside(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=1)
    make.set_aside(whole, 1, suppliers)

    SetAside.release(whole, by=SOMEBODY)

    assert place(kind, brands).status == "confirmed"
    with pytest.raises(Refusal):
        SetAside.release(whole, by=SOMEBODY)


def test_no_more_is_set_aside_than_others_have_left(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    for group in (brands, brands, suppliers):
        place(kind, group)

    with pytest.raises(Refusal) as refusal:
        SetAside(2, [suppliers]).keep(whole, by=SOMEBODY)

    assert refusal.value.field == "number"
    assert Quota.objects.count() == 1
    assert taken(make.set_aside(whole, 1, suppliers)) == 2


@pytest.mark.parametrize("number", [0, 4])
def test_as_many_are_set_aside_as_there_are(
    kind: TicketType, suppliers: StakeholderGroup, number: int
) -> None:
    whole = make.quota(kind, size=3)

    with pytest.raises(Refusal) as refusal:
        SetAside(number, [suppliers]).keep(whole, by=SOMEBODY)

    assert refusal.value.field == "number"


def test_nothing_is_set_aside_from_what_has_no_end_or_is_for_some_groups(
    kind: TicketType, suppliers: StakeholderGroup
) -> None:
    for quota in (make.quota(kind, size=None), make.quota(kind, groups=[suppliers])):
        with pytest.raises(Refusal):
            SetAside(1, [suppliers]).keep(quota, by=SOMEBODY)


def test_to_set_aside_again_replaces_what_was_set_aside(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    make.set_aside(whole, 1, suppliers)
    place(kind, brands)

    aside = make.set_aside(whole, 2, brands)

    assert (aside.size, taken(aside), set(aside.groups.all())) == (1, 0, {brands})
    assert_all_is_counted()


def test_what_is_set_aside_stays_as_many_when_the_whole_grows_or_shrinks(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=10)
    aside = make.set_aside(whole, 4, suppliers)
    place(kind, brands)

    whole.resize(12)
    aside.refresh_from_db()
    assert aside.size == 8
    whole.resize(5)
    aside.refresh_from_db()
    assert aside.size == 1
    for size in (4, 3, None):
        with pytest.raises(Refusal):
            whole.resize(size)
    whole.refresh_from_db()
    aside.refresh_from_db()
    assert (whole.size, aside.size) == (5, 1)


def test_types_that_share_the_whole_share_what_is_set_aside(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=3)
    aside = make.set_aside(whole, 1, suppliers)
    other = make.ticket_type(edition)
    place(other, brands)

    whole.share_among([kind, other])

    assert (taken(whole), taken(aside)) == (1, 1)
    with pytest.raises(Refusal):
        whole.share_among([kind, other], [brands])
    assert_all_is_counted()


def test_the_database_knows_only_quotas_that_make_sense(kind: TicketType) -> None:
    quota = make.quota(kind, size=1)

    for fields in ({"counts": "others"}, {"kept_until": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Quota.objects.filter(pk=quota.pk).update(**fields)


# --- changing ---


def test_groups_that_a_quota_is_given_are_counted_and_others_no_more(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota = make.quota(kind, size=9)
    for group in (suppliers, suppliers, brands):
        place(kind, group)

    quota.share_among([kind], [suppliers])
    assert taken(quota) == 2
    quota.share_among([kind], [brands])
    assert taken(quota) == 1
    quota.share_among([kind], [])
    assert taken(quota) == 3
    assert_all_is_counted()


def test_a_quota_is_given_no_groups_for_which_it_is_too_small(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota = make.quota(kind, size=1, groups=[brands])
    for group in (suppliers, suppliers, brands):
        place(kind, group)

    with pytest.raises(Refusal) as refusal:
        quota.share_among([kind], [suppliers])

    assert refusal.value.field == "groups"
    assert taken(quota) == 1
    assert_all_is_counted()


def test_a_ticket_that_is_given_another_group_takes_its_place_with_it(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    of_suppliers, of_brands = (make.quota(kind, size=2, groups=[one]) for one in (suppliers, brands))
    overall = make.quota(kind, size=2)
    ticket = place(kind, suppliers)

    assert change_group(ticket, brands, by=SOMEBODY)

    assert (taken(of_suppliers), taken(of_brands), taken(overall)) == (0, 1, 1)
    assert not change_group(ticket, brands, by=SOMEBODY)
    assert_all_is_counted()


def test_a_ticket_stays_in_its_group_when_the_other_one_is_full(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    of_suppliers, of_brands = (make.quota(kind, size=1, groups=[one]) for one in (suppliers, brands))
    ticket = place(kind, suppliers)
    place(kind, brands)

    with pytest.raises(Refusal):
        change_group(ticket, brands, by=SOMEBODY)

    ticket.refresh_from_db()
    assert ticket.group == suppliers
    assert (taken(of_suppliers), taken(of_brands)) == (1, 1)
    assert_all_is_counted()


def test_a_reservation_past_its_time_keeps_nobody_from_changing_their_group(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota, ticket = make.quota(kind, size=1, groups=[brands]), place(kind, suppliers)
    order, past = make.order(tickets=0, ticket_type=kind), timezone.now() - timedelta(minutes=1)
    late = make.ticket(ticket_type=kind, group=brands, status="reserved", reserved_until=past, order=order)

    change_group(ticket, brands, by=SOMEBODY)

    late.refresh_from_db()
    assert (late.status, taken(quota)) == ("expired", 1)


def test_a_badge_that_shows_another_group_is_mailed_again(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    ticket, hidden = place(kind, suppliers), make.group(edition, shown_as=suppliers)
    told = Message.objects.filter(letter="ticket-confirmed")

    change_group(ticket, hidden, by=SOMEBODY)
    assert told.count() == 1
    change_group(ticket, brands, by=SOMEBODY)

    assert told.count() == 2


def test_a_ticket_that_waits_to_become_dearer_takes_both_places_to_its_new_group(
    edition: Edition, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    plain, dinner = make.ticket_type(edition), make.ticket_type(edition, price=5000)
    quota = make.quota(plain, dinner, size=3, groups=[brands])
    of_dinner = make.quota(dinner, size=3, groups=[brands])
    ticket = place(plain, suppliers)
    TypeChange.ask(ticket, dinner, price=5000, by=SOMEBODY)

    change_group(Ticket.objects.get(pk=ticket.pk), brands, by=SOMEBODY)

    assert (taken(quota), taken(of_dinner)) == (1, 1)
    assert_all_is_counted()


def test_a_requested_ticket_changes_its_group_and_takes_the_place_of_that_one(
    edition: Edition, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    kind = make.ticket_type(edition, needs_approval=True)
    quota = make.quota(kind, size=1, groups=[brands])
    ticket = place(kind, suppliers)
    seen_before = Ticket.objects.select_related("group").get(pk=ticket.pk)

    change_group(ticket, brands, by=SOMEBODY)
    seen_before.approve(by=SOMEBODY)

    assert taken(quota) == 1
    assert_all_is_counted()


def test_a_group_that_a_quota_counts_is_shown_as_no_other_one(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, groups=[suppliers])
    hidden = make.group(edition, shown_as=brands)

    for group, shown_as in ((suppliers, brands), (hidden, suppliers)):
        group.shown_as = shown_as
        with pytest.raises(ValidationError):
            group.clean()
    hidden.shown_as = None
    hidden.clean()


# --- waiting ---


@pytest.mark.embedded
def test_who_waits_is_offered_a_place_of_their_group_and_of_no_other(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quotas = [make.quota(kind, size=1, groups=[group]) for group in (suppliers, brands)]
    of_suppliers, of_brands = place(kind, suppliers), place(kind, brands)
    entry = make.waiting_entry(kind, suppliers)

    of_brands.cancel(by=SOMEBODY)
    sweep_waiting_lists()
    entry.refresh_from_db()
    assert entry.status == "waiting"
    of_suppliers.cancel(by=SOMEBODY)
    sweep_waiting_lists()

    entry.refresh_from_db()
    assert entry.status == "offered"
    assert [taken(quota) for quota in quotas] == [1, 0]
    assert_all_is_counted()


def test_who_waits_for_a_full_group_keeps_no_other_group_back(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=0, groups=[suppliers])
    make.quota(kind, size=1)
    make.waiting_entry(kind, suppliers)

    ticket = place(kind, brands)

    assert ticket.status == "confirmed"


def test_what_comes_free_of_a_group_is_its_waiters(kind: TicketType, suppliers: StakeholderGroup) -> None:
    make.quota(kind, size=1, groups=[suppliers])
    entry = make.waiting_entry(kind, suppliers)

    with pytest.raises(Refusal):
        place(kind, suppliers)

    entry.refresh_from_db()
    assert entry.status == "offered"
    assert_all_is_counted()


def test_one_waits_only_for_what_is_full_for_ones_group(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=0, groups=[suppliers])

    joined = WaitingEntry.join(kind, suppliers, email="w@example.org", language="en", key="1")

    assert joined.is_waiting
    with pytest.raises(Refusal):
        WaitingEntry.join(kind, brands, email="w@example.org", language="en", key="2")


def test_who_waits_for_what_is_set_aside_is_offered_it_from_its_day_on(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    until = timezone.now() + timedelta(hours=1)
    aside = make.set_aside(make.quota(kind, size=1), 1, suppliers, until=until)
    entry = make.waiting_entry(kind, brands)
    WaitingList(kind.edition).pass_on(by=SOMEBODY)
    entry.refresh_from_db()
    assert entry.is_waiting

    let_pass(aside)
    sweep_waiting_lists()

    offer = PlaceOffer.objects.get()
    assert offer.entry == entry
    assert offer.places.filter(is_extra=True).get().quota == aside
    offer.withdraw(to=WaitingEntry.Status.LEFT, by=SOMEBODY)
    assert_all_is_counted()


def test_those_who_wait_for_a_group_are_counted_against_its_places_alone(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=1, groups=[suppliers])
    make.quota(kind, size=1, groups=[brands])
    make.waiting_entry(kind, suppliers)

    seen = TicketType.objects.with_places().get(pk=kind.pk)

    assert (seen.seen_by(suppliers).left, seen.seen_by(brands).left) == (0, 1)
    assert seen.left == 1


# --- what is left, in words ---


@pytest.mark.embedded
def test_a_ticket_is_full_when_it_is_for_all_groups_that_may_take_it(
    edition: Edition, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    both, own = make.ticket_type(edition), make.ticket_type(edition, groups=[suppliers])
    make.quota(both, own, size=0, groups=[suppliers])

    of_both, of_own = TicketType.objects.with_places().order_by("pk")

    assert (of_both.left_in_words, of_both.shown_groups_that_find("none")) == ("many", [suppliers])
    assert (of_own.left_in_words, of_own.shown_groups_that_find("none")) == ("none", [])


def test_groups_of_a_page_cost_no_question_more(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, django_assert_num_queries: Any
) -> None:
    make.quota(kind, size=4, groups=[suppliers])
    read = list(edition.groups.all())

    with django_assert_num_queries(5):  # types, groups that may, prices, days, quotas
        seen = list(TicketType.objects.of_edition(edition).with_places())
        assert [one.seen_by(group).left for one in seen for group in read] == [4]


# --- the pages ---


PATH, JOIN = "/en/register/", "/en/register/waiting/"


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_the_page_says_for_whom_no_place_is_left(
    client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=0, groups=[suppliers])

    page = text(client.get(PATH))

    assert "No places left for Suppliers" in page
    assert f'data-full-for="{suppliers.slug}"' in page
    assert page.count("formaction=") == 1
    assert "disabled" not in page


def test_the_page_says_for_whom_few_places_are_left(
    client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=3, groups=[suppliers])

    page = text(client.get(PATH))

    assert "Few places left for Suppliers" in page
    assert f'data-few-for="{suppliers.slug}"' in page
    assert ("Many places left" in page, "data-full-for" in page) == (True, False)


def test_the_page_names_no_group_that_is_shown_as_another(
    edition: Edition, client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    hidden = make.group(edition, name="Hidden ones", shown_as=suppliers)
    make.quota(kind, size=0, groups=[suppliers])

    page = text(client.get(PATH))

    assert "No places left for Suppliers<" in page
    assert f'data-full-for="{suppliers.slug} {hidden.slug}"' in page


def test_who_chooses_a_group_that_is_full_reads_why(
    client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=0, groups=[suppliers])
    sent = {"step": "review", "ticket_type": kind.pk, "group": suppliers.slug}

    of_suppliers = client.post(PATH, sent).context["form"]
    of_brands = client.post(PATH, {**sent, "group": brands.slug}).context["form"]

    said = "The places of “Main forum” for Suppliers are taken. Choose another ticket."
    assert of_suppliers.errors["ticket_type"] == [said]
    assert "ticket_type" not in of_brands.errors


def test_one_is_asked_to_wait_only_as_somebody_who_finds_no_place(
    client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.group(kind.edition, name="Others")
    make.quota(kind, size=0, groups=[suppliers, brands])

    page = text(client.get(JOIN, {"ticket": kind.pk}))
    as_supplier = text(client.get(JOIN, {"ticket": kind.pk, "group": suppliers.slug}))
    other = client.get(JOIN, {"ticket": kind.pk, "group": kind.edition.groups.get(name__en="Others").slug})

    assert ("Suppliers" in page, "Brands" in page, "Others" in page) == (True, True, False)
    assert "You wait as: Suppliers" in as_supplier
    assert other.status_code == 302


def test_a_person_of_a_delegation_whose_group_is_full_is_told_so_at_their_row(
    client: Client, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    make.quota(kind, size=0, groups=[suppliers])
    rows = {"people-TOTAL_FORMS": "2", "people-INITIAL_FORMS": "0"}
    people = {
        f"people-{number}-{name}": value
        for number, group in enumerate(("", suppliers.slug))
        for name, value in {"name": f"Person {number}", "group": group, "photo_consent": "ask"}.items()
    }
    sent = {"step": "review", "group": brands.slug, "ticket_type": kind.pk, "email": "a@example.org"}

    page = text(client.post("/en/register/delegation/", {**sent, **rows, **people}))

    assert page.count("The places of “Main forum” for Suppliers are taken.") >= 1


# --- what must never be ---


@pytest.mark.embedded
def test_a_place_of_another_groups_quota_is_found(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    quota = make.quota(kind, size=5, groups=[suppliers])
    wrong, right = place(kind, brands), place(kind, suppliers)
    Place.objects.create(ticket=wrong, quota=quota)
    Quota.objects.filter(pk=quota.pk).update(taken=2)

    assert list(Ticket.objects.misplaced()) == list(Ticket.objects.misplaced_in(edition)) == [wrong]
    assert [wrong.order.code in found.sentence for found in misplaced(edition)] == [True]
    assert right.places.count() == 1


def test_a_place_that_a_group_lacks_is_found(
    edition: Edition, kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    aside = make.set_aside(make.quota(kind, size=9), 4, suppliers)
    lacking, right = place(kind, brands), place(kind, suppliers)
    lacking.places.filter(quota=aside).delete()

    assert list(Ticket.objects.misplaced()) == list(Ticket.objects.misplaced_in(edition)) == [lacking]
    assert right.places.count() == 1


def test_an_offer_with_a_place_of_another_groups_quota_is_found(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup, caplog: Any
) -> None:
    quota = make.quota(kind, size=5, groups=[suppliers])
    offer = make.place_offer(make.waiting_entry(kind, brands))
    Place.objects.create(offer=offer, quota=quota)
    Quota.objects.filter(pk=quota.pk).update(taken=1)

    compare_counters()

    assert f"offer {offer.pk}" in caplog.text


# --- rivals ---


def assert_one_won(results: list[Any]) -> None:
    assert kinds(results)["Refusal"] == len(results) - 1, results
    assert_all_is_counted()


@pytest.mark.parametrize("round_number", range(3))
@pytest.mark.django_db(transaction=True)
def test_two_of_a_group_never_get_its_last_place_both(
    kind: TicketType, suppliers: StakeholderGroup, round_number: int
) -> None:
    quota = make.quota(kind, size=1, groups=[suppliers])
    make.quota(kind, size=50)

    results = at_once([placing(make.wish(kind, suppliers)) for _ in range(8)])

    assert_one_won(results)
    assert taken(quota) == 1


@pytest.mark.django_db(transaction=True)
def test_rivals_of_several_groups_fill_each_quota_and_the_whole_and_no_more(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    of_suppliers, overall = make.quota(kind, size=4, groups=[suppliers]), make.quota(kind, size=10)
    of_brands = make.quota(kind, size=20, groups=[brands])
    wishes = [make.wish(kind, group) for _ in range(12) for group in (suppliers, brands)]

    results = at_once([placing(wish) for wish in wishes])

    assert kinds(results) == {"Order": 10, "Refusal": 14}
    assert taken(overall) == 10
    assert taken(of_suppliers) <= 4
    assert taken(of_suppliers) + taken(of_brands) == 10
    assert_all_is_counted()


@pytest.mark.django_db(transaction=True)
def test_rivals_leave_what_is_set_aside_to_its_groups(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup
) -> None:
    whole = make.quota(kind, size=10)
    aside = make.set_aside(whole, 4, suppliers)

    results = at_once([placing(make.wish(kind, brands)) for _ in range(16)])

    assert kinds(results) == {"Order": 6, "Refusal": 10}
    assert (taken(whole), taken(aside)) == (6, 6)


@pytest.mark.parametrize("round_number", range(3))
@pytest.mark.django_db(transaction=True)
def test_groups_change_types_and_sales_go_on_at_once_and_all_is_counted(
    kind: TicketType, suppliers: StakeholderGroup, brands: StakeholderGroup, round_number: int
) -> None:
    quota, whole = make.quota(kind, size=30, groups=[suppliers]), make.quota(kind, size=60)
    tickets = [place(kind, group) for group in (suppliers, brands) * 4]

    def changing(ticket: Ticket, group: StakeholderGroup) -> Callable[[], Any]:
        return lambda: change_group(Ticket.objects.get(pk=ticket.pk), group, by=SOMEBODY)

    def cancelling(ticket: Ticket) -> Callable[[], Any]:
        return lambda: Ticket.objects.get(pk=ticket.pk).cancel(by=SOMEBODY)

    deeds = [
        *(changing(one, group) for one in tickets for group in (suppliers, brands)),
        *(cancelling(one) for one in tickets[:3]),
        *(placing(make.wish(kind, group)) for group in (suppliers, brands) * 3),
        lambda: Quota.objects.get(pk=quota.pk).share_among([kind], [brands]),
        lambda: SetAside(5, [suppliers]).keep(whole, by=SOMEBODY),
        lambda: Quota.objects.get(pk=quota.pk).share_among([kind], []),
    ]
    results = at_once(deeds)

    faults = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refusal)]
    assert not faults
    assert_all_is_counted()
