"""The registration form is drawn once for everybody: what is each visitor's own, and when it is drawn anew."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from forum import briefly, caching, drawn_for_all
from forum.models import Edition, PublicChange
from registration.models import Quota, TicketType, Voucher
from tests import make
from tests.registration.test_register_page import PATH, answers, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition() -> Edition:
    edition = make.edition()
    make.ticket_type(edition, name="Main forum", size=50, groups=[make.group(edition, name="Unions")])
    return edition


def token(page: str) -> str:
    [found] = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))
    return found


def drawn_anew(client: Client) -> str:
    """The page after a second."""
    briefly.forget()
    caching.forget()
    return text(client.get(PATH))


def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are drawn from now on."""
    drawn: list[str] = []
    draw: Any = drawn_for_all.render_to_string

    def noting(template: str, *args: Any) -> str:
        drawn.append(template)
        return str(draw(template, *args))

    monkeypatch.setattr(drawn_for_all, "render_to_string", noting)
    return drawn


def test_each_visitor_has_a_token_of_their_own_and_goes_on_with_it(edition: Edition) -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)

    tokens = [token(text(visitor.get(PATH))) for visitor in (first, second)]
    swapped = second.post(PATH, {**answers(edition), "csrfmiddlewaretoken": tokens[0]})
    own = first.post(PATH, {**answers(edition), "csrfmiddlewaretoken": tokens[0]})

    assert len(set(tokens)) == 2
    assert drawn_for_all._TOKEN not in tokens
    assert (swapped.status_code, own.status_code) == (403, 200)


def test_who_is_signed_in_has_the_form_drawn_alone_and_nobody_else_sees_who_it_was(edition: Edition) -> None:
    member = Client()
    member.force_login(make.user("thiri@example.org"))

    theirs, others = text(member.get(PATH)), text(Client().get(PATH))

    assert "thiri@example.org" in theirs
    assert "thiri@example.org" not in others


def test_what_an_address_chooses_is_chosen_for_who_has_it_alone(client: Client, edition: Edition) -> None:
    kind = edition.ticket_types.get()

    chosen, plain = text(client.get(f"{PATH}?ticket={kind.pk}")), text(Client().get(PATH))

    assert re.search(r'name="ticket_type"[^>]* checked', chosen)
    assert not re.search(r'name="ticket_type"[^>]* checked', plain)


def test_the_form_is_drawn_once_while_nothing_that_it_shows_is_another(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = drawings(monkeypatch)

    pages = [drawn_anew(Client()) for _ in range(3)]

    assert drawn == ["registration/register.html"]
    assert len({page.replace(token(page), "") for page in pages}) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda edition: TicketType.objects.update(name={"en": "Whole forum"}),
        lambda edition: TicketType.objects.update(price=25000),
        lambda edition: TicketType.objects.update(available_until=timezone.now() - timedelta(seconds=1)),
        lambda edition: Quota.objects.update(taken=45),
        lambda edition: edition.ticket_types.get().groups.clear(),
        lambda edition: make.price_step(edition.ticket_types.get(), price=100),
        lambda edition: make.question(edition),
        lambda edition: make.voucher(edition),
        lambda edition: make.group(edition, name="Media"),
        # Told by the commit of whoever saves it; here it is one and the same transaction.
        lambda edition: (make.page(edition, "venue", title="The venue"), PublicChange.objects.create()),
    ],
)
def test_the_form_is_drawn_anew_when_something_that_it_shows_is_another(
    client: Client, edition: Edition, change: Any
) -> None:
    before = text(client.get(PATH))
    change(edition)

    after = drawn_anew(client)

    assert after.replace(token(after), "") != before.replace(token(before), "")


def test_a_voucher_that_is_gone_is_not_asked_for(client: Client, edition: Edition) -> None:
    make.voucher(edition)
    text(client.get(PATH))
    Voucher.objects.all().delete()

    assert "I have a voucher" not in drawn_anew(client)
