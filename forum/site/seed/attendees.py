"""Four hundred people who registered in the past weeks.

What they did is written down as it would have been found: tickets in their states, payments, agreements. The verbs
would mail each of them again and date everything today. Their places are then taken by `Offer.recount`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.text import slugify

from forum.models import Message, StakeholderGroup
from forum.site.seed import content
from forum.site.seed.editions import OPENED, Ground
from forum.site.seed.tickets import Offer
from registration.models import Attendee, Order, Payment, Ticket
from registration.models.attendee import PhotoConsent
from registration.models.ticket_status import Status

DECLINED = "All places with travel are given away for this year. You are welcome with a free ticket."
HELD = (Status.RESERVED, Status.CONFIRMED)


@dataclass
class Registered:
    """What is written, in bulk, in this order."""

    orders: list[Order] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    attendees: list[Attendee] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)


def register(ground: Ground, offered: Offer) -> None:
    """Write down the orders of attendees.toml and take their places."""
    told = content.table("attendees.toml")
    dice = random.Random(2017)  # noqa: S311 - the same people on every machine
    wishes = [
        (kind, status)
        for kind, states in told["tickets"].items()
        for status, many in states.items()
        for _ in range(many)
    ]
    dice.shuffle(wishes)
    written = Registered()
    names = _names(told["people"], dice)
    for number, (kind, status) in enumerate(wishes, 1):
        _one(ground, offered, told, dice, written, number, kind, Status(status), next(names))
    Order.objects.bulk_create(written.orders)
    Ticket.objects.bulk_create(written.tickets)
    Attendee.objects.bulk_create(written.attendees)
    Payment.objects.bulk_create(written.payments)
    Message.objects.bulk_create(_told(written.tickets))
    agreed = Order.agreed_to.through
    agreed.objects.bulk_create(
        agreed(order_id=order.pk, pageversion_id=text.pk)
        for order in written.orders
        for text in offered.texts
    )
    offered.recount()


def _one(
    ground: Ground,
    offered: Offer,
    told: dict[str, Any],
    dice: random.Random,
    written: Registered,
    number: int,
    kind: str,
    status: Status,
    person: tuple[str, str],
) -> None:
    name, country = person
    ticket_type = offered.types[kind]
    placed_at, moved_at = _moments(dice, status, free=not ticket_type.price)
    group = _group(offered.groups[kind], dice)
    email = f"{slugify(name) or 'attendee'}-{number}@example.org"
    order = Order(
        edition=ground.edition,
        key=f"demo-{number}",
        email=email,
        language=ground.edition.main_language,
        placed_at=placed_at,
        agreed_at=placed_at,
    )
    ticket = Ticket(
        order=order,
        ticket_type=ticket_type,
        group=group,
        price=ticket_type.price_at(placed_at),
        tax_rate=ticket_type.tax_rate,
        status=status,
        status_changed_at=moved_at,
        reserved_until=placed_at + Order.PAYMENT_TIME
        if status in {Status.RESERVED, Status.EXPIRED}
        else None,
        reason=DECLINED if status == Status.DECLINED and not ticket_type.price else "",
    )
    written.orders.append(order)
    written.tickets.append(ticket)
    written.attendees.append(_attendee(told, dice, ticket, name, email, country))
    if status == Status.CONFIRMED and ticket.price:
        by_card = dice.random() < 0.7
        written.payments.append(
            Payment(
                order=order,
                provider=Payment.Provider.STRIPE if by_card else Payment.Provider.BANK_TRANSFER,
                reference=f"demo-{number}",
                amount=ticket.price,
                currency=ground.edition.currency,
                received_at=moved_at,
            )
        )


def _told(tickets: list[Ticket]) -> list[Message]:
    """The mails that those who are confirmed were sent when they were. Nothing goes out anew."""
    ours = ContentType.objects.get_for_model(Ticket)
    return [
        Message(
            edition=ticket.order.edition,
            key=f"demo-{ticket.order.key}",
            letter="ticket-confirmed",
            to=ticket.order.email,
            language=ticket.order.language,
            about_type=ours,
            about_id=ticket.pk,
            status=Message.Status.SENT,
            attempts=1,
            created_at=ticket.status_changed_at,
            due_at=ticket.status_changed_at,
            finished_at=ticket.status_changed_at,
        )
        for ticket in tickets
        if ticket.status == Status.CONFIRMED
    ]


def _attendee(
    told: dict[str, Any], dice: random.Random, ticket: Ticket, name: str, email: str, country: str
) -> Attendee:
    organisations = _near(told["organisations"][ticket.group.public.slug], country)
    speaks = {"TH": "th", "MM": "my"}.get(country, "")
    needs = told["needs"]
    cautious = ticket.group.public.slug == "advocates"
    return Attendee(
        ticket=ticket,
        name=name,
        badge_name=name.split()[0] if cautious and " " in name and dice.random() < 0.3 else "",
        email=email,
        organisation=dice.choice(organisations) if dice.random() < 0.93 else "",
        country=country,
        diet=dice.choice(needs["diet"]) if dice.random() < 0.35 else "",
        access_needs=dice.choice(needs["access"]) if dice.random() < 0.05 else "",
        interpretation=speaks if dice.random() < 0.7 else "",
        photo_consent=dice.choices(list(PhotoConsent), [35, 45, 20] if cautious else [60, 33, 7])[0],
    )


def _near(organisations: dict[str, list[str]], country: str) -> list[str]:
    near = [name for name, countries in organisations.items() if country in countries]
    return near or [name for name, countries in organisations.items() if "*" in countries]


def _moments(dice: random.Random, status: Status, *, free: bool) -> tuple[datetime, datetime]:
    """When the order was placed and when its ticket came into its state. Reservations are recent, since they last
    two weeks; those that expired are older than that."""
    oldest, newest = {
        Status.RESERVED: (10, 0),
        Status.REQUESTED: (5, 0),
        Status.EXPIRED: (OPENED.days, 15),
    }.get(status, (OPENED.days, 0.2))
    age = timedelta(days=newest + (oldest - newest) * dice.random() ** 1.3)
    placed_at = timezone.now() - age
    if status in {Status.REQUESTED, Status.RESERVED} or (status == Status.CONFIRMED and free):
        return placed_at, placed_at
    if status == Status.EXPIRED:
        return placed_at, placed_at + Order.PAYMENT_TIME
    return placed_at, placed_at + min(age, timedelta(days=9)) * dice.random()


def _group(allowed: list[StakeholderGroup], dice: random.Random) -> StakeholderGroup:
    hidden = [group for group in allowed if group.shown_as]
    if hidden and len(allowed) == 2:
        return hidden[0] if dice.random() < 0.2 else next(group for group in allowed if not group.shown_as)
    return dice.choice(allowed)


def _names(people: list[dict[str, Any]], dice: random.Random) -> Iterator[tuple[str, str]]:
    """Names with countries, no name twice."""
    seen: set[str] = set()
    while True:
        one = dice.choices(people, [row["weight"] for row in people])[0]
        parts = {"given": dice.choice(one["given"]), "family": dice.choice(one["family"] or [""])}
        if one["order"] == "joined":
            name = parts["family"] + parts["given"]
        else:
            name = " ".join(parts[part] for part in one["order"].split())
        # Where people have one name only there are few: let them come twice, as such names do.
        if name not in seen or one["order"] == "given":
            seen.add(name)
            yield name, dice.choice(one["countries"])
