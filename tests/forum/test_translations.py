"""What is missing in a language: in lists, in numbers, and on the sheets on which it is translated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from agenda.models import Session
from forum.models import Edition, Page, Partner
from forum.translated import Tally, mark
from tests import make, staff

pytestmark = pytest.mark.django_db

OVERVIEW = reverse("translations")


@pytest.fixture
def edition() -> Edition:
    return make.edition(languages=["en", "th", "my"])


def sheet(kind: str, language: str) -> str:
    return reverse("translate", args=[kind, language])


def save(client: Client, address: str, record: Any, **texts: str) -> Any:
    """Fill in the sheet's boxes for one record and save it."""
    sent: dict[str, Any] = {"row": [f"{record.pk}-{name}" for name in texts]}
    return client.post(address, sent | {f"{record.pk}-{name}-text": text for name, text in texts.items()})


# --- asked of the database ---


@pytest.mark.embedded
def test_what_a_language_lacks_is_what_the_main_one_has(edition: Edition) -> None:
    complete = make.page(edition, title={"en": "Visa", "th": "วีซ่า"}, body={"en": "Ask.", "th": "ขอ"})
    half = make.page(edition, title={"en": "Travel", "th": "เดินทาง"}, body="Walk.")
    nothing_to_do = make.page(edition, title={"en": "Empty", "th": "ว่าง"}, body="")
    foreign = make.page(edition, title={"th": "ไทยเท่านั้น"}, body={})

    assert set(edition.pages.lacking("th", main="en")) == {half}
    assert set(edition.pages.lacking("my", main="en")) == {complete, half, nothing_to_do}
    assert set(edition.pages.lacking("en", main="en")) == {foreign}
    assert edition.pages.tally(["en", "th", "my"], main="en") == {
        "en": Tally(all=6, missing=1),
        "th": Tally(all=5, missing=1),
        "my": Tally(all=5, missing=5),
    }


@pytest.mark.embedded
def test_a_language_whose_code_reads_like_a_question_to_the_database_is_counted_like_any_other() -> None:
    edition = make.edition(languages=["en", "lt"])
    page = make.page(edition, title={"en": "Visa", "lt": "Viza"}, body="Ask.")

    assert list(edition.pages.lacking("lt", main="en")) == [page]
    assert edition.pages.tally(["lt"], main="en") == {"lt": Tally(all=2, missing=1)}


# --- lists ---


def test_a_list_says_which_languages_a_record_has_and_shows_those_that_lack_one(edition: Edition) -> None:
    make.session(edition, title={"en": "Wages", "th": "ค่าจ้าง"}, abstract="How much?")
    make.session(edition, title={"en": "Hours", "th": "ชั่วโมง", "my": "နာရီ"}, abstract={})
    organizer = staff.at_work("programme", edition)
    address = reverse("admin:agenda_session_changelist")

    page = organizer.get(address).content.decode()
    lacking = organizer.get(address, {"lacks": "th"})

    assert "th partly" in page
    assert "my missing" in page
    assert "Missing in Thai" in page
    assert [str(one.title) for one in lacking.context["cl"].result_list] == ["Wages"]


@pytest.mark.parametrize("wrong", ["xx", "en'", "²", ""])
def test_the_filter_takes_only_languages_of_the_edition(wrong: str, edition: Edition) -> None:
    make.track(edition)
    organizer = staff.at_work("programme", edition)

    page = organizer.get(reverse("admin:agenda_track_changelist"), {"lacks": wrong})

    assert len(page.context["cl"].result_list) == 1


def test_where_there_is_one_language_lists_say_nothing_of_languages() -> None:
    edition = make.edition(languages=["en"])
    make.track(edition)
    organizer = staff.at_work("programme", edition)

    page = organizer.get(reverse("admin:agenda_track_changelist")).content.decode()

    assert "field-languages" not in page
    assert "Missing in" not in page


EVERY_KIND: dict[str, Callable[[Edition], Any]] = {
    "agenda_session": lambda edition: make.session(edition),
    "agenda_slot": lambda edition: make.slot(title="Lunch", edition=edition),
    "agenda_day": lambda edition: make.day(edition, focus="Wages"),
    "agenda_track": lambda edition: make.track(edition),
    "agenda_format": lambda edition: edition.formats.create(name="Panel"),
    "agenda_room": lambda edition: make.room(edition),
    "forum_page": lambda edition: make.page(edition),
    "forum_partner": lambda edition: make.partner(edition, description="They fund it."),
    "forum_stakeholdergroup": lambda edition: make.group(edition),
    "registration_tickettype": lambda edition: make.ticket_type(edition),
    "speakers_speaker": lambda edition: make.speaker(edition, bio="Buyer."),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_of_text_is_listed_counted_and_asked_for(kind: str, edition: Edition) -> None:
    EVERY_KIND[kind](edition)
    organizer = staff.at_work("owner", edition)

    listed = organizer.get(reverse(f"admin:{kind}_changelist"), {"lacks": "th"})
    asked = organizer.get(sheet(kind, "th"))

    assert len(listed.context["cl"].result_list) == 1
    assert 'lang="th"' in asked.content.decode()
    assert asked.context["sheet"].texts[0].source


# --- numbers ---


def test_the_overview_counts_what_is_there_and_what_is_missing(edition: Edition) -> None:
    make.page(edition, title={"en": "Visa", "th": "วีซ่า"}, body="Ask.")
    organizer = staff.at_work("programme", edition)

    page = organizer.get(OVERVIEW)

    row = next(cells for kind, cells in page.context["rows"] if kind.name == "forum_page")
    assert [(cell.tally.there, cell.tally.missing) for cell in row] == [(2, 0), (1, 1), (0, 2)]
    assert reverse("admin:forum_page_changelist") + "?lacks=th" in page.content.decode()
    assert sheet("forum_page", "th") in page.content.decode()
    assert OVERVIEW in organizer.get(reverse("admin:index")).content.decode()


def test_each_sees_the_kinds_that_their_duty_is_about(edition: Edition) -> None:
    for maker in EVERY_KIND.values():
        maker(edition)
    finance, registration = staff.at_work("finance", edition), staff.at_work("registration", edition)

    seen = {kind.name for kind, _cells in finance.get(OVERVIEW).context["rows"]}
    read_only = registration.get(OVERVIEW).content.decode()

    assert seen == {"forum_edition", "forum_stakeholdergroup", "registration_tickettype"}
    assert reverse("admin:forum_page_changelist") + "?lacks=th" in read_only
    assert sheet("forum_page", "th") not in read_only
    assert sheet("forum_stakeholdergroup", "th") in read_only


@pytest.mark.parametrize(
    ("duty", "kind", "answer"),
    [
        ("finance", "agenda_session", 404),
        ("registration", "forum_page", 403),
        ("door", "speakers_speaker", 404),
    ],
)
def test_who_may_not_write_a_kind_gets_no_sheet_of_it(
    duty: str, kind: str, answer: int, edition: Edition
) -> None:
    record = EVERY_KIND[kind](edition)
    organizer = staff.at_work(duty, edition)

    asked = organizer.get(sheet(kind, "th"))
    sent = save(organizer, sheet(kind, "th"), record, title="ของฉัน")

    assert (asked.status_code, sent.status_code) == (answer, answer)


@pytest.mark.parametrize(
    ("kind", "language"), [("agenda_session", "xx"), ("agenda_release", "th"), ("nothing", "th")]
)
def test_there_is_no_sheet_of_what_is_not_translated(kind: str, language: str, edition: Edition) -> None:
    assert staff.at_work("owner", edition).get(sheet(kind, language)).status_code == 404


def test_a_visitor_sees_neither_numbers_nor_sheets(client: Client) -> None:
    assert [client.get(path).status_code for path in (OVERVIEW, sheet("forum_page", "th"))] == [302, 302]


def test_another_editions_texts_are_neither_counted_nor_written(edition: Edition) -> None:
    theirs = make.page(make.edition("past", languages=["en", "th"]), title="Theirs")
    organizer = staff.at_work("programme", edition)

    rows = organizer.get(OVERVIEW).context["rows"]
    answer = save(organizer, sheet("forum_page", "th"), theirs, title="ของเขา")

    theirs.refresh_from_db()
    assert "forum_page" not in {kind.name for kind, _cells in rows}
    assert answer.status_code == 302
    assert theirs.title == {"en": "Theirs"}


@pytest.mark.parametrize(
    "address", [OVERVIEW, reverse("admin:index"), sheet("agenda_session", "th"), sheet("agenda_slot", "th")]
)
def test_the_number_of_queries_does_not_grow_with_the_texts(
    address: str, edition: Edition, queries: Callable[[], Any]
) -> None:
    organizer = staff.at_work("owner", edition)

    def add(hour: int) -> None:
        make.slot(make.session(edition), at=f"{hour}:00", minutes=30)
        make.slot(title="Tea", edition=edition, at=f"{hour}:30", minutes=10)
        make.speaker(edition, bio="Buyer.")

    add(13)
    organizer.get(address)
    with queries() as with_one:
        organizer.get(address)
    add(10)
    add(11)
    with queries() as with_three:
        organizer.get(address)

    assert len(with_three) == len(with_one), with_three


# --- sheets ---


def test_a_sheet_saves_all_that_was_written_and_only_its_language(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "my": "ဗီဇာ"}, body="Ask.")
    session = make.session(edition, title="Wages", abstract="How much?")
    organizer = staff.at_work("programme", edition)

    save(organizer, sheet("forum_page", "th"), page, title=" วีซ่า ", body="ขอ\r\nก่อน")
    save(organizer, sheet("agenda_session", "th"), session, title="ค่าจ้าง", abstract="")

    page.refresh_from_db()
    session.refresh_from_db()
    assert page.title == {"en": "Visa", "my": "ဗီဇာ", "th": "วีซ่า"}
    assert page.body == {"en": "Ask.", "th": "ขอ\nก่อน"}
    assert session.title == {"en": "Wages", "th": "ค่าจ้าง"}
    assert session.abstract == {"en": "How much?"}
    assert list(Session.objects.about("ค่าจ้าง")) == [session]
    assert LogEntry.objects.count() == 2


def test_a_text_that_somebody_else_has_written_meanwhile_is_kept_and_shown_beside_ones_own(
    edition: Edition,
) -> None:
    page, other = make.page(edition, title="Visa"), make.page(edition, title="Travel")
    organizer, address = staff.at_work("programme", edition), sheet("forum_page", "th")
    organizer.get(address)
    Page.objects.filter(pk=page.pk).update(title={"en": "Visa", "th": "ของเขา"})
    sent = {
        "row": [f"{page.pk}-title", f"{other.pk}-title"],
        f"{page.pk}-title-text": "ของฉัน",
        f"{other.pk}-title-text": "เดินทาง",
    }

    answer = organizer.post(address, sent)
    shown = answer.content.decode()
    page.refresh_from_db()
    other.refresh_from_db()
    kept = page.title["th"]
    organizer.post(address, {**sent, f"{page.pk}-title-replaces": mark("ของเขา")})

    page.refresh_from_db()
    assert "1 text is saved" in shown
    assert "ของเขา" in shown
    assert "ของฉัน" in shown
    assert kept == "ของเขา"
    assert other.title["th"] == "เดินทาง"
    assert page.title["th"] == "ของฉัน"


def test_a_text_that_was_seen_is_not_replaced_once_it_is_another_again(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "ใหม่กว่า"})
    organizer, address = staff.at_work("programme", edition), sheet("forum_page", "th")

    organizer.post(
        address,
        {
            "row": f"{page.pk}-title",
            f"{page.pk}-title-text": "ของฉัน",
            f"{page.pk}-title-replaces": mark("ของเขา"),
        },
    )

    page.refresh_from_db()
    assert page.title["th"] == "ใหม่กว่า"


def test_of_a_sheet_with_a_box_that_cannot_be_kept_nothing_is_saved(edition: Edition) -> None:
    page = make.page(edition, title="Visa", body="Ask.")
    organizer = staff.at_work("programme", edition)

    answer = save(organizer, sheet("forum_page", "th"), page, title="วีซ่า", body="ขอ\x00")

    page.refresh_from_db()
    assert answer.status_code == 200
    assert "Null characters are not allowed" in answer.content.decode()
    assert "วีซ่า" in answer.content.decode()
    assert page.title == {"en": "Visa"}


@pytest.mark.parametrize("row", ["x-title", "²-title", "1-slug", "title", "-title", "9" * 30 + "-title", ""])
def test_what_no_sheet_has_is_refused(row: str, edition: Edition) -> None:
    make.page(edition, title="Visa")

    answer = staff.at_work("programme", edition).post(sheet("forum_page", "th"), {"row": row})

    assert answer.status_code == 400


def test_more_than_a_sheet_holds_is_refused(edition: Edition) -> None:
    rows = [f"{number}-title" for number in range(1, 302)]

    answer = staff.at_work("programme", edition).post(sheet("forum_page", "th"), {"row": rows})

    assert answer.status_code == 400


def test_what_was_written_for_a_record_that_is_gone_is_not_passed_over_in_silence(edition: Edition) -> None:
    partner = make.partner(edition, description="They fund it.")
    number, organizer = partner.pk, staff.at_work("programme", edition)
    Partner.objects.all().delete()
    sent = {"row": f"{number}-description", f"{number}-description-text": "ให้ทุน"}

    answer = organizer.post(sheet("forum_partner", "th"), sent, follow=True)

    assert "has been deleted meanwhile" in staff.said(answer)


def test_a_sheet_is_bounded_and_the_rest_stands_on_further_pages(edition: Edition) -> None:
    for _number in range(26):
        make.track(edition)
    organizer, address = staff.at_work("programme", edition), sheet("agenda_track", "th")

    pages = [organizer.get(address, {"page": number}) for number in (1, 2)]

    assert [len(page.context["sheet"].texts) for page in pages] == [25, 1]


def test_the_editions_own_texts_are_translated_on_a_sheet_too(edition: Edition) -> None:
    owner = staff.at_work("owner", edition)
    other = make.edition("past")

    asked = owner.get(sheet("forum_edition", "th")).content.decode()
    save(owner, sheet("forum_edition", "th"), edition, tagline="สามวัน")
    save(owner, sheet("forum_edition", "th"), other, tagline="สามวัน")

    edition.refresh_from_db()
    other.refresh_from_db()
    assert "Three days on what works." in asked
    assert edition.tagline["th"] == "สามวัน"
    assert "th" not in other.tagline


def test_after_another_language_has_become_the_main_one_its_sheet_asks_for_what_only_others_have() -> None:
    edition = make.edition(languages=["th", "en"])
    make.page(edition, title={"en": "Visa"}, body={})
    organizer = staff.at_work("programme", edition)

    asked = organizer.get(sheet("forum_page", "th"))
    nothing = organizer.get(sheet("forum_page", "en"))

    assert [(text.source_language, text.source) for text in asked.context["sheet"].texts] == [("en", "Visa")]
    assert nothing.context["sheet"].texts == []


# --- boxes ---


def test_a_box_is_called_missing_only_where_the_main_language_has_a_text(edition: Edition) -> None:
    page = make.page(edition, title={"en": "Visa", "th": "วีซ่า"}, body={})
    organizer = staff.at_work("programme", edition)

    form = organizer.get(reverse("admin:forum_page_change", args=[page.pk])).content.decode()

    marks = form.split("data-missing")[1:]
    assert [mark.lstrip().startswith("hidden") for mark in marks] == [True, False, True, True]
    assert 'lang="my" dir="ltr"' in form
    assert "ภาษาไทย" in form
