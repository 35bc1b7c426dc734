"""Paying many back, and cancelling the forum: each once, never more than was paid, whoever dies or comes second."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import compose
from forum.models import Duty, Edition, Job, Message
from forum.tasks import run_job
from registration.models import BulkRefund, BulkRefundPart, Order, Payment, Quota, Refund
from registration.payments import in_bulk
from registration.tasks import send_refund
from tests import make, staff
from tests.registration.test_checkouts import opened
from tests.registration.test_places import at_once, kinds
from tests.registration.test_refunds import at_the_provider, paid_order
from tests.servers import ROOT, StripeStandIn, environment_of

pytestmark = pytest.mark.django_db
ORGANIZER = Actor.system()
REASON = {"en": "The river rose."}
LIST = "/admin/registration/bulkrefund/"


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th"])


def bought(edition: Edition, *, provider: str = "bank-transfer", amount: int = 25000, **fields: Any) -> Order:
    """An order that is paid as its price says, or with `amount`."""
    kind = fields.pop("ticket_type", None) or make.ticket_type(edition, price=25000, size=50)
    order = make.order(edition=edition, ticket_type=kind, **fields)
    make.payment(order, amount, provider=provider)
    return order


def cancel_forum(edition: Edition, reason: dict[str, str] | None = None) -> BulkRefund:
    seen = BulkRefund.plan_of_forum(edition).digest
    return BulkRefund.cancel_forum(edition, reason=reason or REASON, by=ORGANIZER, seen=seen)


def pay_back(edition: Edition, *orders: Order, what: str = "rest", share: int = 100) -> BulkRefund:
    keys = [order.pk for order in orders]
    plan = BulkRefund.plan_of_orders(edition, keys, what, share)
    return BulkRefund.pay_back(
        edition, keys, what=what, share=share, reason=REASON, by=ORGANIZER, seen=plan.digest
    )


def carried_out(bulk: BulkRefund) -> BulkRefund:
    run_job(Job.objects.get(kind="bulk-refund", about_id=bulk.pk).pk)
    return BulkRefund.objects.with_numbers().get(pk=bulk.pk)


def anew(order: Order) -> Order:
    return Order.objects.with_tickets().get(pk=order.pk)


def states(order: Order) -> set[str]:
    return set(order.tickets.values_list("status", flat=True))


# --- cancelling the forum --------------------------------------------------------------------------------------


@pytest.mark.embedded
def test_cancelling_the_forum_ends_all_tickets_and_sends_the_money_back(edition: Edition) -> None:
    paid, free = bought(edition, provider="stripe"), make.order(edition=edition)
    other = bought(make.edition(), provider="stripe")

    bulk = carried_out(cancel_forum(edition))

    edition.refresh_from_db()
    assert edition.cancelled_at is not None
    assert not edition.takes_registrations
    assert states(paid) == states(free) == {"cancelled"}
    assert (anew(paid).paid, anew(paid).balance) == (0, 0)
    assert [refund.amount for refund in Refund.objects.all()] == [25000]
    assert (bulk.number, bulk.done, bulk.sent_back, bulk.for_hands) == (2, 2, 25000, 0)
    assert Quota.objects.get(edition=edition).taken == 0
    assert states(other) == {"confirmed"}


def test_the_money_reaches_the_provider_once(stripe_stand_in: StripeStandIn) -> None:
    order = paid_order(stripe_stand_in)

    carried_out(cancel_forum(order.edition))
    for refund in Refund.objects.all():
        send_refund(refund.pk)
        send_refund(refund.pk)

    assert at_the_provider(stripe_stand_in) == [25000]
    assert Refund.objects.get().status == "refunded"


def test_a_job_that_is_done_again_pays_nobody_twice_and_writes_nobody_twice(edition: Edition) -> None:
    order = bought(edition, provider="stripe")
    bulk = carried_out(cancel_forum(edition))
    Job.objects.update(status="queued")

    carried_out(bulk)

    assert Refund.objects.count() == 1
    assert anew(order).paid == 0
    assert Message.objects.filter(letter="forum-cancelled").count() == 1


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_worker_that_dies_in_the_middle_leaves_the_rest_to_the_next_one(
    dies_at: int, edition: Edition
) -> None:
    orders = [bought(edition, provider="stripe") for _ in range(3)]
    bulk = cancel_forum(edition)
    calls = []

    def die(done: int, of: int) -> None:
        calls.append(done)
        if len(calls) == dies_at:
            raise SystemExit

    with pytest.raises(SystemExit):
        in_bulk.carry_out(bulk, die)
    before = bulk.parts.done().count()
    carried_out(bulk)

    assert before == dies_at - 1
    assert [anew(order).paid for order in orders] == [0, 0, 0]
    assert Refund.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_within_an_order_leaves_it_whole_to_a_rival(edition: Edition) -> None:
    kind = make.ticket_type(edition, price=25000, size=50)
    orders = [bought(edition, provider="stripe", ticket_type=kind) for _ in range(4)]
    bulk = cancel_forum(edition)
    command = [sys.executable, "-m", "tests.registration.stuck_worker", str(bulk.pk), "2"]

    with subprocess.Popen(
        command, cwd=ROOT, env=environment_of(connection.settings_dict), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "stuck\n"
        rival = Thread(target=_as_a_rival, args=(bulk,))
        rival.start()  # it waits for the second order, which the other process holds
        process.kill()
    rival.join(60)

    assert [anew(order).paid for order in orders] == [0] * 4
    assert Refund.objects.count() == 4
    assert Message.objects.filter(letter="forum-cancelled").count() == 4
    assert Quota.objects.get().taken == 0


def _as_a_rival(bulk: BulkRefund) -> None:
    try:
        in_bulk.carry_out(bulk, lambda done, of: None)
    finally:
        connection.close()


def test_an_order_is_ended_whole_or_not_at_all(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    order = bought(edition, provider="stripe")
    bulk = cancel_forum(edition)
    with monkeypatch.context() as patched:
        patched.setattr(Message, "queue", _dies)
        with pytest.raises(in_bulk.StillWaiting):
            in_bulk.carry_out(bulk, lambda done, of: None)
    part = bulk.parts.get()

    assert (states(order), Refund.objects.count(), part.done_at) == ({"confirmed"}, 0, None)
    assert part.note == "ZeroDivisionError"

    carried_out(bulk)

    assert (states(order), Refund.objects.count(), anew(order).paid) == ({"cancelled"}, 1, 0)


def _dies(*args: Any, **fields: Any) -> None:
    raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_pay_each_order_back_once(edition: Edition) -> None:
    kind = make.ticket_type(edition, price=25000, size=50)
    orders = [bought(edition, provider="stripe", ticket_type=kind) for _ in range(5)]
    bulk = cancel_forum(edition)

    results = at_once([lambda: in_bulk.carry_out(bulk, lambda done, of: None) for _ in range(6)])

    assert kinds(results) == {"NoneType": 6}
    assert [anew(order).paid for order in orders] == [0] * 5
    assert Refund.objects.count() == 5
    assert Message.objects.filter(letter="forum-cancelled").count() == 5
    assert Quota.objects.get().taken == 0


@pytest.mark.django_db(transaction=True)
def test_while_it_is_carried_out_an_organizer_who_pays_back_too_pays_nothing_twice(edition: Edition) -> None:
    order = bought(edition, provider="stripe")
    payment = order.payments.get()
    bulk = cancel_forum(edition)

    at_once(
        [
            lambda: in_bulk.carry_out(bulk, lambda done, of: None),
            *[lambda: Refund.ask(payment, amount=20000, by=ORGANIZER) for _ in range(3)],
        ]
    )

    assert sum(refund.amount for refund in Refund.objects.all()) == 25000
    assert anew(order).paid == 0


@pytest.mark.django_db(transaction=True)
def test_a_forum_is_cancelled_once_however_many_press(edition: Edition) -> None:
    bought(edition)
    seen = BulkRefund.plan_of_forum(edition).digest

    results = at_once(
        [lambda: BulkRefund.cancel_forum(edition, reason=REASON, by=ORGANIZER, seen=seen) for _ in range(5)]
    )

    assert kinds(results) == {"BulkRefund": 1, "Refusal": 4}
    assert Job.objects.count() == 1


def test_an_order_that_was_just_being_placed_is_ended_too(edition: Edition) -> None:
    bulk = cancel_forum(edition)
    late = bought(edition, provider="stripe")

    carried_out(bulk)

    assert (states(late), anew(late).paid) == ({"cancelled"}, 0)


def test_an_open_payment_page_is_ended_first_and_what_came_through_it_goes_back(
    stripe_stand_in: StripeStandIn, edition: Edition
) -> None:
    kind = make.ticket_type(edition, price=25000)
    unpaid, paid = (make.order(status="reserved", ticket_type=kind) for _ in range(2))
    pages = [opened(order) for order in (unpaid, paid)]
    stripe_stand_in.pay(pages[1].reference)

    carried_out(cancel_forum(edition))

    assert states(unpaid) == states(paid) == {"cancelled"}
    assert (Payment.objects.get().order, anew(paid).paid) == (paid, 0)
    assert not unpaid.checkouts.open().exists()


def test_while_the_provider_is_away_what_hangs_on_it_waits_and_the_rest_is_done(
    stripe_stand_in: StripeStandIn, edition: Edition
) -> None:
    kind = make.ticket_type(edition, price=25000)
    waits, done = make.order(status="reserved", ticket_type=kind), bought(edition)
    opened(waits)
    stripe_stand_in.stop()
    bulk = carried_out(cancel_forum(edition))
    job = Job.objects.get()

    stripe_stand_in.start()
    Job.objects.update(due_at=job.created_at)
    again = carried_out(bulk)

    assert (job.status, bulk.done, bulk.number) == ("queued", 1, 2)
    assert (again.done, states(waits), states(done)) == (2, {"cancelled"}, {"cancelled"})
    assert Job.objects.get().status == "done"


def test_what_is_kept_stays_kept_and_what_was_paid_back_is_not_paid_again(edition: Edition) -> None:
    order = bought(edition, provider="stripe", amount=40000)
    Refund.ask(order.payments.get(), amount=5000, by=ORGANIZER)
    anew(order).keep(4000, by=ORGANIZER)

    carried_out(cancel_forum(edition))

    now = anew(order)
    assert (now.kept, now.refunded, now.balance) == (4000, 36000, 0)


def test_a_place_kept_for_late_money_is_not_taken_again(edition: Edition) -> None:
    order = make.order(edition=edition, status="expired", price=25000)
    carried_out(cancel_forum(edition))

    Payment.book(
        order, provider="bank-transfer", reference="late", amount=25000, currency="USD", by=ORGANIZER
    )

    assert states(order) == {"expired"}
    assert list(Order.objects.overpaid()) == [order]


def test_a_disputed_payment_is_not_paid_back_and_is_said(edition: Edition) -> None:
    order = bought(edition, provider="stripe")
    make.dispute(order.payments.get())

    plan = BulkRefund.plan_of_forum(edition)
    carried_out(cancel_forum(edition))

    assert [(stuck, amount) for stuck, amount in plan.stuck] == [(order, 25000)]
    assert (states(order), Refund.objects.count()) == ({"cancelled"}, 0)
    assert "disputes" in BulkRefundPart.objects.get().note


def test_without_a_reason_nothing_is_cancelled(edition: Edition) -> None:
    order = bought(edition)

    with pytest.raises(Refusal) as refusal:
        cancel_forum(edition, {"en": "  "})

    assert refusal.value.field == "reason"
    assert states(order) == {"confirmed"}


def test_when_the_numbers_have_changed_they_are_shown_again_first(edition: Edition) -> None:
    seen = BulkRefund.plan_of_forum(edition).digest
    bought(edition)

    with pytest.raises(Refusal, match="changed meanwhile"):
        BulkRefund.cancel_forum(edition, reason=REASON, by=ORGANIZER, seen=seen)

    edition.refresh_from_db()
    assert edition.cancelled_at is None


# --- what people are told --------------------------------------------------------------------------------------


def mails(letter: str = "forum-cancelled") -> dict[str, Any]:
    return {message.to: compose(message) for message in Message.objects.filter(letter=letter)}


def test_everybody_gets_one_mail_with_the_reason_in_their_language_and_only_the_buyer_reads_of_money(
    edition: Edition,
) -> None:
    order = bought(edition, provider="stripe", email="buyer@example.org", language="th", tickets=1)
    make.ticket(order=order, email="attendee@example.org", price=0)

    carried_out(cancel_forum(edition, {"en": "The river rose.", "th": "น้ำท่วม"}))
    send = Refund.objects.get()
    send.went("re_1")

    told = mails()
    assert set(told) == {"buyer@example.org", "attendee@example.org"}
    assert all("น้ำท่วม" in mail.body for mail in told.values())
    assert "USD 250.00" in told["buyer@example.org"].body
    assert "USD" not in told["attendee@example.org"].body
    assert order.secret not in told["attendee@example.org"].body
    assert Message.objects.count() == 2  # no mail of its own for each ticket, nor for the refund


def test_who_paid_by_bank_hears_that_it_comes_and_then_that_it_was_paid(edition: Edition) -> None:
    order = bought(edition, email="buyer@example.org")
    bulk = carried_out(cancel_forum(edition))

    first = mails()["buyer@example.org"].body
    bulk.parts.get().was_paid(by=ORGANIZER)
    then = mails("refund")["buyer@example.org"].body

    assert "USD 250.00 back to you by bank transfer" in first
    assert "we have paid USD 250.00 back to you" in then
    assert anew(order).paid == 0


def test_who_has_no_address_is_written_nothing(edition: Edition) -> None:
    make.order(edition=edition, email="")

    carried_out(cancel_forum(edition))

    assert not Message.objects.exists()


# --- by hand ---------------------------------------------------------------------------------------------------


def test_what_no_provider_can_send_back_is_owed_until_somebody_notes_it_as_paid(edition: Edition) -> None:
    order = bought(edition)
    bulk = carried_out(cancel_forum(edition))
    [part] = BulkRefundPart.objects.for_hands().of(bulk)

    before = (part.left_for_hands, Refund.objects.count(), list(Order.objects.overpaid()))
    part.was_paid(by=ORGANIZER)
    [after] = BulkRefundPart.objects.for_hands().of(bulk)

    assert before == (25000, 0, [order])
    assert (after.left_for_hands, anew(order).paid) == (0, 0)
    assert not Order.objects.overpaid().exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_noted_as_paid_by_many_at_once_is_noted_once(edition: Edition) -> None:
    order = bought(edition)
    part = carried_out(cancel_forum(edition)).parts.get()

    results = at_once([lambda: part.was_paid(by=ORGANIZER) for _ in range(5)])

    assert kinds(results) == {"int": 1, "Refusal": 4}
    assert anew(order).refunded == 25000


def test_what_was_paid_back_at_the_payment_itself_is_not_asked_for_again(edition: Edition) -> None:
    order = bought(edition)
    bulk = carried_out(cancel_forum(edition))

    Refund.ask(order.payments.get(), amount=10000, by=ORGANIZER)
    [part] = BulkRefundPart.objects.for_hands().of(bulk)

    assert part.left_for_hands == 15000


def test_of_two_ways_that_money_came_the_providers_goes_first(edition: Edition) -> None:
    order = bought(edition, amount=10000)
    make.payment(order, 15000, provider="stripe")

    plan = BulkRefund.plan_of_forum(edition)

    assert [(line.payment.provider, line.amount) for line in plan.lines] == [
        ("stripe", 15000),
        ("bank-transfer", 10000),
    ]
    assert plan.total == 25000


# --- paying back without cancelling ----------------------------------------------------------------------------


def test_what_no_ticket_stands_against_goes_back_and_the_tickets_stay(edition: Edition) -> None:
    over, even = bought(edition, provider="stripe", amount=30000), bought(edition, provider="stripe")

    bulk = carried_out(pay_back(edition, over, even))

    assert (anew(over).balance, anew(even).paid, bulk.number) == (0, 25000, 1)
    assert states(over) == {"confirmed"}
    edition.refresh_from_db()
    assert edition.cancelled_at is None


@pytest.mark.parametrize(("share", "amount"), [(50, 12500), (33, 8250), (1, 250), (100, 25000)])
def test_a_share_of_what_was_paid_goes_back(share: int, amount: int, edition: Edition) -> None:
    order = bought(edition, provider="stripe")

    carried_out(pay_back(edition, order, what="share", share=share))

    assert Refund.objects.get().amount == amount
    assert states(order) == {"confirmed"}


def test_never_more_goes_back_than_is_still_there_when_it_is_done(edition: Edition) -> None:
    order = bought(edition, provider="stripe")
    bulk = pay_back(edition, order, what="share", share=80)
    Refund.ask(order.payments.get(), amount=10000, by=ORGANIZER)

    carried_out(bulk)

    assert anew(order).refunded == 25000


def test_an_order_of_another_edition_is_not_paid_back(edition: Edition) -> None:
    theirs = bought(make.edition(), provider="stripe", amount=30000)

    with pytest.raises(Refusal, match="Nothing"):
        pay_back(edition, theirs)

    assert not BulkRefund.objects.exists()


def test_each_buyer_is_told_what_comes_back(edition: Edition) -> None:
    order = bought(edition, provider="stripe", amount=30000)
    carried_out(pay_back(edition, order))
    Refund.objects.get().went("re_1")

    mail = mails("refund")[order.email]

    assert "USD 50.00" in mail.body
    assert "The river rose." in mail.body


# --- in the back office ----------------------------------------------------------------------------------------


def both_duties(edition: Edition) -> Client:
    person = make.user(duty="registration", edition=edition)
    Duty.objects.create(user=person, edition=edition, role="finance")
    return staff.enter(Client(), person)


@pytest.mark.parametrize("who", ["owner", "both"])
def test_the_forum_is_cancelled_after_a_preview(who: str, edition: Edition) -> None:
    order = bought(edition, email="buyer@example.org")
    bought(edition, provider="stripe")
    organizer = both_duties(edition) if who == "both" else staff.at_work("owner", edition)

    preview = organizer.get(f"{LIST}cancel-forum/")
    without = organizer.post(
        f"{LIST}cancel-forum/", {"seen": preview.context["plan"].digest, "reason_en": ""}
    )
    answer = organizer.post(
        f"{LIST}cancel-forum/",
        {"seen": preview.context["plan"].digest, "reason_en": "The river rose.", "reason_th": ""},
    )
    bulk = BulkRefund.objects.get()
    carried_out(bulk)
    page = organizer.get(answer["Location"]).content.decode()

    shown = preview.content.decode()
    assert "USD 500.00" in shown
    assert "buyer@example.org" in shown
    assert without.status_code == 200
    assert bulk.asked_by is not None
    assert "All of it is carried out" in page
    assert order.code in page


def test_a_cancelled_forum_is_not_offered_to_be_cancelled_again(edition: Edition) -> None:
    bulk = cancel_forum(edition)
    organizer = staff.at_work("owner", edition)

    answer = organizer.get(f"{LIST}cancel-forum/")

    assert answer["Location"] == f"{LIST}{bulk.pk}/change/"


@pytest.mark.parametrize("duty", ["registration", "finance", "programme", "door", "protection"])
def test_one_duty_alone_does_not_cancel_the_forum(duty: str, edition: Edition) -> None:
    bought(edition)
    organizer = staff.at_work(duty, edition)
    seen = BulkRefund.plan_of_forum(edition).digest

    answers = [
        organizer.get(f"{LIST}cancel-forum/"),
        organizer.post(f"{LIST}cancel-forum/", {"seen": seen, "reason_en": "So."}),
    ]

    edition.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert edition.cancelled_at is None


def test_finance_chooses_orders_sees_the_sums_and_pays_back(edition: Edition) -> None:
    orders = [bought(edition, provider="stripe") for _ in range(2)]
    bought(edition, provider="stripe")
    person = make.user(duty="finance", edition=edition)
    organizer = staff.enter(Client(), person)
    keys = ",".join(str(order.pk) for order in orders)

    asked = organizer.post(
        "/admin/registration/order/",
        {"action": "pay_back", "_selected_action": [order.pk for order in orders]},
    )
    sent = {"orders": keys, "what": "share", "share": "50", "seen": asked.context["plan"].digest}
    unseen = organizer.post(f"{LIST}orders/", {**sent, "confirm": "yes"})
    preview = organizer.post(f"{LIST}orders/", {**sent, "preview": "yes"})
    seen = preview.context["plan"].digest
    organizer.post(f"{LIST}orders/", {**sent, "seen": seen, "confirm": "yes"})
    carried_out(BulkRefund.objects.get())

    assert "The numbers have changed" in unseen.content.decode()
    assert "USD 250.00" in preview.content.decode()
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [12500, 12500]


def test_who_comes_back_to_the_page_by_its_address_chooses_orders_first(edition: Edition) -> None:
    organizer = staff.at_work("finance", edition)

    led = organizer.get(f"{LIST}orders/")

    assert led.status_code == 302
    assert led.url == "/admin/registration/order/"


@pytest.mark.parametrize("duty", ["registration", "programme", "door", "protection"])
def test_only_finance_pays_many_back(duty: str, edition: Edition) -> None:
    order = bought(edition, amount=30000)
    bulk = make.bulk_refund(edition, anew(order))
    bulk.parts.update(by_hand=5000)
    organizer = staff.at_work(duty, edition)

    answers = [
        organizer.post(f"{LIST}orders/", {"orders": str(order.pk), "what": "rest", "share": "100"}),
        organizer.post(f"{LIST}{bulk.pk}/paid/", {"part": [bulk.parts.get().pk]}),
        organizer.post(f"{LIST}{bulk.pk}/again/"),
        organizer.get(f"{LIST}{bulk.pk}/by-hand.csv"),
    ]
    listed = organizer.post(
        "/admin/registration/order/", {"action": "pay_back", "_selected_action": [order.pk]}
    )

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "Pay orders back" not in listed.content.decode()
    assert not Refund.objects.exists()


def test_who_answers_for_registration_sees_how_far_it_is_and_not_whom_to_pay(edition: Edition) -> None:
    bought(edition, email="buyer@example.org")
    bulk = carried_out(cancel_forum(edition))
    organizer = staff.at_work("registration", edition)

    page = organizer.get(f"{LIST}{bulk.pk}/change/").content.decode()

    assert "1 of 1" in page
    assert "buyer@example.org" not in page


def test_what_is_to_be_paid_by_hand_is_a_sheet_and_is_ticked_off(edition: Edition) -> None:
    order = bought(edition, email="=buyer@example.org")
    bulk = carried_out(cancel_forum(edition))
    organizer = staff.at_work("finance", edition)

    sheet = organizer.get(f"{LIST}{bulk.pk}/by-hand.csv").content.decode()
    organizer.post(f"{LIST}{bulk.pk}/paid/", {"part": [bulk.parts.get().pk, "x", "999999"]})
    page = organizer.get(f"{LIST}{bulk.pk}/change/").content.decode()

    assert f"{order.code},'=buyer@example.org,,Bank transfer," in sheet
    assert "250.00,USD" in sheet
    assert "noted as paid" in page
    assert anew(order).paid == 0


def test_what_was_given_up_goes_on_where_it_stopped(edition: Edition) -> None:
    order = bought(edition, provider="stripe")
    bulk = cancel_forum(edition)
    Job.objects.update(status="failed")
    organizer = staff.at_work("finance", edition)

    organizer.post(f"{LIST}{bulk.pk}/again/")
    carried_out(bulk)

    assert (Job.objects.get().status, states(order)) == ("done", {"cancelled"})


def test_a_bulk_refund_of_another_edition_does_not_exist(edition: Edition) -> None:
    theirs = make.bulk_refund()
    organizer = staff.at_work("finance", edition)

    answers = [
        organizer.get(f"{LIST}{theirs.pk}/change/"),
        organizer.get(f"{LIST}{theirs.pk}/by-hand.csv"),
        organizer.post(f"{LIST}{theirs.pk}/paid/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_the_page_of_a_bulk_refund_asks_as_often_for_three_orders_as_for_one(
    edition: Edition, queries: Any
) -> None:
    bought(edition)
    one = carried_out(cancel_forum(edition))
    other = make.edition()
    for _ in range(3):
        bought(other)
    three = carried_out(cancel_forum(other))
    clients = [staff.at_work("finance", each) for each in (edition, other)]

    with queries() as for_one:
        clients[0].get(f"{LIST}{one.pk}/change/")
    with queries() as for_three:
        page = clients[1].get(f"{LIST}{three.pk}/change/")

    assert len(page.context["parts"]) == 3
    assert len(for_three) == len(for_one), for_three


def test_a_plan_asks_as_often_for_three_orders_as_for_one(edition: Edition, queries: Any) -> None:
    bought(edition, provider="stripe")
    with queries() as for_one:
        BulkRefund.plan_of_forum(edition)
    for _ in range(2):
        bought(edition, provider="stripe")
    with queries() as for_three:
        plan = BulkRefund.plan_of_forum(edition)

    assert plan.total == 75000
    assert len(for_three) == len(for_one), for_three


def test_the_ways_there_are_shown_to_those_who_may_go_them(edition: Edition) -> None:
    way = reverse("admin:registration_bulkrefund_cancel_forum")

    shown = {
        duty: way in staff.at_work(duty, edition).get(LIST).content.decode()
        for duty in ("owner", "finance", "registration")
    }

    assert shown == {"owner": True, "finance": False, "registration": False}
