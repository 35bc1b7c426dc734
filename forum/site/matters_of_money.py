"""What of an edition's money needs somebody now."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.models import Edition
from forum.site.matter import Matter, listed
from registration.models import Checkout, Dispute, Order, Payment, Refund


def of_money(edition: Edition) -> list[Matter]:
    notices = edition.notices.open().count()
    refunds = Refund.objects.of_edition(edition).failed().count()
    matters = []
    if notices:
        text = ngettext(
            "%(n)s notice about a payment needs somebody",
            "%(n)s notices about payments need somebody",
            notices,
        )
        address = listed("registration_notice", settled_at__isempty="1")
        matters.append(Matter(text % {"n": notices}, address, "bad"))
    stuck = Checkout.objects.stuck(edition).count()
    foreign = Payment.objects.in_another_currency(edition)
    if stuck:
        text = ngettext(
            "%(n)s payment page keeps a place and cannot be ended: is Stripe’s key right?",
            "%(n)s payment pages keep places and cannot be ended: is Stripe’s key right?",
            stuck,
        )
        matters.append(Matter(text % {"n": stuck}, listed("registration_order"), "bad"))
    for payment in foreign:
        text = _("%(payment)s came for order %(code)s, which is in another currency")
        address = reverse("admin:registration_payment_change", args=[payment.pk])
        matters.append(Matter(text % {"payment": payment, "code": payment.order.code}, address, "bad"))
    if settings.STRIPE_SECRET_KEY.startswith("sk_test_") and not settings.STRIPE_API:
        matters.append(Matter(_("Stripe is in test mode: no money moves"), reverse("admin:index")))
    if refunds:
        text = ngettext("%(n)s refund failed", "%(n)s refunds failed", refunds)
        address = listed("registration_refund", status__exact="failed")
        matters.append(Matter(text % {"n": refunds}, address, "bad"))
    disputes = Dispute.objects.of_edition(edition).to_be_answered()
    matters += [Matter(dispute.in_words, listed("registration_dispute"), "bad") for dispute in disputes]
    for order in Order.objects.overpaid(edition):
        text = _("More was paid for order %(code)s than it costs: give it back, or find its ticket")
        address = reverse("admin:registration_order_change", args=[order.pk])
        matters.append(Matter(text % {"code": order.code}, address, "bad"))
    return matters


def of_bank(edition: Edition) -> list[Matter]:
    waiting = edition.statement_lines.waiting().count()
    text = ngettext(
        "%(n)s payment of a bank statement waits", "%(n)s payments of bank statements wait", waiting
    ) % {"n": waiting}
    return [Matter(text, listed("registration_bankstatement"))] if waiting else []
