"""One edition with somebody at risk in it, everybody who might look, and all the addresses that there are.

Each thing that is somebody's business has words of its own, so that a page need only be searched for them.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from agenda.models import PersonalAgenda
from forum.models import Job
from registration.models import Checkout, Guest, Order, PlaceOffer, StatementLine, Ticket, WaitingEntry
from tests import make, staff

NAME, BADGE, ORGANISATION = "Moe-Thida-XYZ", "Nickname-XYZ", "Garden-Union-XYZ"
LEGAL, ANSWER, DIET, ACCESS = "Legal-Name-XYZ", "Answer-XYZ", "Diet-XYZ", "Access-XYZ"
EMAIL, BUYER = "at-risk-xyz@example.org", "buyer-xyz@example.org"
SURVIVORS, SHOWN = "Survivors-XYZ", "Civil-XYZ"
GUEST, GUEST_EMAIL, WAITING_EMAIL = "Guest-XYZ", "guest-xyz@example.org", "waits-xyz@example.org"
PLANNER = "plans-xyz@example.org"
VOUCHER = "VOUCHER-XYZ"
CLOSED, HIDDEN_SPEAKER = "Closed-Session-XYZ", "Hidden-Speaker-XYZ"

PERSON = {NAME, BADGE, ORGANISATION, LEGAL, ANSWER, DIET, ACCESS, EMAIL, BUYER, VOUCHER}
OTHERS_AT_RISK = {GUEST, GUEST_EMAIL, WAITING_EMAIL}
PROGRAMME = {CLOSED, HIDDEN_SPEAKER}
ALL = PERSON | OTHERS_AT_RISK | PROGRAMME | {SURVIVORS, PLANNER}


class Scene:
    """The edition: a survivor in a delegation, a guest and somebody who waits of the same group, a closed session;
    and others who have nothing to do with them."""

    def __init__(self, **fields: Any) -> None:
        self.edition = edition = make.edition(languages=["en", "th"], issuer_name="Foundation", **fields)
        self.shown = make.group(edition, name=SHOWN, slug="civil")
        self.survivors = make.group(edition, name=SURVIVORS, slug="survivors", shown_as=self.shown)
        self.kind = make.ticket_type(edition, name="Main forum", price=25_000, size=1_000)
        make.quota(self.kind, size=900, groups=[self.shown])
        make.set_aside(self.kind.quotas.first(), 20, self.shown)
        self.voucher = make.voucher(edition, code=VOUCHER, ticket_types=[self.kind], max_uses=None)
        self.legal = make.question(edition, label="Name in the passport?", is_protected=True)
        self.asked = make.question(edition, label="What do you hope for?")
        self.order, self.ticket, self.mate = self.delegation("confirmed")
        self._money()
        self._programme()
        full = make.ticket_type(edition, name="Dinner", size=1)
        self.entry = make.waiting_entry(full, self.survivors, email=WAITING_EMAIL)
        self.offer = make.place_offer(self.entry)
        named = {"group": self.survivors, "ticket_type": self.kind}
        self.guest = make.guest(edition, name=GUEST, email=GUEST_EMAIL, message="We hope so", **named)
        self.announcement = make.announcement(edition)
        self._others()

    def delegation(self, status: str, **own: Any) -> tuple[Order, Ticket, Ticket]:
        """An order of a buyer for the survivor and a mate, in the state `status`: order, survivor's, mate's ticket."""
        order = make.order(tickets=0, edition=self.edition, ticket_type=self.kind, email=BUYER, **own)
        ticket = make.ticket(
            order=order,
            ticket_type=self.kind,
            group=self.survivors,
            status=status,
            name=NAME,
            badge_name=BADGE,
            organisation=ORGANISATION,
            email=EMAIL,
            diet=DIET,
            access_needs=ACCESS,
            photo_consent="no",
        )
        Ticket.objects.filter(pk=ticket.pk).update(voucher=self.voucher)
        ticket.refresh_from_db()
        make.answer(self.legal, LEGAL, attendee=ticket.attendee)
        make.answer(self.asked, ANSWER, attendee=ticket.attendee)
        mate = make.ticket(
            order=order,
            ticket_type=self.kind,
            group=self.shown,
            status=status,
            name="Mate",
            email="mate@example.org",
        )
        return order, ticket, mate

    def _money(self) -> None:
        self.payment = make.payment(self.order, 60_000, provider="stripe", reference="pi_1")
        self.refund = make.refund(self.payment, 10_000)
        self.checkout = make.checkout(self.order)
        make.notice(self.order)
        make.dispute(self.payment)
        make.statement_line(self.order)
        make.bulk_refund(self.edition, self.order)
        make.refund_rule(self.edition)
        self.invoice = make.invoice(self.order)

    def _programme(self) -> None:
        edition = self.edition
        speaks = make.speaker(edition, name="Open Speaker", slug="open-speaker")
        hidden = make.speaker(edition, name=HIDDEN_SPEAKER, slug="hidden", group=self.survivors)
        self.open = make.session(edition, title="Open session", slug="open", speakers=[speaks])
        self.closed = make.session(
            edition, title=CLOSED, slug="closed", access="closed", abstract=CLOSED, speakers=[hidden]
        )
        make.slot(self.open, at="10:00")
        make.slot(self.closed, at="12:00")
        make.track(edition)
        make.format(edition)
        make.partner(edition)
        make.page(edition, "terms")
        make.release(edition)
        self.hidden, self.speaks = hidden, speaks
        self.planned = make.personal_agenda(edition, sessions=[self.open, self.closed], email=PLANNER)

    def _others(self) -> None:
        edition = self.edition
        self.speaker_user = make.user("speaks@example.org")
        self.speaks.user = self.speaker_user
        self.speaks.save(update_fields=["user"])
        self.other = make.order(
            edition=edition, ticket_type=self.kind, group=self.shown, email="other@example.org", tickets=2
        )
        make.interest(edition, email="told@example.org")
        make.user(duty="door", edition=edition)
        make.question(edition, kind="one", options=["Wages"])
        make.job(edition=edition)
        # So that the group stays in use, whatever becomes of the others in it.
        make.ticket_type(edition, name="Grants", groups=[self.survivors, self.shown])
        make.message("ticket-confirmed", about=self.ticket, to=EMAIL, edition=edition)
        make.message("order-state", about=self.order, to=BUYER, edition=edition)
        make.message("guest-invited", about=self.guest, to=GUEST_EMAIL, edition=edition)
        make.message("place-offered", about=self.offer, to=WAITING_EMAIL, edition=edition)
        make.message("announcement", about=self.announcement, to=EMAIL, edition=edition)
        make.message("personal-agenda-link", about=self.planned, to=PLANNER, edition=edition)

    def secrets(self) -> set[str]:
        """The secret part of every link that there is."""
        found: set[str] = set()
        for model in (Order, Ticket, Guest, WaitingEntry, PlaceOffer, Checkout, PersonalAgenda):
            found |= set(model._default_manager.values_list("secret", flat=True))
        found |= set(PersonalAgenda.objects.values_list("feed_secret", flat=True))
        return found | set(Ticket.objects.values_list("badge_token", flat=True))


@dataclass
class Visitor:
    """Somebody who looks: their browser, and the parts of addresses that they know beside what anybody can guess."""

    client: Client
    knows: dict[str, list[Any]] = field(default_factory=dict)


def nobody(scene: Scene) -> Visitor:
    return Visitor(Client())


def holder_of_another_order(scene: Scene) -> Visitor:
    ticket = scene.other.tickets.first()
    assert ticket
    return Visitor(
        Client(), {"code": [scene.other.code], "secret": [scene.other.secret, ticket.secret, "x" * 22]}
    )


def mate_with_their_own_ticket(scene: Scene) -> Visitor:
    return Visitor(Client(), {"secret": [scene.mate.secret, scene.mate.badge_token]})


def speaker(scene: Scene) -> Visitor:
    client = Client()
    client.force_login(scene.speaker_user)
    return Visitor(client)


def buyer_of_another_order(scene: Scene) -> Visitor:
    client = Client()
    client.force_login(make.user("other@example.org"))
    return Visitor(client)


def reader_of_a_personal_agenda(scene: Scene) -> Visitor:
    """Somebody who opens by its link an agenda in which the closed session was marked before it was closed."""
    planned = scene.planned
    return Visitor(Client(), {"secret": [planned.secret], "feed_secret": [planned.feed_secret]})


def on_duty(duty: str, scene: Scene) -> Visitor:
    return Visitor(staff.at_work(duty, scene.edition))


# --- every address ---------------------------------------------------------------------------------------------

DOORS_OF_THE_DEMO = "dev"  # an installation has none of them: tests/forum/test_safety.py
ENDING = {"logout", "account_logout", "admin:logout"}  # nobody sees anything after those
CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>")


@dataclass(frozen=True)
class Route:
    """One address with the names of what varies in it."""

    name: str
    pattern: str
    varies: tuple[str, ...]


def routes() -> list[Route]:
    """Every address that has a name, each once."""
    found: dict[tuple[str, tuple[str, ...]], Route] = {}
    for route in _routes(get_resolver().url_patterns, "", "", ()):
        if not route.pattern.startswith(f"{DOORS_OF_THE_DEMO}/") and route.name not in ENDING:
            found.setdefault((route.name, route.varies), route)
    return list(found.values())


def _routes(
    patterns: list[URLPattern | URLResolver], space: str, before: str, above: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        said = str(pattern.pattern)
        varies = (*above, *(one or other for one, other in CONVERTED.findall(said)))
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else space
            yield from _routes(pattern.url_patterns, inner, before + said, varies)
        elif pattern.name:
            yield Route(space + pattern.name, before + said, varies)


def values(scene: Scene, route: Route, visitor: Visitor) -> dict[str, list[Any]]:
    """What stands for each thing that varies in a route. KeyError for something that nothing is known about."""
    edition = scene.edition
    anybody: dict[str, list[Any]] = {
        "edition": [edition.slug],
        "date": [edition.starts_on],
        "slug": ["open", "closed", "hidden", "open-speaker", "terms"],
        "code": [scene.order.code],
        "secret": ["x" * 22],
        "feed_secret": ["x" * 22],
        "token": ["x" * 43],
        "number": [str(scene.invoice.number), scene.ticket.pk],
        "version": ["0"],
        "path": ["speakers/1.webp"],
        "kind": ["forum_stakeholdergroup", "agenda_session"],
        "language": ["th"],
        "app_label": ["forum", "speakers", "agenda", "registration"],
        "uidb36": ["1"],
        "key": ["set-password", f"session-{scene.open.pk}", f"slot-{scene.closed.slot.pk}"],
        "deed": ["move"],
        "table": ["answers", "protected-answers"],
        "answer": [1],
    }
    if "line" in route.varies:
        anybody["line"] = list(StatementLine.objects.values_list("pk", flat=True))
    if {"pk", "object_id"} & set(route.varies):
        anybody["pk"] = anybody["object_id"] = _of_model(route)
    known = {name: [*visitor.knows.get(name, []), *anybody[name]] for name in route.varies}
    return {name: list(dict.fromkeys(said)) for name, said in known.items()}


def _of_model(route: Route) -> list[Any]:
    """The keys of the records that an address of the back office may be about."""
    if "attendee_list" in route.name or "batch" in route.name:
        return list(Job.objects.values_list("pk", flat=True)) or [1]
    found = re.search(r"admin/(\w+)/(\w+)/", route.pattern)
    if found is None:
        return [1]  # a security key of one's own
    [model] = [one for one in admin.site._registry if one._meta.label_lower == f"{found[1]}.{found[2]}"]
    return list(model._default_manager.order_by("pk").values_list("pk", flat=True))


def addresses(scene: Scene, route: Route, visitor: Visitor) -> list[str]:
    """The paths of a route, with all that this visitor can put into it."""
    choices = values(scene, route, visitor)
    paths = []
    for combination in itertools.product(*choices.values()):
        with_all = dict(zip(choices, combination, strict=True))
        try:
            paths.append(reverse(route.name, kwargs=with_all))
        except NoReverseMatch:
            continue  # an invoice's number where a ticket's is meant
    return paths


@dataclass(frozen=True)
class Page:
    """What was answered at an address, as words."""

    route: str
    address: str
    status: int
    text: str

    def tells(self, words: set[str]) -> set[str]:
        squeezed = "".join(self.text.split())
        return {one for one in words if one in squeezed}


def visit(scene: Scene, visitor: Visitor, *, under: str | tuple[str, ...] = "") -> Iterator[Page]:
    """Open every address (those whose pattern begins with `under`) that the visitor can think of."""
    for route in routes():
        if route.pattern.startswith(under):
            for address in addresses(scene, route, visitor):
                answer = visitor.client.get(address)
                yield Page(route.name, address, answer.status_code, words_of(answer))
                if route.pattern.startswith("admin/") and answer.status_code in {302, 403}:
                    break  # what a duty may not see of one record it may not see of the next


def words_of(answer: Any) -> str:
    """All that an answer says: where it leads, what it is called, and its content, taken out of its file."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items() if name != "Set-Cookie")
    return f"{heads}\n\n{words_in(content)}"


def words_in(content: bytes) -> str:
    """The words of a PDF, a workbook, or of any text."""
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        return "\n".join([str(reader.metadata), *(page.extract_text() for page in reader.pages)])
    if content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(content))
        return "\n".join(
            str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
        )
    return content.decode(errors="replace")
