"""A ticket's questions: its attendee answers what their edition asks, and corrects it, until the forum begins."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forum.http import Request, private
from forum.outage import may_be_sent_again
from registration.forms.questions import AnswersForm
from registration.models.questionnaire import Answered
from registration.views.tickets import opened


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: Request, secret: str) -> HttpResponse:
    """Show the questions with what was answered, and keep the answers. Where nothing can be answered any more, go to
    the ticket."""
    ticket = opened(request, secret)
    [answered] = Answered.of([ticket])
    if not answered.is_open:
        return redirect(ticket)
    if request.method != "POST":
        return _ask(request, AnswersForm(answered))
    form = AnswersForm(answered, request.POST, request.FILES)
    if not form.is_valid():
        if form.keep_files():
            [answered] = Answered.of([ticket])
            form = AnswersForm(answered, request.POST)
        return _ask(request, form)
    form.keep()
    if form.further:
        messages.info(request, _("Your answers are kept. A few more questions follow from them."))
        return redirect("ticket-questions", secret=secret)
    messages.success(request, _("Thank you. Your answers are kept."))
    return redirect(ticket)


def _ask(request: Request, form: AnswersForm) -> HttpResponse:
    context = {"form": form, "ticket": form.answered.ticket}
    return render(request, "registration/questions.html", context)
