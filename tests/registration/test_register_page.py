"""The registration page: what it asks, what it says when something is wrong, and that nothing typed is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from forum import caching
from forum.actor import Actor
from forum.models import Edition, Message, Page
from registration.models import Order, TicketType
from tests import make

pytestmark = pytest.mark.django_db

PATH = "/en/register/"
ERROR = re.compile(r'class="error-summary".*?</div>', re.DOTALL)


def answers(edition: Edition, **changes: Any) -> dict[str, Any]:
    """What a person who can register posts; made up on the spot what the edition has not yet."""
    group = changes.pop("group", None) or edition.groups.first() or make.group(edition)
    kind = changes.pop("ticket_type", None) or edition.ticket_types.first() or make.ticket_type(edition)
    person = {"name": "Daw Khin Mar", "email": "khin.mar@example.org", "photo_consent": "ask"}
    return {"group": group.slug, "ticket_type": kind.pk, **person, "step": "review", **changes}


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def is_closed(page: str, kind: TicketType) -> bool:
    """Whether the page shows this ticket as one that cannot be chosen."""
    buttons = re.findall(r'<input[^>]*name="ticket_type"[^>]*>', page)
    [button] = [one for one in buttons if f'value="{kind.pk}"' in one]
    return "disabled" in button


def summary(page: str) -> str:
    found = ERROR.search(page)
    assert found, "the page has no error summary"
    return found.group()


def carried(page: str) -> dict[str, str]:
    """What the second page carries along, hidden."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    assert hidden, "the page carries nothing"
    return {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def confirm(client: Client, page: str, *, place: str = "127.0.0.1", **changes: Any) -> Any:
    """Press the second page's button, at a computer whose address is `place`."""
    return client.post(
        PATH, {**carried(page), "agree": "on", "step": "confirm", **changes}, REMOTE_ADDR=place
    )


def register(client: Client, edition: Edition, **changes: Any) -> Order:
    """Go the whole way, and give the order."""
    page = text(client.post(PATH, answers(edition, **changes)))
    answer = confirm(client, page)
    assert answer.status_code == 302, summary(answer.content.decode())
    return Order.objects.get()


def test_the_page_shows_groups_and_tickets_in_words(client: Client) -> None:
    edition = make.edition(currency="USD")
    group = make.group(edition, name="Suppliers", description="You make what others buy.")
    make.group(edition, name="Brands")
    make.ticket_type(edition, name="Supplier", price=18000, groups=[group], size=500)
    make.ticket_type(edition, name="Helper", price=0, size=3)
    make.ticket_type(edition, name="Patron", price=500000, size=0)

    page = text(client.get(PATH))

    for words in ("You make what others buy.", "USD 180.00", "For Suppliers", "Many places left"):
        assert words in page
    for words in ("Free", "For everybody", "Few places left", "USD 5,000.00", "No places left"):
        assert words in page


def test_a_currency_without_cents_is_written_without_them(client: Client) -> None:
    edition = make.edition(currency="JPY")
    make.ticket_type(edition, price=5000)

    assert "JPY 5,000<" in text(client.get(PATH))


def test_a_ticket_for_some_days_says_which(client: Client) -> None:
    edition = make.edition()
    make.day(edition, 1)
    second = make.day(edition, 2)
    make.ticket_type(edition, days=[second])

    assert f"Admits on {second.date:%A} {second.date.day} {second.date:%B}" in text(client.get(PATH))


def test_a_ticket_without_places_is_shown_and_cannot_be_chosen(client: Client) -> None:
    kind = make.ticket_type(size=0)

    page = text(client.get(PATH))

    assert is_closed(page, kind)


def test_a_link_may_choose_group_and_ticket(client: Client) -> None:
    edition = make.edition()
    group, kind = make.group(edition, slug="suppliers"), make.ticket_type(edition)

    page = text(client.get(PATH, {"group": group.slug, "ticket": kind.pk}))

    assert len(re.findall(r"<input[^>]*checked", page)) == 3  # the third is about photos
    assert re.search(rf'<input[^>]*value="{kind.pk}"[^>]*checked', page)


def test_the_number_of_queries_does_not_grow_with_tickets_and_groups(
    client: Client, queries: Callable[[], Any]
) -> None:
    edition = make.edition()

    def offer() -> None:
        make.ticket_type(edition, groups=[make.group(edition)], days=[make.day(edition)], size=5)

    offer()
    client.get(PATH)
    caching.forget()
    with queries() as with_one:
        client.get(PATH)
    for _ in range(3):
        offer()
    caching.forget()
    with queries() as with_four:
        client.get(PATH)

    assert len(with_four) == len(with_one), with_four


def test_nothing_is_stored_before_the_confirmation(client: Client) -> None:
    edition = make.edition()
    make.page(edition, "terms")

    page = text(client.post(PATH, answers(edition)))

    assert "Is this right?" in page
    assert not Order.objects.exists()
    assert not Message.objects.exists()
    assert not Page.objects.get().versions.exists()
    assert "sessionid" not in client.cookies


def test_the_whole_way_takes_four_requests_and_leads_to_the_order(client: Client) -> None:
    edition = make.edition()
    make.page(edition, "terms")
    make.page(edition, "privacy")
    filled_in = answers(edition)

    first = client.get(PATH)
    second = client.post(PATH, filled_in)
    third = confirm(client, text(second))
    fourth = client.get(third.url)

    order = Order.objects.get()
    assert [first.status_code, second.status_code, third.status_code, fourth.status_code] == [
        200,
        200,
        302,
        200,
    ]
    assert third.url == f"/en/orders/{order.code}/{order.secret}/"
    assert "You are registered" in text(fourth)


def test_every_answer_reaches_the_attendee(client: Client) -> None:
    edition = make.edition()

    order = register(
        client,
        edition,
        badge_name="Mar",
        organisation="River Union",
        country="MM",
        diet="No fish",
        access_needs="A seat in front\r\nA quiet room",
        interpretation="my",
        photo_consent="no",
    )

    person = order.tickets.get().attendee
    assert (person.name, person.badge_name, person.email) == ("Daw Khin Mar", "Mar", "khin.mar@example.org")
    assert (person.organisation, person.country.code, person.diet) == ("River Union", "MM", "No fish")
    assert (person.access_needs, person.interpretation) == ("A seat in front\nA quiet room", "my")
    assert person.photo_consent == "no"


def test_who_says_nothing_about_photos_is_asked_first(client: Client) -> None:
    page = text(client.get(PATH)) if make.edition() else ""

    assert re.search(r'<input[^>]*value="ask"[^>]*checked', page)


def test_an_empty_form_is_told_what_is_missing_beside_each_field(client: Client) -> None:
    make.ticket_type()

    page = text(client.post(PATH, {"step": "review"}))

    for name in ("group", "ticket_type", "name", "email", "photo_consent"):
        assert f'id="id_{name}_error"' in page
        assert f'href="#id_{name}' in summary(page)
    assert "<title>Error:" in page


def test_what_was_typed_is_kept_after_an_error(client: Client) -> None:
    edition = make.edition()
    given = answers(edition, email="khin.mar@", organisation="River <Union>", diet="No fish", country="MM")

    page = text(client.post(PATH, given))

    assert "This is no e-mail address yet" in summary(page)
    assert 'value="River <Union>"' in page
    assert 'value="khin.mar@"' in page
    assert 'value="No fish"' in page
    assert re.search(r'<option value="MM"[^>]*selected', page)
    assert re.search(rf'<input[^>]*value="{given["group"]}"[^>]*checked', page)


def test_a_ticket_for_other_groups_is_an_error_beside_the_ticket(client: Client) -> None:
    edition = make.edition()
    brands, suppliers = make.group(edition, name="Brands"), make.group(edition, name="Suppliers")
    kind = make.ticket_type(edition, name="Supplier ticket", groups=[suppliers])

    page = text(client.post(PATH, answers(edition, group=brands, ticket_type=kind)))

    assert "“Supplier ticket” is not for the group “Brands”" in summary(page)
    assert 'id="id_ticket_type_error"' in page


def test_a_ticket_without_places_that_is_posted_all_the_same_is_an_error_beside_it(client: Client) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, name="Patron", size=0)

    page = text(client.post(PATH, answers(edition, ticket_type=kind)))

    assert "No place is left for “Patron”" in summary(page)


def test_who_loses_the_last_place_while_reading_is_back_on_the_form_with_all_that_was_typed(
    client: Client,
) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, name="Patron", size=1)
    page = text(client.post(PATH, answers(edition, ticket_type=kind, organisation="River Union")))
    make.order(ticket_type=kind)

    answer = text(confirm(client, page))

    assert "Patron" in summary(answer)
    assert 'value="River Union"' in answer
    assert Order.objects.count() == 1


def test_a_place_lost_at_the_very_last_moment_is_an_error_beside_the_ticket(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, name="Patron", size=1)
    page = text(client.post(PATH, answers(edition, ticket_type=kind)))
    make.order(ticket_type=kind)
    monkeypatch.setattr("registration.models.TicketType.left_in_words", "few")  # read a moment before

    answer = text(confirm(client, page))

    assert "The last place of “Patron” was just taken" in summary(answer)
    assert 'id="id_ticket_type_error"' in answer


def test_who_loses_the_last_place_is_not_offered_it_again(client: Client) -> None:
    edition = make.edition()
    kind, other = make.ticket_type(edition, name="Patron", size=1), make.ticket_type(edition)
    page = text(client.post(PATH, answers(edition, ticket_type=kind)))
    make.order(ticket_type=kind)

    answer = text(confirm(client, page))

    assert "Patron" in summary(answer)
    assert (is_closed(answer, kind), is_closed(answer, other)) == (True, False)


def test_who_chose_a_wrong_ticket_is_offered_what_there_is_now(client: Client) -> None:
    edition = make.edition()
    brands, suppliers = make.group(edition), make.group(edition)
    kind = make.ticket_type(edition, groups=[suppliers])
    patron = make.ticket_type(edition, name="Patron", size=1)
    client.get(PATH)
    make.order(ticket_type=patron)

    answer = text(client.post(PATH, answers(edition, group=brands, ticket_type=kind)))

    assert "is not for the group" in summary(answer)
    assert is_closed(answer, patron)


def test_a_place_that_became_free_a_moment_ago_can_be_had(client: Client) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, name="Patron", size=1)
    last = make.order(ticket_type=kind)
    client.get(PATH)
    last.cancel(by=Actor.system())

    page = text(client.post(PATH, answers(edition, ticket_type=kind)))

    assert "Is this right?" in page


def test_pressing_confirm_twice_gives_the_same_order_even_for_the_last_place(client: Client) -> None:
    edition = make.edition()
    page = text(client.post(PATH, answers(edition, ticket_type=make.ticket_type(edition, size=1))))

    first, second = confirm(client, page), confirm(client, page)

    assert first.url == second.url
    assert Order.objects.count() == 1


def test_pressing_confirm_again_after_taking_the_last_place_gives_the_same_order(client: Client) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, size=1)
    page = text(client.post(PATH, answers(edition, ticket_type=kind)))

    first, second = confirm(client, page), confirm(client, page)

    assert first.status_code == 302
    assert first.url == second.url


def test_changing_the_answers_leads_back_to_the_form_with_all_of_them(client: Client) -> None:
    edition = make.edition()
    page = text(client.post(PATH, answers(edition, organisation="River Union", interpretation="my")))

    back = text(client.post(PATH, {**carried(page), "step": "change"}))

    assert "error-summary" not in back
    assert 'value="River Union"' in back
    assert 'value="khin.mar@example.org"' in back
    assert re.search(r'<option value="my"[^>]*selected', back)


def test_terms_and_privacy_stand_in_full_on_the_second_page_and_must_be_agreed_to(client: Client) -> None:
    edition = make.edition()
    make.page(edition, "terms", body="You may **bring** a friend.")
    make.page(edition, "privacy", body="We keep little.")
    page = text(client.post(PATH, answers(edition)))

    without = text(confirm(client, page, agree=""))

    assert "You may <strong>bring</strong> a friend." in page
    assert "We keep little." in page
    assert "Without your agreement" in summary(without)
    assert not Order.objects.exists()


def test_the_order_keeps_the_versions_agreed_to_with_the_time(client: Client) -> None:
    edition = make.edition()
    pages = [make.page(edition, "terms"), make.page(edition, "privacy")]

    order = register(client, edition)

    assert {version.page for version in order.agreed_to.all()} == set(pages)
    assert order.agreed_at is not None
    assert order.agreed_at <= timezone.now()


def test_terms_that_change_while_somebody_reads_are_asked_again(client: Client) -> None:
    edition = make.edition()
    terms = make.page(edition, "terms", body="You may bring a friend.")
    page = text(client.post(PATH, answers(edition)))
    terms.body = {"en": "You may bring nobody."}
    terms.save()

    again = text(confirm(client, page))

    assert "The texts have changed" in summary(again)
    assert "You may bring nobody." in again
    assert not Order.objects.exists()
    assert confirm(client, again).status_code == 302


def test_an_edition_without_such_pages_asks_for_no_agreement(client: Client) -> None:
    edition = make.edition()
    page = text(client.post(PATH, answers(edition)))

    answer = confirm(client, page, agree="")

    assert 'name="agree"' not in page
    assert answer.status_code == 302
    assert Order.objects.get().agreed_at is None


def test_a_survivor_sees_on_the_second_page_what_others_will_see_instead(client: Client) -> None:
    edition = make.edition()
    advocates = make.group(edition, name="Advocates")
    survivors = make.group(edition, name="Survivors", shown_as=advocates)

    page = text(client.post(PATH, answers(edition, group=survivors)))

    assert "Others see: Advocates" in page


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ("announced", "Registration is not open yet"),
        ("closed", "Registration is closed"),
        ("past", "This edition is over"),
    ],
)
def test_a_page_says_kindly_why_one_cannot_register(client: Client, phase: str, words: str) -> None:
    edition = make.edition(phase=phase)

    page = text(client.get(f"/en/{edition.slug}/register/", follow=True))

    assert words in page
    assert "<form" not in page


def test_before_registration_opens_the_page_says_when_and_offers_to_tell(client: Client) -> None:
    edition = make.edition(phase="announced")
    opens = edition.registration_opens_at.astimezone(edition.zone)

    page = text(client.get(PATH))

    assert f"{opens:%A} {opens.day} {opens:%B %Y} at {opens:%H:%M}, Bangkok time (UTC+7)" in page
    assert 'href="/en/interest/"' in page


def test_a_form_that_is_sent_after_registration_closed_places_nothing(client: Client) -> None:
    edition = make.edition()
    page = text(client.post(PATH, answers(edition)))
    edition.registration_paused_at = timezone.now()
    edition.save()

    answer = text(confirm(client, page))

    assert "Registration is paused" in answer
    assert not Order.objects.exists()


def test_the_page_is_kept_by_no_cache_and_found_by_no_search_engine(client: Client) -> None:
    make.edition()

    answer = client.get(PATH)

    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


EVIL = [
    "a\x00b",
    "x" * 10_000,
    "99999999999999999999999999",
    "-1",
    "' OR 1=1 --",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "ไทย",
    "💥",
    "\r\nBcc: all@example.org",
]


FIELDS = [
    *(
        "group",
        "ticket_type",
        "name",
        "badge_name",
        "email",
        "organisation",
        "country",
        "diet",
        "access_needs",
    ),
    *("interpretation", "photo_consent", "step"),
]


@pytest.mark.parametrize("evil", EVIL, ids=lambda text: ascii(text)[:20])
def test_no_tampering_with_one_field_breaks_the_page(client: Client, evil: str) -> None:
    edition = make.edition()
    given = answers(edition)

    for name in FIELDS:
        answer = client.post(PATH, {**given, name: evil})

        assert answer.status_code == 200, name
        assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("evil", EVIL, ids=lambda text: ascii(text)[:20])
@pytest.mark.parametrize("step", ["change", "confirm", "sing"])
def test_no_tampering_with_what_the_second_page_carries_breaks_anything(
    client: Client, evil: str, step: str
) -> None:
    edition = make.edition()
    make.page(edition, "terms")
    everything = dict.fromkeys([*FIELDS, "agree", "key", "texts", "terms"], evil) | {"step": step}
    valid = answers(edition, agree=evil, key=evil, texts=evil, step=step)

    for given in (everything, valid):
        answer = client.post(PATH, given)

        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
    assert not Order.objects.exists()


@pytest.mark.parametrize("evil", EVIL, ids=lambda text: ascii(text)[:20])
def test_no_link_breaks_the_page(client: Client, evil: str) -> None:
    make.ticket_type()

    assert client.get(PATH, {"group": evil, "ticket": evil}).status_code == 200


def test_signs_that_turn_the_reading_direction_are_taken_out_of_a_name(client: Client) -> None:
    edition = make.edition()

    order = register(client, edition, name="  Khin\u202e\u2066 \x00Mar\t\n Oo ", badge_name="ن\u200fر\u200cد")

    person = order.tickets.get().attendee
    assert person.name == "Khin Mar Oo"
    assert person.badge_name == "ن\u200fر\u200cد"  # marks and joiners belong to the script


def test_a_name_with_a_web_address_is_refused_since_mails_carry_it_to_others(client: Client) -> None:
    edition = make.edition()

    page = text(client.post(PATH, answers(edition, name="Win now: https://example.org")))

    assert "no web address" in summary(page)


def test_a_ticket_of_another_edition_cannot_be_had_by_its_number(client: Client) -> None:
    edition = make.edition()
    make.ticket_type(edition)
    other = make.ticket_type(make.edition())

    page = text(client.post(PATH, answers(edition, ticket_type=other)))

    assert "not on offer" in summary(page)


NAMES = json.loads((Path(__file__).parent.parent / "data/names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_kept_as_it_was_typed(client: Client, script: str) -> None:
    edition = make.edition()
    make.ticket_type(edition)
    make.group(edition)

    for name in NAMES[script]:
        page = text(client.post(PATH, answers(edition, name=name)))
        confirm(client, page)

    kept = [order.tickets.get().attendee.name for order in Order.objects.order_by("pk")]
    assert kept == NAMES[script]


def test_the_second_of_two_presses_finds_the_order_that_took_the_last_place_while_it_was_looked_at(
    client: Client,
) -> None:
    edition = make.edition()
    group, kind = make.group(edition), make.ticket_type(edition, size=1)
    page = text(client.post(PATH, answers(edition)))
    wish = make.wish(kind, group, key=carried(page)["key"])

    def first_press(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if 'FROM "registration_tickettype"' in sql and not placed:
            placed.append(None)
            placed[0] = Order.place(wish, by=Actor.holder("the other press"))
        return execute(sql, *rest)

    placed: list[Order | None] = []
    with connection.execute_wrapper(first_press):
        answer = confirm(client, page)

    assert answer.status_code == 302, summary(answer.content.decode())
    assert answer.url == Order.objects.get().get_absolute_url()
    assert placed == [Order.objects.get()]


def test_one_place_may_register_sixty_times_an_hour_and_keeps_what_was_typed(client: Client) -> None:
    edition = make.edition()
    make.ticket_type(edition)

    done = []
    for number in range(61):
        page = text(client.post(PATH, answers(edition, email=f"person-{number}@example.org")))
        done.append(confirm(client, page))

    assert [answer.status_code for answer in done] == [302] * 60 + [200]
    refused = text(done[-1])
    assert "Please try again in an hour" in summary(refused)
    assert carried(refused) == carried(page)
    assert Order.objects.count() == 60
    assert confirm(client, refused, place="192.0.2.1").status_code == 302


def test_one_address_may_be_registered_with_ten_times_an_hour(client: Client) -> None:
    edition = make.edition()
    make.ticket_type(edition)

    done = []
    for number in range(11):
        page = text(client.post(PATH, answers(edition)))
        done.append(confirm(client, page, place=f"192.0.2.{number}").status_code)

    assert done == [302] * 10 + [200]
    assert Order.objects.count() == 10


@pytest.mark.parametrize("changed", [{"price": 45000}, {"needs_approval": True}])
def test_who_confirms_a_ticket_that_has_become_another_meanwhile_is_asked_again(
    client: Client, changed: dict[str, Any]
) -> None:
    edition = make.edition()
    make.group(edition, slug="suppliers")
    kind = make.ticket_type(edition)
    page = client.post(PATH, answers(edition)).content.decode()
    TicketType.objects.filter(pk=kind.pk).update(**changed)

    answer = confirm(client, page)

    assert answer.status_code == 200
    assert "was changed a moment ago" in answer.content.decode()
    assert not Order.objects.exists()
