"""Attendees and speakers sign in by a code that is sent to their address; strangers learn nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from forum.models import Edition, Message, User
from forum.site.tasks import sweep_sessions
from forum.tasks import send_message
from registration.models import Order
from tests import make, staff
from tests.servers import MailServer

pytestmark = pytest.mark.django_db

ASK = "/en/account/login/code/"
CONFIRM = "/en/account/login/code/confirm/"
BUYER = "somchai@example.org"
FEW = {"request_login_code": "3/m/ip"}


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def order(edition: Edition) -> Order:
    """The order of somebody who is not a user yet."""
    return make.order(email=BUYER, edition=edition)


def ask(client: Client, email: str = BUYER, next: str = "", **headers: str) -> HttpResponse:
    return client.post(f"{ASK}?next={next}" if next else ASK, {"email": email}, headers=headers)


def codes(email: str = BUYER) -> list[str]:
    """The codes that wait in the outbox for this address, newest first."""
    messages = Message.objects.filter(letter="sign-in-code", to=email)
    return [message.context["code"] for message in messages.order_by("-pk")]


def confirm(client: Client, code: str, next: str = "") -> HttpResponse:
    return client.post(f"{CONFIRM}?next={next}" if next else CONFIRM, {"code": code})


def sign_in(client: Client, email: str = BUYER) -> HttpResponse:
    ask(client, email)
    return client.get(confirm(client, codes(email)[0]).headers["Location"])


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def visible(answer: HttpResponse) -> str:
    """The page without what is new each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


# --- who gets in -----------------------------------------------------------------------------------------------


@pytest.mark.embedded
def test_a_buyer_signs_in_by_the_code_from_the_mail_and_sees_the_order(client: Client, order: Order) -> None:
    where = sign_in(client).headers["Location"]

    assert where == "/en/my-orders/"
    assert order.code in client.get(where).content.decode()


def test_an_address_is_known_in_any_case(client: Client, order: Order) -> None:
    ask(client, BUYER.title())

    assert len(codes()) == 1


def test_a_speaker_is_sent_to_the_profile(client: Client, edition: Edition) -> None:
    make.speaker(edition, email="ei@example.org")

    assert sign_in(client, "ei@example.org").headers["Location"] == "/en/speaker/"


def test_people_go_on_to_where_they_wanted_to_go(client: Client, order: Order) -> None:
    asked = ask(client, next="/en/agenda/")

    done = client.post(asked.headers["Location"], {"code": codes()[0]})

    assert done.headers["Location"] == "/en/agenda/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site_after_signing_in(
    client: Client, order: Order, elsewhere: str
) -> None:
    ask(client, next=elsewhere)

    done = confirm(client, codes()[0], next=elsewhere)

    assert done.headers["Location"] == "/en/account/"
    assert client.get(f"/en/account/?next={elsewhere}").headers["Location"] == "/en/my-orders/"


def test_the_session_gets_another_key_at_sign_in(client: Client, order: Order) -> None:
    ask(client)
    before = client.session.session_key

    confirm(client, codes()[0])

    assert before != client.session.session_key
    assert is_signed_in(client)


# --- who does not ----------------------------------------------------------------------------------------------


def test_a_stranger_sees_the_same_as_a_buyer_and_gets_no_mail(order: Order) -> None:
    buyer, stranger = Client(), Client()

    answers = [ask(buyer), ask(stranger, "nobody@example.org")]
    pages = [visible(client.get(CONFIRM)) for client in (buyer, stranger)]

    assert {answer.headers["Location"] for answer in answers} == {CONFIRM}
    assert pages[0].replace(BUYER, "…") == pages[1].replace("nobody@example.org", "…")
    assert not Message.objects.filter(to="nobody@example.org").exists()
    assert not User.objects.filter(email="nobody@example.org").exists()


def test_a_strangers_guess_is_answered_like_a_buyers(order: Order) -> None:
    buyer, stranger = Client(), Client()
    ask(buyer)
    ask(stranger, "nobody@example.org")

    pages = [visible(confirm(client, "1234-5678")) for client in (buyer, stranger)]

    assert pages[0].replace(BUYER, "…") == pages[1].replace("nobody@example.org", "…")


def test_an_empty_code_lets_no_stranger_in(client: Client, edition: Edition) -> None:
    ask(client, "nobody@example.org")

    for guess in ("", " ", "-"):
        confirm(client, guess)

    assert not is_signed_in(client)


def test_a_closed_account_gets_no_code(client: Client, order: Order) -> None:
    make.user(BUYER, is_active=False)

    ask(client)

    assert codes() == []


def test_who_had_an_address_before_it_was_changed_does_not_get_in(client: Client, order: Order) -> None:
    sign_in(client)
    person = User.objects.get(email=BUYER)
    person.email = "somchai@work.example.org"
    person.save()
    order.correct_email("somchai@work.example.org", by=make.Actor.system())
    Order.objects.filter(email=BUYER).delete()

    ask(Client(), BUYER)
    ask(Client(), "somchai@work.example.org")

    assert len(codes(BUYER)) == 1  # the one from before the change
    assert len(codes("somchai@work.example.org")) == 1
    assert [address.email for address in person.emailaddress_set.all()] == ["somchai@work.example.org"]


def test_orders_of_an_address_that_nobody_has_proved_are_shown_to_nobody(
    client: Client, order: Order
) -> None:
    client.force_login(make.user(BUYER, password="long enough to be one"))

    page = client.get("/en/my-orders/").content.decode()

    assert order.code not in page


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "3rdparty/",
        "social/signup/",
        "2fa/webauthn/signup/",
        "sessions/",
    ],
)
def test_there_is_no_address_at_which_one_could_sign_up_or_change_ones_address(
    client: Client, path: str
) -> None:
    make.edition()

    assert client.get(f"/en/account/{path}").status_code == 404


# --- codes -----------------------------------------------------------------------------------------------------


def test_a_code_is_eight_digits_and_may_be_typed_with_spaces(client: Client, order: Order) -> None:
    ask(client)
    [code] = codes()

    confirm(client, f" {code.replace('-', '  ')} ")

    assert re.fullmatch(r"\d{4}-\d{4}", code)
    assert is_signed_in(client)


def test_a_code_opens_only_the_browser_that_asked_for_it(client: Client, order: Order) -> None:
    ask(Client())
    ask(client, "nobody@example.org")

    confirm(client, codes()[0])

    assert not is_signed_in(client)


def test_a_code_works_once(client: Client, order: Order) -> None:
    ask(client)
    [code] = codes()
    confirm(client, code)
    client.post("/en/account/logout/")

    confirm(client, code)

    assert not is_signed_in(client)


def test_a_code_works_for_a_quarter_of_an_hour(client: Client, order: Order) -> None:
    ask(client)

    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        late = confirm(client, codes()[0])

    assert late.headers["Location"] == ASK
    assert not is_signed_in(client)


def test_five_wrong_codes_end_the_right_one(client: Client, order: Order) -> None:
    ask(client)
    [code] = codes()
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"

    answers = [confirm(client, wrong) for _ in range(5)]
    confirm(client, code)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 302]
    assert not is_signed_in(client)


def test_a_new_code_ends_the_one_before(client: Client, order: Order) -> None:
    ask(client)
    client.post(CONFIRM, {"action": "resend"})
    new, old = codes()

    confirm(client, old)
    in_by_the_old = is_signed_in(client)
    confirm(client, new)

    assert not in_by_the_old
    assert is_signed_in(client)


# --- throttles -------------------------------------------------------------------------------------------------


@pytest.mark.embedded
def test_codes_for_one_address_cannot_be_asked_for_without_end(order: Order) -> None:
    answers = [ask(Client()) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 302, 200]
    assert "Wait ten minutes" in answers[-1].content.decode()
    assert len(codes()) == 4
    assert ask(Client(), "other@example.org").status_code == 302


@pytest.mark.embedded
def test_one_visitor_cannot_try_many_addresses(edition: Edition) -> None:
    answers = [ask(Client(), f"try-{number}@example.org") for number in range(21)]

    assert answers[19].status_code == 302
    assert answers[20].status_code == 200


def test_behind_a_proxy_visitors_are_told_apart_by_what_the_proxy_saw(
    edition: Edition, settings: Settings
) -> None:
    settings.PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = FEW

    for number in range(3):
        ask(Client(), f"try-{number}@example.org", **{"X-Forwarded-For": "203.0.113.5"})
    same = ask(Client(), "one-more@example.org", **{"X-Forwarded-For": "203.0.113.5"})
    other = ask(Client(), "one-more@example.org", **{"X-Forwarded-For": "203.0.113.6"})

    assert same.status_code == 200
    assert other.status_code == 302


@pytest.mark.parametrize(
    ("proxies", "true_part"), [(0, ""), (1, ", 203.0.113.5"), (2, ", 203.0.113.5, 10.0.0.7")]
)
def test_a_visitor_escapes_no_throttle_by_writing_an_address_of_their_own(
    edition: Edition, settings: Settings, proxies: int, true_part: str
) -> None:
    settings.PROXIES = proxies
    settings.ACCOUNT_RATE_LIMITS = FEW

    answers = [
        ask(Client(), f"try-{number}@example.org", **{"X-Forwarded-For": f"198.51.100.{number}{true_part}"})
        for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]


# --- the mail --------------------------------------------------------------------------------------------------


def test_the_mail_brings_the_code_and_the_outbox_forgets_it(
    client: Client, order: Order, mail_server: MailServer
) -> None:
    ask(client)
    message = Message.objects.get(letter="sign-in-code")
    code = message.context["code"]

    send_message(message.pk)

    [mail] = mail_server.to(BUYER)
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    message.refresh_from_db()
    assert code in text
    assert code in html
    assert code not in mail["Subject"]
    assert mail["Reply-To"] == order.edition.contact_email
    assert (message.status, message.context) == ("sent", {})


def test_the_mail_goes_before_all_others(client: Client, order: Order) -> None:
    make.message(about=order, letter="order-links")

    ask(client)

    assert Message.objects.due()[0].letter == "sign-in-code"


def test_a_code_that_came_too_late_is_not_sent_and_forgotten(
    client: Client, order: Order, mail_server: MailServer
) -> None:
    ask(client)
    message = Message.objects.get(letter="sign-in-code")

    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        send_message(message.pk)

    message.refresh_from_db()
    assert mail_server.mails == []
    assert (message.status, message.context) == ("failed", {})


def test_the_back_office_does_not_show_a_code_that_waits(client: Client, order: Order) -> None:
    ask(Client())
    message = Message.objects.get(letter="sign-in-code")
    staff.enter(client, make.user(duty="owner", edition=order.edition))

    page = client.get(f"/admin/forum/message/{message.pk}/change/")

    assert page.status_code == 200
    assert BUYER in page.content.decode()
    assert message.context["code"] not in page.content.decode()


# --- sign-out --------------------------------------------------------------------------------------------------


def test_signing_out_takes_a_post_and_forgets_the_session(client: Client, order: Order) -> None:
    sign_in(client)

    asked = client.get("/en/account/logout/")
    after_asking = is_signed_in(client)
    done = client.post("/en/account/logout/")

    assert "Sign out?" in asked.content.decode()
    assert after_asking
    assert not is_signed_in(client)
    assert "You have signed out." in client.get(done.headers["Location"]).content.decode()
    assert client.get("/en/my-orders/").status_code == 302


def test_a_session_whose_time_is_over_is_forgotten(client: Client, order: Order) -> None:
    sign_in(client)

    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        sweep_sessions()

    assert not Session.objects.exists()
