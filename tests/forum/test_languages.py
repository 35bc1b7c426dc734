"""The site and its mails in each language: nothing is left in English, and all is written as the language does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from agenda.models import Appearance, Reader
from forum import cldr, money
from forum.actor import Actor
from forum.formats.my import formats as burmese
from forum.formats.th import formats as thai
from forum.mail import compose, letters
from forum.models import Edition, Message
from forum.site.catalogues.words import BEHIND
from forum.templatetags.formats import buddhist_year, day_range, zone_name
from registration.forms.choices import countries_by_name
from registration.templatetags.registration import admits_on
from tests import make, staff

LANGUAGES = ["th", "my"]
DATA = "ฟอรัม"  # every text that organizers and visitors write, so that what is in Latin letters is the interface's

# What is no language: addresses, codes and abbreviations in capitals, names of files and firms.
NO_WORDS = re.compile(
    r"https?://\S*|[\w.+-]+@[\w.-]+|\b[A-Z0-9]{2,}\b"
    r"|\b(?:WebP|Stripe|Markdown|JavaScript|Plenary|Passkey|passkey|spam|cookie)\b"
    r"|\bforum\.ics\b|English|Chatham House|Aegis|Google Authenticator|Microsoft Authenticator"
)


class _Seen(HTMLParser):
    """What is read in a page or heard from it: its words, labels and descriptions; code and styles are not."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "option"}:
            self.silent = tag
        given = dict(attrs)
        self.words += [
            given[name] or "" for name in ("aria-label", "alt", "title", "placeholder") if name in given
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def left_in_english(text: str) -> list[str]:
    """The words in Latin letters of a text or a page."""
    seen = "\n".join(_Seen(text).words) if "<html" in text else text
    return re.findall(r"[A-Za-z][A-Za-z’' ]{2,}", NO_WORDS.sub(" ", seen))


@pytest.fixture
def edition(db: None) -> Edition:
    edition = make.edition(
        languages=["en", *LANGUAGES],
        **dict.fromkeys(
            ("name", "tagline", "place", "address", "city", "about", "payment_instructions"), DATA
        ),
    )
    make.page(edition, "terms", title=DATA, body=DATA)
    return edition


CHANGES = ("correction", "email", "replacement", "type", "cancellation")


def ticket_of(edition: Edition, status: str = "confirmed", **fields: Any) -> Any:
    kind = make.ticket_type(edition, name=DATA, description=DATA, price=25000)
    group = make.group(edition, name=DATA, description=DATA)
    order = make.order(ticket_type=kind, status=status, group=group, name=DATA, **fields)
    return order.tickets.get()


def _about_a_ticket(status: str) -> Callable[[Edition], dict[str, Any]]:
    def given(edition: Edition) -> dict[str, Any]:
        ticket = ticket_of(edition, status)
        make.order(ticket_type=ticket.ticket_type, email=ticket.order.email)  # so that `others` is said too
        return {"about": ticket, "to": ticket.order.email}

    return given


def _order_links(edition: Edition) -> dict[str, Any]:
    return {"to": ticket_of(edition).order.email, "edition": edition}


def _payment_late(edition: Edition) -> dict[str, Any]:
    payment = make.payment(ticket_of(edition, "expired").order)
    return {"about": payment, "to": payment.order.email, "edition": edition}


def _payment_short(edition: Edition) -> dict[str, Any]:
    payment = make.payment(ticket_of(edition, "reserved").order, 100)
    return {"about": payment, "to": payment.order.email, "edition": edition}


def _payment_reminder(edition: Edition) -> dict[str, Any]:
    order = ticket_of(edition, "reserved").order
    return {"about": order, "to": order.email}


def guest_of(edition: Edition, **fields: Any) -> Any:
    kind = make.ticket_type(edition, name=DATA, description=DATA, price=25000)
    group = make.group(edition, name=DATA, description=DATA)
    told = {"answer_by": timezone.now() + timedelta(days=9), "message": DATA, "name": DATA}
    return make.guest(ticket_type=kind, group=group, **{**told, **fields})


def _guest(edition: Edition) -> dict[str, Any]:
    guest = guest_of(edition)
    return {"about": guest, "to": guest.email}


def _refund(edition: Edition) -> dict[str, Any]:
    refund = make.refund(make.payment(ticket_of(edition, "cancelled").order))
    return {"about": refund, "to": refund.payment.order.email, "edition": edition}


def _passed_on(edition: Edition) -> dict[str, Any]:
    return {"about": ticket_of(edition), "context": {"name": DATA}}


def _type_change_lapsed(edition: Edition) -> dict[str, Any]:
    ticket = ticket_of(edition)
    change = make.type_change(ticket, make.ticket_type(edition, name=DATA, price=30000), status="lapsed")
    return {"about": change, "to": ticket.order.email}


def _kept(**context: str) -> Callable[[Edition], dict[str, Any]]:
    return lambda edition: {"context": context, "edition": edition}


def _about_its_order(ticket: Any) -> dict[str, Any]:
    return {"about": ticket.order, "to": ticket.order.email}


def _announcement(edition: Edition) -> dict[str, Any]:
    ticket = ticket_of(edition)
    return {"about": make.announcement(edition, subject=DATA, text=DATA), "to": ticket.order.email}


def _forum_cancelled(edition: Edition) -> dict[str, Any]:
    order = ticket_of(edition, "cancelled").order
    make.payment(order)
    bulk = make.bulk_refund(edition, order, reason=DATA)
    return {"about": bulk.parts.get(), "to": order.email, "edition": edition}


def _about_who_waits(edition: Edition) -> dict[str, Any]:
    kind = make.ticket_type(edition, name=DATA, size=0)
    entry = make.waiting_entry(kind, make.group(edition, name=DATA))
    return {"about": entry, "edition": edition}


def _about_an_offer(status: str) -> Callable[[Edition], dict[str, Any]]:
    def given(edition: Edition) -> dict[str, Any]:
        kind = make.ticket_type(edition, name=DATA, size=1)
        entry = make.waiting_entry(kind, make.group(edition, name=DATA))
        return {"about": make.place_offer(entry, status=status), "edition": edition}

    return given


def _agenda_changes(edition: Edition) -> dict[str, Any]:
    """One speaks in a session, and marked others that move, are renamed, and get another speaker."""
    person = make.user()
    speaker = make.speaker(edition, name=DATA, user=person, email=person.email)
    room = make.room(edition, name=DATA)
    sessions = [make.session(edition, title=DATA) for _ in range(4)]
    slots = [make.slot(one, room=room, at=f"{10 + number}:00") for number, one in enumerate(sessions)]
    make.agenda_of_user(edition, *sessions, user=person)
    make.release(edition)
    slots[0].starts_at += timedelta(minutes=5)
    slots[0].save()
    sessions[1].title = {"en": f"{DATA} {DATA}"}
    sessions[1].save()
    Appearance.objects.create(session=sessions[2], speaker=make.speaker(edition, name=DATA))
    Appearance.objects.create(session=sessions[3], speaker=speaker)
    return {"about": make.release(edition, note=DATA), "to": person.email}


# For each letter, what it is about. A new letter has a line here.
SAMPLES: dict[str, Callable[[Edition], dict[str, Any]]] = {
    **{
        f"ticket-{status}": _about_a_ticket(status)
        for status in ("requested", "reserved", "confirmed", "declined", "expired", "cancelled")
    },
    "ticket-approved": _about_a_ticket("reserved"),
    "order-links": _order_links,
    "order-state": lambda edition: _about_its_order(ticket_of(edition, "reserved")),
    "agenda-changes": _agenda_changes,
    "announcement": _announcement,
    "announcement-trial": _announcement,
    "forum-cancelled": _forum_cancelled,
    "speaker-place": _about_a_ticket("confirmed"),
    "payment-late": _payment_late,
    "payment-short": _payment_short,
    "payment-reminder": _payment_reminder,
    "refund": _refund,
    "guest-invited": _guest,
    "guest-reminder": _guest,
    "ticket-passed-on": _passed_on,
    "type-change-lapsed": _type_change_lapsed,
    "waiting-joined": _about_who_waits,
    "place-offered": _about_an_offer("open"),
    "offer-lapsed": _about_an_offer("lapsed"),
    "personal-agenda-link": lambda edition: {
        "about": make.personal_agenda(edition, email="reader@example.org")
    },
    "registration-open": lambda edition: {"about": make.interest(edition)},
    "sign-in-code": _kept(code="12345678"),
    "password-reset": _kept(password_reset_url="http://localhost:8000/th/account/"),
    "sign-in-changed": _kept(change="key-added", at="2026-11-24T09:00:00+00:00"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(letters()))
def test_a_mail_is_in_its_readers_language_from_subject_to_foot(
    name: str, language: str, edition: Edition
) -> None:
    assert name in SAMPLES, "Say above what this letter is about."
    given = {"to": "reader@example.org", **SAMPLES[name](edition)}

    mail = compose(Message.queue(name, language=language, **given))

    html = str(mail.alternatives[0][0])
    assert left_in_english(f"{mail.subject}\n{mail.body}") == []
    assert left_in_english(html) == []
    assert f'<html lang="{language}"' in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_goes_in_the_language_of_the_order_whoever_causes_it(language: str, edition: Edition) -> None:
    ticket = ticket_of(edition, language=language)
    refund = make.refund(make.payment(ticket.order))

    with translation.override("en"):
        ticket.cancel(by=Actor.system())
        refund._tell()

    assert {message.language for message in Message.objects.all()} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_and_forms_leave_nothing_in_english(
    client: Client, language: str, edition: Edition
) -> None:
    speaker = make.speaker(edition, name=DATA, organisation=DATA, role=DATA, bio=DATA, country="MM")
    session = make.session(
        edition, title=DATA, abstract=DATA, speakers=[speaker], spoken_languages=["en", "km"],
        interpreted_languages=["th", "my", "bn"], format=make.format(edition, name=DATA), access="chatham",
    )  # fmt: skip
    for number in (1, 2, 3):
        make.day(edition, number, focus=DATA)
    room = make.room(edition, name=DATA)
    make.slot(session, room=room)
    lunch = make.slot(edition=edition, title=DATA, at="12:00")
    make.release(edition)
    lunch.ends_at += timedelta(minutes=5)
    lunch.save()
    session.cancel(by=Actor.system())
    make.release(edition, note=DATA)
    personal = make.agenda_of_user(edition, session)
    reader = Reader.at(personal.address, edition)
    ticket = ticket_of(edition, "reserved")
    full = make.ticket_type(edition, name=DATA, description=DATA, size=0)
    entry = make.waiting_entry(full, ticket.group)
    kept = make.place_offer(
        make.waiting_entry(make.ticket_type(edition, name=DATA, description=DATA, size=1), ticket.group)
    )

    for path in (
        "", "agenda/", f"agenda/{edition.starts_on}/", "agenda/changes/", f"agenda/no-news/{reader.token}/",
        f"sessions/{session.slug}/", "speakers/", "speakers/?q=x",
        f"speakers/{speaker.slug}/", "register/", "interest/", "lost-link/", "account/login/code/", "account/staff/",
        "account/password/reset/", "not-here/", f"orders/{ticket.order.code}/{ticket.order.secret}/",
        f"orders/{ticket.order.code}/{ticket.order.secret}/cancellation/", f"tickets/{ticket.secret}/",
        *(f"orders/{ticket.order.code}/{ticket.order.secret}/tickets/{ticket.pk}/{what}/" for what in CHANGES),
        f"tickets/{ticket.secret}/correction/",
        f"register/waiting/?ticket={full.pk}", "register/waiting/joined/", f"waiting/{entry.secret}/",
        f"waiting/{entry.secret}/leaving/", f"waiting/{kept.entry.secret}/", f"offers/{kept.secret}/",
    ):  # fmt: skip
        page = client.get(f"/{language}/{path}").content.decode()

        assert f'<html lang="{language}"' in page, path
        assert left_in_english(page) == [], path
        assert "วันวัน" not in page, "the name of a day begins with the word for day"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "state", ["invited", "registered", "declined", "withdrawn", "lapsed", "full", "ended", "gone"]
)
def test_a_guests_pages_leave_nothing_in_english(
    client: Client, language: str, state: str, edition: Edition
) -> None:
    guest = guest_of(edition, **({"status": state} if state not in {"full", "ended", "gone"} else {}))
    if state == "full":
        make.quota(guest.ticket_type, size=0)
    elif state == "gone":
        guest.ticket_type.is_active = False
        guest.ticket_type.save()
    elif state in {"ended", "registered"}:
        ended = {"ended": "expired"}.get(state, "confirmed")
        type(guest).objects.update(status="registered", ticket=ticket_of(edition, ended))
    path = f"/{language}/register/guest/{guest.secret}/"

    pages = [
        client.get(path),
        client.post(path, {"step": "review"}),
        client.get(f"{path}regrets/", follow=True),
    ]

    assert [left_in_english(page.content.decode()) for page in pages] == [[], [], []]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_speakers_own_pages_leave_nothing_in_english(
    client: Client, language: str, edition: Edition
) -> None:
    user = make.user("amara@example.org")
    speaker = make.speaker(edition, name=DATA, organisation=DATA, bio=DATA, email=user.email, user=user)
    make.slot(
        make.session(edition, title=DATA, abstract=DATA, speakers=[speaker]),
        room=make.room(edition, name=DATA),
    )
    make.release(edition)
    client.force_login(user)

    for path in ("", "about/", "bio/", "photo/", "consent/"):
        page = client.get(f"/{language}/speaker/{edition.slug}/{speaker.slug}/{path}")

        assert page.status_code == 200
        assert left_in_english(page.content.decode()) == [], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_signing_in_leave_nothing_in_english(language: str, edition: Edition) -> None:
    client = staff.at_work("programme", edition)

    for path in (
        "logout",
        "password/set",
        "2fa",
        "2fa/app",
        "2fa/keys",
        "2fa/keys/new",
        "2fa/recovery-codes/new",
    ):
        page = client.get(f"/{language}/account/{path}/", follow=True).content.decode()

        assert f'<html lang="{language}"' in page
        assert left_in_english(page) == [], path


def test_what_is_left_in_english_would_be_seen(client: Client, edition: Edition) -> None:
    page = client.get("/en/register/").content.decode()

    assert "Register" in left_in_english(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("register/", {"email": "nonsense", "group": "0", "country": "??"}),
        ("interest/", {"email": "nonsense"}),
        ("lost-link/", {"email": ""}),
        ("account/login/code/", {"email": "nonsense"}),
        ("account/staff/", {"login": "nobody@example.org", "password": "wrong"}),
    ],
)
def test_the_errors_of_a_form_are_said_in_the_readers_language(
    client: Client, language: str, path: str, answers: dict[str, str], edition: Edition
) -> None:
    ticket_of(edition)

    page = client.post(f"/{language}/{path}", answers).content.decode()

    assert "error-summary" in page
    assert left_in_english(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_changing_the_language_keeps_the_page_in_earlier_editions_too(
    client: Client, language: str, edition: Edition
) -> None:
    earlier = make.edition("past", slug="2017", languages=["en", *LANGUAGES])
    session = make.session(earlier)
    make.slot(session)
    make.release(earlier)

    for path in ("2017/", "2017/agenda/", f"2017/sessions/{session.slug}/", "speakers/", "register/"):
        page = client.get(f"/en/{path}").content.decode()

        assert f'<a href="/{language}/{path}" lang="{language}" hreflang="{language}">' in page
        assert f'lang="{language}"' in client.get(f"/{language}/{path}").content.decode()


def test_search_engines_are_told_each_language_of_a_page_and_which_one_is_for_all_others(
    client: Client, edition: Edition
) -> None:
    page = client.get("/th/agenda/").content.decode()

    link = '<link rel="alternate" hreflang="{}" href="http://localhost:8000/{}/agenda/">'
    for said, path in (("en", "en"), ("th", "th"), ("my", "my"), ("x-default", "en")):
        assert link.format(said, path) in page


# --- dates, numbers, lists and names ---------------------------------------------------------------------------


ON = date(2017, 11, 14)


@pytest.mark.parametrize(
    ("language", "pattern", "written"),
    [
        ("en", "l j F Y", "Tuesday 14 November 2017"),
        ("th", "l j F Y", "วันอังคารที่ 14 พฤศจิกายน 2017"),
        ("my", "l j F Y", "2017 နိုဝင်ဘာ 14 အင်္ဂါ"),
        ("th", "D j M", "อ. 14 พ.ย."),
        ("my", "D j M", "နိုဝင်ဘာ 14 အင်္ဂါ"),
        ("en", None, "14 November 2017"),
        ("my", None, "2017 နိုဝင်ဘာ 14"),
    ],
)
def test_a_date_is_written_as_the_language_does(language: str, pattern: str | None, written: str) -> None:
    with translation.override(language):
        assert date_format(ON, pattern) == written


@pytest.mark.parametrize(
    ("language", "last", "written"),
    [
        ("en", date(2017, 11, 16), "14–16 November 2017"),
        ("th", date(2017, 11, 16), "14–16 พฤศจิกายน 2017"),
        ("my", date(2017, 11, 16), "2017 နိုဝင်ဘာ 14–16"),
        ("en", date(2017, 12, 2), "14 November – 2 December 2017"),
        ("my", date(2017, 12, 2), "2017 နိုဝင်ဘာ 14 – ဒီဇင်ဘာ 2"),
        ("th", date(2018, 1, 2), "14 พฤศจิกายน 2017 – 2 มกราคม 2018"),
        ("my", date(2018, 1, 2), "2017 နိုဝင်ဘာ 14 – 2018 ဇန်နဝါရီ 2"),
        ("my", ON, "2017 နိုဝင်ဘာ 14"),
    ],
)
def test_a_stretch_of_days_is_written_as_the_language_does(language: str, last: date, written: str) -> None:
    with translation.override(language):
        assert day_range(ON, last) == written


def test_no_page_or_mail_names_a_date_that_a_language_does_not_know() -> None:
    root = Path(settings.BASE_DIR)
    sources = [
        path
        for folder in ("templates", "forum", "speakers", "agenda", "registration")
        for path in (root / folder).rglob("*")
        if path.suffix in {".html", ".txt", ".py"} and not BEHIND.search(path.relative_to(root).as_posix())
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    patterns = set(
        re.findall(r"""\|date:"([^"]+)"|date_format\([^"()]*(?:\([^()]*\))?[^"()]*"([^"]+)\"""", text)
    )
    used = {pattern for found in patterns for pattern in found if pattern}

    for_machines_and_alike = {"c", "Y-m-d", "Y", "D"}
    assert "l j F Y" in used
    for language in (thai, burmese):
        unknown = {pattern for pattern in used - for_machines_and_alike if not hasattr(language, pattern)}
        assert not unknown, f"{language.__name__} has to say how these are written."


@pytest.mark.parametrize("path", ["", "orders/{order.code}/{order.secret}/", "tickets/{ticket.secret}/"])
def test_thai_tells_the_buddhist_year_where_an_office_files_it_and_no_other_language_does(
    client: Client, path: str, edition: Edition
) -> None:
    ticket = ticket_of(edition)
    where = path.format(order=ticket.order, ticket=ticket)
    era = f" (พ.ศ.\u00a0{edition.ends_on.year + 543})"

    assert era in client.get(f"/th/{where}").content.decode()
    assert "พ.ศ." not in client.get(f"/my/{where}").content.decode()


def test_a_list_of_many_sessions_does_not_repeat_the_buddhist_year(client: Client, edition: Edition) -> None:
    with translation.override("th"):
        assert buddhist_year(ON) == " (พ.ศ.\u00a02560)"
    assert "พ.ศ." not in client.get("/th/agenda/").content.decode()


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_money_is_written_with_western_digits_and_a_mark_for_each_thousand(language: str) -> None:
    with translation.override(language):
        assert money.written(125000000, "USD") == "USD 1,250,000.00"
        assert money.written(5000, "JPY") == "JPY 5,000"


@pytest.mark.parametrize(
    ("language", "written"), [("en", "A, B and C"), ("th", "A B และC"), ("my", "A၊ Bနှင့် C")]
)
def test_a_list_is_written_as_the_language_does(language: str, written: str) -> None:
    with translation.override(language):
        assert cldr.listed("ABC") == written
        assert cldr.listed("A") == "A"
        assert cldr.listed("") == ""


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Khmer", "Burmese", "Myanmar", "South Korea"]),
        ("th", ["เขมร", "พม่า", "เมียนมา (พม่า)", "เกาหลีใต้"]),
        ("lo", ["ຂະເໝນ", "ມຽນມາ", "ມຽນມາ (ເບີມາ)", "ເກົາຫລີໃຕ້"]),  # Django has no word of Lao
        ("my", ["ခမာ", "မြန်မာ", "မြန်မာ", "တောင်ကိုရီးယား"]),
    ],
)
def test_languages_and_countries_are_called_as_cldr_says(language: str, names: list[str]) -> None:
    with translation.override(language):
        named = [cldr.language_name("km"), cldr.language_name("my"), cldr.country("MM"), cldr.country("KR")]

        assert named == names
        assert dict(countries_by_name())["MM"] == names[2]


def test_what_is_no_language_stays_as_it_was_written() -> None:
    with translation.override("th"):
        assert cldr.language_name("Karen (S’gaw)") == "Karen (S’gaw)"


@pytest.mark.parametrize(
    ("language", "first", "then"),
    [
        ("en", "Åland Islands", "Albania"),
        ("th", "กรีซ", "เกรเนดา"),  # the vowel in front is read after its consonant
        ("th", "เกาหลีใต้", "ไทย"),
        ("my", "ကမ္ဘောဒီးယား", "မြန်မာ"),
    ],
)
def test_countries_stand_as_in_a_dictionary_of_the_language(language: str, first: str, then: str) -> None:
    with translation.override(language):
        names = [name for _code, name in countries_by_name()]

    assert names.index(first) < names.index(then)


@pytest.mark.parametrize(("language", "city"), [("en", "Yangon"), ("th", "ย่างกุ้ง"), ("my", "ရန်ကုန်")])
def test_a_time_zone_is_called_after_its_city_in_the_readers_language(language: str, city: str) -> None:
    with translation.override(language), timezone.override(ZoneInfo("Asia/Yangon")):
        told = zone_name(datetime(2017, 11, 14, 2, 30, tzinfo=UTC))

    assert city in told
    assert "UTC+6:30" in told


def test_the_days_that_a_ticket_admits_to_are_listed(edition: Edition) -> None:
    days = [make.day(edition, number) for number in (1, 2, 3)]
    kind = make.ticket_type(edition, days=days[:2])

    with translation.override("th"):
        first, second = (date_format(day.date, "l j F") for day in days[:2])
        assert admits_on(kind) == f"{first}และ{second}"
