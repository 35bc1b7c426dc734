"""Bank statements: bringing one in, and deciding line by line what its money is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from forum.actor import Actor
from forum.edition_admin import EditionAdmin
from forum.errors import Refusal
from forum.http import private
from registration.forms.bank import StatementForm
from registration.models import BankStatement, StatementLine
from registration.payments.bank.upload import Plan

SHOWN = 50  # lines on a page

Deed = Callable[[StatementLine, Actor, Any], object]
DEEDS: dict[str, tuple[Any, Deed]] = {
    "booking": (_("Booked"), lambda line, by, sent: line.book(by=by)),
    "order": (_("Order named"), lambda line, by, sent: line.give(sent.get("code", ""), by=by)),
    "setting-aside": (
        _("Left aside"),
        lambda line, by, sent: line.ignore(by=by, reason=sent.get("reason", "").strip()),
    ),
    "taking-up": (_("Taken up again"), lambda line, by, sent: line.take_up(by=by)),
}


@admin.register(BankStatement)
class BankStatementAdmin(EditionAdmin):
    """Bank statements. They tell who paid from which account and what they wrote, so they are for finance and owners
    alone; those who answer for registration see what is booked of them."""

    duties_to_change = ("finance",)
    adds = changes = deletes = False
    menu_position = 3
    list_display = ("__str__", "days", "waiting_written", "number_written", "format", "uploaded_by")
    list_select_related = ("edition", "uploaded_by")
    ordering = ("-uploaded_at",)

    def get_queryset(self, request: Any) -> Any:
        statements: Any = super().get_queryset(request)
        return statements.with_numbers()

    @admin.display(description=_("days"))
    def days(self, statement: Any) -> str:
        first, last = (date_format(day, "j M Y") for day in (statement.first_on, statement.last_on))
        return first if first == last else f"{first} – {last}"

    @admin.display(description=_("to be decided"))
    def waiting_written(self, statement: Any) -> str:
        return str(statement.waiting or "–")

    @admin.display(description=_("payments in it"))
    def number_written(self, statement: Any) -> str:
        return str(statement.number)

    # --- pages ---

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            guarded = self.admin_site.admin_view(self._for_finance(view))
            return path(route, guarded, name=f"registration_bankstatement_{name}")

        return [
            page("upload/", self.upload_view, "upload"),
            page("<int:pk>/bookings/", require_POST(self.book_all_view), "bookings"),
            *(
                page(f"<int:pk>/lines/<int:line>/{name}/", require_POST(self._deed_view(name)), name)
                for name in DEEDS
            ),
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

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = {"may_bring_in": self._may_change(request)}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._for_finance(self._statement_view)(request, object_id)

    def _statement_view(self, request: Any, object_id: str) -> HttpResponse:
        """Show a statement: what waits for somebody first."""
        statement = self.get_object(request, object_id)
        if statement is None:
            raise Http404
        lines = statement.lines.to_be_decided_first().with_order()
        waiting = statement.lines.suggested().with_order()
        numbers = statement.lines.numbers_by_status()
        context = {
            "title": str(statement),
            "statement": statement,
            "lines": Paginator(lines, SHOWN).get_page(request.GET.get("page")),
            "sure": sum(line.is_sure for line in waiting),
            "numbers": [(state.label, numbers.get(state, 0)) for state in StatementLine.Status],
        }
        return self._page(request, "statement.html", context)

    def upload_view(self, request: Any) -> HttpResponse:
        """Ask for a file; show what is in it, writing nothing; take what was shown."""
        form = StatementForm(request.POST or None, request.FILES or None, edition=request.edition)
        plan = self._planned_or_done(request, form) if request.method == "POST" and form.is_valid() else None
        if isinstance(plan, HttpResponse):
            return plan
        context = {
            "title": gettext("Bring in a bank statement"),
            "form": form,
            "plan": plan,
            "kept": form.kept,
            "before": BankStatement.objects.of_file(form.data_read, request.edition) if plan else None,
        }
        return self._page(request, "upload.html", context)

    def _planned_or_done(self, request: Any, form: StatementForm) -> Plan | HttpResponse | None:
        upload = form.upload()
        try:
            if "confirm" not in request.POST:
                return upload.plan()
            statement = upload.carry_out(by=Actor.of(request.user))
        except Refusal as refusal:
            form.add_error("file", ValidationError(str(refusal)))
            form.forget()
            return None
        form.forget()
        self.log_addition(request, statement, gettext("Brought in"))
        messages.success(request, gettext("The statement is here. Nothing is booked yet: confirm it below."))
        return redirect("admin:registration_bankstatement_change", statement.pk)

    # --- deeds ---

    def book_all_view(self, request: Any, pk: int) -> HttpResponse:
        """Book all lines of which there is no doubt."""
        statement = self._statement(request, pk)
        booked, refused = statement.book_all_sure(by=Actor.of(request.user))
        for line, refusal in refused:
            messages.error(request, f"{line}: {refusal}")
        if booked:
            said = ngettext("%(count)s payment booked.", "%(count)s payments booked.", booked)
            messages.success(request, said % {"count": booked})
            self.log_change(request, statement, said % {"count": booked})
        return self._back(request, statement)

    def _deed_view(self, name: str) -> Any:
        done, deed = DEEDS[name]

        def view(request: Any, pk: int, line: int) -> HttpResponse:
            statement = self._statement(request, pk)
            found = statement.lines.with_order().filter(pk=line).first()
            if found is None:
                raise Http404
            try:
                deed(found, Actor.of(request.user), request.POST)
            except Refusal as refusal:
                messages.error(request, f"{found}: {refusal}")
            else:
                messages.success(request, f"{found}: {done}.")
                self.log_change(request, statement, f"{found}: {done}")
            return self._back(request, statement)

        return view

    def _statement(self, request: Any, pk: int) -> BankStatement:
        statement = self.get_object(request, str(pk))
        if statement is None:
            raise Http404
        return statement

    def _back(self, request: Any, statement: BankStatement) -> HttpResponse:
        page = request.GET.get("page", "")
        address = reverse("admin:registration_bankstatement_change", args=[statement.pk])
        return redirect(f"{address}?page={page}" if page.isascii() and page.isdecimal() else address)

    def _page(self, request: Any, template: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/registration/bank/{template}", whole)
