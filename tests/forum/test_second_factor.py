"""Staff sign in with password and second factor; nothing less opens the back office."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from datetime import datetime, timedelta
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from forum.models import Edition, Message, User
from forum.tasks import send_message
from tests import make, staff
from tests.servers import MailServer

pytestmark = pytest.mark.django_db

STAFF = "/en/account/staff/"
APP = "/en/account/2fa/app/"
SECRET = base64.b32encode(b"twenty bytes of it  ").decode()
PASSWORD = "four words in a row"


def six_digits(secret: str = SECRET, *, at: datetime | None = None) -> str:
    """What an authenticator app shows (RFC 6238), written without any of the product's code."""
    step = int((at or timezone.now()).timestamp()) // 30
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def edition() -> Edition:
    return make.edition()


@pytest.fixture
def newcomer(edition: Edition) -> User:
    """Somebody with a duty and a password, and no second factor yet."""
    return make.user("daw@example.org", duty="owner", edition=edition, password=PASSWORD)


@pytest.fixture
def organizer(newcomer: User) -> User:
    """Somebody with a duty, a password and an authenticator app."""
    TOTP.activate(newcomer, SECRET)
    RecoveryCodes.activate(newcomer)
    return newcomer


def give_password(client: Client, password: str = PASSWORD, next: str = "/admin/") -> HttpResponse:
    return client.post(f"{STAFF}?next={next}", {"login": "daw@example.org", "password": password})


def give_code(client: Client, code: str) -> HttpResponse:
    return client.post("/en/account/2fa/authenticate/", {"code": code})


def sign_in_by_code(client: Client, email: str = "daw@example.org") -> HttpResponse:
    client.post("/en/account/login/code/", {"email": email})
    code = Message.objects.filter(letter="sign-in-code", to=email).latest("pk").context["code"]
    return client.post("/en/account/login/code/confirm/", {"code": code})


def back_office(client: Client) -> HttpResponse:
    """Where one ends who asks for the back office, whatever redirects come between."""
    return client.get("/admin/", follow=True)


def is_in_the_back_office(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


# --- signing in ------------------------------------------------------------------------------------------------


def test_password_and_app_open_the_back_office(client: Client, organizer: User) -> None:
    asked = give_password(client, next="/admin/forum/page/")
    with_password_alone = is_in_the_back_office(client)

    done = give_code(client, six_digits())

    assert asked.headers["Location"] == "/en/account/2fa/authenticate/"
    assert not with_password_alone
    assert done.headers["Location"] == "/admin/forum/page/"
    assert is_in_the_back_office(client)


def test_a_wrong_second_factor_opens_nothing(client: Client, organizer: User) -> None:
    give_password(client)

    answer = give_code(client, "000000" if six_digits() != "000000" else "111111")

    assert "This code is not right." in answer.content.decode()
    assert not is_in_the_back_office(client)


def test_the_app_of_a_phone_that_is_half_a_minute_off_is_accepted(client: Client, organizer: User) -> None:
    give_password(client)

    give_code(client, six_digits(at=timezone.now() - timedelta(seconds=30)))

    assert is_in_the_back_office(client)


def test_a_code_of_the_app_cannot_be_used_a_second_time(organizer: User) -> None:
    first, second = Client(), Client()
    code = six_digits()
    give_password(first)
    give_code(first, code)

    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=False):
        give_password(second)
        give_code(second, code)

    assert is_in_the_back_office(first)
    assert not is_in_the_back_office(second)


def test_a_recovery_code_stands_in_for_the_app_once(organizer: User) -> None:
    first, second = Client(), Client()
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]

    for client in (first, second):
        give_password(client)
        give_code(client, code)

    assert is_in_the_back_office(first)
    assert not is_in_the_back_office(second)


def test_guessing_a_password_is_stopped_after_five_times(organizer: User) -> None:
    for number in range(5):
        give_password(Client(), f"guess number {number}")

    answer = give_password(Client())

    assert "Wait five minutes" in answer.content.decode()


def test_guessing_the_second_factor_is_stopped_after_five_times(client: Client, organizer: User) -> None:
    give_password(client)
    for number in range(5):
        give_code(client, f"{number:06}")

    give_code(client, six_digits())

    assert not is_in_the_back_office(client)


def test_a_sign_in_lasts_a_shift(client: Client, organizer: User) -> None:
    give_password(client)
    give_code(client, six_digits())

    with time_machine.travel(timezone.now() + timedelta(hours=11, minutes=59), tick=False):
        before = is_in_the_back_office(client)
    with time_machine.travel(timezone.now() + timedelta(hours=12, minutes=1), tick=False):
        after = back_office(client)

    assert before
    assert after.request["PATH_INFO"] == "/en/account/staff/again/"


def test_who_loses_the_duty_is_out_at_once(client: Client, organizer: User) -> None:
    staff.enter(client, organizer)
    before = is_in_the_back_office(client)

    organizer.duties.all().delete()

    assert before
    assert client.get("/admin/", follow=True).status_code == 403


# --- a code by e-mail is not enough ----------------------------------------------------------------------------


def test_a_code_by_email_does_not_open_the_back_office(client: Client, newcomer: User) -> None:
    sign_in_by_code(client)

    asked = back_office(client)

    assert "_auth_user_id" in client.session
    assert asked.request["PATH_INFO"] == "/en/account/staff/again/"
    assert not is_in_the_back_office(client)


def test_staff_who_signed_in_by_code_see_their_own_orders(
    client: Client, newcomer: User, edition: Edition
) -> None:
    order = make.order(email=newcomer.email, edition=edition)

    done = sign_in_by_code(client)
    then = client.get(done.headers["Location"])

    assert then.headers["Location"] == "/en/my-orders/"
    assert order.code in client.get("/en/my-orders/").content.decode()


def test_a_code_by_email_and_the_app_still_lack_the_password(client: Client, organizer: User) -> None:
    sign_in_by_code(client)
    give_code(client, six_digits())

    without = is_in_the_back_office(client)
    client.post(f"/en/account/staff/again/?next={STAFF}", {"password": PASSWORD})

    assert not without
    assert is_in_the_back_office(client)


def test_a_code_by_email_opens_no_page_on_which_a_second_factor_is_set_up(
    client: Client, newcomer: User
) -> None:
    sign_in_by_code(client)

    for path in ("", "app/", "keys/", "keys/new/", "recovery-codes/new/"):
        asked = client.get(f"/en/account/2fa/{path}")

        assert asked.headers["Location"].startswith(STAFF), path


def test_an_old_session_and_the_password_add_no_key_to_an_account_that_has_a_second_factor(
    client: Client, newcomer: User
) -> None:
    give_password(client)
    TOTP.activate(newcomer, SECRET)

    asked = client.get("/en/account/2fa/keys/new/", follow=True)

    assert asked.request["PATH_INFO"] == "/en/account/2fa/again/"


def test_an_attendee_is_told_that_the_back_office_is_for_others(client: Client, edition: Edition) -> None:
    client.force_login(make.user())

    answer = back_office(client)

    assert answer.status_code == 403
    assert "This page is for others" in answer.content.decode()
    assert "/en/account/logout/" in answer.content.decode()


def test_an_attendee_sets_up_no_second_factor_and_no_password(client: Client, edition: Edition) -> None:
    client.force_login(make.user())

    answers = [client.get(f"/en/account/{path}") for path in ("2fa/", "2fa/app/", "password/change/")]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


# --- the first time --------------------------------------------------------------------------------------------


def test_the_first_owner_is_made_on_the_command_line_and_led_to_a_second_factor(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="daw@example.org", interactive=False, verbosity=0)

    led = client.get(give_password(client).headers["Location"], follow=True)

    assert led.request["PATH_INFO"] == APP
    assert not is_in_the_back_office(client)


def test_the_page_that_sets_up_the_app_shows_its_code_as_a_picture_and_as_text(
    client: Client, newcomer: User
) -> None:
    give_password(client)

    page = client.get(APP).content.decode()

    secret = client.session["mfa.totp.secret"]
    assert f'<code class="secret">{secret}</code>' in page
    assert f"secret={secret}" in unquote(page)
    assert "<svg" in page
    assert "data:" not in page


@pytest.mark.django_db(transaction=True)
def test_who_sets_up_the_app_is_in_and_gets_recovery_codes(client: Client, newcomer: User) -> None:
    give_password(client)
    client.get(APP)

    done = client.post(APP, {"code": six_digits(client.session["mfa.totp.secret"])})
    codes = client.get(done.headers["Location"]).content.decode()

    assert len(re.findall(r"<code>\d{8}</code>", codes)) == 10
    assert is_in_the_back_office(client)
    assert Message.objects.get(letter="sign-in-changed").context["change"] == "app-added"


def test_a_second_factor_is_asked_for_from_then_on(
    newcomer: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    first, next_day = Client(), Client()
    give_password(first)
    first.get(APP)
    secret = first.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        first.post(APP, {"code": six_digits(secret)})

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        asked = give_password(next_day)
        give_code(next_day, six_digits(secret))
        is_in = is_in_the_back_office(next_day)

    assert asked.headers["Location"] == "/en/account/2fa/authenticate/"
    assert is_in


def test_the_secret_of_an_app_is_not_readable_in_the_database(
    client: Client,
    newcomer: User,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    give_password(client)
    client.get(APP)
    secret = client.session["mfa.totp.secret"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(APP, {"code": six_digits(secret)})

    kept = Authenticator.objects.get(type="totp")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]

    assert secret not in str(kept.data)
    assert kept.wrap().validate_code(six_digits(secret))


# --- passwords -------------------------------------------------------------------------------------------------


def reset_link(client: Client, mail_server: MailServer) -> str:
    """The link from the mail that somebody gets who asks for a new password."""
    client.post("/en/account/password/reset/", {"email": "daw@example.org"})
    send_message(Message.objects.get(letter="password-reset").pk)
    [mail] = mail_server.to("daw@example.org")
    body = mail.get_body(["plain"])
    assert body is not None
    return re.search(r"http://\S+/password/reset/\S+", body.get_content())[0]  # type: ignore[index]


def test_a_forgotten_password_is_set_by_a_link_that_works_once(
    client: Client, organizer: User, mail_server: MailServer, settings: Settings
) -> None:
    link = reset_link(client, mail_server)
    form = client.get(link).headers["Location"]

    client.post(form, {"password1": "other words in a row", "password2": "other words in a row"})
    again = client.get(link)

    assert link.startswith(settings.SITE_URL)
    assert give_password(Client()).status_code == 200
    assert give_password(Client(), "other words in a row").status_code == 302
    assert "This link does not work any more" in again.content.decode()
    assert Message.objects.get(letter="password-reset").context == {}
    assert Message.objects.get(letter="sign-in-changed").context["change"] == "password"


def test_a_new_password_by_mail_does_not_make_the_second_factor_unnecessary(
    client: Client, organizer: User, mail_server: MailServer
) -> None:
    form = client.get(reset_link(client, mail_server)).headers["Location"]
    client.post(form, {"password1": "other words in a row", "password2": "other words in a row"})

    asked = give_password(client, "other words in a row")

    assert asked.headers["Location"] == "/en/account/2fa/authenticate/"
    assert not is_in_the_back_office(client)


def test_the_link_in_the_mail_has_our_host_whatever_the_request_said(
    client: Client, organizer: User, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "evil.example"]

    client.post("/en/account/password/reset/", {"email": "daw@example.org"}, headers={"Host": "evil.example"})

    link = Message.objects.get(letter="password-reset").context["password_reset_url"]
    assert link.startswith(settings.SITE_URL)


@pytest.mark.parametrize("email", ["attendee@example.org", "nobody@example.org"])
def test_who_has_no_duty_gets_no_link_to_set_a_password_and_the_same_page(
    client: Client, edition: Edition, email: str
) -> None:
    make.user("attendee@example.org")

    answer = client.post("/en/account/password/reset/", {"email": email})

    assert answer.headers["Location"] == "/en/account/password/reset/sent/"
    assert not Message.objects.exists()


def test_changing_the_password_ends_all_other_sessions_and_is_told_by_mail(organizer: User) -> None:
    here, elsewhere = staff.enter(Client(), organizer), staff.enter(Client(), organizer)

    here.post(
        "/en/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "other words in a row", "password2": "other words in a row"},
    )

    assert is_in_the_back_office(here)
    assert not is_in_the_back_office(elsewhere)
    assert Message.objects.get().letter == "sign-in-changed"


@pytest.mark.parametrize("password", ["short", "password1234", "daw@example.org"])
def test_a_weak_password_is_refused(client: Client, organizer: User, password: str) -> None:
    staff.enter(client, organizer)

    answer = client.post(
        "/en/account/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    assert answer.status_code == 200
    assert organizer.check_password(PASSWORD)


@pytest.mark.parametrize(
    "change",
    ["password", "app-added", "app-removed", "key-added", "key-removed", "recovery-codes", "forgotten"],
)
def test_staff_are_told_of_each_change_to_their_sign_in(
    change: str, organizer: User, edition: Edition, mail_server: MailServer
) -> None:
    kept = {"change": change, "at": timezone.now().isoformat()}
    message = Message.queue("sign-in-changed", to=organizer.email, edition=edition, context=kept)

    send_message(message.pk)

    [mail] = mail_server.to(organizer.email)
    assert "The way you sign in was changed" in mail["Subject"]


def test_who_lost_all_second_factors_is_helped_on_the_command_line_and_told(
    client: Client, organizer: User
) -> None:
    call_command("forget_second_factor", "daw@example.org", verbosity=0)

    led = give_password(client)

    assert client.get(led.headers["Location"], follow=True).request["PATH_INFO"] == APP
    assert Message.objects.get().context["change"] == "forgotten"


# --- around the back office ------------------------------------------------------------------------------------


def test_signing_out_of_the_back_office_takes_a_post(client: Client, organizer: User) -> None:
    staff.enter(client, organizer)

    by_get = client.get("/admin/logout/")
    still_in = is_in_the_back_office(client)
    client.post("/admin/logout/")

    assert by_get.status_code == 405
    assert still_in
    assert not is_in_the_back_office(client)


def test_who_asked_for_a_code_first_can_still_sign_in_with_the_password(
    client: Client, organizer: User
) -> None:
    client.post("/en/account/login/code/", {"email": "daw@example.org"})

    page = client.get(STAFF)

    assert page.status_code == 200
    assert "Sign in with a password" in page.content.decode()


def test_going_to_the_sign_in_when_one_is_in_leads_on(client: Client, organizer: User) -> None:
    staff.enter(client, organizer)

    answers = [client.get(path) for path in (STAFF, "/admin/login/", "/admin/login/?next=/admin/forum/page/")]

    assert [answer.headers["Location"] for answer in answers] == ["/admin/", "/admin/", "/admin/forum/page/"]
