"""Makers: one plain function a noun. Each gives a saved, believable record; what a test is about, it says itself.

    make.edition(phase="announced")
    make.ticket(status="reserved", price=25000)
    make.order(tickets=2, email="somchai@example.org")

A parent that is not given is made too. Everything within one call belongs to one edition.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from agenda.models import (
    Appearance,
    Bookmark,
    Day,
    Format,
    PersonalAgenda,
    Release,
    Room,
    Session,
    Slot,
    Track,
)
from forum.actor import Actor
from forum.models import Duty, Edition, Interest, Job, Message, Page, Partner, StakeholderGroup, User
from registration.models import (
    Announcement,
    Attendee,
    BankStatement,
    BulkRefund,
    Checkout,
    Dispute,
    Guest,
    Invoice,
    Notice,
    Order,
    Payment,
    Place,
    PlaceOffer,
    PriceStep,
    Question,
    QuestionOption,
    Quota,
    Refund,
    RefundRule,
    SetAside,
    StatementLine,
    Ticket,
    TicketType,
    TypeChange,
    Voucher,
    WaitingEntry,
)
from registration.models.answer import answers_to, keep
from registration.models.entry import Entry
from registration.models.wish import Wanted, Wish
from speakers.models import Speaker

_numbers = count(1)


def _number() -> int:
    return next(_numbers)


# --- the floor -------------------------------------------------------------------------------------------------


def edition(phase: str = "open", *, days: int = 3, **fields: Any) -> Edition:
    """An edition in the given phase, in Bangkok, of `days` days; its Day records are made by `day`."""
    now = timezone.now()
    here = now.astimezone(ZoneInfo(fields.get("time_zone", "Asia/Bangkok"))).date()
    starts_on: date = fields.pop(
        "starts_on", here + timedelta(days={"running": 0, "past": -40}.get(phase, 60))
    )
    closed = now - timedelta(days=1) if phase in {"closed", "past"} else None
    defaults: dict[str, Any] = {
        "slug": f"{starts_on.year}-{_number()}",
        "name": "Forum on Responsible Sourcing",
        "tagline": "Three days on what works.",
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=days - 1),
        "time_zone": "Asia/Bangkok",
        "place": "Assembly House",
        "address": "9 Riverside Lane",
        "city": "Bangkok",
        "country": "TH",
        "contact_email": "hello@example.org",
        "published_at": None if phase == "draft" else now - timedelta(days=100),
        "registration_opens_at": now + timedelta(days=10 if phase in {"draft", "announced"} else -90),
        "registration_closes_at": closed,
    }
    return Edition.objects.create(**{**defaults, **fields})


_edition = edition


def group(edition: Edition | None = None, **fields: Any) -> StakeholderGroup:
    """A stakeholder group; `shown_as` another one when the test says so."""
    number = _number()
    defaults = {"slug": f"group-{number}", "name": f"Group {number}", "description": "You do this and that."}
    return StakeholderGroup.objects.create(edition=edition or _edition(), **{**defaults, **fields})


def user(email: str = "", *, duty: str = "", edition: Edition | None = None, **fields: Any) -> User:
    """A person who can sign in; with `duty`, a role of Duty in `edition`, one of the staff."""
    person = User.objects.create_user(email or f"person-{_number()}@example.org", **fields)
    if duty:
        Duty.objects.create(user=person, edition=edition or _edition(), role=duty)
    return person


def page(edition: Edition | None = None, slug: str = "", **fields: Any) -> Page:
    """A page of text."""
    slug = slug or f"page-{_number()}"
    defaults = {
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "body": "What stands here was agreed.",
    }
    return Page.objects.create(edition=edition or _edition(), **{**defaults, **fields})


def partner(edition: Edition | None = None, **fields: Any) -> Partner:
    """An organisation that hosts, funds or reports."""
    defaults = {"name": f"Partner {_number()}", "role": Partner.Role.FUNDER}
    return Partner.objects.create(edition=edition or _edition(), **{**defaults, **fields})


def interest(edition: Edition | None = None, **fields: Any) -> Interest:
    """An address to be told when registration opens."""
    defaults = {"email": f"waiting-{_number()}@example.org", "language": "en"}
    return Interest.objects.create(edition=edition or _edition(), **{**defaults, **fields})


def message(letter: str = "registration-open", **fields: Any) -> Message:
    """A mail in the outbox, about an interest unless the test says what about."""
    about = fields.pop("about", None) or interest()
    defaults = {"to": "reader@example.org", "language": "en", "edition": about.edition}
    return Message.queue(letter, about=about, **{**defaults, **fields})


def failed(message: Message, error: str = "550 5.1.1 No such mailbox here") -> Message:
    """A mail that a worker took and had to give up."""
    assert message.claim()
    message.fail(error)
    return message


def job(kind: str = "nothing", **fields: Any) -> Job:
    """A piece of work that waits."""
    return Job.queue(kind, **fields)


# --- speakers --------------------------------------------------------------------------------------------------


def speaker(edition: Edition | None = None, *, listed: bool = True, **fields: Any) -> Speaker:
    """A speaker's profile; `listed` says whether they agreed to be shown in public."""
    defaults = {
        "name": f"Speaker {_number()}",
        "organisation": "River Union",
        "bio": "Has done this for years.",
    }
    profile = Speaker.objects.create(edition=edition or _edition(), **{**defaults, **fields})
    if listed:
        profile.agree("listed")
    return profile


# --- the agenda ------------------------------------------------------------------------------------------------


def moment(edition: Edition, number: int = 1, at: str = "10:00") -> datetime:
    """The moment at which it is `at` in the edition's time zone on its day `number`."""
    return datetime.combine(
        edition.starts_on + timedelta(days=number - 1), time.fromisoformat(at), edition.zone
    )


def day(edition: Edition | None = None, number: int = 1, **fields: Any) -> Day:
    """The edition's day `number`, 9:00 to 18:00 local; made once, then the same."""
    edition = edition or _edition()
    defaults = {
        "focus": f"Focus {number}",
        "starts_at": moment(edition, number, "09:00"),
        "ends_at": moment(edition, number, "18:00"),
    }
    on = edition.starts_on + timedelta(days=number - 1)
    return Day.objects.get_or_create(edition=edition, date=on, defaults={**defaults, **fields})[0]


def room(edition: Edition | None = None, **fields: Any) -> Room:
    """A room for 100 people."""
    return Room.objects.create(
        edition=edition or _edition(), **{"name": f"Room {_number()}", "capacity": 100, **fields}
    )


def track(edition: Edition | None = None, **fields: Any) -> Track:
    """A thread through the days."""
    return Track.objects.create(edition=edition or _edition(), **{"name": f"Track {_number()}", **fields})


def format(edition: Edition | None = None, **fields: Any) -> Format:
    """A kind of session."""
    return Format.objects.create(edition=edition or _edition(), **{"name": f"Format {_number()}", **fields})


def session(edition: Edition | None = None, *, speakers: Any = (), **fields: Any) -> Session:
    """A confirmed session without a time, in which `speakers` appear."""
    defaults = {
        "title": f"Session {_number()}",
        "abstract": "What it is about.",
        "status": Session.Status.CONFIRMED,
    }
    made = Session.objects.create(edition=edition or _edition(), **{**defaults, **fields})
    for position, one in enumerate(speakers):
        Appearance.objects.create(session=made, speaker=one, position=position)
    return made


def slot(
    session: Session | None = None, *, day: int = 1, at: str = "10:00", minutes: int = 60, **fields: Any
) -> Slot:
    """A stretch of time on day number `day`, in the draft: with a session in a room, or a break (`title`) in all."""
    is_break = "title" in fields
    edition = fields.pop("edition", None) or (session.edition if session else _edition())
    if not is_break:
        session = session or _session(edition)
        fields.setdefault("room", room(edition))
    starts_at = moment(edition, day, at)
    ends_at = starts_at + timedelta(minutes=minutes)
    return Slot.objects.create(
        day=_day(edition, day), session=session, **{"starts_at": starts_at, "ends_at": ends_at, **fields}
    )


_day, _session = day, session


def release(edition: Edition, *, is_silent: bool = True, **fields: Any) -> Release:
    """The draft as it stands, shown to the public; nobody is written to unless the test says so."""
    before = Release.objects.current(edition)
    after = before.number if before else 0
    return Release.publish(edition, by=Actor.system(), after=after, is_silent=is_silent, **fields)


def agenda_of_user(edition: Edition | None = None, *sessions: Session, **fields: Any) -> PersonalAgenda:
    """The personal agenda of somebody who signs in, in which `sessions` are marked; with `user=None` one of nobody."""
    edition = edition or (sessions[0].edition if sessions else _edition())
    defaults = {"language": "en", **({} if "user" in fields else {"user": user()})}
    made = PersonalAgenda.objects.create(edition=edition, **{**defaults, **fields})
    for one in sessions:
        Bookmark.objects.create(personal_agenda=made, session=one)
    return made


def personal_agenda(
    edition: Edition | None = None, *, sessions: Iterable[Session] = (), **fields: Any
) -> PersonalAgenda:
    """A personal agenda of nobody known in which `sessions` are marked; `user`: whose it is."""
    made = PersonalAgenda.objects.create(edition=edition or _edition(), **{"language": "en", **fields})
    made.mark([session.pk for session in sessions])
    return made


# --- registration ----------------------------------------------------------------------------------------------


def ticket_type(edition: Edition | None = None, *, size: int | None = None, **fields: Any) -> TicketType:
    """A free ticket type for everybody and all days; `groups`, `days` limit it; `size` gives it a quota of its own."""
    number = _number()
    many = {name: fields.pop(name) for name in ("groups", "days") if name in fields}
    defaults = {"name": f"Ticket {number}", "description": "All days, with lunch."}
    made = TicketType.objects.create(edition=edition or _edition(), **{**defaults, **fields})
    for name, records in many.items():
        getattr(made, name).set(records)
    if size is not None:
        quota(made, size=size)
    return made


def price_step(ticket_type: TicketType | None = None, price: int = 20000, **fields: Any) -> PriceStep:
    """A price that holds for a week from now."""
    week = timezone.now() + timedelta(days=7)
    return PriceStep.objects.create(
        ticket_type=ticket_type or _ticket_type(price=25000),
        price=price,
        **{"name": "Early bird", "until": week.replace(second=0, microsecond=0), **fields},
    )


def question(edition: Edition | None = None, *, options: Iterable[Any] = (), **fields: Any) -> Question:
    """A question for everybody, in one line; `options` are the labels of what can be chosen, `ticket_types` and
    `groups` limit it."""
    number = _number()
    many = {name: fields.pop(name) for name in ("ticket_types", "groups") if name in fields}
    edition = edition or _edition()
    last_day = edition.ends_on + timedelta(days=30)
    defaults = {"label": f"Question {number}?", "kept_until": last_day, "position": number}
    made = Question.objects.create(edition=edition, **{**defaults, **fields})
    for position, label in enumerate(options):
        QuestionOption.objects.create(question=made, label=label, position=position)
    for name, records in many.items():
        getattr(made, name).set(records)
    return made


def answer(question: Question | None = None, value: Any = "An answer", **fields: Any) -> Any:
    """What an attendee answered; of a ticket of its own unless the test says whose (`attendee`)."""
    question = question or _question()
    attendee = (
        fields.pop("attendee", None) or ticket(order=order(tickets=0, edition=question.edition)).attendee
    )
    keep(attendee, {question: value})
    return answers_to(question).get(attendee=attendee)


def quota(
    *ticket_types: TicketType, size: int | None = 100, groups: Iterable[StakeholderGroup] = (), **fields: Any
) -> Quota:
    """How many there are of these types together, for everybody or only for `groups`; None for no limit."""
    types = ticket_types or (ticket_type(),)
    made = Quota.objects.create(
        edition=types[0].edition,
        **{"name": f"Quota {_number()}", "size": size, "counts": "only" if groups else "everybody", **fields},
    )
    made.ticket_types.set(types)
    made.groups.set(groups)
    return made


def set_aside(quota: Quota, number: int, *groups: StakeholderGroup, until: datetime | None = None) -> Quota:
    """So many of its places are kept for these groups; the quota by which they are, which counts all others."""
    SetAside(number, list(groups), until).keep(quota, by=Actor.system())
    return Quota.objects.get(kept_from=quota)


def voucher(edition: Edition | None = None, **fields: Any) -> Voucher:
    """A voucher for half the price, to be used once; `ticket_types`, `groups` limit it."""
    many = {name: fields.pop(name) for name in ("groups", "ticket_types") if name in fields}
    parent = many["ticket_types"][0].edition if many.get("ticket_types") else None
    defaults = {"code": f"CODE-{_number()}", "effect": "percent", "value": 50}
    made = Voucher.objects.create(edition=edition or parent or _edition(), **{**defaults, **fields})
    for name, records in many.items():
        getattr(made, name).set(records)
    return made


def person(**fields: Any) -> dict[str, Any]:
    """What somebody answers about themselves, as a Wish carries it."""
    number = _number()
    return {
        "name": f"Attendee {number}",
        "email": f"attendee-{number}@example.org",
        "photo_consent": "ask",
        **fields,
    }


def wish(ticket_type: TicketType | None = None, group: StakeholderGroup | None = None, **fields: Any) -> Wish:
    """A wish that can be fulfilled. `key`, `language`, `agreed_to`, `terms` and `voucher` are the wish's; all else is
    the person's."""
    ticket_type = ticket_type or _ticket_type(group.edition if group else None)
    names = ("key", "language", "agreed_to")
    own = {name: fields.pop(name) for name in names if name in fields}
    one = wanted(ticket_type, group, **fields)
    return wish_of(one, email=one.person["email"], **own)


def wanted(
    ticket_type: TicketType | None = None, group: StakeholderGroup | None = None, **fields: Any
) -> Wanted:
    """A ticket that can be had. `terms` and `voucher` are its own; all else is the person's."""
    ticket_type = ticket_type or _ticket_type(group.edition if group else None)
    own = {name: fields.pop(name) for name in ("terms", "voucher") if name in fields}
    return Wanted(ticket_type, group or _group(ticket_type.edition), person(**fields), **own)


def wish_of(*wanted: Wanted, **fields: Any) -> Wish:
    """A wish for all these tickets, of a buyer who need not be one of the attendees."""
    defaults = {"email": f"buyer-{_number()}@example.org", "key": f"key-{_number()}", "language": "en"}
    return Wish(edition=wanted[0].ticket_type.edition, wanted=wanted, **{**defaults, **fields})


def guest(
    edition: Edition | None = None,
    *,
    ticket_type: TicketType | None = None,
    group: StakeholderGroup | None = None,
    **fields: Any,
) -> Guest:
    """Somebody invited to register, who has not answered. No mail is queued (for that, Guest.invite)."""
    kind = ticket_type or _ticket_type(edition or (group.edition if group else None))
    number = _number()
    defaults = {"name": f"Guest {number}", "email": f"guest-{number}@example.org", "language": "en"}
    named = {"edition": kind.edition, "ticket_type": kind, "group": group or _group(kind.edition)}
    return Guest.objects.create(**named, **{**defaults, **fields})


def order(
    *, tickets: int = 1, status: str = "confirmed", edition: Edition | None = None, **fields: Any
) -> Order:
    """An order with `tickets` tickets in the state `status`. Fields of the order are its own (`email`, `language`,
    `code`); all else is each ticket's, as for `ticket`. No mail is queued."""
    kind: TicketType = fields.pop("ticket_type", None) or _ticket_type(edition)
    names = ("email", "language", "code", "secret", "key", "placed_at")
    own = {name: fields.pop(name) for name in names if name in fields}
    number = _number()
    defaults = {"email": f"buyer-{number}@example.org", "language": "en", "key": f"key-{number}"}
    made = Order.objects.create(edition=edition or kind.edition, **{**defaults, **own})
    for _ in range(tickets):
        ticket(order=made, ticket_type=kind, status=status, **{"email": made.email, **fields})
    return made


def ticket(
    *,
    order: Order | None = None,
    ticket_type: TicketType | None = None,
    group: StakeholderGroup | None = None,
    status: str = "confirmed",
    **fields: Any,
) -> Ticket:
    """A ticket in the state `status`, with its attendee and the places it holds. `price` and `reserved_until` are the
    ticket's; all else is the attendee's (`name`, `email`, `photo_consent` …)."""
    if order is None:
        order = _order(
            tickets=0, ticket_type=ticket_type, **{key: fields[key] for key in ("email",) if key in fields}
        )
    kind = ticket_type or _ticket_type(order.edition)
    names = ("price", "tax_rate", "secret", "badge_token", "reserved_until", "reason")
    own = {name: fields.pop(name) for name in names if name in fields}
    if status == "reserved":
        own.setdefault("reserved_until", timezone.now() + timedelta(days=14))
    made = Ticket.objects.create(
        order=order,
        ticket_type=kind,
        group=group or _group(order.edition),
        status=status,
        **{"price": kind.price, **own},
    )
    Attendee.objects.create(ticket=made, **person(**{"email": order.email, **fields}))
    if status in {"reserved", "confirmed"}:
        Place.take(made)
    return made


_group, _ticket_type, _order, _question = group, ticket_type, order, question


def waiting_entry(
    ticket_type: TicketType | None = None, group: StakeholderGroup | None = None, **fields: Any
) -> WaitingEntry:
    """Somebody who waits for a ticket of a type; no mail is queued."""
    kind = ticket_type or _ticket_type(size=0)
    defaults = {"email": f"waiting-{_number()}@example.org", "language": "en"}
    return WaitingEntry.objects.create(
        ticket_type=kind, group=group or _group(kind.edition), **{**defaults, **fields}
    )


def place_offer(entry: WaitingEntry | None = None, **fields: Any) -> PlaceOffer:
    """A place that is kept for somebody who waited; of a type that is for nobody else, unless the test says so."""
    made = PlaceOffer.make(entry or waiting_entry(_ticket_type(size=1)), by=Actor.system())
    PlaceOffer.objects.filter(pk=made.pk).update(**fields or {"status": "open"})
    return PlaceOffer.objects.with_entry().get(pk=made.pk)


def payment(order: Order | None = None, amount: int = 25000, **fields: Any) -> Payment:
    """Money received for an order; nothing follows from it (for that, Payment.book)."""
    order = order or _order(status="reserved", price=amount)
    defaults = {
        "provider": "bank-transfer",
        "reference": f"transfer-{_number()}",
        "currency": order.edition.currency,
    }
    return Payment.objects.create(order=order, amount=amount, **{**defaults, **fields})


def refund(payment: Payment | None = None, amount: int = 5000, **fields: Any) -> Refund:
    """Money on its way back; nothing follows from it (for that, Refund.ask)."""
    return Refund.objects.create(payment=payment or _payment(), amount=amount, **fields)


def notice(order: Order | None = None, **fields: Any) -> Notice:
    """What a provider told us about an order, and that somebody has to see to it."""
    order = order or _order()
    number = _number()
    defaults = {"provider": "stripe", "reference": f"evt_{number}", "outcome": "owed", "amount": 25000}
    return Notice.objects.create(
        edition=order.edition, order=order, **{**defaults, "currency": order.edition.currency, **fields}
    )


def refund_rule(edition: Edition | None = None, **fields: Any) -> RefundRule:
    """Half of it comes back for a month from now; the next one made ends a day sooner."""
    edition = edition or _edition()
    days = 30 - edition.refund_rules.count()
    until = timezone.now().astimezone(edition.zone).date() + timedelta(days=days)
    return RefundRule.objects.create(edition=edition, **{"until": until, "share": 50, **fields})


def type_change(ticket: Ticket, to: TicketType, **fields: Any) -> TypeChange:
    """A ticket's change to another type, that waits for the difference; it holds no place of the other type."""
    defaults = {
        "from_type": ticket.ticket_type,
        "from_price": ticket.price,
        "price": to.price,
        "status": "waiting",
        "pay_by": timezone.now() + timedelta(days=14),
    }
    return TypeChange.objects.create(ticket=ticket, to_type=to, **{**defaults, **fields})


def entry(amount: int = 25000, **fields: Any) -> Entry:
    """One credit as a bank's file tells it; a text of its own unless the test says which."""
    defaults = {"where": "line 2", "booked_on": date(2026, 11, 20), "currency": "USD", "payer": "A Payer"}
    return Entry(amount=amount, **{**defaults, "text": f"Transfer {_number()}", **fields})


def statement(edition: Edition | None = None, *lines: StatementLine) -> BankStatement:
    """A bank statement with these lines, or with one that names no order."""
    edition = edition or _edition()
    taken = lines or (StatementLine.of(entry(), order=None, found_by="", note=""),)
    return BankStatement.take(edition, taken, data=b"file", format="csv", by=Actor.system())


def statement_line(
    order: Order, amount: int = 25000, *, found_by: str = "code", **fields: Any
) -> StatementLine:
    """A line of a statement in which this order's code was found."""
    fields = {"text": f"Thanks {order.code}", "currency": order.edition.currency, **fields}
    line = StatementLine.of(entry(amount, **fields), order=order, found_by=found_by, note="")
    return statement(order.edition, line).lines.get()


def dispute(payment: Payment | None = None, **fields: Any) -> Dispute:
    """A payment that its payer disputes, and that waits for an answer."""
    payment = payment or _payment(provider="stripe")
    defaults = {"amount": payment.amount, "currency": payment.currency, "reason": "fraudulent"}
    defaults |= {"reference": f"du_{_number()}", "status": "needs_response", "is_withdrawn": True}
    return Dispute.objects.create(payment=payment, **{**defaults, **fields})


def bulk_refund(edition: Edition | None = None, *orders: Order, **fields: Any) -> BulkRefund:
    """A decision to pay these orders back what no ticket stands against; nothing follows from it."""
    bulk = BulkRefund.objects.create(edition=edition or _edition(), **{"what": "rest", **fields})
    for one in orders:
        bulk.parts.create(order=one, amount=one.overpaid)
    return bulk


def announcement(edition: Edition | None = None, **fields: Any) -> Announcement:
    """A draft of a mail to everybody who has registered; `ticket_types`, `groups` limit it."""
    many = {name: fields.pop(name) for name in ("groups", "ticket_types") if name in fields}
    defaults = {"subject": "The hall has changed", "text": "We meet in the *large* hall."}
    made = Announcement.objects.create(edition=edition or _edition(), **{**defaults, **fields})
    for name, records in many.items():
        getattr(made, name).set(records)
    return made


def checkout(order: Order | None = None, **fields: Any) -> Checkout:
    """An open payment page; the provider knows nothing of it (for that, payments.checkouts.open_for)."""
    order = order or _order(status="reserved")
    defaults = {"amount": 25000, "currency": order.edition.currency, "reference": f"cs_{_number()}"}
    until = timezone.now() + timedelta(hours=23)
    return Checkout.objects.create(order=order, **{**defaults, "expires_at": until, **fields})


def invoice(order: Order | None = None, **fields: Any) -> Invoice:
    """The invoice of an order that is confirmed at a price, at an edition that has invoices."""
    order = order or _order(price=25000, edition=_edition(issuer_name="Forum Foundation", **fields))
    issued = Invoice.bring_up_to_date(order, by=Actor.system())
    return issued[-1]


_payment = payment
