"""Paying many orders back, and cancelling the forum: previewed, confirmed, then carried out by a worker."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from forum.actor import Actor
from forum.edition_admin import EditionAdmin
from forum.errors import Refusal
from forum.http import private
from forum.money import written
from registration.exports import by_hand_csv
from registration.forms.in_bulk import CancelForumForm, PayBackForm
from registration.models import BulkRefund, BulkRefundPart
from registration.models.bulk_plan import What

ORDERS = "admin:registration_order_changelist"


class PaysBackInBulk(ModelAdmin):
    """Offers, in the list of orders, to pay the chosen ones back."""

    actions = ("pay_back",)

    def has_pay_back_permission(self, request: Any) -> bool:
        """Whether the user may move money in the chosen edition."""
        return request.user.has_duty(request.edition, "finance")

    @admin.action(description=_("Pay back …"), permissions=["pay_back"])
    def pay_back(self, request: Any, orders: Any) -> HttpResponse:
        """Ask how much of the chosen orders is to be paid back."""
        keys = list(orders.order_by().values_list("pk", flat=True))
        start = {"orders": ",".join(map(str, keys)), "what": What.REST, "share": 100}
        form = PayBackForm(request.edition, initial=start)
        return pay_back_page(self, request, form, BulkRefund.plan_of_orders(request.edition, keys, What.REST))


def pay_back_page(model_admin: Any, request: Any, form: PayBackForm, plan: Any) -> HttpResponse:
    """The page that asks how much is paid back, with the sums as they would be."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": BulkRefund._meta,
        "title": gettext("Pay orders back"),
        "form": form,
        "plan": plan,
    }
    return TemplateResponse(request, "admin/registration/bulk_refund/pay_back.html", context)


def may_cancel_forum(request: Any) -> bool:
    """Whether the user may cancel the forum: it ends tickets and moves money, so it needs the duties for both."""
    user, edition = request.user, request.edition
    return bool(user.has_duty(edition, "registration") and user.has_duty(edition, "finance"))


@admin.register(BulkRefund)
class BulkRefundAdmin(EditionAdmin):
    """Decisions to pay many back. Only finance and owners make them; what is to be paid by hand is for them too."""

    duties_to_view = ("registration",)
    duties_to_change = ("finance",)
    adds = changes = deletes = False
    menu_position = 4
    list_display = (
        "__str__",
        "orders_written",
        "sent_back_written",
        "for_hands_written",
        "asked_by",
        "asked_at",
    )
    list_select_related = ("edition", "asked_by")

    def get_queryset(self, request: Any) -> Any:
        found: Any = super().get_queryset(request)
        return found.with_numbers()

    @admin.display(description=_("orders done"))
    def orders_written(self, bulk: Any) -> str:
        return gettext("%(done)s of %(number)s") % {"done": bulk.done, "number": bulk.number}

    @admin.display(description=_("sent back"))
    def sent_back_written(self, bulk: Any) -> str:
        return written(bulk.sent_back, bulk.edition.currency)

    @admin.display(description=_("by hand"))
    def for_hands_written(self, bulk: Any) -> str:
        return written(bulk.for_hands, bulk.edition.currency)

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_cancel_forum": may_cancel_forum(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    # --- pages ---

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(self._for_finance(view))
            return path(route, guarded, name=f"registration_bulkrefund_{name}")

        return [
            page("cancel-forum/", self.cancel_forum_view, "cancel_forum"),
            page("orders/", self.orders_view, "orders"),
            page("<int:pk>/paid/", require_POST(self.paid_view), "paid"),
            page("<int:pk>/again/", require_POST(self.again_view), "again"),
            page("<int:pk>/by-hand.csv", self.csv_view, "csv"),
            *super().get_urls(),
        ]

    def _for_finance(self, view: Any) -> Any:
        @private
        @wraps(view)
        def wrapped(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.edition is None or not self._may_change(request):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapped

    def cancel_forum_view(self, request: Any) -> HttpResponse:
        """Show what cancelling the forum does, and ask why; POST does it."""
        if not may_cancel_forum(request):
            raise PermissionDenied
        edition = request.edition
        if before := BulkRefund.of_forum(edition):
            return redirect("admin:registration_bulkrefund_change", before.pk)
        form = CancelForumForm(edition, request.POST or None)
        if form.is_bound and form.is_valid():
            asked = form.cleaned_data
            try:
                bulk = BulkRefund.cancel_forum(
                    edition, reason=dict(asked["reason"]), by=Actor.of(request.user), seen=asked["seen"]
                )
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, refusal.reason)
            else:
                self.log_addition(request, bulk, gettext("Forum cancelled"))
                return redirect("admin:registration_bulkrefund_change", bulk.pk)
        plan = BulkRefund.plan_of_forum(edition)
        return self._page(
            request, "cancel_forum.html", {"title": gettext("Cancel the forum"), "form": form, "plan": plan}
        )

    def orders_view(self, request: Any) -> HttpResponse:
        """Show the sums of what is asked; when they were seen and confirmed, have it done."""
        form = PayBackForm(request.edition, request.POST)
        if not form.is_valid():
            return pay_back_page(self, request, form, None) if request.POST else redirect(ORDERS)
        asked = form.cleaned_data
        deed = {"what": What(asked["what"]), "share": asked["share"]}
        if "confirm" in request.POST:
            try:
                bulk = BulkRefund.pay_back(
                    request.edition,
                    asked["orders"],
                    **deed,
                    reason=dict(asked["reason"]),
                    by=Actor.of(request.user),
                    seen=asked["seen"],
                )
            except Refusal as refusal:
                form.add_error(None, refusal.reason)
            else:
                self.log_addition(request, bulk, gettext("Asked for"))
                return redirect("admin:registration_bulkrefund_change", bulk.pk)
        return pay_back_page(
            self, request, form, BulkRefund.plan_of_orders(request.edition, asked["orders"], **deed)
        )

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        bulk = self.get_object(request, object_id)
        if bulk is None or not self.has_view_permission(request, bulk):
            raise Http404
        sees_hands = self._may_change(request)
        parts = list(BulkRefundPart.objects.for_hands().of(bulk)) if sees_hands else []
        context = {
            "title": str(bulk),
            "bulk": bulk,
            "job": (job := bulk.job),
            "is_moving": bool(job and job.is_under_way and not job.error),
            "refunds": bulk.refunds_by_status(),
            "noted": bulk.parts.with_a_note(),
            "parts": [part for part in parts if part.left_for_hands],
            "sees_hands": sees_hands,
        }
        return private(lambda request: self._page(request, "standing.html", context))(request)

    def paid_view(self, request: Any, pk: int) -> HttpResponse:
        """Note that the chosen orders were paid by hand."""
        bulk = self._bulk(request, pk)
        chosen = {int(key) for key in request.POST.getlist("part") if key.isascii() and key.isdecimal()}
        done = 0
        for part in BulkRefundPart.objects.for_hands().of(bulk):
            if part.pk in chosen:
                try:
                    part.was_paid(by=Actor.of(request.user))
                    done += 1
                except Refusal as refusal:
                    messages.error(request, f"{part}: {refusal}")
        if done:
            said = ngettext(
                "%(count)s order is noted as paid back; its buyer is told.",
                "%(count)s orders are noted as paid back; their buyers are told.",
                done,
            )
            messages.success(request, said % {"count": done})
            self.log_change(request, bulk, said % {"count": done})
        return redirect("admin:registration_bulkrefund_change", bulk.pk)

    def again_view(self, request: Any, pk: int) -> HttpResponse:
        """Go on with what was given up."""
        bulk = self._bulk(request, pk)
        if bulk.job and bulk.job.status == bulk.job.Status.FAILED:
            bulk.job.again()
        return redirect("admin:registration_bulkrefund_change", bulk.pk)

    def csv_view(self, request: Any, pk: int) -> HttpResponse:
        """Give what is to be paid by hand as a sheet."""
        bulk = self._bulk(request, pk)
        return HttpResponse(
            by_hand_csv(BulkRefundPart.objects.for_hands().of(bulk)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="by-hand.csv"'},
        )

    def _bulk(self, request: Any, pk: int) -> Any:
        bulk = self.get_object(request, str(pk))
        if bulk is None:
            raise Http404
        return bulk

    def _page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registration/bulk_refund/{template}", whole)
