"""In the demo anybody enters as anybody and reads the mails; elsewhere these doors do not exist (test_safety)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import Settings

from forum.models import Edition
from tests import make
from tests.forum.test_safety import policy

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.embedded,
    pytest.mark.urls("tests.forum.urls_with_the_demos_doors"),
]


@pytest.fixture(autouse=True)
def mails(settings: Settings, tmp_path: Path) -> Path:
    """The folder of the demo's mails, in a demo."""
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


@pytest.fixture
def edition() -> Edition:
    edition = make.edition()
    for role in ("owner", "programme", "door"):
        make.user(f"{'organizer' if role == 'owner' else role}@example.org", duty=role, edition=edition)
    make.speaker(edition, email="ei@example.org", is_featured=True)
    make.order(edition=edition, email="somchai@example.org")
    return edition


def write_mail(subject: str = "Your place is kept", *, html: str = "") -> None:
    mail = EmailMultiAlternatives(subject, "With a ฿ sign.\n-- \nThe forum", to=["somchai@example.org"])
    if html:
        mail.attach_alternative(html, "text/html")
    mail.attach("badge.pdf", b"%PDF-1.7 not really", "application/pdf")
    mail.send()


def only_mail(folder: Path) -> str:
    [file] = folder.glob("*.log")
    return f"/dev/mails/{file.stem}-0/"


# --- entering --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "first_page"),
    [
        ("organizer", "/admin/"),
        ("programme", "/admin/"),
        ("door", "/admin/"),
        ("speaker", "/en/speaker/"),
        ("attendee", "/en/my-orders/"),
    ],
)
def test_one_enters_as(role: str, first_page: str, client: Client, edition: Edition) -> None:
    entered = client.post(f"/dev/enter/{role}/")

    assert entered.headers["Location"] == first_page
    assert client.get(first_page, follow=True).status_code == 200


def test_entering_as_an_attendee_after_an_organizer_leaves_the_back_office(
    client: Client, edition: Edition
) -> None:
    client.post("/dev/enter/organizer/")
    client.post("/dev/enter/attendee/")

    assert client.get("/admin/", follow=True).status_code == 403


def test_the_attendee_sees_their_order(client: Client, edition: Edition) -> None:
    client.post("/dev/enter/attendee/")

    assert edition.orders.get().code in client.get("/en/my-orders/").content.decode()


def test_entering_takes_a_post_with_a_token(client: Client, edition: Edition) -> None:
    by_get = client.get("/dev/enter/organizer/")
    without_token = Client(enforce_csrf_checks=True).post("/dev/enter/organizer/")

    assert by_get.status_code == 405
    assert without_token.status_code == 403


def test_nobody_enters_as_who_is_not_there(client: Client) -> None:
    make.edition()

    assert client.post("/dev/enter/speaker/").status_code == 404
    assert client.post("/dev/enter/emperor/").status_code == 404


def test_outside_of_the_demo_the_doors_stay_shut_even_with_addresses(
    client: Client, edition: Edition, settings: Settings
) -> None:
    settings.DEMO = False
    answers = [
        client.get("/dev/", follow=True),
        client.post("/dev/enter/organizer/"),
        client.get("/dev/mails/x/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


# --- mails -----------------------------------------------------------------------------------------------------


def test_the_mails_are_listed_the_newest_first(client: Client, edition: Edition) -> None:
    write_mail("The older")
    time.sleep(0.02)  # files remember when they were written, some of them not very exactly
    write_mail("The newer")

    page = client.get("/dev/").content.decode()

    assert 0 < page.index("The newer") < page.index("The older")


def test_two_mails_that_share_a_file_are_two(client: Client, edition: Edition, mails: Path) -> None:
    write_mail("The older")
    [file] = mails.glob("*.log")
    file.write_bytes(file.read_bytes() + file.read_bytes().replace(b"The older", b"The newer"))

    page = client.get("/dev/").content.decode()
    second = client.get(f"/dev/mails/{file.stem}-1/").content.decode()

    assert 0 < page.index("The newer") < page.index("The older")
    assert "The newer" in second


def test_a_mail_shows_its_headers_and_its_text(client: Client, edition: Edition, mails: Path) -> None:
    write_mail()

    page = client.get(only_mail(mails)).content.decode()

    assert "Your place is kept" in page
    assert "somchai@example.org" in page
    assert "Message-ID" in page
    assert "With a ฿ sign." in page


def test_a_mails_html_is_framed_by_this_site_alone_and_runs_nothing(
    client: Client, edition: Edition, mails: Path
) -> None:
    write_mail(
        html='<html><head></head><body style="color: red"><a href="https://example.org">On</a></body></html>'
    )

    frame = client.get(f"{only_mail(mails)}html/")
    around = client.get(only_mail(mails))

    assert '<body style="color: red">' in frame.content.decode()
    assert policy(frame)["default-src"] == {"'none'"}
    assert "script-src" not in policy(frame)
    assert policy(frame)["frame-ancestors"] == {"'self'"}
    assert policy(frame)["sandbox"] == {"allow-popups", "allow-popups-to-escape-sandbox"}
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert policy(around)["frame-src"] == {"'self'"}
    assert "unsafe" not in around.headers["Content-Security-Policy"]


def test_what_came_with_a_mail_can_be_kept(client: Client, edition: Edition, mails: Path) -> None:
    write_mail()

    page = client.get(only_mail(mails)).content.decode()
    file = client.get(f"{only_mail(mails)}attachments/1/")

    assert ">badge.pdf</a>" in page
    assert file.content == b"%PDF-1.7 not really"
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="badge.pdf"'


@pytest.mark.parametrize(
    "path", ["nothing/", "nothing-0/", "nothing-0/html/", "..%2F..%2Fmanage-0/", "nothing-0/attachments/1/"]
)
def test_what_is_no_mail_is_not_found(path: str, client: Client, edition: Edition) -> None:
    assert client.get(f"/dev/mails/{path}").status_code == 404


@pytest.mark.parametrize("number", [0, 2])
def test_a_file_that_no_mail_brought_is_not_found(
    number: int, client: Client, edition: Edition, mails: Path
) -> None:
    write_mail()

    assert client.get(f"{only_mail(mails)}attachments/{number}/").status_code == 404
