"""Money that does not agree: with the tickets it is for, with what the providers say, with what the bank says."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Edition
from forum.money import written
from registration.models import Account, Checkout, Dispute, Order, Payment, Refund, StatementLine
from registration.reconciliation.registry import Disagreement, disagreement


@disagreement(
    _("Orders whose money and tickets disagree"),
    _("Book the payment that is missing; pay back or keep what is too much; or find the ticket it was for."),
)
def orders(edition: Edition) -> Iterable[Disagreement]:
    """Too little for confirmed tickets, too much for all, or paid and still waiting."""
    for account in Account.disagreeing(edition):
        yield Disagreement(_of_account(account, edition.currency), Order, account.pk)


def _of_account(account: Account, currency: str) -> str:
    said = {
        "code": account.code,
        "paid": written(account.paid, currency),
        "confirmed": written(account.confirmed + account.kept, currency),
        "live": written(account.live + account.kept, currency),
    }
    if account.too_much:
        said["more"] = written(account.too_much, currency)
        return gettext("Order %(code)s: %(paid)s was paid for %(live)s; that is %(more)s too much.") % said
    if account.lacking:
        said["less"] = written(account.lacking, currency)
        words = gettext(
            "Order %(code)s: its confirmed tickets cost %(confirmed)s and %(paid)s was paid; %(less)s lacks."
        )
        return words % said
    return gettext("Order %(code)s: all of %(live)s is paid, and a ticket is still only reserved.") % said


@disagreement(
    _("Disputed payments"),
    _("Answer at the provider until the day it names; what is lost is gone."),
)
def disputes(edition: Edition) -> Iterable[Disagreement]:
    """What payers dispute, and nobody has decided."""
    for dispute in Dispute.objects.of_edition(edition).to_be_answered():
        yield Disagreement.at(dispute, dispute.in_words)


@disagreement(
    _("Payments in another currency"),
    _("They count for nothing here: pay them back, and have them paid anew in the edition’s currency."),
)
def foreign(edition: Edition) -> Iterable[Disagreement]:
    """Money that no order counts."""
    for payment in Payment.objects.in_another_currency(edition):
        said = {"amount": written(payment.amount, payment.currency), "code": payment.order.code}
        yield Disagreement.at(
            payment, gettext("%(amount)s came for order %(code)s, in another currency.") % said
        )


@disagreement(
    _("Payments of which more was paid back than came"),
    _("Look at the provider whether a refund was written down twice."),
)
def overrefunded(edition: Edition) -> Iterable[Disagreement]:
    """Refunds beyond their payment."""
    for payment in Payment.objects.overrefunded(edition):
        said = {
            "code": payment.order.code,
            "amount": written(payment.amount, payment.currency),
            "back": written(payment.back, payment.currency),  # type: ignore[attr-defined]
        }
        words = gettext("Order %(code)s: of a payment of %(amount)s, %(back)s was paid back.")
        yield Disagreement.at(payment, words % said)


@disagreement(
    _("Refunds that have not arrived"),
    _(
        "Try a failed one again. One of which nobody knows is asked about by itself; look at the provider after a day."
    ),
)
def refunds(edition: Edition) -> Iterable[Disagreement]:
    """Failed, unsure, or on their way for hours."""
    for refund in Refund.objects.not_arrived(edition):
        said = {"code": refund.payment.order.code, "amount": written(refund.amount, refund.payment.currency)}
        if refund.is_unsure:
            words = gettext("Order %(code)s: whether %(amount)s was paid back is not known.")
        elif refund.status == Refund.Status.FAILED:
            words = gettext("Order %(code)s: %(amount)s could not be paid back.")
        else:
            words = gettext("Order %(code)s: %(amount)s has been on its way back for hours.")
        yield Disagreement.at(refund, words % said)


@disagreement(
    _("Payment pages that ended otherwise than agreed"),
    _("The order shows what came through them; what is too much or lacks is said above as well."),
)
def checkouts(edition: Edition) -> Iterable[Disagreement]:
    """Late, otherwise than agreed, or for nothing, as long as the order's money does not agree."""
    for checkout in Checkout.objects.doubtful(edition):
        said = {
            "code": checkout.order.code,
            "amount": written(checkout.amount, checkout.currency),
            "outcome": checkout.get_outcome_display(),
        }
        words = gettext("Order %(code)s: a payment page over %(amount)s. %(outcome)s.")
        yield Disagreement(words % said, Order, checkout.order_id)


@disagreement(
    _("Payment pages that are paid and not booked"),
    _("Look at Stripe for the payment, and book it by hand with Stripe’s reference."),
)
def unbooked(edition: Edition) -> Iterable[Disagreement]:
    """What the provider calls paid, and no payment says."""
    for checkout in Checkout.objects.unbooked(edition):
        said = {"code": checkout.order.code, "amount": written(checkout.amount, checkout.currency)}
        words = gettext("Order %(code)s: a payment page over %(amount)s is paid, and no payment is booked.")
        yield Disagreement(words % said, Order, checkout.order_id)


@disagreement(
    _("Payment pages that cannot be ended"),
    _("They keep places. Is Stripe’s key right, and does Stripe answer?"),
)
def stuck(edition: Edition) -> Iterable[Disagreement]:
    """Those that should have ended long ago."""
    for checkout in Checkout.objects.stuck(edition):
        said = {"code": checkout.order.code, "day": date_format(localtime(checkout.created_at), "j M Y, H:i")}
        words = gettext("Order %(code)s: the payment page of %(day)s is still open.")
        yield Disagreement(words % said, Order, checkout.order_id)


@disagreement(
    _("Notices that nobody has seen to"),
    _("See to what a provider told, and say there that it is seen to."),
)
def notices(edition: Edition) -> Iterable[Disagreement]:
    """What providers told and needs somebody."""
    for notice in edition.notices.open().select_related("order").order_by("pk"):
        said = {
            "day": date_format(localtime(notice.received_at), "j M Y"),
            "outcome": notice.get_outcome_display(),
        }
        if notice.order:
            words = gettext("Order %(code)s, %(day)s: %(outcome)s.") % {**said, "code": notice.order.code}
        else:
            words = gettext("%(day)s: %(outcome)s.") % said
        yield Disagreement.at(notice, words)


@disagreement(
    _("Money on bank statements that is not decided about"),
    _("Book each line for its order, or leave it aside."),
)
def statement_lines(edition: Edition) -> Iterable[Disagreement]:
    """Credits that nobody has booked or left aside."""
    for line in edition.statement_lines.waiting().select_related("statement").order_by("booked_on", "pk"):
        said = {"day": date_format(line.booked_on, "j M Y"), "amount": written(line.amount, line.currency)}
        if line.status == StatementLine.Status.SUGGESTED:
            words = gettext("%(day)s: %(amount)s, for which an order is suggested.")
        else:
            words = gettext("%(day)s: %(amount)s, and it is unclear for what.")
        yield Disagreement.at(line.statement, words % said)
