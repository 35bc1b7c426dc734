"""What buyers, attendees, organizers, providers and sweeps can do at one small edition. Each deed is named by a number,
which chooses whom it is about and how much: `deeds.ready("pay", 7)` looks, as a page does, and gives what then happens.

Whoever does two of them at the same instant lets rivals act on what both saw before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from forum.actor import Actor
from forum.models import StakeholderGroup
from registration.models import (
    BillingDetails,
    BulkRefund,
    Guest,
    Invoice,
    Order,
    Payment,
    PlaceOffer,
    Quota,
    Recipient,
    Refund,
    SetAside,
    Settlement,
    Ticket,
    TicketType,
    TypeChange,
    TypeOffer,
    WaitingEntry,
    WaitingList,
    Wanted,
    Wish,
)
from registration.models.bulk_plan import What
from registration.models.group_change import change_group
from registration.payments import cancelling, in_bulk, refunds
from registration.tasks import sweep_guests, sweep_reservations
from tests import make

SOMEBODY = Actor.system()

Deed = Callable[[], Any]


def nothing() -> None:
    """There is nobody to whom it could be done."""


def one_of(records: Any, number: int) -> Any:
    """The one of these records that the number chooses; None when there are none."""
    found: Sequence[Any] = list(records)
    return found[number % len(found)] if found else None


class Deeds:
    """A forum with three ticket types that share two quotas and a third one for some of its groups, places set aside
    for them, two vouchers, a refund rule, a tax and a waiting list."""

    def __init__(self) -> None:
        self.edition = make.edition(issuer_name="Forum Foundation", tax_rate=700)
        make.refund_rule(self.edition, share=50, fee=300)
        plain, few = make.group(self.edition), make.group(self.edition)
        self.groups = (plain, few, plain, make.group(self.edition, shown_as=few), plain)
        self.few = few
        self.forum = make.ticket_type(self.edition, price=10000)
        self.dinner = make.ticket_type(self.edition, price=15000)
        self.asked = make.ticket_type(self.edition, price=4000, needs_approval=True)
        self.hall = make.quota(self.forum, self.dinner, size=4)
        self.lunch = make.quota(self.dinner, self.asked, size=3)
        self.of_few = make.quota(self.forum, self.asked, size=2, groups=[few])
        make.set_aside(self.hall, 1, few)
        half = make.voucher(self.edition, value=50, max_uses=2)
        beyond = make.voucher(self.edition, value=100, goes_beyond=True, max_uses=1)
        self.vouchers = (None, half, None, beyond, None)
        self.payments = 0

    def ready(self, name: str, number: int) -> Deed:
        """What happens when somebody who has just looked does it."""
        return getattr(self, name)(number) or nothing  # type: ignore[no-any-return]

    # --- who there is ----------------------------------------------------------------------------------------------

    @property
    def orders(self) -> Any:
        return Order.objects.of_edition(self.edition).with_tickets().order_by("pk")

    @property
    def tickets(self) -> Any:
        return Ticket.objects.of_edition(self.edition).order_by("pk")

    @property
    def money(self) -> Any:
        return Payment.objects.filter(order__edition=self.edition).order_by("pk")

    @property
    def entries(self) -> Any:
        return WaitingEntry.objects.of_edition(self.edition).order_by("pk")

    @property
    def offers(self) -> Any:
        return PlaceOffer.objects.of_edition(self.edition).with_entry().order_by("pk")

    @property
    def changes(self) -> Any:
        return TypeChange.objects.filter(ticket__order__edition=self.edition).with_ticket().order_by("pk")

    @property
    def returns(self) -> Any:
        return Refund.objects.of_edition(self.edition).with_payment().order_by("pk")

    def ticket(self, number: int, *states: str) -> Any:
        return one_of(self.tickets.filter(status__in=states), number)

    def type_of(self, number: int) -> TicketType:
        kinds: tuple[TicketType, ...] = (self.forum, self.dinner, self.asked)
        return TicketType.objects.get(pk=kinds[number % 3].pk)

    def group_of(self, number: int) -> StakeholderGroup:
        return self.groups[number % 5]

    # --- registering -----------------------------------------------------------------------------------------------

    def _wish(self, number: int, people: int) -> Wish:
        wanted = [
            make.wanted(
                self.type_of(number // 3 + turn),
                self.group_of(number // 2 + turn),
                voucher=self.vouchers[(number + turn) % 5],
                **({"email": ""} if (number + turn) % 7 == 0 else {}),
            )
            for turn in range(people)
        ]
        return make.wish_of(*wanted)

    def place(self, number: int) -> Deed:
        wish = self._wish(number, 1 + number % 3)
        return lambda: Order.place(wish, by=SOMEBODY)

    def press_twice(self, number: int) -> Deed | None:
        before = one_of(self.orders, number)
        wish = self._wish(number, 1)
        again = before and make.wish_of(*wish.wanted, key=before.key)
        return again and (lambda: Order.place(again, by=SOMEBODY))

    def add(self, number: int) -> Deed | None:
        order, wish = one_of(self.orders, number), self._wish(number, 1 + number % 2)
        return order and (lambda: order.add(wish, by=SOMEBODY))

    def invite(self, number: int) -> Deed:
        guest = make.guest(self.edition, ticket_type=self.type_of(number), group=self.group_of(number))
        return lambda: guest.begin()

    def use_invitation(self, number: int) -> Deed | None:
        guest = one_of(Guest.objects.of_edition(self.edition).order_by("pk"), number)
        wish = guest and make.wish_of(make.wanted(guest.ticket_type, guest.group)).invited(guest)
        return wish and (lambda: Order.place(wish, by=SOMEBODY))

    # --- waiting ---------------------------------------------------------------------------------------------------

    def join(self, number: int) -> Deed:
        kind, told = self.type_of(number), {"email": f"a-{number % 4}@example.org", "language": "en"}
        return lambda: WaitingEntry.join(kind, self.group_of(number // 4), key=f"{number}", **told)

    def leave(self, number: int) -> Deed | None:
        entry = one_of(self.entries.live(), number)
        return entry and (lambda: entry.leave(by=SOMEBODY))

    def pass_to_the_next(self, number: int) -> Deed:
        return lambda: WaitingList(self.edition).pass_on(by=SOMEBODY)

    def offer_out_of_turn(self, number: int) -> Deed | None:
        entry = one_of(self.entries.waiting(), number)
        return entry and (lambda: PlaceOffer.make_out_of_turn(entry, by=SOMEBODY, reason="Why"))

    def use_offer(self, number: int) -> Deed | None:
        offer = one_of(self.offers.filter(status="open") or self.offers, number)
        if offer is None:
            return None
        kind = TicketType.objects.get(pk=offer.entry.ticket_type_id)
        wish = make.wish_of(Wanted(kind, offer.group, make.person(), offer=offer))
        return lambda: Order.place(wish, by=SOMEBODY)

    # --- paying ----------------------------------------------------------------------------------------------------

    def _book(self, order: Order | None, amount: int, number: int) -> Deed | None:
        if order is None:
            return None
        self.payments += 1
        provider = "stripe" if number % 3 else "bank-transfer"
        said = {"provider": provider, "reference": f"{self.edition.pk}-{self.payments}", "currency": "USD"}
        return lambda: Payment.receive(order, amount=max(1, amount), by=SOMEBODY, **said)

    def pay(self, number: int) -> Deed | None:
        owing = [one for one in self.orders if one.balance > 0]
        order = one_of(owing, number)
        return self._book(order, order.balance if order else 0, number)

    def pay_too_little(self, number: int) -> Deed | None:
        order = one_of(self.orders, number)
        return self._book(order, order.balance - 1 - number % 9000 if order else 0, number)

    def pay_too_much(self, number: int) -> Deed | None:
        order = one_of(self.orders, number)
        return self._book(order, max(0, order.balance) + 1 + number % 9000 if order else 0, number)

    def pay_late(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "expired", "cancelled")
        return ticket and self._book(ticket.order, ticket.price, number)

    def tell_of_payment_again(self, number: int) -> Deed | None:
        was = one_of(self.money, number)
        told = was and {name: getattr(was, name) for name in ("provider", "reference", "amount", "currency")}
        return told and (lambda: Payment.receive(was.order, by=SOMEBODY, **told))

    # --- time ------------------------------------------------------------------------------------------------------

    def let_time_pass(self, number: int) -> None:
        """The time to pay for an order, and for the changes and the offers at hand, is over; nobody has noticed yet."""
        past = timezone.now() - timedelta(minutes=1)
        order = one_of(self.orders, number)
        self.tickets.filter(order=order, status="reserved").update(reserved_until=past)
        if number % 2:
            self.changes.filter(status="waiting").update(pay_by=past)
            self.offers.filter(status="open").update(until=past)

    def sweep(self, number: int) -> Deed:
        return sweep_guests if number % 5 == 0 else sweep_reservations

    # --- giving up, and getting money back -------------------------------------------------------------------------

    def _cancel(self, order: Order | None, keys: list[int]) -> Deed | None:
        if order is None:
            return None
        told = Settlement.of_cancelling(order, [one for one in order.tickets.all() if one.pk in keys])
        back = told.total_back if told.is_decided else None
        return lambda: cancelling.cancel(order, keys, back=back, by=SOMEBODY)

    def cancel_one(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "requested", "reserved", "confirmed")
        return ticket and self._cancel(self.orders.get(pk=ticket.order_id), [ticket.pk])

    def cancel_all(self, number: int) -> Deed | None:
        order = one_of(self.orders, number)
        return order and self._cancel(order, [one.pk for one in order.tickets.all()])

    def be_cancelled(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "requested", "reserved", "confirmed")
        amount = ticket and (None, 0, ticket.price // 2, ticket.price)[number % 4]
        return ticket and (lambda: refunds.cancel(ticket, SOMEBODY, "Why", amount))

    def give_up_order(self, number: int) -> Deed | None:
        order = one_of(self.orders, number)
        return order and (lambda: order.cancel(by=SOMEBODY))

    def refund(self, number: int) -> Deed | None:
        payment = one_of(self.money, number)
        left = payment.refundable if payment else 0
        amount = (left // 2, left, left + 1)[number % 3]  # the last one is to be refused
        return payment and (lambda: Refund.ask(payment, amount=amount, by=SOMEBODY))

    def hear_of_refund(self, number: int) -> Deed | None:
        """The provider says what became of one: each time the same, and never that it did what it had refused."""
        refund = one_of(self.returns, number)
        return refund and (lambda: self._hear(Refund.objects.with_payment().get(pk=refund.pk), number))

    def _hear(self, refund: Refund, number: int) -> None:
        name, fate = f"re_{refund.pk}_{refund.round}", (refund.pk + refund.round) % 3
        if refund.status == "refunded" and refund.reference == name and fate == 1:
            refund.came_back(name, "The account is closed")
        elif refund.status == "failed" and not refund.is_unsure:
            refund.again()
        elif fate == 2 and refund.claim():
            refund.was_refused("No")
        elif number % 3 == 0 and refund.claim():
            refund.is_not_answered("It is away", is_broken=False)
        elif fate != 2 and refund.status in {"queued", "sending"}:
            refund.went(name)

    def keep(self, number: int) -> Deed | None:
        order = one_of([one for one in self.orders if one.overpaid], number)
        amount = order and max(1, order.overpaid // (1 + number % 3))
        return order and (lambda: order.keep(amount, by=SOMEBODY))

    def refund_many(self, number: int) -> Deed | None:
        keys = [order.pk for order in self.orders]
        what, share = (What.REST, What.SHARE)[number % 2], 40
        plan = BulkRefund.plan_of_orders(self.edition, keys, what, share)
        told = {"what": what, "share": share, "reason": {"en": "Why"}, "seen": plan.digest}

        def pay_back() -> None:
            bulk = BulkRefund.pay_back(self.edition, keys, by=SOMEBODY, **told)
            in_bulk.carry_out(bulk, lambda done, number: None)
            for part in bulk.parts.for_hands():
                part.was_paid(by=SOMEBODY)

        return pay_back

    # --- changing --------------------------------------------------------------------------------------------------

    def change_type(self, number: int) -> Deed | None:
        was = self.ticket(number, "confirmed") or self.ticket(number, "reserved")
        if was is None:
            return None
        order = self.orders.get(pk=was.order_id)
        ticket = next(one for one in order.tickets.all() if one.pk == was.pk)
        offer = one_of(TypeOffer.all_for(ticket, order, timezone.now()), number)
        if offer is None:
            return None
        told = Settlement.of_cheaper(order, ticket, offer.price)
        back = told.total_back if ticket.admits and offer.price < ticket.price and told.is_decided else 0
        return lambda: TypeChange.ask(ticket, offer.ticket_type, price=offer.price, back=back, by=SOMEBODY)

    def withdraw_change(self, number: int) -> Deed | None:
        change = one_of(self.changes.waiting(), number)
        return change and (lambda: change.withdraw(by=SOMEBODY))

    def pass_on(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "reserved", "confirmed")
        person = make.person()
        return ticket and (lambda: ticket.pass_on(person, before=ticket.attendee.pk, by=SOMEBODY))

    def correct_address(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "reserved", "confirmed")
        return ticket and (lambda: ticket.correct_email(f"new-{number}@example.org", by=SOMEBODY))

    # --- organizing ------------------------------------------------------------------------------------------------

    def approve(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "requested")
        return ticket and (lambda: ticket.approve(by=SOMEBODY))

    def decline(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "requested")
        return ticket and (lambda: ticket.decline(by=SOMEBODY))

    def confirm_by_hand(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "reserved")
        return ticket and (lambda: ticket.confirm_by_hand(by=SOMEBODY))

    def resize(self, number: int) -> Deed:
        quota = self._quota(number)
        return lambda: quota.resize(2 + number // 3 % 4)

    def _quota(self, number: int) -> Quota:
        return Quota.objects.get(pk=(self.hall, self.lunch, self.of_few)[number % 3].pk)

    def share(self, number: int) -> Deed:
        quota, left_out = self._quota(number), number // 3 % 4
        kinds = [one for place, one in enumerate((self.forum, self.dinner, self.asked)) if place != left_out]
        groups = (None, [self.few], [self.groups[0]], [])[number // 12 % 4]
        return lambda: quota.share_among(kinds, groups)

    def set_aside(self, number: int) -> Deed:
        """Places of the hall; until a moment that has passed, so that they are free for all, or for good."""
        until = timezone.now() - timedelta(minutes=1) if number % 3 == 0 else None
        wanted, hall = SetAside(1 + number % 2, [self.groups[number // 2 % 2]], until), self._quota(0)
        return lambda: wanted.keep(hall, by=SOMEBODY)

    def release(self, number: int) -> Deed:
        hall = self._quota(0)
        return lambda: SetAside.release(hall, by=SOMEBODY)

    def change_group(self, number: int) -> Deed | None:
        ticket = self.ticket(number, "requested", "reserved", "confirmed")
        return ticket and (lambda: change_group(ticket, self.group_of(number // 5), by=SOMEBODY))

    def bill(self, number: int) -> Deed | None:
        order = one_of(self.orders, number)
        return order and (lambda: Invoice.bring_up_to_date(order, by=SOMEBODY))

    def write_details(self, number: int) -> Deed | None:
        order, recipient = one_of(self.orders, number), Recipient(f"Company {number % 3}", "A Street", "TH")
        wanted = number % 2 == 0
        return order and (lambda: BillingDetails.write(order, recipient, is_wanted=wanted, by=SOMEBODY))
