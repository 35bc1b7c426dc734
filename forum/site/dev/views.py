"""The demo's doors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from allauth.account.internal.flows.login import clear_authentication_records, record_authentication
from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from forum.http import Request, private
from forum.models import Edition, User
from forum.site.dev.mails import Mail
from forum.site.sign_in.forms import expect_proof

SANDBOX = ["allow-popups", "allow-popups-to-escape-sandbox"]


class Role(NamedTuple):
    """Somebody one can enter as: whose address, how they sign in, where they go first."""

    title: Any
    about: Any
    address: Callable[[Edition], str | None]
    methods: tuple[str, ...]
    first_page: str


def _always(address: str) -> Callable[[Edition], str]:
    return lambda edition: address


def _of_a_speaker(edition: Edition) -> str | None:
    return edition.speakers.public().exclude(email="").values_list("email", flat=True).first()


def _of_an_attendee(edition: Edition) -> str | None:
    return edition.orders.live().order_by("pk").values_list("email", flat=True).first()


STAFF = ("password", "mfa")
ROLES = {
    "organizer": Role(
        _("Organizer"),
        _("Owns the forum: may do everything."),
        _always("organizer@example.org"),
        STAFF,
        "admin:index",
    ),
    "programme": Role(
        _("Programme"),
        _("Agenda, speakers and pages."),
        _always("programme@example.org"),
        STAFF,
        "admin:index",
    ),
    "door": Role(_("Door"), _("Lets people in."), _always("door@example.org"), STAFF, "admin:index"),
    "speaker": Role(_("Speaker"), _("Looks after a profile."), _of_a_speaker, ("code",), "my-profile"),
    "attendee": Role(_("Attendee"), _("Has registered."), _of_an_attendee, ("code",), "my-orders"),
}


def in_the_demo(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Answer in the demo only, whatever the addresses say."""

    @wraps(view)
    def wrapped(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return private(wrapped)


@in_the_demo
@require_safe
def doors(request: Request) -> HttpResponse:
    """Show as whom one can enter, and the mails."""
    return render(request, "dev/doors.html", {"roles": ROLES.items(), "mails": Mail.newest()})


@in_the_demo
@require_POST
def enter(request: Request, role: str) -> HttpResponse:
    """Sign in as somebody, without asking for anything."""
    wanted = ROLES.get(role)
    address = wanted and request.edition and wanted.address(request.edition)
    if not wanted or not address:
        raise Http404
    user = User.objects.welcome(address)
    expect_proof(user)
    user.emailaddress_set.update(verified=True)  # type: ignore[attr-defined]
    clear_authentication_records(request)
    login(request, user)
    for method in wanted.methods:
        record_authentication(request, user, method)
    return redirect(wanted.first_page)


def _mail_or_404(name: str) -> Mail:
    mail = Mail.named(name)
    if mail is None:
        raise Http404
    return mail


@in_the_demo
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail(request: Request, name: str) -> HttpResponse:
    """Show one mail: its headers, its text, how it looks, what is attached."""
    return render(request, "dev/mail.html", {"mail": _mail_or_404(name), "sandbox": " ".join(SANDBOX)})


@in_the_demo
@require_safe
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],  # a mail's rules stand in its elements, as mail programs need them
        "img-src": [SELF],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
        "sandbox": SANDBOX,
    }
)
def mail_as_html(request: Request, name: str) -> HttpResponse:
    """Serve the HTML part alone, for a frame in which nothing runs and each link opens a tab."""
    return HttpResponse(_mail_or_404(name).html.replace("<head>", '<head><base target="_blank">', 1))


@in_the_demo
@require_safe
def attachment(request: Request, name: str, number: int) -> HttpResponse:
    """Serve a file that came with a mail, to be kept; the first has the number 1."""
    files = _mail_or_404(name).attachments
    if not 1 <= number <= len(files):
        raise Http404
    file = files[number - 1]
    response = HttpResponse(file.get_payload(decode=True), content_type=file.get_content_type())
    response.headers["Content-Disposition"] = f'attachment; filename="{file.get_filename("file")}"'
    return response
