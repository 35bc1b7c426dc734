"""Vouchers: what they take off, what they open, how often, and what rivals for the last use get."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from forum import briefly
from forum.actor import Actor
from forum.errors import Refusal
from registration.admin.vouchers import VoucherAdmin
from registration.models import Order, Payment, Place, Quota, Ticket, TicketType, Voucher
from registration.models.ticket_status import Status
from registration.tasks import compare_counters
from tests import make, staff

pytestmark = pytest.mark.django_db
US = Actor.system()


def place(**wished: Any) -> Ticket:
    return Order.place(make.wish(**wished), by=US).tickets.get()


def used(voucher: Voucher) -> int:
    voucher.refresh_from_db()
    return voucher.used


# --- what it does to a price ---


@pytest.mark.parametrize(
    ("effect", "value", "price", "costs"),
    [
        ("percent", 25, 25000, 18750),
        ("percent", 50, 25001, 12501),
        ("percent", 100, 25000, 0),
        ("percent", 0, 25000, 25000),
        ("off", 5000, 25000, 20000),
        ("off", 30000, 25000, 0),
        ("fixed", 7500, 25000, 7500),
        ("fixed", 30000, 25000, 25000),
        ("none", 0, 25000, 25000),
    ],
)
def test_a_voucher_makes_its_price(effect: str, value: int, price: int, costs: int) -> None:
    assert Voucher(effect=effect, value=value).price_of(price) == costs


@given(
    effect=st.sampled_from(Voucher.Effect.values),
    value=st.integers(0, 100),
    price=st.integers(0, 10**9),
)
def test_no_voucher_makes_a_ticket_dearer_or_costs_less_than_nothing(
    effect: str, value: int, price: int
) -> None:
    assert 0 <= Voucher(effect=effect, value=value).price_of(price) <= price


def test_a_share_is_taken_off_the_price_that_holds_on_the_day(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.price_step(kind, price=10000)
    half = make.voucher(kind.edition, code="HALF")

    page = client.get("/en/register/?voucher=half").content.decode()

    assert place(ticket_type=kind, voucher=half).price == 5000
    assert "USD 100.00</s>" in page
    assert "Then USD 125.00" in page


def test_what_was_agreed_stays_whatever_becomes_of_the_voucher() -> None:
    kind = make.ticket_type(price=25000)
    half = make.voucher(kind.edition)

    ticket = place(ticket_type=kind, voucher=half)
    Voucher.objects.update(value=10, is_active=False)

    ticket.refresh_from_db()
    assert (ticket.price, ticket.status, ticket.voucher) == (12500, Status.RESERVED, half)


def test_with_a_voucher_for_all_of_the_price_the_ticket_is_confirmed_at_once() -> None:
    kind = make.ticket_type(price=25000)

    assert place(ticket_type=kind, voucher=make.voucher(kind.edition, value=100)).status == Status.CONFIRMED


# --- for whom, when, how often ---


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_active": False}, "not valid any more"),
        ({"valid_until": timezone.now() - timedelta(seconds=1)}, "not valid any more"),
        ({"valid_from": timezone.now() + timedelta(days=1)}, "not valid yet"),
        ({"max_uses": 3, "used": 3}, "has been used up"),
        ({"max_uses": 0}, "has been used up"),
    ],
)
def test_a_voucher_that_is_not_valid_is_refused_with_the_reason_at_its_field(
    fields: dict[str, Any], words: str
) -> None:
    kind = make.ticket_type()
    voucher = make.voucher(kind.edition, **fields)

    with pytest.raises(Refusal, match=words) as refused:
        place(ticket_type=kind, voucher=voucher)

    assert refused.value.field == "voucher"
    assert not Order.objects.exists()


def test_a_voucher_is_for_the_types_and_groups_that_it_names() -> None:
    kind, other = make.ticket_type(), make.ticket_type()
    other.edition = kind.edition
    other.save()
    group, another = make.group(kind.edition), make.group(kind.edition)
    voucher = make.voucher(ticket_types=[kind], groups=[group], max_uses=9)

    place(ticket_type=kind, group=group, voucher=voucher)
    with pytest.raises(Refusal, match="is not for"):
        place(ticket_type=other, group=group, voucher=voucher)
    with pytest.raises(Refusal, match="for other groups"):
        place(ticket_type=kind, group=another, voucher=voucher)

    assert used(voucher) == 1


def test_a_hidden_type_is_had_only_with_a_voucher_that_names_it() -> None:
    hidden = make.ticket_type(is_hidden=True)
    general = make.voucher(hidden.edition)
    naming = make.voucher(ticket_types=[hidden])

    for refused in (None, general):
        with pytest.raises(Refusal, match="not on offer any more"):
            place(ticket_type=hidden, voucher=refused)

    assert place(ticket_type=hidden, voucher=naming).status == Status.CONFIRMED


def test_the_codes_of_one_edition_open_nothing_in_another() -> None:
    voucher = make.voucher(code="ONLY-HERE")

    assert Voucher.objects.with_code(voucher.edition, " only-here ") == voucher
    assert Voucher.objects.with_code(make.edition(), "ONLY-HERE") is None
    assert Voucher.objects.with_code(voucher.edition, "") is None


# --- what is given back ---


@pytest.mark.parametrize("verb", ["cancel", "decline", "expire"])
def test_a_ticket_that_lives_no_more_gives_its_use_back(verb: str) -> None:
    kind = make.ticket_type(price=25000, needs_approval=verb == "decline")
    voucher = make.voucher(kind.edition)
    ticket = place(ticket_type=kind, voucher=voucher)
    before = used(voucher)
    Ticket.objects.filter(reserved_until__isnull=False).update(reserved_until=timezone.now())

    getattr(ticket, verb)(by=US)

    assert (before, used(voucher)) == (1, 0)
    assert not Voucher.objects.miscounted().exists()


def test_a_cancelled_order_gives_the_uses_of_all_its_tickets_back() -> None:
    voucher = make.voucher(max_uses=5, used=2)
    order = make.order(tickets=2, edition=voucher.edition)
    order.tickets.update(voucher=voucher)

    order.cancel(by=US)

    assert used(voucher) == 0


def test_money_that_comes_late_is_kept_for_a_refund_when_the_voucher_went_to_somebody_else() -> None:
    kind = make.ticket_type(price=25000)
    voucher = make.voucher(kind.edition)
    late = place(ticket_type=kind, voucher=voucher)
    Ticket.objects.update(reserved_until=timezone.now())
    late.expire(by=US)
    other = place(ticket_type=kind, voucher=voucher)

    Payment.book(late.order, provider="bank-transfer", reference="x", amount=12500, currency="USD", by=US)

    late.refresh_from_db()
    assert (late.status, other.status, used(voucher)) == (Status.EXPIRED, Status.RESERVED, 1)


def test_a_reservation_past_its_time_leaves_its_voucher_to_who_comes_now() -> None:
    kind = make.ticket_type(price=25000)
    voucher = make.voucher(kind.edition)
    late = place(ticket_type=kind, voucher=voucher)
    Ticket.objects.update(reserved_until=timezone.now() - timedelta(seconds=1))

    place(ticket_type=kind, voucher=voucher)

    late.refresh_from_db()
    assert (late.status, used(voucher)) == (Status.EXPIRED, 1)


# --- beyond a full quota ---


def test_a_voucher_that_goes_beyond_gives_a_place_on_top_and_the_quota_stays_as_it_is() -> None:
    kind = make.ticket_type(size=1)
    place(ticket_type=kind)
    voucher = make.voucher(kind.edition, goes_beyond=True, max_uses=2)

    extra = place(ticket_type=kind, voucher=voucher)
    with pytest.raises(Refusal, match="last place"):
        place(ticket_type=kind)

    quota = Quota.objects.get()
    assert (quota.taken, quota.places.count(), extra.places.get().is_extra) == (1, 2, True)
    extra.cancel(by=US)
    quota.refresh_from_db()
    assert (quota.taken, quota.places.count()) == (1, 1)
    assert not Quota.objects.miscounted().exists()


def test_a_voucher_that_goes_beyond_takes_an_ordinary_place_while_there_is_one() -> None:
    kind = make.ticket_type(size=1)

    ticket = place(ticket_type=kind, voucher=make.voucher(kind.edition, goes_beyond=True))

    assert (Quota.objects.get().taken, ticket.places.get().is_extra) == (1, False)


def test_extra_places_stay_extra_when_a_quota_is_shared_anew() -> None:
    kind = make.ticket_type(size=1)
    place(ticket_type=kind)
    place(ticket_type=kind, voucher=make.voucher(kind.edition, goes_beyond=True))
    quota = Quota.objects.get()

    quota.share_among([kind])

    assert (quota.taken, Place.objects.counted().count(), Place.objects.count()) == (1, 1, 2)


# --- rivals ---


@pytest.mark.django_db(transaction=True)
def test_of_rivals_for_the_last_use_one_wins_and_the_others_are_told() -> None:
    kind = make.ticket_type(price=25000, size=100)
    voucher = make.voucher(kind.edition, max_uses=2)
    wishes = [make.wish(kind, make.group(kind.edition), voucher=voucher) for _ in range(8)]

    def attempt(wish: Any) -> str:
        try:
            Order.place(wish, by=US)
        except Refusal as refusal:
            return refusal.field or ""
        finally:
            connection.close()
        return "placed"

    with ThreadPoolExecutor(8) as pool:
        came = sorted(pool.map(attempt, wishes))

    assert came == ["placed"] * 2 + ["voucher"] * 6
    assert (used(voucher), Ticket.objects.count(), Quota.objects.get().taken) == (2, 2, 2)


def test_the_database_itself_refuses_one_use_too_many() -> None:
    voucher = make.voucher(max_uses=1, used=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.update(used=2)

    assert used(voucher) == 1


def test_a_counter_that_is_wrong_raises_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    make.voucher(max_uses=5, used=1)

    compare_counters()

    assert "counts 1 uses and has 0" in caplog.text


# --- many ---


def test_thousands_are_made_with_the_statements_of_one(queries: Callable[[], Any]) -> None:
    edition = make.edition()
    kind, group = make.ticket_type(edition), make.group(edition)
    pattern = Voucher(edition=edition, effect="percent", value=75, tag="Solidarity", max_uses=1)

    with queries() as asked:
        made = pattern.make_many(2000, prefix="SOLI-", ticket_types=[kind], groups=[group])

    assert len({one.code for one in made}) == Voucher.objects.count() == 2000
    assert all(one.code.startswith("SOLI-") for one in made)
    assert made[0].is_for(kind)
    assert made[0].is_for_group(group)
    assert len(asked) <= 16


# --- on the registration page ---


def answers(kind: TicketType, **typed: str) -> dict[str, str]:
    group = make.group(kind.edition)
    whole = {"group": group.slug, "ticket_type": str(kind.pk), "step": "review", "photo_consent": "ask"}
    return {**whole, "name": "Somchai", "email": "somchai@example.org", **typed}


def test_the_page_asks_for_a_voucher_only_where_there_are_some(client: Client) -> None:
    edition = make.edition()
    without = client.get("/en/register/").content.decode()
    make.voucher(edition)
    briefly.forget()

    assert "I have a voucher" not in without
    assert "I have a voucher" in client.get("/en/register/").content.decode()


def test_a_link_fills_the_voucher_in_and_the_page_shows_what_it_makes_of_prices_and_opens(
    client: Client,
) -> None:
    kind = make.ticket_type(price=25000, name="All days")
    hidden = make.ticket_type(kind.edition, name="For survivors", is_hidden=True, price=8000)
    make.voucher(ticket_types=[kind, hidden], code="SOLIDARITY-50")

    plain, opened = (
        client.get(f"/en/register/{query}").content.decode() for query in ("", "?voucher=solidarity-50")
    )

    assert "For survivors" not in plain
    assert "125.00" not in plain
    assert "For survivors" in opened
    assert "<s>" in opened
    assert "USD 125.00" in opened
    assert "USD 40.00" in opened
    assert "Voucher SOLIDARITY-50: 50% off" in opened


def test_using_a_voucher_keeps_what_was_typed_and_says_nothing_yet_of_what_was_not(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="HALF")

    page = client.post("/en/register/", {"step": "voucher", "voucher": "half", "name": "Somchai"})

    assert page.status_code == 200
    assert 'value="Somchai"' in page.content.decode()
    assert "USD 125.00" in page.content.decode()
    assert not page.context["form"].errors


@pytest.mark.parametrize("step", ["voucher", "review"])
def test_a_code_that_is_none_is_said_at_its_field(client: Client, step: str) -> None:
    kind = make.ticket_type(price=25000)

    page = client.post("/en/register/", answers(kind, voucher="NO SUCH", step=step))

    assert page.context["form"].errors == {
        "voucher": ["We know no voucher “NOSUCH”. Compare it with what you were given."]
    }


def test_the_order_is_placed_at_the_price_that_was_shown(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="HALF")
    asked = answers(kind, voucher="HALF")

    page = client.post("/en/register/", asked)
    form = page.context["form"]
    terms = page.context["ticket_type"].terms
    sent = {**asked, "step": "confirm", "key": form.key, "texts": form.texts, "terms": terms}
    done = client.post("/en/register/", sent)

    assert "Voucher HALF: 50% off" in page.content.decode()
    assert done.status_code == 302
    assert Ticket.objects.get().price == 12500


def test_a_voucher_that_changed_while_the_page_was_read_places_nothing(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="HALF")
    asked = answers(kind, voucher="HALF")
    page = client.post("/en/register/", asked)
    form, terms = page.context["form"], page.context["ticket_type"].terms
    Voucher.objects.update(value=10)

    again = client.post(
        "/en/register/", {**asked, "step": "confirm", "key": form.key, "texts": form.texts, "terms": terms}
    )

    assert again.status_code == 200
    assert "was changed a moment ago" in again.content.decode()
    assert not Order.objects.exists()


def test_who_tries_many_codes_gets_no_answer_any_more_not_even_to_the_right_one(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="RIGHT")
    right = answers(kind, voucher="RIGHT")
    for number in range(30):
        client.post("/en/register/", {"step": "voucher", "voucher": f"WRONG-{number}"})

    page = client.post("/en/register/", right)

    assert page.context["form"].errors == {
        "voucher": ["Too many codes were tried from here. Please try again in an hour, or write to us."]
    }


def test_a_page_full_of_links_shuts_nobody_out_who_types_a_code(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="RIGHT")
    right = answers(kind, voucher="RIGHT")
    for number in range(31):
        client.get(f"/en/register/?voucher=WRONG-{number}")

    by_link = client.get("/en/register/?voucher=RIGHT").content.decode()
    typed = client.post("/en/register/", right)

    assert "Too many codes were tried from here" in by_link
    assert "USD 125.00" not in by_link
    assert "Voucher RIGHT: 50% off" in typed.content.decode()


def test_the_same_mistake_counts_once(client: Client) -> None:
    kind = make.ticket_type(price=25000)
    make.voucher(kind.edition, code="RIGHT")
    right = answers(kind, voucher="RIGHT")
    for _ in range(31):
        client.post("/en/register/", {**right, "voucher": "RIHGT"})

    assert "Voucher RIGHT: 50% off" in client.post("/en/register/", right).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_active": False}, "is not valid any more"),
        ({"max_uses": 1, "used": 1}, "has been used up"),
        ({"code": "OTHER"}, "We know no voucher “LINKED”"),
    ],
)
def test_a_link_with_a_voucher_that_is_none_says_so_and_makes_no_price_and_opens_nothing(
    client: Client, fields: dict[str, Any], words: str
) -> None:
    kind = make.ticket_type(price=25000)
    hidden = make.ticket_type(kind.edition, name="For the crew", is_hidden=True)
    make.voucher(ticket_types=[kind, hidden], **{"code": "LINKED", **fields})

    page = client.get("/en/register/?voucher=LINKED").content.decode()

    assert words in page
    assert "USD 125.00" not in page
    assert "For the crew" not in page


# --- in the back office ---


def listed() -> str:
    return reverse("admin:registration_voucher_changelist")


def test_an_organizer_makes_one_with_an_amount_as_people_write_it() -> None:
    edition = make.edition()
    organizer = staff.at_work("registration", edition)
    address = reverse("admin:registration_voucher_add")

    page = organizer.get(address)
    organizer.post(address, staff.fields(page, code="friends 10", effect="off", amount="10.50", share=""))

    voucher = Voucher.objects.get()
    assert (voucher.code, voucher.effect, voucher.value) == ("FRIENDS10", "off", 1050)
    assert "USD 10.50 off" in organizer.get(listed()).content.decode()


def test_what_the_choice_needs_is_asked_for_beside_its_field() -> None:
    edition = make.edition()
    organizer = staff.at_work("registration", edition)
    address = reverse("admin:registration_voucher_add")

    page = organizer.post(
        address, staff.fields(organizer.get(address), effect="fixed", amount="", share="50")
    )

    assert page.context["adminform"].form.errors == {"amount": ["Write how much."]}


def test_saving_a_voucher_does_not_undo_a_use_of_the_same_moment() -> None:
    voucher = make.voucher(max_uses=5)
    organizer = staff.at_work("registration", voucher.edition)
    address = reverse("admin:registration_voucher_change", args=[voucher.pk])
    sent = staff.fields(organizer.get(address), tag="Friends")
    real = VoucherAdmin.save_model

    def used_meanwhile(self: Any, request: Any, obj: Voucher, form: Any, change: bool) -> None:
        Voucher.objects.update(used=1)
        real(self, request, obj, form, change)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VoucherAdmin, "save_model", used_meanwhile)
        organizer.post(address, sent)

    voucher.refresh_from_db()
    assert (voucher.tag, voucher.used) == ("Friends", 1)


def test_many_are_made_and_come_as_a_sheet_with_links_and_without_formulas() -> None:
    edition = make.edition()
    organizer = staff.at_work("registration", edition)
    address = reverse("admin:registration_voucher_many")
    asked = {
        "number": "40",
        "prefix": "soli-",
        "tag": "=Union",
        "effect": "percent",
        "share": "75",
        "max_uses": "1",
    }

    answer = organizer.post(address, asked)
    keys = list(Voucher.objects.values_list("pk", flat=True))
    sheet = organizer.post(listed(), {"action": "export", "_selected_action": keys}).content.decode()

    assert answer.url.startswith(listed())
    lines = sheet.splitlines()
    assert len(lines) == 41
    code = Voucher.objects.first().code  # type: ignore[union-attr]
    assert code.startswith("SOLI-")
    assert any(f"/en/register/?voucher={code}" in line and ",'=Union,75% off," in line for line in lines)


@pytest.mark.parametrize("duty", ["programme", "door", "protection"])
def test_vouchers_are_shown_to_nobody_who_does_not_need_them(duty: str) -> None:
    voucher = make.voucher()
    visitor = staff.at_work(duty, voucher.edition)
    change = reverse("admin:registration_voucher_change", args=[voucher.pk])

    for address in (listed(), change, reverse("admin:registration_voucher_many")):
        assert visitor.get(address).status_code == 403


def test_finance_sees_vouchers_and_makes_none() -> None:
    voucher = make.voucher()
    finance = staff.at_work("finance", voucher.edition)

    assert voucher.code in finance.get(listed()).content.decode()
    assert finance.get(reverse("admin:registration_voucher_many")).status_code == 403
    answer = finance.post(listed(), {"action": "export", "_selected_action": [voucher.pk]})
    assert "text/csv" not in answer.headers["Content-Type"]


def test_the_list_needs_no_more_queries_for_three_than_for_one(queries: Callable[[], Any]) -> None:
    kind = make.ticket_type()
    organizer = staff.at_work("registration", kind.edition)
    make.voucher(ticket_types=[kind])
    organizer.get(listed())

    with queries() as one:
        organizer.get(listed())
    for _ in range(2):
        make.voucher(ticket_types=[kind])
    with queries() as three:
        organizer.get(listed())

    assert len(three) == len(one)


def test_who_may_only_look_sees_what_a_voucher_does() -> None:
    voucher = make.voucher(code="HALF", tag="Union")
    finance = staff.at_work("finance", voucher.edition)

    page = finance.get(reverse("admin:registration_voucher_change", args=[voucher.pk]))

    assert page.status_code == 200
    assert "50% off" in page.content.decode()
    assert "0 of 1" in page.content.decode()


def test_a_ticket_tells_its_voucher_to_who_may_see_codes_and_is_found_by_it() -> None:
    voucher = make.voucher(code="SHOWME")
    ticket = make.ticket(order=make.order(tickets=0, edition=voucher.edition))
    Ticket.objects.update(voucher=voucher)
    pages = {
        duty: [
            staff.at_work(duty, voucher.edition).get(address).content.decode()
            for address in (
                reverse("admin:registration_ticket_change", args=[ticket.pk]),
                reverse("admin:registration_ticket_changelist", query={"q": "showme"}),
            )
        ]
        for duty in ("registration", "finance", "protection")
    }

    for duty in ("registration", "finance"):
        assert "SHOWME" in pages[duty][0]
        assert ticket.order.code in pages[duty][1]
    assert "SHOWME" not in pages["protection"][0]
    assert ticket.order.code not in pages["protection"][1]


def test_fewer_uses_than_were_had_meanwhile_are_refused_beside_the_field() -> None:
    voucher = make.voucher(max_uses=5)
    organizer = staff.at_work("registration", voucher.edition)
    address = reverse("admin:registration_voucher_change", args=[voucher.pk])
    sent = staff.fields(organizer.get(address), max_uses="2")
    real = VoucherAdmin.save_model

    def used_meanwhile(self: Any, request: Any, obj: Voucher, form: Any, change: bool) -> None:
        Voucher.objects.filter(used=0).update(used=4)
        real(self, request, obj, form, change)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VoucherAdmin, "save_model", used_meanwhile)
        page = organizer.post(address, sent)

    assert page.status_code == 200
    assert "max_uses" in page.context["adminform"].form.errors


def test_a_voucher_that_is_deleted_while_somebody_registers_is_refused() -> None:
    kind = make.ticket_type()
    voucher = make.voucher(kind.edition)
    wish = make.wish(kind, voucher=voucher)
    Voucher.objects.all().delete()

    with pytest.raises(Refusal, match="not valid any more"):
        Order.place(wish, by=US)
