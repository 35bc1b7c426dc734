"""The page for delegations: rows, what is said of them, the review, the order; and adding people to an order."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from forum.models import Edition, Message
from registration.models import Order, TicketType
from tests import make

pytestmark = pytest.mark.django_db

PATH = "/en/register/delegation/"
ERROR = re.compile(r'class="error-summary".*?</div>', re.DOTALL)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def carried(page: str) -> dict[str, str]:
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def rows(*people: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "people-TOTAL_FORMS": total or len(people),
        "people-INITIAL_FORMS": 0,
    }
    for index, person in enumerate(people):
        own = {"photo_consent": "ask", **person}
        data |= {f"people-{index}-{name}": value for name, value in own.items()}
    return data


def posted(edition: Edition, *people: dict[str, Any], **changes: Any) -> dict[str, Any]:
    group = changes.pop("group", None) or edition.groups.first() or make.group(edition)
    kind: TicketType = (
        changes.pop("ticket_type", None) or edition.ticket_types.first() or make.ticket_type(edition)
    )
    common = {
        "group": group.slug,
        "ticket_type": kind.pk,
        "email": "coordinator@example.org",
        "step": "review",
    }
    return {**common, **rows(*people), **changes}


def confirm(client: Client, page: str, path: str = PATH, **changes: Any) -> Any:
    return client.post(path, {**carried(page), "agree": "on", "step": "confirm", **changes})


TWO = ({"name": "Daw Khin Mar", "email": "khin@example.org"}, {"name": "Somchai"})


def test_a_delegation_is_registered_in_two_steps(client: Client) -> None:
    edition = make.edition()
    review = text(client.post(PATH, posted(edition, *TWO)))

    answer = confirm(client, review)

    order = Order.objects.get()
    assert answer["Location"] == order.get_absolute_url()
    assert order.email == "coordinator@example.org"
    assert [one.attendee.name for one in order.tickets.all()] == ["Daw Khin Mar", "Somchai"]
    assert "2 people" in review


def test_pressing_confirm_twice_makes_one_order(client: Client) -> None:
    review = text(client.post(PATH, posted(make.edition(), *TWO)))

    first, second = confirm(client, review), confirm(client, review)

    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_rows_in_which_nothing_is_typed_count_for_nobody(client: Client) -> None:
    edition = make.edition()

    review = text(client.post(PATH, posted(edition, {"name": "Only One"}, {}, {"name": "  "})))
    confirm(client, review)

    assert Order.objects.get().tickets.count() == 1


def test_what_is_wrong_in_a_row_is_said_at_its_field_and_at_the_top_with_the_number(client: Client) -> None:
    edition = make.edition()

    page = text(
        client.post(PATH, posted(edition, {"name": "Anna", "email": "no-address"}, {"organisation": "Union"}))
    )

    summary = ERROR.search(page)
    assert summary
    assert "Person 1, E-mail address" in summary.group()
    assert "Person 2, Name" in summary.group()
    assert 'value="Union"' in page
    assert 'value="no-address"' in page


def test_more_rows_keep_what_was_typed_and_say_nothing_of_what_is_not_filled_in_yet(client: Client) -> None:
    edition = make.edition()

    page = text(client.post(PATH, posted(edition, {"name": "Anna"}, {"email": "x"}, step="rows")))

    assert 'name="people-6-name"' in page
    assert 'value="Anna"' in page
    assert "field-error" not in page


@pytest.mark.parametrize("total", ["51", "1000", "-1", "many", "", "9999999999999999999"])
def test_a_number_of_rows_that_nobody_has_leads_to_a_page_and_to_no_order(client: Client, total: str) -> None:
    edition = make.edition()

    for step in ("review", "rows", "confirm", "change"):
        answer = client.post(
            PATH, posted(edition, {"name": "Anna"}, step=step, **{"people-TOTAL_FORMS": total})
        )
        assert answer.status_code == 200

    assert not Order.objects.exists()


def test_no_people_at_all_are_told_so(client: Client) -> None:
    assert "Name one person at least." in text(client.post(PATH, posted(make.edition(), {}, {})))


def test_the_same_person_twice_is_said(client: Client) -> None:
    page = text(client.post(PATH, posted(make.edition(), TWO[0], TWO[0])))

    assert "This person stands here twice." in page


def test_single_people_may_have_another_ticket_and_another_group(client: Client) -> None:
    edition = make.edition()
    company, union = make.group(edition), make.group(edition)
    make.ticket_type(edition, groups=[company], price=20000)
    for_union = make.ticket_type(edition, groups=[union])
    other = {"name": "Bo", "group": union.slug, "ticket_type": for_union.pk}

    review = text(client.post(PATH, posted(edition, {"name": "Anna"}, other, group=company)))
    confirm(client, review)

    assert [(one.group, one.price) for one in Order.objects.get().tickets.all()] == [
        (company, 20000),
        (union, 0),
    ]
    assert "USD 200.00" in review


def test_a_ticket_that_is_not_for_the_group_of_a_person_is_said_in_their_row(client: Client) -> None:
    edition = make.edition()
    company, union = make.group(edition), make.group(edition)
    make.ticket_type(edition, groups=[company])

    page = text(client.post(PATH, posted(edition, {"name": "Anna", "group": union.slug}, group=company)))

    assert "is not for the group" in page
    assert not Order.objects.exists()


def test_a_voucher_lowers_the_price_of_those_whom_it_fits(client: Client) -> None:
    edition = make.edition()
    company, union = make.group(edition), make.group(edition)
    make.ticket_type(edition, price=20000)
    make.voucher(edition, code="UNION-50", groups=[union], max_uses=None)
    people = {"name": "Anna"}, {"name": "Bo", "group": union.slug}

    review = text(client.post(PATH, posted(edition, *people, group=company, voucher="UNION-50")))
    confirm(client, review)

    assert [ticket.price for ticket in Order.objects.get().tickets.all()] == [20000, 10000]


def test_a_voucher_that_fits_nobody_is_said(client: Client) -> None:
    edition = make.edition()
    make.ticket_type(edition, price=20000)
    make.voucher(edition, code="UNION-50", groups=[make.group(edition)])
    company = make.group(edition)

    page = text(client.post(PATH, posted(edition, {"name": "Anna"}, group=company, voucher="UNION-50")))

    assert "is for other tickets or groups than these" in page


def test_when_too_few_places_are_left_everything_typed_is_kept_and_the_number_is_said(client: Client) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, size=2)
    review = text(client.post(PATH, posted(edition, *TWO)))
    make.ticket(ticket_type=kind, order=make.order(tickets=0, edition=edition))

    page = text(confirm(client, review))

    assert "Only 1 place is left" in page
    assert 'value="Daw Khin Mar"' in page
    assert Order.objects.filter(email="coordinator@example.org").count() == 0


def test_a_price_that_changed_before_the_confirmation_is_shown_first(client: Client) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, price=20000)
    review = text(client.post(PATH, posted(edition, *TWO)))
    kind.price = 30000
    kind.save()

    page = text(confirm(client, review))

    assert "was changed a moment ago" in page
    assert not Order.objects.exists()


def test_when_registration_is_closed_the_page_says_so(client: Client) -> None:
    make.edition("closed")

    assert 'name="people-0-name"' not in client.get(PATH).content.decode()


def test_a_name_that_is_markup_is_shown_as_it_was_typed(client: Client) -> None:
    answer = client.post(PATH, posted(make.edition(), {"name": "<b>Anna</b>"}))

    assert "<b>Anna</b>" not in answer.content.decode()
    assert "&lt;b&gt;Anna" in answer.content.decode()


# --- adding people ---


def order_of_two(edition: Edition) -> Order:
    return make.order(tickets=2, edition=edition, ticket_type=make.ticket_type(edition, size=10))


def test_people_are_added_by_the_orders_link(client: Client) -> None:
    edition = make.edition()
    order = order_of_two(edition)
    path = f"{order.get_absolute_url()}people/"
    data = posted(edition, {"name": "Late Comer", "email": "late@example.org"})
    data.pop("email")

    review = text(client.post(path, data))
    answer = confirm(client, review, path)

    assert answer["Location"] == order.get_absolute_url()
    assert order.tickets.count() == 3
    assert set(Message.objects.values_list("letter", "to")) == {
        ("ticket-confirmed", "late@example.org"),
        ("order-state", order.email),
    }


def test_without_the_secret_nobody_is_added(client: Client) -> None:
    order = order_of_two(make.edition())

    assert client.get(f"/en/orders/{order.code}/not-the-secret/people/").status_code == 404


def test_an_order_that_is_over_leads_back_to_its_page(client: Client) -> None:
    order = make.order(tickets=1, status="cancelled", edition=make.edition())

    answer = client.get(f"{order.get_absolute_url()}people/")

    assert answer["Location"] == order.get_absolute_url()


def test_the_orders_page_leads_to_adding_people_while_registration_is_open(client: Client) -> None:
    edition = make.edition()
    order = order_of_two(edition)

    assert f"{order.get_absolute_url()}people/" in client.get(order.get_absolute_url()).content.decode()
    edition.registration_closes_at = timezone.now()
    edition.save()
    assert f"{order.get_absolute_url()}people/" not in client.get(order.get_absolute_url()).content.decode()


# --- from a table ---


def brought(edition: Edition, content: str, **changes: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("people.csv", content.encode(), "text/csv")
    return posted(edition, {"name": "Typed Before"}, step="sheet", sheet=file, **changes)


def test_a_table_fills_the_rows_and_registers_nobody_yet(client: Client) -> None:
    edition = make.edition()
    table = "Name;E-mail;Country;Food\nDaw Khin Mar;khin@example.org;Myanmar;no nuts\nSomchai;;TH;\n"

    page = text(client.post(PATH, brought(edition, table)))

    assert 'value="Daw Khin Mar"' in page
    assert 'value="khin@example.org"' in page
    assert 'value="no nuts"' in page
    assert re.search(r'<option value="MM" selected>', page)
    assert re.search(r'<option value="TH" selected>', page)
    assert "2 people stand in it" in page
    assert "Typed Before" not in page
    assert not Order.objects.exists()


def test_groups_and_tickets_in_a_table_are_known_by_their_names(client: Client) -> None:
    edition = make.edition()
    company, union = make.group(edition, name="Brands"), make.group(edition, name="Unions")
    make.ticket_type(edition, name="Company", groups=[company], price=20000)
    for_union = make.ticket_type(edition, name="Community", groups=[union])

    page = text(
        client.post(PATH, brought(edition, "Name,Group,Ticket\nAnna,,\nBo,unions,COMMUNITY\n", group=company))
    )

    assert f'<option value="{union.slug}" selected>' in page
    assert f'<option value="{for_union.pk}" selected>' in page


def test_each_bad_row_of_a_table_is_named_with_its_number(client: Client) -> None:
    edition = make.edition()

    page = text(client.post(PATH, brought(edition, "Name,E-mail,Country\nAnna,no-address,Atlantis\n")))

    assert "Row 2, “Country”: “Atlantis” is not known here." in page
    assert "Person 1, E-mail address" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "This file is empty."),
        ("Town\nBangkok\n", "The first row has to name the columns"),
        ("Name\n", "There is nobody in this file"),
        ("Name\n" + "Anna\n" * 51, "at most 50 people"),
        ("Name,Full name\nAnna,Anna\n", "Two columns hold the same"),
        ("Name\nAn\0na\n", "This is no table"),
        ("PK\x03\x04 broken", "This Excel file cannot be read"),
    ],
)
def test_a_file_that_is_no_table_of_people_is_refused_and_what_was_typed_stays(
    client: Client, content: str, words: str
) -> None:
    page = text(client.post(PATH, brought(make.edition(), content)))

    assert words in page
    assert 'value="Typed Before"' in page


def test_the_empty_table_can_be_read_back_in_each_language(client: Client) -> None:
    edition = make.edition(languages=["en", "th", "my"])
    for language in ("en", "th", "my"):
        answer = client.get(f"/{language}/register/delegation/people.csv")
        table = answer.content.decode("utf-8-sig") + "Anna,,,,,,,,,,\n"
        path = PATH.replace("en", language)

        page = text(client.post(path, brought(edition, table)))

        assert 'value="Anna"' in page


def test_a_formula_in_a_table_stays_what_it_is_a_text(client: Client) -> None:
    page = client.post(PATH, brought(make.edition(), 'Name\n"=HYPERLINK(""x"")"\n')).content.decode()

    assert "=HYPERLINK(&#34;x&#34;)" in page


def test_pressing_confirm_twice_adds_people_once_and_leads_to_the_order_though_it_has_the_most_of_a_type_by_now(
    client: Client,
) -> None:
    edition = make.edition()
    kind = make.ticket_type(edition, max_per_order=2, size=2)
    order = make.order(edition=edition, ticket_type=kind)
    path = f"{order.get_absolute_url()}people/"
    review = text(client.post(path, posted(edition, {"name": "Late Comer"}, ticket_type=kind)))

    answers = [confirm(client, review, path) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [order.get_absolute_url()] * 2
    assert order.tickets.count() == 2
