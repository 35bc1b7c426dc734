"""Registering a delegation, and adding people to an order: the rows, the same in review, and the tickets. Nothing is
stored before the last of them; what was typed travels with the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forum import briefly
from forum.actor import Actor
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again
from registration.exports import BOM
from registration.forms import AgreementForm
from registration.forms.delegation import Delegation, SheetForm, filled_in
from registration.forms.person_row import MOST, row_labels, terms_key
from registration.models import Order
from registration.tables.people import template
from registration.views.register import actor, count_code, is_calm, may_try_codes

MORE = 5  # rows


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def delegation(request: Request) -> HttpResponse:
    """Ask for the people of a delegation, show them, or place their order: `step` says which button was pressed."""
    edition = request.edition
    if edition is None:
        raise Http404
    if done := _placed(request):
        return redirect(done)
    if not edition.takes_registrations:
        return render(request, "registration/closed.html", {"phase": edition.phase})
    return _step(request, None)


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: Request, code: str, secret: str) -> HttpResponse:
    """Ask for further people of an order, show them, or add them."""
    order = get_object_or_404(Order.objects.with_tickets().opened_by(code, secret))
    be_about(request, order.edition)
    is_last = request.POST.get("step") == "confirm"
    is_done = is_last and order.has_added_with(AgreementForm(order.edition, request.POST).key)
    if is_done or not order.takes_people:
        return redirect(order)
    return _step(request, order)


def _placed(request: Request) -> Order | None:
    edition, is_last = request.edition, request.POST.get("step") == "confirm"
    return Order.objects.placed_with(AgreementForm(edition, request.POST).key, edition) if is_last else None


def _step(request: Request, order: Order | None) -> HttpResponse:
    step = request.POST.get("step", "")
    if request.method != "POST":
        wanted: dict[str, Any] = {"group": request.GET.get("group"), "ticket_type": request.GET.get("ticket")}
        if order is not None:
            first = next(ticket for ticket in order.tickets.all() if ticket.is_live)
            # As others see it: by an invitation, somebody is in a group of which nobody has told them.
            wanted = {"group": first.group.public.slug, "ticket_type": first.ticket_type_id}
        return _ask(request, _asked(request, order, initial=wanted), step)
    if step == "sheet":
        return _fill_in(request, order)
    data = _with_more_rows(request.POST) if step == "rows" else request.POST
    asked = _asked(request, order, data=data)
    if step in {"rows", "change", "voucher"}:
        return _ask(request, asked, step)
    return _answer(request, asked, order)


def _fill_in(request: Request, order: Order | None) -> HttpResponse:
    """Fill the rows from the table that was brought, and say at once what is wrong in them."""
    asked, sheet = _asked(request, order, data=request.POST), SheetForm(request.POST, request.FILES)
    found = sheet.people(asked.form)
    if found is None:
        return _ask(request, asked, "sheet", sheet=sheet)
    asked = _asked(request, order, data=filled_in(request.POST, found))
    asked.is_valid()
    return _ask(request, asked, "review", sheet=sheet, found=found)


@require_safe
def sheet(request: Request) -> HttpResponse:
    """Give the first row of a table of people, to be filled in (CSV)."""
    content = BOM + template(row_labels())
    name = {"Content-Disposition": 'attachment; filename="people.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=name)


def _with_more_rows(posted: QueryDict) -> QueryDict:
    data, rows = posted.copy(), posted.get("people-TOTAL_FORMS", "")
    there = int(rows) if rows.isdecimal() and len(rows) < 4 else 0
    data["people-TOTAL_FORMS"] = str(min(MOST, there + MORE))
    return data


def _answer(request: Request, asked: Delegation, order: Order | None) -> HttpResponse:
    edition, is_last = asked.form.edition, request.POST.get("step") == "confirm"
    if not asked.is_valid():
        return _ask(request, asked, "review")
    agreement = AgreementForm(edition, request.POST if is_last else None)
    if not agreement.is_valid():
        return _show(request, asked, agreement)
    if not is_calm(request, order.email if order else asked.form.cleaned_data["email"]):
        agreement.add_error(
            None, _("Many people registered from here just now. Please try again in an hour, or write to us.")
        )
        return _show(request, asked, agreement)
    try:
        if order is None:
            return redirect(Order.place(asked.wish(agreement), by=actor(request)))
        order.add(asked.wish(agreement), by=Actor.holder(f"order {order.code}"))
    except Refusal as refusal:
        if done := _placed(request):
            return redirect(done)
        with briefly.afresh():
            asked = _asked(request, order, data=request.POST)
        if asked.is_valid():  # else it says itself what is not to be had any more
            asked.form.refuse(refusal)
        return _ask(request, asked, "review")
    return redirect(order)


def _asked(request: Request, order: Order | None, *, data: Any = None, initial: Any = None) -> Delegation:
    edition = request.edition
    assert edition is not None
    asked = Delegation(edition, data, order=order, initial=initial, may_try=may_try_codes(request))
    count_code(request, asked.form)
    return asked


def _ask(request: Request, asked: Delegation, step: str, **more: Any) -> HttpResponse:
    """The rows. Until somebody wants to go on, nothing is said of what is not filled in yet."""
    is_judged = step == "review"
    if not is_judged and asked.form.is_bound:
        asked.forgive(but="voucher" if step == "voucher" else "")
    context = {"asked": asked, "form": asked.form, "order": asked.order, "most": MOST, "is_judged": is_judged}
    return render(request, "registration/delegation.html", {"sheet": SheetForm(), **context, **more})


def _show(request: Request, asked: Delegation, agreement: AgreementForm) -> HttpResponse:
    now = timezone.now()  # of one moment: who confirms agrees to the prices that stand there
    people = [(row, row.type_chosen, row.type_chosen.offered_at(now)) for row in asked.people]
    terms = {terms_key(kind): kind.terms_at(now) for _row, kind, _price in people}
    context = {
        "form": agreement,
        "asked": asked,
        "order": asked.order,
        "people": people,
        "total": sum(price for _row, _kind, price in people),
        "some_need_approval": any(kind.needs_approval for _row, kind, _price in people),
        "terms": " ".join(f"{key}:{said}" for key, said in sorted(terms.items())),
    }
    return render(request, "registration/delegation_review.html", context)
