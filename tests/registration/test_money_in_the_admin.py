"""Moving money in the back office: one record at a time, by a sum that somebody has typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Edition
from registration.models import Order, Payment, Refund, Ticket
from tests import make, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def owner(edition: Edition) -> Client:
    return staff.at_work("owner", edition)


def paid(edition: Edition, status: str = "confirmed") -> Payment:
    """The payment of an order whose one ticket costs 250.00."""
    order = make.order(edition=edition, ticket_type=make.ticket_type(edition, price=25000), status=status)
    return make.payment(order, 25000)


def listed(model: str) -> str:
    return reverse(f"admin:registration_{model}_changelist")


def deed(record: Any, verb: str) -> str:
    return reverse(f"admin:registration_{record._meta.model_name}_{verb}", args=[record.pk])


def confirmed(**typed: str) -> dict[str, str]:
    return {"confirmed": "yes", **typed}


@pytest.mark.parametrize(("model", "verb"), [("payment", "refund"), ("order", "keep")])
def test_a_list_offers_no_deed_that_asks_for_each_records_own_sum(
    model: str, verb: str, edition: Edition, owner: Client
) -> None:
    payments = [paid(edition, status="cancelled") for _ in range(2)]
    chosen = [one.pk if model == "payment" else one.order_id for one in payments]
    typed = {"action": verb, "_selected_action": chosen, **confirmed(amount="1")}

    page = owner.get(listed(model)).content.decode()
    answer = owner.post(listed(model), typed)

    assert f'value="{verb}"' not in page
    assert answer.status_code in {200, 302}  # the list again
    assert not Refund.objects.exists()
    assert not Order.objects.exclude(kept=0).exists()


def test_a_payment_that_was_paid_back_is_not_paid_back_again(edition: Edition, owner: Client) -> None:
    payment = paid(edition)
    make.refund(payment, 25000)

    asked = owner.post(deed(payment, "refund"), follow=True)
    done = owner.post(deed(payment, "refund"), confirmed(amount="1"), follow=True)

    for answer in (asked, done):
        assert f"{payment}: “Pay back” does not apply any more." in staff.said(answer)
    assert Refund.objects.count() == 1


def test_of_several_the_ones_that_a_deed_does_not_fit_are_named_and_the_others_are_done(
    edition: Edition, owner: Client
) -> None:
    asked, over = [
        make.order(edition=edition, status=one).tickets.get() for one in ("requested", "cancelled")
    ]
    chosen = {"action": "approve", "_selected_action": [asked.pk, over.pk]}

    answer = owner.post(listed("ticket"), chosen, follow=True)

    assert f"{over}: “Approve” does not apply any more." in staff.said(answer)
    assert f"{asked}:" not in staff.said(answer)
    assert {one.pk: one.status for one in Ticket.objects.all()} == {
        asked.pk: "confirmed",
        over.pk: "cancelled",
    }


def test_a_cancellation_asks_how_much_is_paid_back_and_takes_nothing_for_an_answer_only_when_typed(
    edition: Edition, owner: Client
) -> None:
    ticket = paid(edition).order.tickets.get()

    empty = owner.post(deed(ticket, "cancel"), confirmed(amount=""))
    before = Ticket.objects.get().status
    owner.post(deed(ticket, "cancel"), confirmed(amount="0"))

    assert empty.context["form"].has_error("amount", "required")
    assert before == "confirmed"
    assert Ticket.objects.get().status == "cancelled"
    assert (Refund.objects.count(), Order.objects.get().kept) == (0, 25000)


@pytest.mark.parametrize(
    ("verb", "words"), [("refund", "Choose an amount"), ("keep", "So much is not left over")]
)
@pytest.mark.parametrize("typed", ["0", "0.00"])
def test_what_the_order_refuses_of_a_sum_is_said_at_its_field_with_what_was_typed(
    typed: str, verb: str, words: str, edition: Edition, owner: Client
) -> None:
    payment = paid(edition, status="cancelled")
    record = payment if verb == "refund" else payment.order

    answer = owner.post(deed(record, verb), confirmed(amount=typed))

    assert words in str(answer.context["form"].errors["amount"])
    assert f'value="{typed}"' in answer.content.decode()
    assert not Refund.objects.exists()
    assert Order.objects.get().kept == 0


def test_money_in_another_currency_is_not_offered_for_a_cancelled_ticket(
    edition: Edition, owner: Client
) -> None:
    order = make.order(edition=edition, ticket_type=make.ticket_type(edition, price=25000))
    make.payment(order, 10000)
    make.payment(order, 25000, currency="JPY")

    form = owner.post(deed(order.tickets.get(), "cancel")).context["form"]

    assert form.fields["amount"].initial == 10000


def test_records_that_are_only_shown_are_a_table_and_nothing_at_all_where_there_are_none(
    edition: Edition, owner: Client
) -> None:
    order = make.order(edition=edition, status="reserved")

    page = owner.get(reverse("admin:registration_order_change", args=[order.pk])).content.decode()

    assert page.count('role="region"') == 1
    assert 'id="tickets-heading"' in page
    assert "payments-heading" not in page
    assert 'name="payments-TOTAL_FORMS"' in page
