"""Who reads what of somebody at risk: every address of the site, looked at by everybody who might."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from forum.actor import Actor
from forum.logs import WithoutSecrets
from forum.models import Job
from forum.tasks import run_job
from registration.models import Guest, Ticket, WaitingEntry
from speakers.models import Speaker
from tests import make, staff
from tests.registration import risk
from tests.registration.risk import Page, Scene, Visitor
from tests.servers import StripeStandIn

pytestmark = pytest.mark.django_db

# Where everybody can choose a group, its name stands; nobody in it does.
OFFERED = {"home", "register", "register-delegation", "order-people"}
ORGANIZER = Actor.system()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_every_address_is_looked_at(scene: Scene) -> None:
    visitor = risk.nobody(scene)

    overlooked = [route for route in risk.routes() if not risk.addresses(scene, route, visitor)]

    assert not overlooked, overlooked


# --- visitors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "under"),
    [
        (risk.nobody, ""),
        (risk.holder_of_another_order, "en/"),
        (risk.mate_with_their_own_ticket, "en/"),
        (risk.buyer_of_another_order, "en/"),
        (risk.speaker, "en/"),
        (risk.reader_of_a_personal_agenda, "en/"),
    ],
)
def test_who_has_nothing_to_do_with_them_reads_nothing_of_them(
    who: Callable[[Scene], Visitor], under: str, scene: Scene
) -> None:
    pages = list(risk.visit(scene, who(scene), under=under))

    assert not [page.address for page in pages if page.status >= 500]
    assert not {page.address: told for page in pages if (told := page.tells(risk.ALL - {risk.SURVIVORS}))}
    assert {page.route for page in pages if page.tells({risk.SURVIVORS})} <= OFFERED


def test_nothing_that_is_public_changes_when_somebody_registers(scene: Scene) -> None:
    before = _as_read(risk.visit(scene, risk.nobody(scene), under="en/"))

    scene.delegation("confirmed")

    assert _as_read(risk.visit(scene, risk.nobody(scene), under="en/")) == before


def test_what_an_attendee_shows_around_has_the_name_that_they_chose_and_the_group_that_others_see(
    scene: Scene,
) -> None:
    theirs = Visitor(Client(), {"secret": [scene.ticket.secret]})

    pages = {page.route: page for page in risk.visit(scene, theirs, under="en/tickets") if page.status == 200}

    assert pages["ticket-badge"].tells(risk.ALL | {risk.SHOWN}) == {
        risk.BADGE,
        risk.ORGANISATION,
        risk.SHOWN,
    }
    assert pages["ticket-calendar"].tells(risk.ALL | {risk.SHOWN}) == set()
    assert not {route for route, page in pages.items() if page.tells({risk.SURVIVORS, risk.LEGAL})}


def test_the_holder_of_an_order_reads_no_group_and_no_protected_answer(scene: Scene) -> None:
    theirs = Visitor(Client(), {"code": [scene.order.code], "secret": [scene.order.secret]})

    pages = [page for page in risk.visit(scene, theirs, under="en/orders") if page.status == 200]

    assert {"order", "order-invoice", "order-people", "order-correction"} <= {page.route for page in pages}
    assert not {page.address for page in pages if page.tells({risk.LEGAL})}
    assert {page.route for page in pages if page.tells({risk.SURVIVORS})} <= OFFERED
    [invoice] = [page for page in pages if page.route == "order-invoice"]
    assert invoice.tells(risk.ALL) == set()


def test_adding_people_to_an_order_does_not_tell_in_which_group_an_organizer_put_somebody(
    scene: Scene,
) -> None:
    page = risk.words_of(Client().get(f"{scene.order.get_absolute_url()}people/"))

    [chosen] = re.findall(r'<input[^>]*name="group"[^>]*checked[^>]*>|<option[^>]*selected[^>]*>', page)[:1]
    assert 'value="civil"' in chosen


# --- staff -----------------------------------------------------------------------------------------------------

NEEDS = {risk.DIET, risk.ACCESS, risk.ANSWER}
GUESTS = {risk.GUEST, risk.GUEST_EMAIL}
READ = {
    "programme": risk.PROGRAMME | {risk.SURVIVORS},
    "door": set(),
    "registration": (risk.PERSON - {risk.LEGAL}) | risk.OTHERS_AT_RISK | {risk.SURVIVORS, risk.PLANNER},
    "finance": (risk.PERSON - NEEDS) | {risk.WAITING_EMAIL, risk.SURVIVORS},
    "protection": (risk.PERSON - {risk.VOUCHER}) | risk.OTHERS_AT_RISK | risk.PROGRAMME | {risk.SURVIVORS},
}


@pytest.mark.parametrize("duty", READ)
def test_a_duty_reads_what_it_needs_and_no_more(duty: str, scene: Scene) -> None:
    pages = list(risk.visit(scene, risk.on_duty(duty, scene), under="admin/"))

    assert not [page.address for page in pages if page.status >= 500]
    assert set().union(*(page.tells(risk.ALL) for page in pages)) == READ[duty]
    if duty != "protection":
        somebody = (risk.PERSON | risk.OTHERS_AT_RISK) - {risk.VOUCHER}
        assert not {page.address for page in pages if page.tells({risk.SURVIVORS}) and page.tells(somebody)}


@pytest.mark.parametrize(
    ("duty", "under"),
    [
        ("programme", "admin/speakers/"),
        ("registration", ("admin/registration/", "admin/forum/message/")),
        ("finance", "admin/registration/"),
    ],
)
def test_no_page_tells_apart_who_is_in_a_group_and_who_in_the_one_that_it_is_shown_as(
    duty: str, under: Any, scene: Scene
) -> None:
    visitor = risk.on_duty(duty, scene)
    before = _as_read(risk.visit(scene, visitor, under=under))

    for model in (Ticket, Guest, WaitingEntry, Speaker):
        model._default_manager.filter(group=scene.survivors).update(group=scene.shown)

    assert _as_read(risk.visit(scene, visitor, under=under)) == before


@pytest.mark.parametrize("duty", ["programme", "door"])
def test_who_does_not_look_after_attendees_reads_no_number_of_them(duty: str, scene: Scene) -> None:
    client = staff.at_work(duty, scene.edition)
    apps = [reverse("admin:app_list", args=[app]) for app in ("forum", "speakers", "agenda")]

    def first_pages() -> dict[str, str]:
        return _as_read(
            Page("", address, 200, risk.words_of(client.get(address)))
            for address in (reverse("admin:index"), *apps)
        )

    before = first_pages()
    make.ticket(order=scene.order, ticket_type=scene.kind, group=scene.survivors)

    assert first_pages() == before


def _as_read(pages: Iterable[Page]) -> dict[str, str]:
    """What stands on the pages, without what is new each time: tokens of forms, times of now."""
    return {
        page.address: re.sub(
            r'name="(csrfmiddlewaretoken|key|code)" value="[^"]+"|"token": "\w+"|(?i:last-modified|expires|date): .*|'
            r'"[^"]*\d\d:\d\d:\d\d[^"]*"|style\.\w+\.css',
            "",
            page.text,
        )
        for page in pages
    }


# --- sheets and prints -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("duty", READ)
def test_a_sheet_made_of_a_list_tells_a_duty_no_more_than_its_pages(duty: str, scene: Scene) -> None:
    client = staff.at_work(duty, scene.edition)
    told: dict[str, set[str]] = {}

    for model, one in admin.site._registry.items():
        own = {verb.name for verb in getattr(one, "verbs", ())}
        keys = list(model._default_manager.values_list("pk", flat=True))
        for action in set(one.actions or ()) - own:
            name = action if isinstance(action, str) else action.__name__
            chosen = {"action": name, "_selected_action": keys}
            list_of = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            answer = client.post(list_of, chosen)
            page = Page(name, list_of, answer.status_code, risk.words_of(answer))
            told[f"{list_of} {name}"] = page.tells(risk.ALL)

    assert told
    assert set().union(*told.values()) <= READ[duty] - {risk.SURVIVORS}


@pytest.mark.parametrize("duty", ["registration", "finance", "protection"])
def test_the_sheet_of_all_attendees_has_the_real_group_for_protection_only(duty: str, scene: Scene) -> None:
    client = staff.at_work(duty, scene.edition)
    client.post(reverse("admin:registration_attendee_list"))
    job = Job.objects.latest("pk")

    run_job(job.pk)

    file = client.get(reverse("admin:registration_attendee_list_file", args=[job.pk]))
    told = Page("", "", file.status_code, risk.words_of(file)).tells(risk.ALL)
    group = {risk.SURVIVORS} if duty == "protection" else set()
    assert told == (READ[duty] & risk.PERSON) - {risk.LEGAL, risk.BUYER} | group


def test_badges_and_slips_that_are_printed_name_nobody_otherwise_than_they_wish(scene: Scene) -> None:
    client = staff.at_work("registration", scene.edition)
    client.post(reverse("admin:registration_ticket_badges"), {"sorting": "name", "tickets": "all"})
    job = Job.objects.latest("pk")
    run_job(job.pk)

    badges = client.get(reverse("admin:registration_ticket_batch_file", args=[job.pk]))
    slip = client.get(reverse("admin:registration_ticket_slip", args=[scene.ticket.pk]))

    shown = {risk.BADGE, risk.ORGANISATION}
    assert Page("", "", 200, risk.words_of(badges)).tells(risk.ALL) == shown
    assert Page("", "", 200, risk.words_of(slip)).tells(risk.ALL) <= {risk.BADGE}


# --- what lies about -------------------------------------------------------------------------------------------


def test_no_job_and_no_kept_page_holds_a_word_of_anybody(scene: Scene) -> None:
    client = staff.at_work("registration", scene.edition)
    client.post(reverse("admin:registration_attendee_list"))
    client.post(reverse("admin:registration_ticket_badges"), {"sorting": "name", "tickets": "all"})
    for job in Job.objects.all():
        run_job(job.pk)
    list(risk.visit(scene, risk.nobody(scene), under="en/"))

    rows = [str(row) for row in Job.objects.values()]
    kept = [str(value) for value in _cached()]

    words = (risk.ALL - {risk.SURVIVORS}) | scene.secrets()
    assert rows
    assert not {word for word in words if any(word in text for text in (*rows, *kept))}


def _cached() -> Iterator[Any]:
    """All that the shared cache holds, as bytes, keys included."""
    client = getattr(cache, "_cache", None)
    server = client.get_client() if client is not None and hasattr(client, "get_client") else None
    if server is None:
        return
    for key in server.scan_iter():
        yield key
        if server.type(key) == b"string":
            yield server.get(key)


SECRET_ROUTES = [route for route in risk.routes() if "secret" in route.varies]


@pytest.mark.parametrize("route", SECRET_ROUTES, ids=lambda route: route.name)
def test_a_line_of_the_log_holds_no_secret_of_an_address(route: risk.Route) -> None:
    secret = "dig42d45ce76ae83224796"
    filled = {name: secret if name == "secret" else "7" for name in route.varies}
    line = logging.makeLogRecord({"msg": f"Not Found: {reverse(route.name, kwargs=filled)}"})

    written = WithoutSecrets().format(line)

    assert secret not in written


def test_what_is_logged_while_everybody_looks_names_nobody_and_opens_nothing(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    theirs = {
        "code": [scene.order.code],
        "secret": [scene.order.secret, scene.ticket.secret, scene.guest.secret, scene.offer.secret],
    }

    list(risk.visit(scene, Visitor(Client(), theirs), under="en/"))

    written = "\n".join(WithoutSecrets().format(record) for record in caplog.records)
    assert "Not Found" in written
    assert not {word for word in scene.secrets() | risk.ALL if word in written}


# --- links that can be replaced --------------------------------------------------------------------------------


def test_links_that_were_replaced_open_nothing_whatever_stood_behind_them(scene: Scene) -> None:
    old = scene.secrets() - set(WaitingEntry.objects.values_list("secret", flat=True))
    visitor = Visitor(Client(), {"code": [scene.order.code], "secret": sorted(old)})
    scene.order.correct_email("right@example.org", by=ORGANIZER)
    scene.guest.correct_email("guest-right@example.org", by=ORGANIZER)
    scene.offer.entry.remove(by=ORGANIZER, reason="They asked")
    Ticket.objects.get(pk=scene.mate.pk).correct_email("mate-right@example.org", by=ORGANIZER)
    still = scene.secrets()
    visitor.knows["secret"] = [secret for secret in visitor.knows["secret"] if secret not in still]

    pages = list(risk.visit(scene, visitor, under="en/"))

    words = risk.ALL - {risk.SURVIVORS} | {"right@example.org"}
    assert len(visitor.knows["secret"]) >= 5
    assert not {page.address for page in pages if page.tells(words)}
    opened = {page.address for page in pages if page.status == 200}
    assert not {address for address in opened if any(one in address for one in visitor.knows["secret"])}


def test_who_began_a_payment_with_a_link_that_was_replaced_since_is_not_led_to_the_new_one(
    stripe_stand_in: StripeStandIn, client: Client
) -> None:
    order = make.order(status="reserved", price=25_000)
    client.post(f"{order.get_absolute_url()}payment/")
    led = client.get(order.checkouts.get().get_absolute_url())
    order.correct_email("right@example.org", by=ORGANIZER)

    answer = client.get(order.checkouts.get().get_absolute_url())

    assert led.status_code == 302
    assert answer.status_code == 200
    assert order.secret not in risk.words_of(answer)
