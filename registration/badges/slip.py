"""The slip of paper for somebody without e-mail: what they are told, how to pay, and a code that opens their order."""

from __future__ import annotations

import segno
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext

from forum import pdf, writing
from forum.translated import speaking_mainly
from registration.models import Order, Ticket


def slip_pdf(ticket: Ticket) -> bytes:
    """Print the slip of a ticket that holds a place: A5, tagged, in the language of its order. Times are the edition's.

    Raises OSError when the libraries for printing are missing.
    """
    order = Order.objects.with_tickets().get(pk=ticket.order_id)
    edition = ticket.order.edition
    with (
        translation.override(order.language),
        speaking_mainly(edition.main_language),
        timezone.override(edition.zone),
    ):
        # Who has no address is the buyer too: their code opens the order, where they can pay and leave an address.
        opens = ticket if order.email else order
        link = edition.link(opens.get_absolute_url())
        context = {
            "title": gettext("Your registration"),
            "language": order.language,
            "direction": writing.direction(ticket.attendee.shown_name),
            "ticket": ticket,
            "order": order,
            "edition": edition,
            "link": link,
            "qr": mark_safe(segno.make_qr(link, error="m").svg_inline(scale=1, border=0, omitsize=True)),  # noqa: S308
        }
        return pdf.render(
            render_to_string("registration/slip.html", context), stylesheets=["css/pdf/slip.css"]
        )
