"""The letters to those who wait for a place."""

from __future__ import annotations

from forum.mail import Content, Pointless, letter
from forum.models import Message
from registration.models import PlaceOffer, WaitingEntry


@letter("waiting-joined", "registration")
def waiting_joined(message: Message) -> Content:
    """You are on the list, or were already; with the link to your place in it."""
    entry = message.about
    if not isinstance(entry, WaitingEntry) or not entry.is_live:
        raise Pointless("The entry has ended by now.")
    return Content({"entry": entry, "link": entry.edition.link(entry.get_absolute_url())})


@letter("place-offered", "registration")
def place_offered(message: Message) -> Content:
    """A place is kept for you until a moment; with the link to register."""
    offer = message.about
    if not isinstance(offer, PlaceOffer) or not offer.is_open:
        raise Pointless("The offer has ended by now.")
    return _about(offer, link=offer.get_absolute_url())


@letter("offer-lapsed", "registration")
def offer_lapsed(message: Message) -> Content:
    """The place that was kept for you has gone to the next."""
    offer = message.about
    if not isinstance(offer, PlaceOffer) or offer.status != PlaceOffer.Status.LAPSED:
        raise Pointless("The offer did not lapse.")
    if not offer.edition.takes_registrations:
        raise Pointless("Nobody can register any more.")
    # Without the group: addresses are kept in many places, and some groups are nobody's business.
    return _about(offer, link=f"{offer.edition.path('waiting')}?ticket={offer.entry.ticket_type_id}")


def _about(offer: PlaceOffer, *, link: str) -> Content:
    edition = offer.edition
    return Content(
        {
            "offer": offer,
            "entry": offer.entry,
            "link": edition.link(link),
            "entry_link": edition.link(offer.entry.get_absolute_url()),
        }
    )
