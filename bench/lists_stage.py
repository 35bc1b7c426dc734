"""An edition with as many attendees as one likes, and all that belongs to them, for measuring the back office.

Django must have been set up. Nobody in it exists.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from bench.programme import FIRST, LAST
from forum.models import Edition, Message, StakeholderGroup, User
from registration.models import (
    Attendee,
    Checkout,
    Order,
    Payment,
    Place,
    Quota,
    Refund,
    Ticket,
    TicketType,
    Voucher,
)

STATES = ("confirmed", "reserved", "requested", "cancelled", "expired")
NAMES = ("สมชาย ใจดี", "ခင်မျိုးချစ်", "Nguyễn Thị Hoa", "王秀英")
ORGANISATIONS = (
    "River Union",
    "Lakeside Mills",
    "Fair Harbour Network",
    "ศูนย์แรงงานข้ามชาติ",
    "Coastal Labour Office",
)
AT_ONCE = 2000


def edition(slug: str, attendees: int) -> Edition:
    """An edition that is open, with so many attendees: nine tenths alone in their order, the rest five in one."""
    now = timezone.now()
    made = Edition.objects.create(
        slug=slug,
        name={"en": "Forum on Responsible Sourcing"},
        starts_on=now.date() + timedelta(days=40),
        ends_on=now.date() + timedelta(days=42),
        time_zone="Asia/Bangkok",
        city="Bangkok",
        country="TH",
        contact_email="hello@example.org",
        published_at=now - timedelta(days=90),
        registration_opens_at=now - timedelta(days=90),
    )
    groups = [
        StakeholderGroup.objects.create(
            edition=made, slug=f"group-{number}", name=f"Group {number}", position=number
        )
        for number in range(8)
    ]
    StakeholderGroup.objects.filter(pk=groups[7].pk).update(shown_as=groups[0])
    types = [
        TicketType.objects.create(edition=made, name=f"Ticket {number}", price=price)
        for number, price in enumerate((0, 0, 5000, 12500, 25000, 40000))
    ]
    quotas = [
        Quota.objects.create(edition=made, name=f"Quota {number}", size=attendees * 2) for number in range(3)
    ]
    for number, kind in enumerate(types):
        quotas[number % 3].ticket_types.add(kind)
    vouchers = [
        Voucher.objects.create(edition=made, code=f"BENCH-{slug}-{n}", max_uses=None) for n in range(40)
    ]
    _attend(made, attendees, groups, types, quotas, vouchers)
    for quota in quotas:
        Quota.objects.filter(pk=quota.pk).update(taken=quota.places.count())
    for voucher in vouchers:
        used = voucher.tickets.filter(status__in=STATES[:3]).count()
        Voucher.objects.filter(pk=voucher.pk).update(used=used)
    return made


def _attend(made: Edition, number: int, groups: Any, types: Any, quotas: Any, vouchers: Any) -> None:
    dice, now = random.Random(number), timezone.now()
    sizes = [5] * (number // 50)
    sizes += [1] * (number - sum(sizes))
    dice.shuffle(sizes)
    orders, tickets, attendees, owed = [], [], [], []
    for turn, size in enumerate(sizes):
        placed_at = now - timedelta(days=88 * dice.random())
        order = Order(
            edition=made,
            key=f"bench-{made.slug}-{turn}",
            email=f"buyer-{turn}@example.org",
            language=dice.choice(("en", "th", "my")),
            placed_at=placed_at,
        )
        orders.append(order)
        state = dice.choices(STATES, (80, 8, 4, 5, 3))[0]
        kind = dice.choice(types)
        voucher = dice.choice(vouchers) if dice.random() < 0.1 else None
        for person in range(size):
            ticket = Ticket(
                order=order,
                ticket_type=kind,
                group=dice.choice(groups),
                price=kind.price,
                voucher=voucher,
                status=state,
                status_changed_at=placed_at,
                reserved_until=now + timedelta(days=9) if state == "reserved" else None,
            )
            tickets.append(ticket)
            name = f"{dice.choice(FIRST)} {dice.choice(LAST)}" if dice.random() < 0.7 else dice.choice(NAMES)
            attendees.append(
                Attendee(
                    ticket=ticket,
                    name=f"{name} {turn}",
                    email=order.email if size == 1 else f"person-{turn}-{person}@example.org",
                    organisation=dice.choice(ORGANISATIONS),
                    country=dice.choice(("TH", "MM", "KH", "DE", "BD")),
                    diet=dice.choice(("", "", "vegan", "halal")),
                    interpretation=dice.choice(("", "", "th", "my")),
                    photo_consent=dice.choice(("yes", "ask", "no")),
                )
            )
        if kind.price and state in {"confirmed", "cancelled"}:
            owed.append((order, kind.price * size, state, placed_at))
    for model, records in ((Order, orders), (Ticket, tickets), (Attendee, attendees)):
        model._default_manager.bulk_create(records, batch_size=AT_ONCE)
    _pay(owed, made, dice)
    of_type = {kind.pk: quotas[turn % 3] for turn, kind in enumerate(types)}
    holding = [ticket for ticket in tickets if ticket.status in {"confirmed", "reserved"}]
    Place.objects.bulk_create(
        (Place(ticket=ticket, quota=of_type[ticket.ticket_type_id]) for ticket in holding), batch_size=AT_ONCE
    )
    ours = ContentType.objects.get_for_model(Ticket)
    Message.objects.bulk_create(
        (
            Message(
                edition=made,
                key=f"bench-{ticket.pk}",
                letter=f"ticket-{ticket.status}",
                to=ticket.order.email,
                language="en",
                about_type=ours,
                about_id=ticket.pk,
                status="sent",
            )
            for ticket in tickets
        ),
        batch_size=AT_ONCE,
    )


def _pay(owed: list[tuple[Order, int, str, Any]], made: Edition, dice: random.Random) -> None:
    payments, checkouts, refunds = [], [], []
    for order, amount, state, placed_at in owed:
        by_card = dice.random() < 0.7
        received_at = placed_at + timedelta(days=dice.random())
        payment = Payment(
            order=order,
            provider="stripe" if by_card else "bank-transfer",
            reference=f"bench-{order.key}",
            amount=amount,
            currency=made.currency,
            received_at=received_at,
        )
        payments.append(payment)
        if by_card:
            checkouts.append(
                Checkout(
                    order=order,
                    reference=f"cs-{order.key}",
                    amount=amount,
                    currency=made.currency,
                    status="paid",
                    outcome="booked",
                    expires_at=received_at,
                )
            )
        if state == "cancelled":
            refunds.append(
                Refund(payment=payment, amount=amount, status="refunded", reference=f"re-{order.key}")
            )
    Payment.objects.bulk_create(payments, batch_size=AT_ONCE)
    Checkout.objects.bulk_create(checkouts, batch_size=AT_ONCE)
    Refund.objects.bulk_create(refunds, batch_size=AT_ONCE)


def owner(*editions: Edition) -> tuple[Client, User]:
    """The browser of somebody who owns these editions, at work, and they themselves."""
    user = User.objects.create_user("owner@example.org")
    for one in editions:
        user.duties.create(edition=one, role="owner")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    session: Any = client.session
    at = time.time()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": one, "at": at} for one in ("password", "mfa")]
    session[f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"] = str(user.pk)
    session.save()
    return client, user
