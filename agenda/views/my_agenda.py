"""A person's own agenda: what they marked, by the browser's cookie, by their sign-in, or by its secret link."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agenda import holder
from agenda.forms import LinkForm
from agenda.models import Agenda, Day, PersonalAgenda, ShownSession
from agenda.planned import planned
from forum import throttle
from forum.errors import Refusal
from forum.http import Request, be_about, private
from forum.outage import may_be_sent_again

# A forum of thousands may sit behind one address.
BEGUN_FROM_ONE_PLACE, MAILED_FROM_ONE_PLACE, MAILED_TO_ONE_ADDRESS = 2000, 20, 3
AN_HOUR = timedelta(hours=1)


def may_begin(request: Request) -> bool:
    """Whether one more agenda may be begun from where this request comes."""
    return throttle.allows(
        "personal-agenda", throttle.visitor(request), times=BEGUN_FROM_ONE_PLACE, within=AN_HOUR
    )


def _shown(request: Request, personal: PersonalAgenda | None, **context: object) -> HttpResponse:
    edition = request.edition
    slots = Agenda.marked_in(personal.pk, edition) if personal else []
    days = planned(slots, Day.objects.of(edition))
    clashes = sum(bool(one.clashes) for _day, marked in days for one in marked)
    marked = {"personal": personal, "days": days, "slots": slots, "clashes": clashes}
    return render(request, "agenda/my_agenda.html", {**marked, "here": "my-agenda", **context})


@private
@require_safe
def my_agenda(request: Request) -> HttpResponse:
    """Show what this browser, or who is signed in, has marked, with all that can be done about it."""
    personal = holder.held(request)
    return _shown(request, personal, is_own=True, form=LinkForm(initial={"email": _mailed_to(personal)}))


def _mailed_to(personal: PersonalAgenda | None) -> str:
    return personal.email if personal else ""


@private
@require_safe
def by_link(request: Request, secret: str) -> HttpResponse:
    """Show the agenda that a link opens, to read; on the device that holds it, lead to where it is changed."""
    personal = _opened(request, secret)
    if holder.held(request) == personal:
        return redirect(request.edition.path("my-agenda"))
    return _shown(request, personal)


def _opened(request: Request, secret: str) -> PersonalAgenda:
    personal = get_object_or_404(PersonalAgenda.objects.opened_by(secret))
    be_about(request, personal.edition)
    return personal


@private
@may_be_sent_again
@require_http_methods(["GET", "HEAD", "POST"])
def my_session(request: Request, slug: str) -> HttpResponse:
    """Ask whether to mark a session, and mark it, or take the mark off. It is how it works without JavaScript."""
    edition = request.edition
    shown = ShownSession.find(edition, slug)
    if shown is None:
        raise Http404
    personal = holder.held(request)
    if request.method != "POST":
        is_marked = personal is not None and personal.marks(shown.pk)
        return render(request, "agenda/my_session.html", {"session": shown, "is_marked": is_marked})
    if request.POST.get("marked") != "yes":
        if personal:
            personal.unmark([shown.pk])
        return redirect(edition.path("my-agenda"))
    if personal is None and not may_begin(request):
        return render(request, "forum/too_often.html", status=429)
    personal = personal or holder.begun(request)
    personal.mark([shown.pk])
    return holder.keep(redirect(edition.path("my-agenda")), personal)


# --- what its holder does with it ------------------------------------------------------------------------------


def _held(request: Request) -> PersonalAgenda:
    personal = holder.held(request)
    if personal is None:
        raise Http404
    return personal


@private
@may_be_sent_again
@require_POST
def mail(request: Request) -> HttpResponse:
    """Mail the link to the address that was typed; to who is signed in, at their own."""
    personal = _held(request)
    form = LinkForm({"email": personal.user.email} if personal.user else request.POST)
    if not form.is_valid():
        return _shown(request, personal, is_own=True, form=form)
    email, visitor = form.cleaned_data["email"], throttle.visitor(request)
    is_calm = throttle.allows("my-agenda-link", visitor, times=MAILED_FROM_ONE_PLACE, within=AN_HOUR)
    if is_calm and throttle.allows("my-agenda-to", email, times=MAILED_TO_ONE_ADDRESS, within=AN_HOUR):
        personal.send_link(email, language=get_language() or request.edition.main_language)
        messages.success(request, _("The link is on its way to %(email)s.") % {"email": email})
    else:
        messages.error(request, _("The link was mailed several times just now. Try again in an hour."))
    return redirect(request.edition.path("my-agenda"))


@private
@require_POST
def new_link(request: Request) -> HttpResponse:
    """Replace the link; this browser goes on holding the agenda, all others lose it."""
    personal = _held(request)
    personal.replace_link()
    messages.success(request, _("Your agenda has a new link. The one until now opens nothing any more."))
    return holder.keep(redirect(request.edition.path("my-agenda")), personal)


@private
@require_POST
def new_feed(request: Request) -> HttpResponse:
    """Replace the address of the calendar."""
    _held(request).replace_feed()
    messages.success(
        request, _("Your calendar has a new address. Whoever reads the one until now gets nothing more.")
    )
    return redirect(request.edition.path("my-agenda"))


@private
@require_POST
def news(request: Request) -> HttpResponse:
    """Have changes told by mail, or not."""
    wants_news = request.POST.get("wanted") == "yes"
    _held(request).hear(wants_news)
    messages.success(
        request,
        _("You hear from us when one of your sessions changes.")
        if wants_news
        else _("You get no more mails about changes."),
    )
    return redirect(request.edition.path("my-agenda"))


# --- what its link opens ---------------------------------------------------------------------------------------


@private
@require_POST
def to_this_device(request: Request, secret: str) -> HttpResponse:
    """Let this browser hold the agenda that a link opens, with what it has marked itself. Who is signed in, and whose
    agenda another one's link opens, get a copy of what is marked in it."""
    opened = _opened(request, secret)
    own = holder.held(request)
    if request.user.is_authenticated or opened.user_id:
        if own is None and not may_begin(request):
            return render(request, "forum/too_often.html", status=429)
        own = own or holder.begun(request)
        own.copy(opened)
    else:
        if own and own != opened:
            opened.take_over(own)
        own = opened
    return holder.keep(redirect(request.edition.path("my-agenda")), own)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: Request, secret: str, token: str) -> HttpResponse:
    """Ask the reader of the mail whether they want to hear of changes at this address, and know it to be theirs."""
    personal = _opened(request, secret)
    if request.method != "POST":
        return render(request, "agenda/my_address.html", {"personal": personal})
    try:
        personal.confirm_address(token)
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Thank you. We write to you when one of your sessions changes."))
    return redirect(personal)
