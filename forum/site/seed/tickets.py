"""What can be had, and two orders that come in by the front door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import prefetch_related_objects

from forum.actor import Actor
from forum.models import PageVersion, StakeholderGroup
from forum.site.seed import content
from forum.site.seed.editions import Ground
from registration.models import Order, PriceStep, Quota, RefundRule, TicketType, Voucher
from registration.models.wish import Wanted, Wish


@dataclass(frozen=True)
class Offer:
    """The ticket types of an edition with their groups and quotas, and the texts that an order agrees to."""

    types: dict[str, TicketType]
    groups: dict[str, list[StakeholderGroup]]
    quotas: dict[str, Quota]
    quota_names: dict[str, list[str]]
    texts: list[PageVersion]

    def recount(self) -> None:
        """Let each quota take the places of the tickets that hold one. Raises Refusal when there are too few."""
        for name, quota in self.quotas.items():
            quota.share_among([kind for slug, kind in self.types.items() if name in self.quota_names[slug]])


def offer(ground: Ground) -> Offer:
    """Make ticket types with their prices, vouchers, quotas and refund rules."""
    told = content.table("tickets.toml")
    types = {}
    groups = {row["slug"]: [ground.groups[slug] for slug in row["groups"]] for row in told["ticket_type"]}
    for position, row in enumerate(told["ticket_type"]):
        kind = types[row["slug"]] = TicketType.objects.create(
            edition=ground.edition,
            name=row["name"],
            description=row["description"],
            price=row["price"],
            needs_approval=row.get("needs_approval", False),
            is_hidden=row.get("is_hidden", False),
            is_for_speakers=row.get("is_for_speakers", False),
            position=position,
        )
        if early := row.get("early"):
            ends_on = ground.edition.starts_on - timedelta(days=early["days_before"])
            PriceStep.objects.create(
                ticket_type=kind,
                name=early["name"],
                price=early["price"],
                until=ground.edition.midnight(ends_on),
            )
        kind.groups.set(groups[row["slug"]])
        kind.days.set(ground.days[number - 1] for number in row["days"])
    for row in told["voucher"]:
        own = {name: value for name, value in row.items() if name != "ticket_types"}
        voucher = Voucher.objects.create(edition=ground.edition, **{"max_uses": None, **own})
        voucher.ticket_types.set(types[slug] for slug in row["ticket_types"])
    for row in told["refund_rule"]:
        until = ground.edition.starts_on - timedelta(days=row["days_before"])
        RefundRule.objects.create(edition=ground.edition, until=until, share=row["share"])
    prefetch_related_objects(list(types.values()), "price_steps")
    quotas = {
        row["slug"]: Quota.objects.create(edition=ground.edition, name=row["name"], size=row["size"])
        for row in told["quota"]
    }
    made = Offer(
        types=types,
        groups=groups,
        quotas=quotas,
        quota_names={row["slug"]: row["quotas"] for row in told["ticket_type"]},
        texts=[ground.edition.page(slug).version() for slug in ("terms", "privacy")],
    )
    made.recount()
    return made


def orders(ground: Ground, offered: Offer) -> None:
    """Place the orders of the demo's attendee: their mails go out."""
    for number, row in enumerate(content.table("people.toml")["attendee"]):
        own = {name: value for name, value in row.items() if name not in {"ticket_type", "group"}}
        wish = Wish(
            edition=ground.edition,
            wanted=(Wanted(offered.types[row["ticket_type"]], ground.groups[row["group"]], own),),
            email=own["email"],
            key=f"demo-attendee-{number}",
            language=ground.edition.main_language,
            agreed_to=offered.texts,
        )
        Order.place(wish, by=Actor.holder("the demo's attendee"))
