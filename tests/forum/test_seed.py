"""The demo forum is whole, believable and harms nobody."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models, transaction
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoDbBlocker

from agenda.models import ReleasedAppearance, ReleasedSlot, Session, Slot
from forum.colours import contrast
from forum.models import Edition, Job, Message
from forum.site.seed import content
from forum.site.seed.portraits import TONES, portrait
from forum.translated import TranslatedField
from registration.models import Attendee, Guest, Order, PriceStep, Quota, Ticket, TicketType
from registration.reconciliation import Reconciliation
from registration.tasks import sweep_invoices
from speakers.models import Speaker


@pytest.fixture(scope="module")
def _seeded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo forum, made once for this module and rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", force=True, verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def coming(_seeded: None, db: None) -> Edition:
    edition = Edition.objects.current()
    assert edition
    return edition


@pytest.fixture
def earlier(coming: Edition) -> Edition:
    edition = Edition.objects.with_slug("2017")
    assert edition
    return edition


def rows_of_everything() -> dict[str, int]:
    ours = [
        model
        for app in ("forum", "speakers", "agenda", "registration")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: model._default_manager.count() for model in ours}


# --- what there is ---------------------------------------------------------------------------------------------


def test_the_demo_is_a_whole_forum(coming: Edition) -> None:
    counted = {
        "days": coming.days.count(),
        "rooms": coming.rooms.count(),
        "groups": coming.groups.count(),
        "sessions": coming.sessions.count(),
        "speakers": coming.speakers.count(),
        "ticket types": coming.ticket_types.count(),
        "partners": coming.partners.count(),
        "pages": coming.pages.count(),
        "attendees": Attendee.objects.count(),
    }

    assert counted == {
        "days": 3,
        "rooms": 5,
        "groups": 8,
        "sessions": 60,
        "speakers": 70,
        "ticket types": 11,
        "partners": 10,
        "pages": 5,
        "attendees": 400,
    }


def test_tickets_are_in_every_state(coming: Edition) -> None:
    states = Counter(Ticket.objects.values_list("status", flat=True))

    assert set(states) == {"requested", "reserved", "confirmed", "declined", "expired", "cancelled"}
    assert all(many >= 5 for many in states.values())


def test_guests_are_in_nearly_every_state_and_none_is_of_two_minds(coming: Edition) -> None:
    guests = Guest.objects.of_edition(coming).with_all()

    assert {guest.status for guest in guests} == {"invited", "begun", "registered", "declined", "lapsed"}
    for guest in guests:
        assert (guest.ticket is not None) == (guest.status == "registered")
        assert guest.ticket_type.is_for(guest.group)
        assert guest.language in coming.languages


def test_speakers_come_from_every_group_and_many_countries(coming: Edition) -> None:
    speakers = coming.speakers.all()

    assert {speaker.group_id for speaker in speakers} == {group.pk for group in coming.groups.all()}
    assert len({speaker.country.code for speaker in speakers}) >= 35


def test_everything_ahead_of_the_visitor_lies_in_the_future(coming: Edition) -> None:
    today = timezone.localdate()

    assert coming.starts_on.isoweekday() == 2
    assert today + timedelta(days=70) <= coming.starts_on <= today + timedelta(days=76)
    assert coming.ends_on == coming.starts_on + timedelta(days=2)
    assert coming.phase == "open"
    assert all(slot.starts_at > timezone.now() for slot in Slot.objects.of_edition(coming))
    assert not Ticket.objects.overdue().exists()


def test_nothing_behind_the_visitor_lies_in_the_future(coming: Edition) -> None:
    now = timezone.now()

    assert all(order.placed_at <= now for order in Order.objects.all())
    assert all(
        ticket.order.placed_at <= ticket.status_changed_at <= now
        for ticket in Ticket.objects.select_related("order")
    )


def test_places_and_counters_agree_and_one_quota_is_full_and_others_nearly(coming: Edition) -> None:
    words = Counter(kind.left_in_words for kind in TicketType.objects.on_offer(coming).with_places())

    assert not Quota.objects.miscounted().exists()
    assert words["none"] == 1
    assert words["few"] >= 1
    assert words["many"] >= 1


def test_what_is_confirmed_is_paid_for_and_nothing_else_is(coming: Edition) -> None:
    orders = list(Order.objects.with_tickets())

    unsettled = [
        order.code
        for order in orders
        if order.paid != sum(t.price for t in order.tickets.all() if t.status == "confirmed")
    ]

    assert unsettled == []


def test_the_ticket_of_each_attendee_is_for_their_group(coming: Edition) -> None:
    wrong = [
        ticket
        for ticket in Ticket.objects.of_edition(coming).prefetch_related("ticket_type__groups")
        if not ticket.ticket_type.is_for(ticket.group)
    ]

    assert wrong == []


def test_only_the_two_orders_of_the_demo_s_attendee_are_mailed(coming: Edition) -> None:
    told = Message.objects.exclude(status="sent").values_list("to", "letter")

    assert sorted(told) == [
        ("attendee@example.org", "ticket-confirmed"),
        ("attendee@example.org", "ticket-reserved"),
    ]


def test_money_tickets_places_and_mails_of_the_demo_agree(coming: Edition) -> None:
    sweep_invoices()

    disagreeing = Reconciliation.of(coming).disagreeing

    assert [one.sentence for _kind, ones in disagreeing for one in ones] == []


def test_a_second_seed_changes_nothing(coming: Edition) -> None:
    before = rows_of_everything()

    call_command("seed_demo", force=True, verbosity=0)

    assert rows_of_everything() == before


# --- the programme ---------------------------------------------------------------------------------------------


def test_no_room_and_no_speaker_is_in_two_places_at_once(coming: Edition) -> None:
    slots = list(
        Slot.objects.select_related("room", "session", "day").prefetch_related("session__appearances")
    )

    def people(slot: Slot) -> set[int]:
        return (
            {appearance.speaker_id for appearance in slot.session.appearances.all()}
            if slot.session
            else set()
        )

    clashes = [
        (one, other)
        for one, other in combinations(slots, 2)
        if one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
        and (
            one.room_id == other.room_id
            or None in {one.room_id, other.room_id}
            or people(one) & people(other)
        )
    ]

    assert clashes == []


def test_the_public_programme_holds_no_closed_session(coming: Edition) -> None:
    closed = set(Session.objects.values_list("pk", flat=True)) & {
        session.pk for session in Session.objects.all() if session.access == Session.Access.CLOSED
    }

    assert len(closed) == 3
    assert closed.isdisjoint(ReleasedSlot.objects.public().values_list("session", flat=True))
    assert closed.isdisjoint(ReleasedAppearance.objects.public().values_list("session", flat=True))
    assert closed.isdisjoint(Session.objects.public().values_list("pk", flat=True))


def test_the_public_programme_says_that_one_session_is_cancelled(coming: Edition) -> None:
    cancelled = [slot for slot in ReleasedSlot.objects.public().of_edition(coming) if slot.is_cancelled]

    assert [slot.session.slug for slot in cancelled if slot.session] == ["case-a-ledger-for-cocoa"]


def test_every_speaker_is_shown_and_speaks_in_an_open_session(coming: Edition, earlier: Edition) -> None:
    speaking = set(ReleasedAppearance.objects.public().values_list("speaker", flat=True))

    assert speaking == set(Speaker.objects.public().values_list("pk", flat=True))
    assert len(speaking) == 70 + earlier.speakers.count()


def test_drafts_wait_for_the_organizers(coming: Edition) -> None:
    drafts = [session for session in coming.sessions.all() if session.status == Session.Status.DRAFT]

    assert len(drafts) == 2
    assert not any(session in Session.objects.public() for session in drafts)


def test_the_earlier_edition_can_be_read(earlier: Edition) -> None:
    shown = ReleasedSlot.objects.public().of_edition(earlier)

    assert earlier.phase == "past"
    assert "120" in str(earlier.outcome)
    assert earlier.starts_on.strftime("%Y-%m") == "2017-11"
    assert sum(1 for slot in shown if slot.session) == 12


# --- three languages -------------------------------------------------------------------------------------------


def _translated(rows: Iterable[models.Model]) -> Iterator[tuple[str, dict[str, str]]]:
    """Every text that `rows` say in the languages of their edition, with a name to find it by."""
    for row in rows:
        for field in row._meta.concrete_fields:
            if isinstance(field, TranslatedField) and (text := getattr(row, field.attname)):
                yield f"{row._meta.label} {row} {field.name}", text


def _read_by_the_public(edition: Edition) -> Iterator[models.Model]:
    yield edition
    yield from (*edition.groups.all(), *edition.ticket_types.all(), *edition.partners.all())
    yield from PriceStep.objects.filter(ticket_type__edition=edition)
    for question in edition.questions.all():
        yield from (question, *question.options.all())
    yield from (*edition.days.all(), *edition.rooms.all(), *edition.tracks.all(), *edition.formats.all())
    yield from (*edition.pages.all(), *edition.sessions.all(), *edition.releases.all())
    yield from Slot.objects.of_edition(edition)


def test_the_demo_is_told_in_english_thai_and_burmese(coming: Edition, earlier: Edition) -> None:
    assert coming.languages == earlier.languages == ["en", "th", "my"]


def test_everything_around_the_coming_programme_and_all_of_it_is_told_in_each_language(
    coming: Edition,
) -> None:
    told = dict(_translated(_read_by_the_public(coming)))

    assert len(told) > 150
    assert [name for name, text in told.items() if set(text) != set(coming.languages)] == []


def test_the_earlier_programme_is_told_in_each_language(earlier: Edition) -> None:
    texts = [earlier.name, *(day.focus for day in earlier.days.all())]
    texts += [text for session in earlier.sessions.all() for text in (session.title, session.abstract)]

    assert [text for text in texts if set(text) != set(earlier.languages)] == []


def test_what_each_speaker_does_is_told_in_each_language(coming: Edition, earlier: Edition) -> None:
    languages = set(coming.languages)

    assert [speaker.slug for speaker in Speaker.objects.all() if set(speaker.role) != languages] == []


@pytest.mark.parametrize(
    ("language", "letters", "others"), [("th", "ก-๛", "က-႟"), ("my", "က-႟", "ก-๛")], ids=["Thai", "Burmese"]
)
def test_each_text_is_written_in_the_script_of_its_language(
    coming: Edition, language: str, letters: str, others: str
) -> None:
    texts = [text.get(language, "") for _name, text in _translated(_read_by_the_public(coming))]

    assert all(re.search(f"[{letters}]", text) for text in texts)
    assert not any(re.search(f"[{others}]", text) for text in texts)
    assert all(text == unicodedata.normalize("NFC", text) for text in texts)


def test_a_page_is_built_alike_in_each_language(coming: Edition) -> None:
    parts = {"headings": r"^#+ ", "points": r"^(?:-|\d+\.) ", "rows": r"^\|", "links": r"\]\(\S+\)"}

    def built(text: str) -> dict[str, list[str]]:
        return {name: re.findall(part, text, re.M) for name, part in parts.items()}

    unlike = [
        (page.slug, language)
        for page in coming.pages.all()
        for language in coming.languages
        if built(page.body[language]) != built(page.body["en"])
    ]

    assert unlike == []


def test_the_words_in_a_page_are_those_of_its_language(coming: Edition) -> None:
    practical, bodies = coming.page("practical"), [page.body for page in coming.pages.all()]

    assert all(coming.place[language] in practical.body[language] for language in coming.languages)
    assert all(coming.address[language] in practical.body[language] for language in coming.languages)
    assert not any("$" in text for body in bodies for text in body.values())


def test_what_is_said_of_paying_begins_with_its_first_sentence_and_without_a_heading(coming: Edition) -> None:
    said = coming.payment_instructions

    assert said["en"].startswith("Transfer the amount")
    assert all("000-0-00000-0" in text and "#" not in text for text in said.values())


def test_a_translation_moves_no_address(coming: Edition, earlier: Edition) -> None:
    slugs = [*Session.objects.values_list("slug", flat=True), *Speaker.objects.values_list("slug", flat=True)]
    english = [
        slug
        for path in content.ROOT.glob("*/*.toml")
        for slug in re.findall(r'^slug = "(.+)"', path.read_text(encoding="utf-8"), re.M)
    ]

    assert set(slugs) <= set(english)
    assert all(slug.isascii() for slug in slugs)


def test_the_pages_say_in_each_language_that_people_are_invented(coming: Edition, earlier: Edition) -> None:
    invented = {"en": "invented", "th": "สมมติ", "my": "စိတ်ကူးဖြင့် ဖန်တီး"}

    assert all(word in coming.page("about").body[language] for language, word in invented.items())
    assert all(word in earlier.about[language] for language, word in invented.items())


# --- nobody is harmed ------------------------------------------------------------------------------------------


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, str):
        yield value


def test_every_address_in_the_demo_is_at_example_org(coming: Edition) -> None:
    elsewhere = set()
    for model in apps.get_models():
        if model._meta.app_label not in {"forum", "speakers", "agenda", "registration"}:
            continue
        written = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        ]
        for row in model._default_manager.values_list(*written) if written else ():
            for text in _texts(list(row)):
                for address in re.findall(r"[\w.+-]+@([\w.-]+\w)|https?://([\w.-]+\w)", text):
                    elsewhere.add("".join(address))

    assert {host for host in elsewhere if not f".{host}".endswith(".example.org")} == set()


def test_the_biography_of_nobody_says_that_they_are_a_survivor(coming: Edition) -> None:
    bios = [
        speaker
        for speaker in Speaker.objects.all()
        if re.search("survivor|trafficked|victim", str(speaker.bio), re.I)
    ]

    assert bios == []


def test_those_who_are_shown_as_another_group_are_hidden_among_many(coming: Edition) -> None:
    shown_elsewhere = [group for group in coming.groups.all() if group.shown_as]

    assert [group.slug for group in shown_elsewhere] == ["survivors"]
    assert sum(1 for speaker in coming.speakers.all() if speaker.group == shown_elsewhere[0].shown_as) >= 10


def test_white_text_can_be_read_on_the_colour_of_every_group() -> None:
    colours = [row["colour"] for row in content.table("groups.toml")["group"]]

    assert len(set(colours)) == 8
    assert all(contrast("#ffffff", colour) >= 4.5 for colour in colours)


def test_the_colour_of_every_track_stands_out_by_day_and_by_night() -> None:
    colours = [
        row["colour"]
        for told in ("edition.toml", "earlier/edition.toml")
        for row in content.table(told)["track"]
    ]

    assert all(contrast(colour, ground) >= 3 for colour in colours for ground in ("#ffffff", "#181614"))


# --- pictures --------------------------------------------------------------------------------------------------


def test_a_portrait_is_a_square_picture_and_the_same_every_time() -> None:
    first = portrait("somebody", "tone3 bun black glasses earrings")
    portrait.cache_clear()

    again = portrait("somebody", "tone3 bun black glasses earrings")

    assert first == again
    assert Image.open(BytesIO(first)).size == (960, 960)


@pytest.mark.parametrize("tone", range(1, len(TONES) + 1))
def test_a_portrait_shows_the_skin_that_its_words_ask_for(tone: int) -> None:
    picture = Image.open(BytesIO(portrait("somebody", f"tone{tone} crop"))).convert("RGB")

    red, green, blue = picture.getpixel((480, 360))  # the forehead
    wanted = TONES[tone - 1]

    assert (
        max(abs(part - int(wanted[at : at + 2], 16)) for part, at in ((red, 1), (green, 3), (blue, 5))) <= 6
    )


def test_most_speakers_have_a_photo_and_some_have_chosen_none(coming: Edition) -> None:
    with_photo = [speaker for speaker in coming.speakers.all() if speaker.photo_original]

    assert len(with_photo) == 55
    assert Job.objects.count() == sum(1 for speaker in Speaker.objects.all() if speaker.photo_original)
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}
