"""People whom an organizer registers, with an e-mail address or without one."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image

from forum.actor import Actor
from forum.models import Edition, Message
from registration.models import Attendee, Order, Payment, Quota, Ticket
from registration.models.ticket_status import Status
from tests import make, staff

pytestmark = pytest.mark.django_db
BY_HAND = "admin:registration_order_by_hand"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def answers(edition: Edition, **typed: Any) -> dict[str, Any]:
    kind = typed.pop("kind", None) or make.ticket_type(edition)
    group = typed.pop("group", None) or make.group(edition)
    whole = {"group": group.slug, "ticket_type": str(kind.pk), "language": "en", "photo_consent": "no"}
    return {**whole, "key": "a-key-of-the-page-that-was-shown", "name": "U Ba Win", **typed}


def test_somebody_with_an_address_is_registered_and_told(edition: Edition, organizer: Client) -> None:
    answer = organizer.post(reverse(BY_HAND), answers(edition, email="bawin@example.org"), follow=True)

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.attendee.name) == (Status.CONFIRMED, "U Ba Win")
    assert Message.objects.get().to == "bawin@example.org"
    assert "is told by mail" in staff.said(answer)
    assert answer.redirect_chain[-1][0] == reverse("admin:registration_ticket_change", args=[ticket.pk])


def test_somebody_without_an_address_is_registered_and_no_mail_is_queued(
    edition: Edition, organizer: Client
) -> None:
    kind = make.ticket_type(edition, size=5)

    answer = organizer.post(reverse(BY_HAND), answers(edition, kind=kind, email=""), follow=True)

    assert Ticket.objects.get().status == Status.CONFIRMED
    assert Quota.objects.get().taken == 1
    assert not Message.objects.exists()
    assert "Print the slip" in staff.said(answer)
    assert "Slip of paper (PDF)" in answer.content.decode()


def test_an_organizer_may_when_registration_is_closed_for_a_hidden_type_for_another_group_and_that_is_an_approval(
    organizer: Client, edition: Edition
) -> None:
    Edition.objects.update(registration_closes_at=make.edition("closed").registration_closes_at)
    kind = make.ticket_type(
        edition, is_hidden=True, needs_approval=True, price=5000, groups=[make.group(edition)]
    )

    organizer.post(reverse(BY_HAND), answers(edition, kind=kind))

    assert Ticket.objects.get().status == Status.RESERVED


def test_pressing_twice_registers_once_and_says_so_also_when_it_was_the_last_place(
    edition: Edition, organizer: Client
) -> None:
    sent = answers(edition, kind=make.ticket_type(edition, size=1))

    organizer.post(reverse(BY_HAND), sent)
    again = organizer.post(reverse(BY_HAND), {**sent, "name": "Daw Mya"}, follow=True)

    assert "U Ba Win is registered already" in staff.said(again)
    assert Order.objects.count() == 1


def test_no_place_is_sold_twice_by_hand_either(edition: Edition, organizer: Client) -> None:
    kind = make.ticket_type(edition, size=1)
    make.ticket(ticket_type=kind, order=make.order(tickets=0, edition=edition))

    page = organizer.post(reverse(BY_HAND), answers(edition, kind=kind))

    assert "No place is left" in str(page.context["form"].errors["ticket_type"])
    assert Order.objects.count() == 1


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(
    edition: Edition, organizer: Client
) -> None:
    page = organizer.post(reverse(BY_HAND), answers(edition, name="", organisation="River Union"))

    assert set(page.context["form"].errors) == {"name"}
    assert 'value="River Union"' in page.content.decode()
    assert not Attendee.objects.exists()


@pytest.mark.parametrize("duty", ["programme", "door", "finance", "protection"])
def test_nobody_else_registers_people_or_prints_their_slips(edition: Edition, duty: str) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition))
    visitor = staff.at_work(duty, edition)

    assert visitor.get(reverse(BY_HAND)).status_code == 403
    assert visitor.post(reverse(BY_HAND), answers(edition)).status_code == 403
    assert visitor.get(reverse("admin:registration_ticket_slip", args=[ticket.pk])).status_code == 403
    assert Order.objects.count() == 1


def test_an_organizer_of_another_edition_prints_no_slip_of_this_one(edition: Edition) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition))
    stranger = staff.at_work("registration", make.edition())

    assert stranger.get(reverse("admin:registration_ticket_slip", args=[ticket.pk])).status_code == 404


# --- the slip ---


@pytest.mark.parametrize(("language", "words"), [("en", "You are registered."), ("th", "คุณ"), ("my", "သင")])
def test_the_slip_says_where_and_when_and_its_code_opens_the_order(
    edition: Edition, organizer: Client, language: str, words: str, tmp_path: Path
) -> None:
    order = make.order(tickets=0, edition=edition, language=language, email="")
    ticket = make.ticket(order=order, name="Thiri Myat Noe", badge_name="River", email="")

    answer = organizer.get(reverse("admin:registration_ticket_slip", args=[ticket.pk]))

    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    (tmp_path / "slip.pdf").write_bytes(answer.content)
    told = subprocess.run(["pdftotext", "slip.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = told.stdout.decode()
    assert order.code in text
    assert "River" in text
    assert "Thiri" not in text  # others see the name for the badge only
    assert words in text
    subprocess.run(["pdftoppm", "-r", "150", "-png", "slip.pdf", "slip"], cwd=tmp_path, check=True)
    [page] = tmp_path.glob("slip-*.png")
    [code] = zxingcpp.read_barcodes(Image.open(page))
    assert code.text == edition.link(f"/{language}/orders/{order.code}/{order.secret}/")


def test_the_slip_of_a_ticket_to_be_paid_says_what_is_owed_until_when_and_where_to(
    organizer: Client, edition: Edition, tmp_path: Path
) -> None:
    Edition.objects.update(payment_instructions={"en": "Account 12-34 at the River Bank."})
    order = make.order(tickets=0, edition=edition, email="")
    ticket = make.ticket(order=order, email="", status="reserved", price=25000)
    Payment.book(
        order, provider="bank-transfer", reference="x", amount=10000, currency="USD", by=Actor.system()
    )

    answer = organizer.get(reverse("admin:registration_ticket_slip", args=[ticket.pk]))

    (tmp_path / "slip.pdf").write_bytes(answer.content)
    told = subprocess.run(["pdftotext", "slip.pdf", "-"], cwd=tmp_path, capture_output=True, check=True)
    text = " ".join(told.stdout.decode().split())
    assert "USD 150.00" in text
    assert "USD 250.00" not in text
    assert "Bangkok time (UTC+7)" in text
    assert "Account 12-34 at the River Bank." in text


def test_who_has_an_address_has_a_slip_that_opens_the_ticket_alone(
    organizer: Client, edition: Edition, tmp_path: Path
) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition))

    answer = organizer.get(reverse("admin:registration_ticket_slip", args=[ticket.pk]))

    (tmp_path / "slip.pdf").write_bytes(answer.content)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "slip.pdf", "slip"], cwd=tmp_path, check=True)
    [page] = tmp_path.glob("slip-*.png")
    [code] = zxingcpp.read_barcodes(Image.open(page))
    assert code.text == edition.link(f"/en/tickets/{ticket.secret}/")


@pytest.mark.parametrize("status", ["requested", "declined", "expired", "cancelled"])
def test_a_ticket_for_which_no_place_is_kept_has_no_slip(
    edition: Edition, organizer: Client, status: str
) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition), status=status)

    assert organizer.get(reverse("admin:registration_ticket_slip", args=[ticket.pk])).status_code == 404


# --- without an address afterwards ---


def test_those_without_an_address_have_nothing_in_common(edition: Edition) -> None:
    one, other = (make.order(edition=edition, email="") for _ in range(2))

    assert not Order.objects.is_beside_another(one)
    assert not Order.objects.of_address("").exists()
    assert other.tickets.exists()


def test_every_verb_works_on_a_ticket_without_an_address(edition: Edition, organizer: Client) -> None:
    ticket = make.ticket(order=make.order(tickets=0, edition=edition, email=""), email="")

    organizer.post(
        reverse("admin:registration_ticket_cancel", args=[ticket.pk]), {"confirmed": "1", "reason": "Ill"}
    )

    ticket.refresh_from_db()
    assert ticket.status == Status.CANCELLED
    assert not Message.objects.exists()


def test_an_address_that_is_noted_later_brings_the_mail_and_leaves_the_slip_good(
    edition: Edition, client: Client
) -> None:
    order = make.order(edition=edition, email="")
    ticket = order.tickets.get()
    page = client.get(order.get_absolute_url()).content.decode()

    client.post(f"{order.get_absolute_url()}email/", {"email": "new@example.org"})

    assert "All this is also in the mail" not in page
    ticket.refresh_from_db()
    assert client.get(ticket.get_absolute_url()).status_code == 200
    assert Message.objects.get().to == "new@example.org"


def test_an_address_cannot_be_taken_away_from_who_has_one(edition: Edition, organizer: Client) -> None:
    order = make.order(edition=edition, email="old@example.org")
    ticket = order.tickets.get()
    change = reverse("admin:registration_order_change", args=[order.pk])
    person = reverse("admin:registration_attendee_change", args=[ticket.attendee.pk])

    page = organizer.post(change, staff.fields(organizer.get(change), email=""))
    other = organizer.post(person, staff.fields(organizer.get(person), email=""))

    assert "Without an address" in str(page.context["adminform"].form.errors["email"])
    assert "Without an address" in str(other.context["adminform"].form.errors["email"])
    order.refresh_from_db()
    assert (order.email, order.secret) == ("old@example.org", Order.objects.get().secret)
    assert Client().get(ticket.get_absolute_url()).status_code == 200


def test_what_is_said_of_a_first_address_is_true(edition: Edition, client: Client) -> None:
    order = make.order(edition=edition, email="")
    way = f"{order.get_absolute_url()}email/"

    asked = client.get(way).content.decode()
    done = client.post(way, {"email": "new@example.org"}, follow=True)

    assert "At the moment your mail goes" not in asked
    assert staff.said(done) == "We sent your ticket to new@example.org."
    assert done.redirect_chain[-1][0] == order.get_absolute_url()
