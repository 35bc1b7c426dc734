"""Saving never loses a language: not one that was not shown, nor one that somebody else has written meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from forum.models import Edition, Page
from forum.translated import Translated, TranslatedFormField, Written, mark
from speakers.models import Speaker
from tests import make, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th", "my"])


def opened(record: Any) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def sheet(client: Client, record: Any, **changed: Any) -> dict[str, Any]:
    """What a browser sends of the form as it is shown now, the marks of its boxes included."""
    page = client.get(opened(record))
    marks = {
        box["was"]: box["mark"]
        for bound in page.context["adminform"].form
        if isinstance(bound.field, TranslatedFormField)
        for box in bound.field.widget.get_context(bound.html_name, bound.value(), {})["widget"]["subwidgets"]
    }
    return {**staff.fields(page), **marks, **changed}


def in_a_thread(deed: Callable[[], Any]) -> Thread:
    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def wait_until_somebody_waits() -> None:
    """Return when another connection waits for a lock of this transaction."""
    with connection.cursor() as cursor:
        for _try in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    pytest.fail("nobody waits")


# --- two at one record ---


@pytest.mark.embedded
def test_two_forms_opened_at_the_same_time_save_a_language_each(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa"}, body={"en": "Ask early."})
    first, second = staff.at_work("programme", edition), staff.at_work("programme", edition)
    thai = sheet(first, page, title_th="วีซ่า", body_th="ขอล่วงหน้า")
    burmese = sheet(second, page, title_my="ဗီဇာ", body_en="Ask very early.")

    answers = [first.post(opened(page), thai), second.post(opened(page), burmese)]

    page.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert page.title == {"en": "Visa", "th": "วีซ่า", "my": "ဗီဇာ"}
    assert page.body == {"en": "Ask very early.", "th": "ขอล่วงหน้า"}


@pytest.mark.django_db(transaction=True)
def test_a_language_that_is_being_saved_at_this_very_moment_survives_another_organizers_saving(
    edition: Edition,
) -> None:
    page = make.page(edition, title={"en": "Visa"})
    organizer = staff.at_work("programme", edition)
    sent = sheet(organizer, page, title_my="ဗီဇာ")

    with transaction.atomic():
        theirs = Page.objects.get(pk=page.pk)
        theirs.title = theirs.title.merged({"th": "วีซ่า"})
        theirs.save()
        other = in_a_thread(lambda: organizer.post(opened(page), sent))
        wait_until_somebody_waits()
    other.join()

    page.refresh_from_db()
    assert page.title == {"en": "Visa", "th": "วีซ่า", "my": "ဗီဇာ"}


@pytest.mark.django_db(transaction=True)
def test_many_organizers_at_once_lose_no_language_and_find_the_session_by_all(edition: Edition) -> None:
    session = make.session(edition, title={"en": "Wages"})
    texts = {"th": "ค่าจ้าง", "my": "လုပ်ခ"}
    sent = []
    for code, text in texts.items():
        organizer = staff.at_work("programme", edition)
        sent.append((organizer, sheet(organizer, session, **{f"title_{code}": text})))

    threads = [in_a_thread(lambda one=one, data=data: one.post(opened(session), data)) for one, data in sent]
    for thread in threads:
        thread.join()

    session.refresh_from_db()
    assert session.title == {"en": "Wages", **texts}
    assert all(session in edition.sessions.about(text) for text in ("wages", *texts.values()))


@pytest.mark.django_db(transaction=True)
def test_a_speaker_and_an_organizer_write_two_languages_at_the_same_moment(edition: Edition) -> None:
    speaker = make.speaker(edition, user=make.user("mei@example.org"), bio={"en": "Buyer."})
    client = Client()
    client.force_login(speaker.user)
    address = reverse("profile-bio", kwargs={"edition": edition.slug, "slug": speaker.slug})

    with transaction.atomic():
        theirs = Speaker.objects.get(pk=speaker.pk)
        theirs.bio = theirs.bio.merged({"th": "ผู้ซื้อ"})
        theirs.save()
        sent = {"bio_en": "Buyer.", "bio_en_was": mark("Buyer."), "bio_th": "", "bio_th_was": mark("")}
        own = in_a_thread(lambda: client.post(address, {**sent, "bio_my": "ဝယ်သူ", "bio_my_was": mark("")}))
        wait_until_somebody_waits()
    own.join()

    speaker.refresh_from_db()
    assert speaker.bio == {"en": "Buyer.", "th": "ผู้ซื้อ", "my": "ဝယ်သူ"}
    assert speaker in Speaker.objects.about("ผู้ซื้อ")


def test_two_who_change_the_same_box_are_told_before_one_text_replaces_the_other(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "วีซ่า"})
    first, second = staff.at_work("programme", edition), staff.at_work("programme", edition)
    mine, theirs = sheet(first, page, title_th="ของฉัน"), sheet(second, page, title_th="ของเขา")
    second.post(opened(page), theirs)

    told = first.post(opened(page), mine)
    page.refresh_from_db()
    kept = page.title["th"]
    shown = told.content.decode()
    first.post(opened(page), {**mine, "title_th_was": mark("ของเขา")})

    page.refresh_from_db()
    assert kept == "ของเขา"
    assert "ของฉัน" in shown
    assert "ของเขา" in shown
    assert f'value="{mark("ของเขา")}"' in shown
    assert page.title["th"] == "ของฉัน"


def test_a_speaker_too_is_told_that_somebody_else_has_changed_the_same_box(edition: Edition) -> None:
    speaker = make.speaker(edition, user=make.user("mei@example.org"), role={"en": "Director"})
    client = Client()
    client.force_login(speaker.user)
    address = reverse("profile-about", kwargs={"edition": edition.slug, "slug": speaker.slug})
    sent = {"name": speaker.name, "role_en": "Buyer", "role_en_was": mark("Cook")}

    answer = client.post(address, sent)

    speaker.refresh_from_db()
    assert speaker.role == {"en": "Director"}
    assert "Buyer" in answer.content.decode()
    assert "Director" in answer.content.decode()


# --- one who saves ---


def test_a_language_that_the_edition_no_longer_has_survives(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "วีซ่า", "km": "ទិដ្ឋាការ"})
    edition.languages = ["en", "my"]
    edition.save()
    organizer = staff.at_work("programme", edition)

    organizer.post(opened(page), sheet(organizer, page, title_en="Visas"))

    page.refresh_from_db()
    assert page.title == {"en": "Visas", "th": "วีซ่า", "km": "ទិដ្ឋាការ"}


def test_a_box_that_was_not_sent_is_left_alone(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "วีซ่า"})
    organizer = staff.at_work("programme", edition)
    sent = sheet(organizer, page, title_en="Visas")
    del sent["title_th"]

    organizer.post(opened(page), sent)

    page.refresh_from_db()
    assert page.title == {"en": "Visas", "th": "วีซ่า"}


def test_a_text_is_removed_on_purpose(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "วีซ่า"})
    organizer = staff.at_work("programme", edition)

    organizer.post(opened(page), sheet(organizer, page, title_th=""))

    page.refresh_from_db()
    assert page.title == {"en": "Visa"}


def test_a_page_that_nobody_changed_keeps_its_wording_to_the_letter(edition: Edition) -> None:
    page = make.page(edition, body={"en": "One.\n\nTwo.\n"})
    before = page.digest
    organizer = staff.at_work("programme", edition)
    sent = sheet(organizer, page, body_en="One.\r\n\r\nTwo.\r\n", position=3)

    organizer.post(opened(page), sent)

    page.refresh_from_db()
    assert page.position == 3
    assert page.digest == before


def test_what_was_written_counts_only_where_it_differs_from_what_the_box_showed() -> None:
    now = Translated({"en": "Newer", "th": "ใหม่"})
    written = Written({"en": "Old", "th": "ของฉัน"}, {"en": mark("Old"), "th": mark("เก่า")})

    assert written.new(now) == {"th": "ของฉัน"}
    assert written.rivals(now) == {"th": "ใหม่"}


def test_two_who_wrote_the_same_are_no_rivals() -> None:
    written = Written({"th": "เหมือนกัน"}, {"th": mark("")})

    assert written.rivals(Translated({"th": "เหมือนกัน"})) == {}
