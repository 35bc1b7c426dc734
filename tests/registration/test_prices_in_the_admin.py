"""Prices by date in the back office, and amounts as people write them, in currencies with and without cents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum import money
from forum.edition_admin.forms import MoneyField
from forum.models import Edition
from registration.models import Order, Payment, PriceStep, Refund, TicketType
from tests import make, staff

pytestmark = pytest.mark.django_db

LISTED = "admin:registration_tickettype_changelist"


@pytest.fixture
def edition() -> Edition:
    return make.edition(currency="USD")


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


@pytest.fixture
def kind(edition: Edition) -> TicketType:
    return make.ticket_type(edition, price=25000)


def opened(record: Any) -> str:
    return reverse(f"admin:registration_{record._meta.model_name}_change", args=[record.pk])


def in_days(days: int) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def typed(moment: datetime, edition: Edition) -> str:
    """A moment as the browser's control sends it, in the edition's time zone."""
    return moment.astimezone(edition.zone).strftime("%Y-%m-%dT%H:%M")


def rows(page: Any) -> Any:
    return page.context["inline_admin_formsets"][0].formset


def errors(page: Any, row: int) -> dict[str, list[str]]:
    assert page.status_code == 200, "the form was accepted"
    return dict(rows(page).forms[row].errors)


def save(client: Client, kind: TicketType, **changed: Any) -> Any:
    """Send the ticket type's page with `changed`; row 0 of its steps is `price_steps-0-…`."""
    return client.post(opened(kind), staff.fields(client.get(opened(kind)), **changed))


# --- steps ---


def test_a_step_is_entered_as_people_write_money_and_in_the_editions_time(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    moment = in_days(10)

    answer = save(
        organizer,
        kind,
        **{
            "price_steps-0-name_en": "Early bird",
            "price_steps-0-price": "200.50",
            "price_steps-0-until": typed(moment, edition),
        },
    )

    step = PriceStep.objects.get()
    assert answer.status_code == 302
    assert (str(step.name), step.price, step.until) == ("Early bird", 20050, moment)
    assert 'value="200.50"' in organizer.get(opened(kind)).content.decode()


def test_a_step_can_be_entered_together_with_its_new_type(edition: Edition, organizer: Client) -> None:
    add = reverse("admin:registration_tickettype_add")
    filled_in = {
        "name_en": "Company",
        "price": "250",
        "price_steps-0-price": "200",
        "price_steps-0-until": typed(in_days(10), edition),
    }

    answer = organizer.post(add, staff.fields(organizer.get(add), **filled_in))

    assert answer.status_code == 302
    assert (PriceStep.objects.get().ticket_type.price, PriceStep.objects.get().price) == (25000, 20000)


def test_a_page_that_is_saved_as_it_stands_changes_no_step_and_adds_none(
    organizer: Client, kind: TicketType
) -> None:
    step = make.price_step(kind, 20000)

    page = organizer.get(opened(kind))
    answer = organizer.post(opened(kind), staff.fields(page))
    again = rows(organizer.get(opened(kind)))

    assert answer.status_code == 302
    assert PriceStep.objects.values_list("pk", "price", "until").get() == (step.pk, 20000, step.until)
    assert again.total_form_count() == 2  # and an empty one


def test_two_steps_that_end_at_the_same_moment_are_refused_at_the_field(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    step = make.price_step(kind)

    page = save(
        organizer,
        kind,
        **{"price_steps-1-price": "210", "price_steps-1-until": typed(step.until, edition)},
    )

    assert "Another step ends at this moment" in str(errors(page, 1)["until"])
    assert PriceStep.objects.count() == 1


def test_two_new_steps_that_end_at_the_same_moment_are_refused_at_the_field(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    moment = typed(in_days(10), edition)
    both = {f"price_steps-{row}-{name}": value for row in (0, 1) for name, value in [("price", "1")]}
    page = organizer.get(opened(kind))
    sent = staff.fields(page, **both, **{"price_steps-TOTAL_FORMS": "2"})

    answer = organizer.post(
        opened(kind), sent | {"price_steps-0-until": moment, "price_steps-1-until": moment}
    )

    assert "Another step ends at this moment" in str(errors(answer, 1)["until"])
    assert not PriceStep.objects.exists()


@pytest.mark.parametrize("of_what", ["the type", "registration", "the forum"])
def test_a_step_that_ends_after_the_ticket_is_over_is_refused_at_the_field(
    of_what: str, edition: Edition, organizer: Client, kind: TicketType
) -> None:
    end = in_days(5)
    if of_what == "the type":
        TicketType.objects.update(available_until=end)
    elif of_what == "registration":
        Edition.objects.update(registration_closes_at=end)
    else:
        end = edition.over_at
    late = end + timedelta(minutes=1)

    page = save(
        organizer, kind, **{"price_steps-0-price": "200", "price_steps-0-until": typed(late, edition)}
    )
    at_the_end = save(
        organizer, kind, **{"price_steps-0-price": "200", "price_steps-0-until": typed(end, edition)}
    )

    assert "Nobody can have this ticket any more then" in str(errors(page, 0)["until"])
    assert at_the_end.status_code == 302


def test_a_type_that_is_made_to_end_before_its_step_says_so_at_the_step(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    make.price_step(kind, until=in_days(7))

    page = save(organizer, kind, available_until=typed(in_days(5), edition))

    assert "Nobody can have this ticket any more then" in str(errors(page, 0)["until"])


def test_a_new_step_cannot_end_in_the_past(edition: Edition, organizer: Client, kind: TicketType) -> None:
    yesterday = typed(in_days(-1), edition)

    page = save(organizer, kind, **{"price_steps-0-price": "200", "price_steps-0-until": yesterday})

    assert "has passed already" in str(errors(page, 0)["until"])


def test_a_step_whose_time_is_over_is_kept_as_it_was(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    step = make.price_step(kind, 20000)
    shifted = {
        "price_steps-0-price": "1",
        "price_steps-0-DELETE": "on",
        "price_steps-0-name_en": "Never",
        "available_until": typed(in_days(3), edition),
    }

    with time_machine.travel(step.until, tick=False):
        organizer = staff.at_work("registration", edition)
        page = organizer.get(opened(kind))
        answer = save(organizer, kind, **shifted)

    assert answer.status_code == 302
    assert PriceStep.objects.values_list("price", "until").get() == (20000, step.until)
    assert str(PriceStep.objects.get().name) == "Early bird"
    assert "disabled" in str(rows(page).forms[0]["price"])


def test_a_step_can_be_deleted_and_moved_while_it_holds(
    edition: Edition, organizer: Client, kind: TicketType
) -> None:
    first, second = make.price_step(kind, until=in_days(3)), make.price_step(kind, until=in_days(6))

    save(organizer, kind, **{"price_steps-0-DELETE": "on", "price_steps-1-until": typed(in_days(4), edition)})

    assert not PriceStep.objects.filter(pk=first.pk).exists()
    assert PriceStep.objects.get(pk=second.pk).until == in_days(4)


def test_the_list_tells_the_price_of_now_and_the_next_one(organizer: Client, kind: TicketType) -> None:
    make.price_step(kind, 20000)

    page = organizer.get(reverse(LISTED)).content.decode()

    assert "USD 200.00" in page
    assert "then USD 250.00" in page


@pytest.mark.parametrize("duty", ["finance", "protection"])
def test_who_but_reads_ticket_types_sees_prices_as_money_and_can_change_none(
    duty: str, edition: Edition, kind: TicketType
) -> None:
    make.price_step(kind, 20000)
    reader = staff.at_work(duty, edition)

    page = reader.get(opened(kind)).content.decode()
    answer = reader.post(opened(kind), {"price": "1", "price_steps-0-price": "1"})

    assert "USD 250.00" in page
    assert "USD 200.00" in page
    assert 'name="price_steps-0-price"' not in page
    assert "25000" not in page
    assert answer.status_code == 403
    assert PriceStep.objects.get().price == 20000


@pytest.mark.parametrize("duty", ["programme", "door"])
def test_who_has_nothing_to_do_with_registration_sees_no_prices(
    duty: str, edition: Edition, kind: TicketType
) -> None:
    make.price_step(kind)

    answer = staff.at_work(duty, edition).get(opened(kind))

    assert answer.status_code in {302, 403, 404}


def test_a_types_page_asks_as_often_with_three_steps_as_with_one(
    organizer: Client, kind: TicketType, queries: Callable[[], Any]
) -> None:
    make.price_step(kind, until=in_days(1))
    organizer.get(opened(kind))

    with queries() as with_one:
        organizer.get(opened(kind))
    make.price_step(kind, until=in_days(2))
    make.price_step(kind, until=in_days(3))
    with queries() as with_three:
        organizer.get(opened(kind))

    assert len(with_three) == len(with_one), with_three


# --- money, as people write it ---


@pytest.mark.parametrize(
    ("currency", "written", "kept"),
    [
        ("USD", "250", 25000),
        ("USD", "250.00", 25000),
        ("USD", "0.5", 50),
        ("USD", " 0.01 ", 1),
        ("USD", "21474836.47", 2147483647),
        ("JPY", "25000", 25000),
        ("KRW", "1", 1),
        ("KWD", "250", 250000),
        ("KWD", "250.125", 250125),
        ("BHD", "0.001", 1),
    ],
)
def test_an_amount_is_typed_in_the_currencys_units_and_kept_in_its_smallest(
    currency: str, written: str, kept: int
) -> None:
    field = MoneyField(currency=currency)

    assert field.clean(written) == kept
    assert field.clean(field.prepare_value(kept)) == kept
    assert not field.has_changed(kept, written)
    assert field.has_changed(kept - 1, written)


@pytest.mark.parametrize(
    ("currency", "written", "words"),
    [
        ("USD", "250.001", "USD has 2 digits after the point. Write 250 or 250.00."),
        ("JPY", "250.5", "JPY has no digits after the point. Write 250."),
        ("KRW", "250.0", "KRW has no digits after the point. Write 250."),
        ("KWD", "250.1234", "KWD has 3 digits after the point. Write 250 or 250.000."),
        ("USD", "1,250.00", "Write it in figures, without spaces and commas"),
        ("USD", "NaN", "Write it in figures"),
        ("USD", "-1", "An amount cannot be less than nothing."),
        ("USD", "21474836.48", "That is too much; it can be 21474836.47 at most."),
        ("JPY", "2147483648", "it can be 2147483647 at most."),
    ],
)
def test_an_amount_that_the_currency_does_not_know_is_refused_in_a_sentence(
    currency: str, written: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        MoneyField(currency=currency).clean(written)

    assert words in str(refused.value.messages)


def test_what_was_not_typed_is_no_change() -> None:
    assert not MoneyField(currency="USD").has_changed(None, "")
    assert MoneyField(currency="USD").has_changed(None, "0")


@pytest.mark.parametrize(
    ("currency", "typed_in", "kept", "shown"),
    [
        ("USD", "250.00", 25000, "USD 250.00"),
        ("JPY", "25000", 25000, "JPY 25,000"),
        ("KRW", "25000", 25000, "KRW 25,000"),
        ("KWD", "250.125", 250125, "KWD 250.125"),
        ("BHD", "250", 250000, "BHD 250.000"),
    ],
)
def test_a_price_is_the_same_where_it_is_typed_listed_and_shown_to_visitors(
    currency: str, typed_in: str, kept: int, shown: str, client: Client
) -> None:
    edition = make.edition(currency=currency)
    kind = make.ticket_type(edition)
    organizer = staff.at_work("registration", edition)
    save(organizer, kind, price=typed_in)

    kind.refresh_from_db()
    assert kind.price == kept
    assert shown in organizer.get(reverse(LISTED)).content.decode()
    assert shown in client.get("/en/register/").content.decode()
    assert money.written(kept, currency) == shown


@pytest.mark.parametrize(
    ("currency", "whole", "half"), [("JPY", "25000", 12500), ("KWD", "25.000", 12500), ("USD", "250", 12500)]
)
def test_money_received_paid_back_and_kept_is_typed_in_the_currencys_units(
    currency: str, whole: str, half: int
) -> None:
    edition = make.edition(currency=currency)
    owner = staff.at_work("owner", edition)
    order = make.order(edition=edition, status="cancelled", price=25000)
    add = reverse("admin:registration_payment_add")
    part = MoneyField(currency=currency).prepare_value(half)

    owner.post(
        add, {"order": order.pk, "amount": whole, "provider": "bank-transfer", "reference": "transfer-1"}
    )
    payment = Payment.objects.get()
    for record, verb in ((payment, "refund"), (order, "keep")):
        way = reverse(f"admin:registration_{record._meta.model_name}_{verb}", args=[record.pk])
        owner.post(way, {"confirmed": "yes", "amount": part})

    assert (payment.amount, Refund.objects.get().amount, Order.objects.get().kept) == (25000, half, half)
