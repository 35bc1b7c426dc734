"""The money of an edition on one page, and whatever about it does not agree on another."""

from __future__ import annotations

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.http import private
from forum.money import written
from registration.exports import disagreements_csv, ledger_csv
from registration.models import Figures, Flow, Ledger, Standing
from registration.reconciliation import Disagreement, Reconciliation

SHOWN = 200  # of one kind of disagreement; the sheet has them all
HEADINGS = (
    *(_("Tickets"), _("They cost"), _("Received"), _("Paid back"), _("Kept"), _("Still to be paid")),
    *(_("Requested"), _("Too much")),
)
MOVED_HEADINGS = (_("Payments"), _("Received"), _("Paid back"))


class StandingFilter(SimpleListFilter):
    """Orders by how their money stands."""

    title = _("money")
    parameter_name = "money"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(standing.value, standing.label) for standing in Standing]

    def queryset(self, request: Any, queryset: Any) -> Any:
        wanted = self.value()
        if wanted not in Standing.values:
            return queryset
        return queryset.standing(Standing(wanted).sql, request.edition)


def _listed(model: str, **query: Any) -> str:
    return reverse(f"admin:registration_{model}_changelist", query=query or None)


class ShowsMoney(ModelAdmin):
    """The pages that add up the money of the chosen edition. They are for finance and owners."""

    def may_see_money(self, request: Any) -> bool:
        """Whether the user may see what the chosen edition has taken in."""
        return bool(request.user.has_duty(request.edition, "finance"))

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(self._for_those_with_money(view))
            return path(route, guarded, name=f"registration_{name}")

        return [
            page("money/", self.money_view, "money"),
            page("money/figures.csv", self.money_sheet_view, "money_sheet"),
            page("reconciliation/", self.reconciliation_view, "reconciliation"),
            page("reconciliation/disagreements.csv", self.disagreements_sheet_view, "reconciliation_sheet"),
            *super().get_urls(),
        ]

    def _for_those_with_money(self, view: Any) -> Any:
        @private
        @wraps(view)
        def wrapped(request: Any) -> HttpResponse:
            if request.edition is None or not self.may_see_money(request):
                raise PermissionDenied
            return view(request)

        return wrapped

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_see_money": self.may_see_money(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def money_view(self, request: Any) -> HttpResponse:
        """Show what is due, came, went back, is kept and is too much: in all, and by what it is for."""
        ledger = Ledger(request.edition)
        currency = ledger.currency
        by_type = ((one, _of_tickets("ticket_type__id__exact", one.key)) for one in ledger.by_type)
        by_group = ((one, _of_tickets("shown-group", one.key)) for one in ledger.by_group)
        by_provider = (
            (one, _listed("payment", provider__exact=one.key) if one.key else "")
            for one in ledger.by_provider
        )
        context = {
            "title": gettext("Money"),
            "totals": _totals(ledger),
            "headings": HEADINGS,
            "moved_headings": MOVED_HEADINGS,
            "by_type": [(one.name, to, _cells(one.figures, currency)) for one, to in by_type],
            "by_group": [(one.name, to, _cells(one.figures, currency)) for one, to in by_group],
            "sum": _cells(ledger.total, currency),
            "by_provider": [(one.name, to, _moved(one.figures, currency)) for one, to in by_provider],
            "by_day": [
                (date_format(day, "j M Y"), _of_day(day), _moved(flow, currency))
                for day, flow in reversed(ledger.by_day)
            ],
            "moved": _moved(ledger.moved, currency),
            "foreign": [(code, written(flow.received, code), flow.payments) for code, flow in ledger.foreign],
        }
        return self._page(request, "money.html", context)

    def money_sheet_view(self, request: Any) -> HttpResponse:
        """Give the same figures as a sheet."""
        return _sheet(ledger_csv(Ledger(request.edition)), "money.csv")

    def reconciliation_view(self, request: Any) -> HttpResponse:
        """Show each disagreement, with the way to where it is seen to."""
        reconciliation = Reconciliation.of(request.edition)
        kinds = [
            (
                kind,
                [(one.sentence, self._address(request, one)) for one in ones[:SHOWN]],
                len(ones),
                len(ones) > SHOWN,
            )
            for kind, ones in reconciliation.disagreeing
        ]
        context = {
            "title": gettext("Reconciliation"),
            "reconciliation": reconciliation,
            "kinds": kinds,
            "shown": SHOWN,
        }
        return self._page(request, "reconciliation.html", context)

    def disagreements_sheet_view(self, request: Any) -> HttpResponse:
        """Give all disagreements as a sheet."""
        found = Reconciliation.of(request.edition).disagreeing
        rows = (
            (str(kind.name), one.sentence, f"{settings.SITE_URL}{address}" if address else "")
            for kind, ones in found
            for one in ones
            for address in [self._address(request, one)]
        )
        return _sheet(disagreements_csv(rows), "disagreements.csv")

    def _address(self, request: Any, one: Disagreement) -> str:
        """Where it is seen to; nothing when that is a page which the user's duties do not open."""
        if not self.admin_site.get_model_admin(one.model).has_view_permission(request):
            return ""
        return reverse(f"admin:{one.label}_change", args=[one.pk])

    def _page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registration/money/{template}", whole)


def _of_tickets(by: str, key: Any) -> str:
    return "" if key is None else _listed("ticket", **{by: key})


def _of_day(day: Any) -> str:
    return _listed(
        "payment", received_at__year=day.year, received_at__month=day.month, received_at__day=day.day
    )


def _totals(ledger: Ledger) -> Iterable[tuple[Any, str, str]]:
    """What stands on top: in words, as an amount, and the list behind it."""
    total = ledger.total
    amounts = (
        (_("Still to be paid"), total.due, _listed("order", money=Standing.OWING)),
        (_("Requested, not to be paid yet"), total.requested, _listed("ticket", status__exact="requested")),
        (_("Received"), total.received, _listed("payment")),
        (_("Paid back"), total.refunded, _listed("refund")),
        (_("To be paid back or kept"), total.too_much, _listed("order", money=Standing.OVERPAID)),
        (_("Kept"), total.kept, _listed("order", money=Standing.KEPT)),
    )
    return [(name, written(amount, ledger.currency), to) for name, amount, to in amounts]


def _cells(figures: Figures, currency: str) -> list[str]:
    amounts = (
        figures.agreed,
        figures.received,
        figures.refunded,
        figures.kept,
        figures.due,
        figures.requested,
        figures.too_much,
    )
    return [str(figures.tickets), *(_amount(amount, currency) for amount in amounts)]


def _moved(flow: Flow, currency: str) -> list[str]:
    return [str(flow.payments), _amount(flow.received, currency), _amount(flow.refunded, currency)]


def _amount(amount: int, currency: str) -> str:
    # The currency stands once above the table; a column of them is hard to read.
    return written(amount, currency).removeprefix(f"{currency} ") if amount else "–"


def _sheet(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
