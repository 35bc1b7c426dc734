"""People who are invited to register: what their link opens, how often, until when, and what organizers see of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from forum.actor import Actor
from forum.errors import Refusal
from forum.logs import WithoutSecrets
from forum.mail import Pointless, compose
from forum.models import Edition, Message
from registration.models import Guest, Order, Quota, Ticket
from registration.models.ticket_status import Status
from registration.tasks import sweep_guests
from tests import make, staff
from tests.registration.test_letters import html_of, words
from tests.registration.test_places import at_once, kinds
from tests.registration.test_register_page import carried, summary, text

pytestmark = pytest.mark.django_db

SOMEBODY = Actor.system()
HOUR = timedelta(hours=1)


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def organizer(edition: Edition) -> Client:
    return staff.at_work("registration", edition)


def path(guest: Guest) -> str:
    return f"/en/register/guest/{guest.secret}/"


def answers(guest: Guest, **changes: Any) -> dict[str, Any]:
    return {"name": guest.name, "email": guest.email, "photo_consent": "ask", "step": "review", **changes}


def register(client: Client, guest: Guest, **changes: Any) -> Any:
    page = text(client.post(path(guest), answers(guest, **changes)))
    return client.post(path(guest), {**carried(page), "agree": "on", "step": "confirm"})


def opened(guest: Guest) -> str:
    return reverse("admin:registration_guest_change", args=[guest.pk])


def act(client: Client, guest: Guest, verb: str, **sent: Any) -> Any:
    return client.post(reverse(f"admin:registration_guest_{verb}", args=[guest.pk]), sent, follow=True)


LIST = "/admin/registration/guest/"


# --- the link ---


def test_a_guest_finds_name_and_address_filled_in_and_the_ticket_that_they_are_invited_to(
    client: Client, edition: Edition
) -> None:
    kind = make.ticket_type(edition, name="Delegate of honour", is_hidden=True)
    guest = make.guest(ticket_type=kind, name="Daw Khin Mar", email="khin@example.org")

    page = text(client.get(path(guest)))

    for shown in (
        "You are invited",
        "Delegate of honour",
        'value="Daw Khin Mar"',
        'value="khin@example.org"',
    ):
        assert shown in page
    assert 'type="radio" name="ticket_type"' not in page


def test_a_guest_gets_a_hidden_ticket_that_needs_approval_at_once(client: Client, edition: Edition) -> None:
    kind = make.ticket_type(edition, is_hidden=True, needs_approval=True, size=5)
    guest = make.guest(ticket_type=kind)

    answer = register(client, guest)

    guest.refresh_from_db()
    ticket = Ticket.objects.get()
    assert answer["Location"] == ticket.order.get_absolute_url()
    assert ticket.status == Status.CONFIRMED
    assert (guest.status, guest.ticket) == ("registered", ticket)
    assert Quota.objects.get().taken == 1
    assert [mail.letter for mail in Message.objects.all()] == ["ticket-confirmed"]


def test_a_ticket_that_costs_is_reserved_for_a_guest(client: Client, edition: Edition) -> None:
    guest = make.guest(ticket_type=make.ticket_type(edition, needs_approval=True, price=5000))

    register(client, guest)

    assert Ticket.objects.get().status == Status.RESERVED


def test_a_guest_may_register_before_registration_opens_and_before_the_ticket_is_on_offer(
    client: Client,
) -> None:
    edition = make.edition("announced")
    kind = make.ticket_type(edition, available_from=timezone.now() + HOUR)

    register(client, make.guest(ticket_type=kind))

    assert Ticket.objects.get().status == Status.CONFIRMED


def test_what_is_posted_for_group_and_ticket_is_not_looked_at(client: Client, edition: Edition) -> None:
    guest = make.guest(edition)
    dear, other = make.ticket_type(edition, price=0), make.group(edition)

    register(client, guest, ticket_type=dear.pk, group=other.slug)

    ticket = Ticket.objects.get()
    assert (ticket.ticket_type, ticket.group) == (guest.ticket_type, guest.group)


def test_a_voucher_lowers_a_guests_price(client: Client, edition: Edition) -> None:
    kind = make.ticket_type(edition, price=5000)
    make.voucher(edition, code="HALF")

    register(client, make.guest(ticket_type=kind), voucher="half")

    assert Ticket.objects.get().price == 2500


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "declined"}, "thank you for telling us"),
        ({"status": "withdrawn"}, "This invitation was withdrawn"),
        ({"status": "lapsed"}, "The time to answer this invitation has passed"),
        ({"answer_by": timezone.now() - HOUR}, "The time to answer this invitation has passed"),
    ],
)
def test_a_link_that_opens_nothing_says_why_and_whom_to_ask(
    fields: dict[str, Any], said: str, client: Client
) -> None:
    guest = make.guest(make.edition(contact_email="office@example.org"), **fields)

    page = text(client.get(path(guest)))
    answer = client.post(path(guest), answers(guest))

    assert said in page
    assert "office@example.org" in page
    assert said in text(answer)


@pytest.mark.parametrize(
    ("phase", "fields", "said"),
    [
        ("past", {}, "This edition is over"),
        ("open", {"cancelled_at": timezone.now()}, "This edition will not take place"),
        ("closed", {}, "Registration is closed"),
        ("open", {"registration_paused_at": timezone.now()}, "Registration is paused"),
    ],
)
def test_no_link_opens_what_the_whole_forum_does_not(
    phase: str, fields: dict[str, Any], said: str, client: Client
) -> None:
    guest = make.guest(make.edition(phase, **fields))

    assert said in text(client.get(path(guest)))
    with pytest.raises(Refusal):
        Order.place(make.wish(guest.ticket_type, guest.group).invited(guest), by=SOMEBODY)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_for_speakers": True}])
def test_a_ticket_that_is_not_on_offer_is_not_opened_by_an_invitation(
    fields: dict[str, Any], client: Client
) -> None:
    guest = make.guest(ticket_type=make.ticket_type(**fields))

    assert "not on offer any more" in text(client.get(path(guest)))


def test_a_full_quota_says_so_with_whom_to_ask_and_the_invitation_stays_good(client: Client) -> None:
    edition = make.edition(contact_email="office@example.org")
    guest = make.guest(ticket_type=make.ticket_type(edition, size=0))

    first = text(client.get(path(guest)))
    page = text(client.post(path(guest), answers(guest)))

    guest.refresh_from_db()
    assert "No place is left" in first
    assert "No place is left" in summary(page)
    assert "office@example.org" in summary(page)
    assert guest.is_open


def test_the_last_place_may_go_while_a_guest_looks_everything_over(client: Client, edition: Edition) -> None:
    kind = make.ticket_type(edition, size=1)
    guest = make.guest(ticket_type=kind)
    page = text(client.post(path(guest), answers(guest)))

    make.ticket(ticket_type=kind, order=make.order(tickets=0, edition=edition))
    answer = client.post(path(guest), {**carried(page), "agree": "on", "step": "confirm"})

    assert "Your invitation stays good" in summary(text(answer))
    assert Order.objects.count() == 1


def test_a_link_works_once_and_leads_nobody_into_the_order(client: Client, edition: Edition) -> None:
    guest = make.guest(edition)
    register(client, guest)

    page = text(client.get(path(guest)))

    assert "You have registered already" in page
    assert Order.objects.get().secret not in page
    assert Order.objects.get().code not in page


def test_pressing_confirm_twice_leads_to_the_same_order(client: Client, edition: Edition) -> None:
    guest = make.guest(edition)
    sent = {**carried(text(client.post(path(guest), answers(guest)))), "agree": "on", "step": "confirm"}

    first, second = client.post(path(guest), sent), client.post(path(guest), sent)

    assert first["Location"] == second["Location"] == Order.objects.get().get_absolute_url()


def test_a_guest_is_told_only_the_group_that_others_see(client: Client, edition: Edition) -> None:
    survivors = make.group(edition, name="Survivors", shown_as=make.group(edition, name="Advocates"))
    guest = make.guest(edition, group=survivors)
    mail = compose(make.message("guest-invited", about=guest, to=guest.email))

    pages = [
        text(client.get(path(guest))),
        text(client.post(path(guest), answers(guest))),
        unescape(html_of(mail)),
        str(mail.body),
    ]
    register(client, guest)

    assert all("Advocates" in page and "Survivors" not in page for page in pages)
    assert Ticket.objects.get().group == survivors


def test_to_open_a_link_changes_nothing_and_to_press_a_button_is_noted(
    client: Client, edition: Edition
) -> None:
    guest = make.guest(edition)

    client.get(path(guest))
    guest.refresh_from_db()
    before = guest.status
    client.post(path(guest), answers(guest, name=""))

    guest.refresh_from_db()
    assert (before, guest.status) == ("invited", "begun")


def test_an_unknown_link_does_not_exist(client: Client, edition: Edition) -> None:
    assert client.get("/en/register/guest/abcdefghijklmnopqrstuv/").status_code == 404
    assert client.post("/en/register/guest/abcdefghijklmnopqrstuv/regrets/").status_code == 404


def test_a_guests_pages_are_kept_by_nobody_and_their_link_is_in_no_log(
    client: Client, edition: Edition
) -> None:
    guest = make.guest(edition)
    line = logging.LogRecord("x", logging.INFO, "x", 1, f"GET {path(guest)}", None, None)

    answers_ = [client.get(path(guest)), client.get(f"{path(guest)}regrets/")]

    assert all("no-store" in answer["Cache-Control"] for answer in answers_)
    assert all("noindex" in answer["X-Robots-Tag"] for answer in answers_)
    assert guest.secret not in WithoutSecrets().format(line)


# --- no ---


def test_a_guest_who_cannot_come_says_so_once_and_the_organizers_read_why(
    client: Client, edition: Edition, organizer: Client
) -> None:
    guest = make.guest(edition)
    way = f"{path(guest)}regrets/"

    looked = client.get(way)
    guest.refresh_from_db()
    before = guest.status
    said = client.post(way, {"reason": "I have a wedding that day."}, follow=True)
    client.post(way, {"reason": "Something else"})

    guest.refresh_from_db()
    assert (looked.status_code, before) == (200, "invited")
    assert "thank you for telling us" in text(said)
    assert (guest.status, guest.reason) == ("declined", "I have a wedding that day.")
    assert "I have a wedding that day." in organizer.get(opened(guest)).content.decode()


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b", "‮backwards"])
def test_a_strange_reason_is_refused_or_cleaned(reason: str, client: Client, edition: Edition) -> None:
    guest = make.guest(edition)

    answer = client.post(f"{path(guest)}regrets/", {"reason": reason})

    guest.refresh_from_db()
    assert answer.status_code in {200, 302}
    assert guest.reason in {"", "ab", "backwards"}


# --- rivals ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_of_rivals_with_one_link_one_gets_a_ticket(round_number: int) -> None:
    guest = make.guest(ticket_type=make.ticket_type(size=50))
    wishes = [make.wish(guest.ticket_type, guest.group).invited(guest) for _ in range(12)]

    results = at_once([lambda wish=wish: Order.place(wish, by=SOMEBODY) for wish in wishes], threads=12)

    guest.refresh_from_db()
    assert kinds(results) == {"Order": 1, "Refusal": 11}
    assert guest.ticket == Ticket.objects.get()
    assert Quota.objects.get().taken == Order.objects.count() == 1
    assert not Quota.objects.miscounted().exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_who_registers_while_an_organizer_withdraws_has_a_ticket_or_a_withdrawn_link(
    round_number: int,
) -> None:
    guest = make.guest()
    wish = make.wish(guest.ticket_type, guest.group).invited(guest)

    at_once([lambda: Order.place(wish, by=SOMEBODY), lambda: Guest.objects.get().withdraw(by=SOMEBODY)])

    guest.refresh_from_db()
    assert (guest.status, Ticket.objects.count()) in {("registered", 1), ("withdrawn", 0)}


@pytest.mark.django_db(transaction=True)
def test_of_organizers_who_invite_one_address_at_once_one_succeeds() -> None:
    edition = make.edition()
    kind, group = make.ticket_type(edition), make.group(edition)

    def invite(email: str) -> Any:
        guest = Guest(edition=edition, name="A", email=email, group=group, ticket_type=kind, language="en")
        return lambda: Guest.invite([guest], by=SOMEBODY)

    results = at_once([invite("one@example.org"), invite("ONE@example.org")])

    assert kinds(results) == {"NoneType": 1, "Refusal": 1}
    assert Guest.objects.count() == Message.objects.count() == 1


# --- one at a time ---


def test_one_address_has_one_live_invitation_in_an_edition_in_any_case(edition: Edition) -> None:
    make.guest(edition, email="khin@example.org", status="declined")
    make.guest(edition, email="khin@example.org")
    make.guest(make.edition("past"), email="khin@example.org")

    with pytest.raises(IntegrityError):
        make.guest(edition, email="Khin@Example.org")


@pytest.mark.parametrize(
    ("phase", "why"),
    [("closed", "has closed"), ("past", "has closed"), ("draft", "Publish the edition first")],
)
def test_nobody_is_invited_to_what_takes_nobody(phase: str, why: str) -> None:
    guest = make.guest(make.edition(phase))
    fresh = Guest(
        edition=guest.edition,
        name="A",
        email="a@example.org",
        group=guest.group,
        ticket_type=guest.ticket_type,
    )

    with pytest.raises(Refusal, match=why):
        Guest.invite([fresh], by=SOMEBODY)


def test_a_guest_whose_ticket_was_cancelled_uses_the_link_again_when_invited_again(
    client: Client, edition: Edition, organizer: Client
) -> None:
    guest = make.guest(edition)
    register(client, guest)
    Ticket.objects.get().cancel(by=SOMEBODY)

    closed = text(client.get(path(guest)))
    act(organizer, guest, "invite-again")
    register(client, guest)

    guest.refresh_from_db()
    assert "Your registration has ended" in closed
    assert guest.ticket == Ticket.objects.live().get()
    assert Message.objects.filter(letter="guest-invited").count() == 1


def test_who_has_a_live_ticket_is_not_invited_again(edition: Edition) -> None:
    guest = make.guest(edition, status="registered", ticket=make.order(edition=edition).tickets.get())

    with pytest.raises(Refusal):
        guest.invite_again(by=SOMEBODY)


def test_who_lapsed_is_invited_again_after_the_time_to_answer_was_moved(edition: Edition) -> None:
    guest = make.guest(edition, status="lapsed", answer_by=timezone.now() - HOUR)

    with pytest.raises(Refusal, match="later"):
        guest.invite_again(by=SOMEBODY)
    guest.answer_by = timezone.now() + HOUR
    guest.save()
    guest.invite_again(by=SOMEBODY)

    assert Guest.objects.get().status == "invited"


def test_who_was_withdrawn_is_not_invited_again_while_another_has_the_address(edition: Edition) -> None:
    guest = make.guest(edition, email="khin@example.org", status="withdrawn")
    make.guest(edition, email="KHIN@example.org")

    with pytest.raises(Refusal, match="invited already"):
        guest.invite_again(by=SOMEBODY)

    guest.refresh_from_db()
    assert guest.status == "withdrawn"


def test_at_another_address_the_old_link_opens_nothing(client: Client, edition: Edition) -> None:
    guest = make.guest(edition, email="wrnog@example.org")
    old = path(guest)
    waiting = make.message("guest-invited", about=guest, to=guest.email)

    guest.correct_email("right@example.org", by=SOMEBODY)

    assert client.get(old).status_code == 404
    assert client.get(path(guest)).status_code == 200
    assert Message.objects.get(to="right@example.org").letter == "guest-invited"
    with pytest.raises(Pointless, match="corrected"):
        compose(waiting)


# --- time ---


def in_days(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


def test_a_guest_is_reminded_once_three_days_before_the_time_to_answer_ends(edition: Edition) -> None:
    soon = make.guest(edition, answer_by=in_days(2.9), invited_at=in_days(-9), reminded_at=in_days(-5))
    others: list[dict[str, Any]] = [
        {"answer_by": in_days(4)},
        {"answer_by": None},
        {"answer_by": in_days(2), "invited_at": in_days(-0.5)},
        {"answer_by": in_days(2), "reminded_at": in_days(-0.5)},
        {"answer_by": in_days(2), "status": "declined"},
    ]
    for fields in others:
        make.guest(edition, **{"invited_at": in_days(-9), **fields})
    closed = make.edition(cancelled_at=timezone.now())
    make.guest(closed, answer_by=in_days(2), invited_at=in_days(-9))

    sweep_guests()
    sweep_guests()

    assert [(mail.letter, mail.to) for mail in Message.objects.all()] == [("guest-reminder", soon.email)]


def test_an_invitation_lapses_when_its_time_is_over(edition: Edition) -> None:
    late = make.guest(edition, answer_by=in_days(-0.01), status="begun")
    make.guest(edition, answer_by=in_days(5))
    make.guest(edition, answer_by=in_days(-1), status="declined")

    sweep_guests()

    assert [guest.pk for guest in Guest.objects.filter(status="lapsed")] == [late.pk]


def test_by_hand_nobody_is_reminded_twice_a_day(edition: Edition, organizer: Client) -> None:
    guest, lately = make.guest(edition), make.guest(edition, reminded_at=in_days(-0.5))
    chosen = {"action": "remind", "_selected_action": [guest.pk, lately.pk]}

    answer = organizer.post(LIST, chosen, follow=True)

    assert [mail.to for mail in Message.objects.all()] == [guest.email]
    assert "less than a day ago" in staff.said(answer)


# --- letters ---


@pytest.mark.parametrize("name", ["guest-invited", "guest-reminder"])
def test_a_letter_tells_ticket_price_time_both_links_and_the_personal_message(name: str) -> None:
    edition = make.edition(contact_email="office@example.org")
    kind = make.ticket_type(edition, name="Main forum", price=25000)
    guest = make.guest(
        ticket_type=kind, message="Your report <moved> us.\nPlease come.", answer_by=in_days(9)
    )

    mail = compose(make.message(name, about=guest, to=guest.email))

    for told in words(mail):
        for part in ("Main forum", "USD 250.00", "office@example.org", guest.name, "Your report <moved> us."):
            assert part in told
        assert "Bangkok time" in told
    for link in (f"http://localhost:8000{path(guest)}", f"http://localhost:8000{path(guest)}regrets/"):
        assert link in str(mail.body)
        assert f'href="{link}"' in html_of(mail)
    assert guest.name not in mail.subject


def test_a_guest_is_written_in_their_language(edition: Edition) -> None:
    guest = make.guest(edition, language="th")
    guest.send_again(by=SOMEBODY)

    mail = compose(Message.objects.get())

    assert f"/th/register/guest/{guest.secret}/" in str(mail.body)
    assert "บัตร" in str(mail.body)


@pytest.mark.parametrize(
    "fields", [{"status": "withdrawn"}, {"status": "registered"}, {"answer_by": in_days(-1)}]
)
def test_a_letter_whose_link_opens_nothing_is_not_sent(fields: dict[str, Any], edition: Edition) -> None:
    guest = make.guest(edition, **fields)

    with pytest.raises(Pointless):
        compose(make.message("guest-invited", about=guest, to=guest.email))


# --- the back office ---


def test_an_organizer_invites_by_hand(edition: Edition, organizer: Client) -> None:
    kind, group = make.ticket_type(edition, is_hidden=True), make.group(edition)
    add = reverse("admin:registration_guest_add")
    typed = {"name": "Daw Khin Mar", "email": "khin@example.org", "group": group.pk, "ticket_type": kind.pk}

    organizer.post(add, staff.fields(organizer.get(add), **typed, language="en", message="Please come."))

    guest = Guest.objects.get()
    assert (guest.name, guest.message, guest.status) == ("Daw Khin Mar", "Please come.", "invited")
    assert guest.invited_by is not None
    assert [(mail.letter, mail.to) for mail in Message.objects.all()] == [
        ("guest-invited", "khin@example.org")
    ]


@pytest.mark.parametrize("before", ["invited", "registered", "other groups", "past"])
def test_by_hand_it_is_said_beside_the_field_why_somebody_cannot_be_invited(
    before: str, edition: Edition, organizer: Client
) -> None:
    kind, group = make.ticket_type(edition), make.group(edition)
    typed = {"name": "A", "email": "khin@example.org", "group": group.pk, "ticket_type": kind.pk}
    field = "email"
    if before == "invited":
        make.guest(edition, email="KHIN@example.org")
    elif before == "registered":
        make.order(edition=edition, email="Khin@example.org")
    elif before == "past":
        field, typed["answer_by"] = "answer_by", "2020-01-01T10:00"
    else:
        kind.groups.set([make.group(edition)])
        field = "ticket_type"
    add = reverse("admin:registration_guest_add")

    page = organizer.post(add, staff.fields(organizer.get(add), **typed, language="en"))

    assert field in page.context["adminform"].form.errors
    assert not Message.objects.exists()


def test_when_the_address_is_changed_in_the_form_a_new_link_goes_there(
    edition: Edition, organizer: Client
) -> None:
    guest = make.guest(edition, email="wrnog@example.org")
    old = guest.secret

    organizer.post(
        opened(guest), staff.fields(organizer.get(opened(guest)), email="right@example.org", name="B")
    )

    guest.refresh_from_db()
    assert (guest.name, guest.email) == ("B", "right@example.org")
    assert guest.secret != old
    assert Message.objects.get().to == "right@example.org"


def test_who_is_withdrawn_is_told_by_the_link_only(edition: Edition, organizer: Client) -> None:
    guest = make.guest(edition)

    asked = act(organizer, guest, "withdraw")
    guest.refresh_from_db()
    before = guest.status
    act(organizer, guest, "withdraw", confirmed="yes")

    guest.refresh_from_db()
    assert asked.status_code == 200
    assert (before, guest.status) == ("invited", "withdrawn")
    assert not Message.objects.exists()


def test_the_list_counts_states_and_shows_groups_as_others_see_them(
    edition: Edition, organizer: Client
) -> None:
    survivors = make.group(edition, name="Survivors", shown_as=make.group(edition, name="Advocates"))
    guest = make.guest(edition, group=survivors)
    make.guest(edition, status="declined", reason="A wedding")

    page = organizer.get(LIST)
    one = organizer.get(opened(guest)).content.decode()
    protector = staff.at_work("protection", edition).get(opened(guest)).content.decode()

    assert {state.value: number for state, number in page.context["numbers"]} == {
        **dict.fromkeys(("begun", "registered", "withdrawn", "lapsed"), 0),
        **dict.fromkeys(("invited", "declined"), 1),
    }
    assert "A wedding" in page.content.decode()
    for shown in (page.content.decode().split("<tbody")[1], one):
        assert "Advocates" in shown
        assert "Survivors" not in shown
    assert "Survivors" in protector


def test_the_sheet_of_guests_holds_no_link_no_hidden_group_and_no_formula(
    edition: Edition, organizer: Client
) -> None:
    survivors = make.group(edition, name="Survivors", shown_as=make.group(edition, name="Advocates"))
    guest = make.guest(edition, group=survivors, name="=HYPERLINK(1)")

    answer = organizer.post(LIST, {"action": "export", "_selected_action": [guest.pk]})

    sheet = answer.content.decode()
    assert "'=HYPERLINK(1)" in sheet
    assert "Advocates" in sheet
    assert "Survivors" not in sheet
    assert guest.secret not in sheet


def test_an_organizers_pages_hold_no_link_of_a_guest(edition: Edition, organizer: Client) -> None:
    guest = make.guest(edition)
    guest.send_again(by=SOMEBODY)
    message = reverse("admin:forum_message_change", args=[Message.objects.get().pk])

    pages = [organizer.get(address).content.decode() for address in (LIST, opened(guest), message)]

    assert "Hello" in pages[2]
    assert not any(guest.secret in page for page in pages)


@pytest.mark.parametrize("duty", ["programme", "finance", "door"])
def test_who_has_another_duty_sees_no_guest(duty: str, edition: Edition) -> None:
    guest = make.guest(edition)
    client = staff.at_work(duty, edition)

    addresses = [LIST, opened(guest), f"{LIST}add/", f"{LIST}sheet/", f"{LIST}sheet/template.csv"]

    assert {client.get(address).status_code for address in addresses} == {403}
    assert act(client, guest, "withdraw", confirmed="yes").status_code in {403, 404}


def test_protection_sees_guests_and_changes_nothing(edition: Edition) -> None:
    guest = make.guest(edition)
    protector = staff.at_work("protection", edition)

    shown = protector.get(opened(guest))
    changed = protector.post(opened(guest), {"name": "Somebody else"})
    act(protector, guest, "withdraw", confirmed="yes")
    protector.post(LIST, {"action": "export", "_selected_action": [guest.pk]})

    guest.refresh_from_db()
    assert shown.status_code == 200
    assert changed.status_code == 403
    assert guest.status == "invited"
    assert protector.get(f"{LIST}sheet/").status_code == 403
    assert guest.name != "Somebody else"


def test_a_guest_of_another_edition_does_not_exist(edition: Edition, organizer: Client) -> None:
    theirs = make.guest(make.edition("past"))

    act(organizer, theirs, "withdraw", confirmed="yes")

    theirs.refresh_from_db()
    assert organizer.get(opened(theirs)).status_code == 302
    assert theirs.status == "invited"


def test_a_ticket_type_that_somebody_is_invited_to_is_kept(edition: Edition, organizer: Client) -> None:
    guest = make.guest(edition, name="Daw Khin Mar")
    kind, group = guest.ticket_type, guest.group

    pages = [
        organizer.post(reverse("admin:registration_tickettype_delete", args=[kind.pk]), {"post": "yes"}),
        organizer.post(reverse("admin:forum_stakeholdergroup_delete", args=[group.pk]), {"post": "yes"}),
    ]

    assert Guest.objects.exists()
    assert not any("Khin" in page.content.decode() for page in pages)


def test_an_invitation_is_forgotten_on_request_and_the_ticket_stays(
    client: Client, edition: Edition, organizer: Client
) -> None:
    guest = make.guest(edition)
    register(client, guest)

    organizer.post(reverse("admin:registration_guest_delete", args=[guest.pk]), {"post": "yes"})

    assert not Guest.objects.exists()
    assert Ticket.objects.get().admits


def test_the_sweep_asks_once_for_all_that_lapse(edition: Edition, queries: Any) -> None:
    for _ in range(3):
        make.guest(edition, answer_by=in_days(-1))

    with queries() as asked:
        sweep_guests()

    assert len(asked) == 2
    assert connection.vendor in {"postgresql", "sqlite"}
