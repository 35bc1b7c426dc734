"""Bank statements: taken once, booked once, whoever confirms; the buyer hears what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from registration.models import BankStatement, Order, Payment, StatementLine
from registration.payments.bank.upload import Upload
from tests import make
from tests.registration.bank_files import table
from tests.registration.test_places import at_once, kinds

FINANCE = Actor.system()


def owing(*, tickets: int = 1, edition: Edition | None = None, **fields: Any) -> Order:
    kind = make.ticket_type(edition, price=25000, size=9)
    return make.order(status="reserved", tickets=tickets, ticket_type=kind, **fields)


def letters() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("letter", flat=True))


def bring_in(edition: Edition, *lines: str) -> BankStatement:
    return Upload(edition, table(*lines)).carry_out(by=FINANCE)


# --- taking ---


@pytest.mark.django_db
def test_a_plan_writes_nothing() -> None:
    order = owing()

    plan = Upload(order.edition, table(f"2026-11-20;250.00;A;{order.code}")).plan()

    assert (plan.sure, plan.suggested, plan.unclear) == (1, 0, 0)
    assert not BankStatement.objects.exists()
    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_a_line_that_comes_again_in_another_file_is_not_taken_again() -> None:
    order = owing()
    line = f"2026-11-20;250.00;A;{order.code}"
    first = bring_in(order.edition, line)
    first.book_all_sure(by=FINANCE)

    plan = Upload(order.edition, table(line, "2026-11-21;3.00;B;x")).plan()
    second = bring_in(order.edition, line, "2026-11-21;3.00;B;x")

    assert (plan.known, len(plan.lines)) == (1, 1)
    assert second.lines.get().amount == 300
    with pytest.raises(Refusal, match="here already"):
        bring_in(order.edition, line)
    assert BankStatement.objects.count() == 2


@pytest.mark.django_db
def test_a_line_that_was_left_aside_does_not_come_back_with_another_file() -> None:
    edition = make.edition()
    bring_in(edition, "2026-11-20;9.00;A;rent").lines.get().ignore(by=FINANCE)

    with pytest.raises(Refusal, match="here already"):
        bring_in(edition, "2026-11-20;9.00;A;rent")


@pytest.mark.django_db
def test_money_that_was_booked_for_another_edition_is_known_there_too() -> None:
    order = owing()
    line = f"2026-11-20;250.00;A;{order.code}"
    bring_in(order.edition, line).book_all_sure(by=FINANCE)

    assert Upload(make.edition(), table(line)).plan().known == 1


@pytest.mark.django_db
def test_the_same_line_in_two_editions_is_booked_in_one() -> None:
    ours, theirs = owing(), owing()
    line = "2026-11-20;250.00;A;x"
    here, there = (bring_in(order.edition, line).lines.get() for order in (ours, theirs))
    here.give(ours.code, by=FINANCE)
    here.book(by=FINANCE)
    there.give(theirs.code, by=FINANCE)

    with pytest.raises(Refusal, match="another order"):
        there.book(by=FINANCE)

    there.refresh_from_db()
    assert (there.status, Payment.objects.get().order) == ("suggested", ours)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_bring_in_the_same_file_at_once_one_takes_each_line() -> None:
    edition = make.edition()
    lines = [f"2026-11-20;{number}.00;A;x" for number in range(1, 40)]

    results = at_once([lambda: bring_in(edition, *lines)] * 4, threads=4)

    assert set(kinds(results)) <= {"BankStatement", "Refusal"}
    assert StatementLine.objects.count() == 39
    assert BankStatement.objects.count() == kinds(results)["BankStatement"]


# --- booking ---


@pytest.mark.django_db
def test_a_sure_line_confirms_the_ticket_with_the_day_on_which_the_bank_booked_it() -> None:
    order = owing()
    line = make.statement_line(order)

    payment = line.book(by=FINANCE)

    line.refresh_from_db()
    assert (line.status, line.payment) == ("booked", payment)
    assert (payment.provider, payment.reference) == ("bank-transfer", line.digest)
    assert payment.received_at == order.edition.midnight(line.booked_on)
    assert order.tickets.get().status == "confirmed"
    assert letters() == ["ticket-confirmed"]


@pytest.mark.django_db
def test_a_line_that_is_booked_twice_is_one_payment() -> None:
    line = make.statement_line(owing())
    again = StatementLine.objects.get(pk=line.pk)
    line.book(by=FINANCE)

    with pytest.raises(Refusal, match="meanwhile"):
        again.book(by=FINANCE)

    assert Payment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_organizers_who_confirm_the_same_line_at_once_one_books_it() -> None:
    lines = [make.statement_line(owing(), text=f"line {number}") for number in range(8)]
    deeds: list[Callable[[], Any]] = [
        lambda pk=line.pk: StatementLine.objects.get(pk=pk).book(by=FINANCE)
        for line in lines
        for _ in range(2)
    ]

    results = at_once(deeds)

    assert kinds(results) == {"Payment": 8, "Refusal": 8}
    assert Payment.objects.count() == 8
    assert letters() == ["ticket-confirmed"] * 8


@pytest.mark.django_db(transaction=True)
def test_of_booking_and_leaving_aside_at_once_one_is_done() -> None:
    lines = [make.statement_line(owing(), text=f"line {number}") for number in range(8)]
    deeds: list[Callable[[], Any]] = []
    for line in lines:
        deeds.append(lambda pk=line.pk: StatementLine.objects.get(pk=pk).book(by=FINANCE))  # type: ignore[misc]
        deeds.append(lambda pk=line.pk: StatementLine.objects.get(pk=pk).ignore(by=FINANCE))  # type: ignore[misc]

    results = at_once(deeds)

    assert kinds(results)["Refusal"] == 8
    for line in StatementLine.objects.all():
        assert (line.status == "booked") == (line.payment_id is not None)


@pytest.mark.django_db
def test_all_sure_lines_are_booked_and_no_other() -> None:
    edition = make.edition()
    one, other, misread = (owing(edition=edition) for _ in range(3))
    lines = [
        StatementLine.of(make.entry(amount), order=order, found_by=found_by, note="")
        for order, amount, found_by in (
            (one, 25000, "code"),
            (other, 24000, "code"),
            (misread, 25000, "misread"),
            (misread, 25000, "name"),
        )
    ]
    statement = make.statement(edition, *lines)

    booked, refused = statement.book_all_sure(by=FINANCE)

    assert (booked, refused) == (1, [])
    assert Payment.objects.get().order == one


@pytest.mark.django_db
def test_of_two_sure_lines_for_one_order_the_second_is_left_to_somebody() -> None:
    order = owing()
    lines = [StatementLine.of(make.entry(), order=order, found_by="code", note="") for _ in range(2)]
    statement = make.statement(order.edition, *lines)

    booked, refused = statement.book_all_sure(by=FINANCE)

    assert (booked, len(refused)) == (1, 1)
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_an_order_behind_an_open_payment_page_is_not_sure() -> None:
    order = owing()
    make.checkout(order)
    line = StatementLine.objects.with_order().get(pk=make.statement_line(order).pk)

    assert not line.is_sure
    assert "A payment page of this order is open" in line.consequences[0]


# --- less, more, something else ---


@pytest.mark.django_db
def test_too_little_is_booked_the_place_stays_reserved_and_the_buyer_hears_what_is_missing() -> None:
    edition = make.edition(payment_instructions="To account 7.")
    order = owing(tickets=2, edition=edition)
    line = make.statement_line(order, 20000)

    line.book(by=FINANCE)

    assert {ticket.status for ticket in order.tickets.all()} == {"reserved"}
    assert Payment.objects.get().amount == 20000
    mail = compose(Message.objects.get())
    assert mail.to == [order.email]
    for words in ("USD 200.00", "To be paid: USD 300.00", order.code, "Pay by", "Please pay until"):
        assert words in str(mail.body)
        assert words in str(mail.alternatives[0][0])


@pytest.mark.django_db
def test_what_is_missing_is_not_asked_for_once_it_has_come() -> None:
    order = owing()
    make.statement_line(order, 20000).book(by=FINANCE)
    make.statement_line(order, 5000, text="the rest").book(by=FINANCE)

    assert order.tickets.get().status == "confirmed"
    assert letters() == ["payment-short", "ticket-confirmed"]
    with pytest.raises(Pointless):
        compose(Message.objects.get(letter="payment-short"))


@pytest.mark.django_db
def test_too_much_confirms_the_ticket_and_is_owed_back() -> None:
    order = owing()
    make.statement_line(order, 26000).book(by=FINANCE)

    assert order.tickets.get().status == "confirmed"
    assert list(Order.objects.overpaid()) == [order]


@pytest.mark.django_db
def test_money_in_another_currency_pays_for_nothing() -> None:
    order = owing()
    line = make.statement_line(order, currency="THB")

    line.book(by=FINANCE)

    assert order.tickets.get().status == "reserved"
    assert [one.order for one in Payment.objects.in_another_currency(order.edition)] == [order]
    assert letters() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency", "status", "words"),
    [
        (20000, "USD", "reserved", "USD 50.00 are missing."),
        (30000, "USD", "reserved", "USD 50.00 too much."),
        (25000, "THB", "reserved", "It is in THB, and the order in USD"),
        (25000, "USD", "confirmed", "It is paid already"),
        (25000, "USD", "requested", "has not been answered yet"),
        (25000, "USD", "expired", "Its time to pay has passed."),
        (25000, "USD", "cancelled", "It was cancelled or declined."),
    ],
)
def test_what_differs_from_what_is_owed_is_said_before_it_is_booked(
    amount: int, currency: str, status: str, words: str
) -> None:
    order = make.order(status=status, price=25000)
    if status == "confirmed":
        make.payment(order)
    made = make.statement_line(order, amount, currency=currency)

    line = StatementLine.objects.with_order().get(pk=made.pk)

    assert not line.is_sure
    assert words in " ".join(line.consequences)


# --- other decisions ---


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["{code}", " {lower} ", "{head}-{tail}", "{head} {tail}"])
def test_an_organizer_names_the_order_of_a_line_as_they_read_it(typed: str) -> None:
    order = owing()
    line = make.statement(order.edition).lines.get()
    code = order.code

    line.give(typed.format(code=code, lower=code.lower(), head=code[:4], tail=code[4:]), by=FINANCE)

    line.refresh_from_db()
    assert (line.status, line.order, line.found_by) == ("suggested", order, "hand")


@pytest.mark.django_db
def test_no_order_of_another_edition_is_given_to_a_line() -> None:
    line = make.statement().lines.get()

    for code in (owing().code, "", "NOTHING2"):
        with pytest.raises(Refusal, match="no order with this code"):
            line.give(code, by=FINANCE)


@pytest.mark.django_db
def test_what_is_left_aside_forgets_who_paid_and_may_be_taken_up_again() -> None:
    line = make.statement_line(owing(), payer="Mei Lin")

    line.ignore(by=FINANCE, reason="A donation.")
    line.refresh_from_db()
    aside = (line.status, line.payer, line.text, line.order, line.note)
    line.take_up(by=FINANCE)

    assert aside == ("ignored", "", "", None, "A donation.")
    assert line.status == "unclear"
    with pytest.raises(Refusal, match="which order"):
        line.book(by=FINANCE)


@pytest.mark.django_db
def test_what_is_decided_stays_decided() -> None:
    order = owing()
    line = make.statement_line(order)
    line.book(by=FINANCE)

    for deed in (
        lambda: line.give(order.code, by=FINANCE),
        lambda: line.ignore(by=FINANCE),
        lambda: line.take_up(by=FINANCE),
    ):
        with pytest.raises(Refusal, match="meanwhile"):
            deed()


@pytest.mark.django_db
def test_money_that_comes_after_the_time_to_pay_takes_the_place_again() -> None:
    order = owing(reserved_until=timezone.now() - timedelta(minutes=1))
    order.tickets.get().expire(by=FINANCE)

    make.statement_line(order).book(by=FINANCE)

    assert order.tickets.get().status == "confirmed"
