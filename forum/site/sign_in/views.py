"""Where one signs in, and where one goes from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.account.stages import LoginByCodeStage
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agenda.holder import forget
from forum.admin_site import has_second_factor, has_shown, staff_sign_in
from forum.http import Request
from speakers.models import Speaker

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def staff(request: Request) -> HttpResponse:
    """Sign in with password and second factor. Who is signed in already is asked for what is missing."""
    if request.user.is_authenticated:
        return _ask_for_what_is_missing(request)
    pending = get_pending_stage(request)
    if pending and pending.key == LoginByCodeStage.key:
        clear_login(request)  # else allauth would insist on the code that was asked for before
    return account.login(request)


def _ask_for_what_is_missing(request: Request) -> HttpResponse:
    then = get_next_redirect_url(request) or reverse("admin:index")
    if not request.user.is_staff:
        return staff_sign_in(request, then=then)
    if has_second_factor(request):
        return redirect(then)
    here = f"{reverse('staff-sign-in')}?{urlencode({'next': then})}"
    if not request.user.has_usable_password():
        messages.info(request, _("Your duty asks for a password. Ask for a link to set one."))
        return redirect("account_reset_password")
    if not has_shown("password", request):
        return redirect(_with_next("account_reauthenticate", here))
    if not is_mfa_enabled(request.user, SECOND_FACTORS):
        return redirect("mfa_activate_totp")
    has_app = is_mfa_enabled(request.user, [Authenticator.Type.TOTP])
    return redirect(_with_next("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn", here))


def _with_next(name: str, then: str) -> str:
    return f"{reverse(name)}?{urlencode({'next': then})}"


def about_ones_own_sign_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page on which staff manage password and second factor: to those who have shown all they have got."""

    @wraps(view)
    def wrapped(request: Request, *args: object, **kwargs: object) -> HttpResponse:
        is_setting_up = has_shown("password", request) and not is_mfa_enabled(request.user, SECOND_FACTORS)
        if not request.user.is_staff or not (is_setting_up or has_second_factor(request)):
            return staff_sign_in(request, then=request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


@login_required
def signed_in(request: Request) -> HttpResponse:
    """Send people where they belong: staff to the back office, a speaker to their profile, others to their orders."""
    then = get_next_redirect_url(request)
    if then:
        return redirect(then)
    if request.user.is_staff and has_shown("password", request):
        return redirect("staff-sign-in")
    return redirect("my-profile" if Speaker.objects.of(request.user).exists() else "my-orders")


def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; the device, which others may use next, keeps nothing of what was read on it."""
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        forget(request, response)
    return response


def set_password(request: HttpRequest) -> HttpResponse:
    """Send whoever has no password yet to the page that mails a link: only the owner of the address sets one."""
    return redirect("account_reset_password")
