"""The back office: Django's admin, one edition at a time, behind a second factor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth.views import LogoutView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from forum.edition_admin.chosen import OneEditionSite

A_SHIFT = 12 * 3600


def has_shown(method: str, request: HttpRequest, *, within: float = A_SHIFT) -> bool:
    """Whether whoever is signed in has shown `method` ("password", "mfa", "code") in the last `within` seconds."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == method and time.time() - record["at"] < within for record in records)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this very sign-in was with password and second factor, no longer than a shift ago; a code by e-mail
    alone is not enough."""
    return has_shown("password", request) and has_shown("mfa", request)


def is_at_work(request: HttpRequest) -> bool:
    """Whether this is somebody with a duty who signed in as staff have to."""
    user: Any = request.user
    return bool(user.is_active and user.is_authenticated and user.is_staff and has_second_factor(request))


def staff_sign_in(request: HttpRequest, *, then: str) -> HttpResponse:
    """Send to the sign-in with password and second factor, and on to the path `then`.

    Raises PermissionDenied when somebody without any duty is signed in: no second factor would help them.
    """
    user: Any = request.user
    if user.is_authenticated and not user.is_staff:
        raise PermissionDenied
    return redirect(f"{reverse('staff-sign-in')}?{urlencode({'next': then})}")


def staff_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page only to people with a duty, signed in with password and second factor."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_at_work(request):
            return staff_sign_in(request, then=request.get_full_path())
        return view(request, *args, **kwargs)

    return wrapped


class ForumAdminSite(OneEditionSite):
    """Django's admin for people with a duty."""

    site_header = _("Plenary")
    site_title = _("Plenary")
    index_title = _("Back office")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return is_at_work(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the sign-in with password and second factor, or on to where whoever has done that wanted to go."""
        then = get_next_redirect_url(request) or reverse("admin:index", current_app=self.name)
        return redirect(then) if self.has_permission(request) else staff_sign_in(request, then=then)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out, by POST only."""
        return LogoutView.as_view(next_page="account_request_login_code")(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Send to the page that changes the password and tells its owner by mail."""
        return redirect("account_change_password")
