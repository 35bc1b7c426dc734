"""Registration in the back office."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Edition, Message
from registration.models import Order, Payment, Quota, Ticket
from registration.models.ticket_status import Status
from tests import make, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def ticket(edition: Edition, **wished: Any) -> Ticket:
    return make.ticket(order=make.order(tickets=0, edition=edition), **wished)


def opened(record: Any) -> str:
    return reverse(f"admin:registration_{record._meta.model_name}_change", args=[record.pk])


def listed(model: str) -> str:
    return reverse(f"admin:registration_{model}_changelist")


def deed(record: Any, verb: str) -> str:
    return reverse(f"admin:registration_{record._meta.model_name}_{verb}", args=[record.pk])


# --- tickets ---


def test_a_request_is_approved_and_takes_its_place(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition, size=1)
    asked = ticket(edition, ticket_type=kind, status="requested")

    organizer.post(deed(asked, "approve"))

    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED
    assert Quota.objects.get().taken == 1
    assert Message.objects.get().letter == "ticket-confirmed"


def test_of_three_requests_for_one_place_one_is_approved_and_the_others_are_told_why(
    edition: Edition, organizer: Client
) -> None:
    kind = make.ticket_type(edition, size=1)
    asked = [ticket(edition, ticket_type=kind, status="requested") for _ in range(3)]
    chosen = {"action": "approve", "_selected_action": [one.pk for one in asked]}

    answer = organizer.post(listed("ticket"), chosen, follow=True)

    states = sorted(one.status for one in Ticket.objects.all())
    assert states == [Status.CONFIRMED, Status.REQUESTED, Status.REQUESTED]
    assert staff.said(answer).count("last place") == 2


def test_declining_asks_why_and_tells_the_reason(edition: Edition, organizer: Client) -> None:
    asked = ticket(edition, status="requested")

    page = organizer.post(deed(asked, "decline"))
    organizer.post(deed(asked, "decline"), {"confirmed": "yes", "reason": "It is for fellows."})

    asked.refresh_from_db()
    assert 'name="reason"' in page.content.decode()
    assert (asked.status, asked.reason) == (Status.DECLINED, "It is for fellows.")


def test_cancelling_from_the_list_asks_once_for_all(edition: Edition, organizer: Client) -> None:
    tickets = [ticket(edition) for _ in range(2)]
    chosen = {"action": "cancel", "_selected_action": [one.pk for one in tickets]}

    page = organizer.post(listed("ticket"), chosen)
    before = {one.status for one in Ticket.objects.all()}
    organizer.post(listed("ticket"), {**chosen, "confirmed": "yes", "reason": "The visa did not come."})

    assert all(one.order.code in page.content.decode() for one in tickets)
    assert before == {Status.CONFIRMED}
    assert {(one.status, one.reason) for one in Ticket.objects.all()} == {
        (Status.CANCELLED, "The visa did not come.")
    }


def test_money_received_confirms_a_reserved_ticket(edition: Edition) -> None:
    reserved = ticket(edition, status="reserved", price=25000)
    finance = staff.at_work("finance", edition)

    finance.post(deed(reserved, "confirm"), {"confirmed": "yes"})

    reserved.refresh_from_db()
    assert reserved.status == Status.CONFIRMED


@pytest.mark.parametrize(
    ("duty", "verb"), [("finance", "cancel"), ("finance", "approve"), ("protection", "decline")]
)
def test_a_verb_is_for_those_with_the_duty(duty: str, verb: str, edition: Edition) -> None:
    asked = ticket(edition, status="requested")
    other = staff.at_work(duty, edition)

    answer = other.post(deed(asked, verb), {"confirmed": "yes"})

    asked.refresh_from_db()
    assert answer.status_code == 404
    assert asked.status == Status.REQUESTED


def test_a_refused_verb_is_said_at_the_top(edition: Edition, organizer: Client) -> None:
    over = ticket(edition, status="cancelled")

    answer = organizer.post(deed(over, "approve"), follow=True)

    assert f"{over}: “Approve” does not apply any more." in staff.said(answer)


def test_the_price_group_and_state_of_a_ticket_are_not_edited(edition: Edition, organizer: Client) -> None:
    placed = ticket(edition, price=25000)
    sent = staff.fields(
        organizer.get(opened(placed)), price=1, status="cancelled", group=make.group(edition).pk
    )

    organizer.post(opened(placed), {**sent, "attendee-0-organisation": "River Union"})

    fresh = Ticket.objects.get(pk=placed.pk)
    assert (fresh.price, fresh.status, fresh.group_id) == (25000, Status.CONFIRMED, placed.group_id)
    assert fresh.attendee.organisation == "River Union"


def test_a_list_shows_the_group_that_others_see_to_everybody(edition: Edition, organizer: Client) -> None:
    civil = make.group(edition, name="Civil society")
    survivors = make.group(edition, name="Survivors", shown_as=civil)
    placed = ticket(edition, group=survivors)

    pages = [organizer.get(listed("ticket")), organizer.get(opened(placed))]
    felt = organizer.get(listed("ticket"), {"group__slug": survivors.slug})

    assert all("Civil society" in page.content.decode() for page in pages)
    assert not any("Survivors" in page.content.decode() for page in pages)
    assert felt.status_code == 400


@pytest.mark.parametrize(
    ("duty", "sees"), [("registration", False), ("finance", False), ("protection", True), ("owner", True)]
)
def test_the_group_that_somebody_chose_is_for_protection_and_owners(
    duty: str, sees: bool, edition: Edition
) -> None:
    survivors = make.group(edition, name="Survivors", shown_as=make.group(edition))
    placed = ticket(edition, group=survivors)

    page = staff.at_work(duty, edition).get(opened(placed))

    assert page.status_code == 200
    assert ("Survivors" in page.content.decode()) == sees


@pytest.mark.parametrize(("duty", "sees"), [("registration", True), ("protection", True), ("finance", False)])
def test_what_somebody_needs_is_for_those_who_arrange_it(duty: str, sees: bool, edition: Edition) -> None:
    placed = ticket(edition, access_needs="A place near the door")
    other = staff.at_work(duty, edition)

    pages = [other.get(opened(placed)), other.get(opened(placed.attendee))]

    assert [page.status_code for page in pages] == [200, 200]
    assert [("A place near the door" in page.content.decode()) for page in pages] == [sees, sees]


def test_door_staff_see_no_attendee_here(edition: Edition) -> None:
    placed = ticket(edition)
    door = staff.at_work("door", edition)

    answers = [door.get(address) for address in (listed("ticket"), opened(placed), opened(placed.attendee))]

    assert [answer.status_code for answer in answers] == [403] * 3


def test_no_page_links_to_what_a_holder_alone_may_open(edition: Edition, organizer: Client) -> None:
    placed = ticket(edition)

    for address in (
        opened(placed),
        opened(placed.order),
        opened(placed.attendee),
        listed("order"),
        listed("ticket"),
    ):
        page = organizer.get(address).content.decode()

        assert placed.secret not in page
        assert placed.badge_token not in page
        assert placed.order.secret not in page


# --- orders ---


@pytest.mark.parametrize("asked", ["K7QX2M4P", "k7qx", "buyer@example", "Somchai"])
def test_an_order_is_found_by_code_address_and_attendee(
    asked: str, edition: Edition, organizer: Client
) -> None:
    order = make.order(tickets=0, edition=edition, code="K7QX2M4P", email="buyer@example.org")
    make.ticket(order=order, name="Somchai Jaidee")
    make.order(edition=edition)

    found = organizer.get(listed("order"), {"q": asked}).context["cl"].result_list

    assert [one.code for one in found] == ["K7QX2M4P"]


def test_a_corrected_address_gets_the_mail_and_ends_the_old_links(
    edition: Edition, organizer: Client
) -> None:
    order = make.order(edition=edition, email="wrong@example.org")
    was = order.secret

    organizer.post(opened(order), staff.fields(organizer.get(opened(order)), email="right@example.org"))

    order.refresh_from_db()
    assert order.email == "right@example.org"
    assert order.secret != was
    assert Message.objects.get().to == "right@example.org"


def test_an_address_that_may_not_be_corrected_is_said_in_the_form(
    edition: Edition, organizer: Client
) -> None:
    order = make.order(edition=edition, status="cancelled", email="wrong@example.org")

    answer = organizer.post(
        opened(order), staff.fields(organizer.get(opened(order)), email="right@example.org")
    )

    order.refresh_from_db()
    assert "order is over" in str(answer.context["adminform"].form.errors)
    assert order.email == "wrong@example.org"


def test_an_order_is_never_deleted(edition: Edition) -> None:
    order = make.order(edition=edition)
    superuser = staff.at_work("superuser", edition)
    chosen = {"action": "delete_selected", "_selected_action": [order.pk], "post": "yes"}

    superuser.post(listed("order"), chosen)
    answer = superuser.post(reverse("admin:registration_order_delete", args=[order.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert Order.objects.exists()


# --- quotas and ticket types ---


def test_a_quota_cannot_become_smaller_than_what_is_taken(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition, size=5)
    quota = kind.quotas.get()
    for _ in range(3):
        ticket(edition, ticket_type=kind)

    answer = organizer.post(opened(quota), staff.fields(organizer.get(opened(quota)), size=2))

    quota.refresh_from_db()
    assert "3 places" in str(answer.context["adminform"].form.errors["size"])
    assert (quota.size, quota.taken) == (5, 3)


def test_a_quota_can_be_resized_and_renamed(edition: Edition, organizer: Client) -> None:
    quota = make.ticket_type(edition, size=5).quotas.get()

    organizer.post(opened(quota), staff.fields(organizer.get(opened(quota)), size=8, name="Hall"))

    quota.refresh_from_db()
    assert (quota.size, quota.name) == (8, "Hall")


def test_a_type_that_joins_a_quota_is_counted_with_its_tickets(edition: Edition, organizer: Client) -> None:
    quota = make.ticket_type(edition, size=5).quotas.get()
    joining = make.ticket_type(edition)
    ticket(edition, ticket_type=joining)
    types = [*quota.ticket_types.values_list("pk", flat=True), joining.pk]

    organizer.post(opened(quota), staff.fields(organizer.get(opened(quota)), ticket_types=types))

    quota.refresh_from_db()
    assert quota.taken == 1
    assert not Quota.objects.miscounted().exists()


def test_a_type_with_too_many_tickets_cannot_join_and_nothing_of_the_form_is_kept(
    edition: Edition, organizer: Client
) -> None:
    kind = make.ticket_type(edition, size=1)
    quota = kind.quotas.get()
    joining = make.ticket_type(edition)
    for _ in range(2):
        ticket(edition, ticket_type=joining)
    sent = staff.fields(organizer.get(opened(quota)), ticket_types=[kind.pk, joining.pk], name="Hall")

    answer = organizer.post(opened(quota), sent)

    fresh = Quota.objects.get()
    assert "Enlarge it first" in str(answer.context["adminform"].form.errors["ticket_types"])
    assert (fresh.taken, list(fresh.ticket_types.all())) == (0, [kind])
    assert fresh.name != "Hall"


def test_a_quota_grows_and_takes_a_type_in_one_go(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition, size=1)
    quota = kind.quotas.get()
    joining = make.ticket_type(edition)
    for _ in range(2):
        ticket(edition, ticket_type=joining)

    organizer.post(
        opened(quota), staff.fields(organizer.get(opened(quota)), ticket_types=[kind.pk, joining.pk], size=2)
    )

    quota.refresh_from_db()
    assert (quota.size, quota.taken) == (2, 2)


def test_a_new_quota_counts_the_tickets_that_are_there(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition)
    ticket(edition, ticket_type=kind)

    organizer.post(
        reverse("admin:registration_quota_add"), {"name": "Hall", "size": 10, "ticket_types": [kind.pk]}
    )

    assert Quota.objects.get().taken == 1


def test_a_price_is_written_as_people_write_it(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition, price=25000)

    page = organizer.get(opened(kind))
    organizer.post(opened(kind), staff.fields(page, price="120.50"))

    kind.refresh_from_db()
    assert 'value="250.00"' in page.content.decode()
    assert kind.price == 12050


def test_a_type_with_tickets_is_kept_and_the_page_says_what_to_do(
    edition: Edition, organizer: Client
) -> None:
    placed = ticket(edition)

    answer = organizer.post(
        reverse("admin:registration_tickettype_delete", args=[placed.ticket_type.pk]), {"post": "yes"}
    )

    assert "off the offer" in answer.content.decode()
    assert edition.ticket_types.exists()


# --- payments ---


def booking(order: Order, **changed: Any) -> dict[str, Any]:
    return {"order": order.pk, "amount": "250.00", "provider": "bank-transfer", "reference": "T-1", **changed}


def test_a_payment_is_booked_and_confirms_what_it_pays_for(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    finance = staff.at_work("finance", edition)

    finance.post(reverse("admin:registration_payment_add"), booking(order))

    payment = Payment.objects.get()
    assert (payment.amount, payment.currency) == (25000, edition.currency)
    assert order.tickets.get().status == Status.CONFIRMED


def test_the_same_reference_is_not_booked_twice(edition: Edition) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)
    finance = staff.at_work("finance", edition)
    finance.post(reverse("admin:registration_payment_add"), booking(order))

    answer = finance.post(reverse("admin:registration_payment_add"), booking(order))

    assert answer.context["adminform"].form.errors
    assert Payment.objects.count() == 1


def test_a_payment_for_an_order_of_another_edition_is_not_booked(edition: Edition) -> None:
    theirs = make.order(edition=make.edition("past"), status="reserved", price=25000)
    finance = staff.at_work("finance", edition)

    answer = finance.post(reverse("admin:registration_payment_add"), booking(theirs))

    assert "order" in answer.context["adminform"].form.errors
    assert not Payment.objects.exists()


def test_a_payment_is_never_changed_or_deleted(edition: Edition) -> None:
    payment = make.payment(make.order(edition=edition), 25000)
    superuser = staff.at_work("superuser", edition)

    answers = [
        superuser.post(opened(payment), {"amount": "1.00"}),
        superuser.post(reverse("admin:registration_payment_delete", args=[payment.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Payment.objects.get().amount == 25000


def test_only_finance_books_payments(edition: Edition, organizer: Client) -> None:
    order = make.order(edition=edition, status="reserved", price=25000)

    answer = organizer.post(reverse("admin:registration_payment_add"), booking(order))

    assert answer.status_code == 403
    assert not Payment.objects.exists()
