"""What allauth asks of us: how its mails go, whom it lets in, how it keeps secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context as current
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import throttle
from forum.admin_site import has_shown
from forum.models import Edition, Message
from forum.sealing import vault

SECOND_FACTOR = "second factor"

# What allauth calls a mail, and what of its context our letter needs.
LETTERS: dict[str, tuple[str, timedelta, list[str]]] = {
    "account/email/login_code": (
        "sign-in-code",
        timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
        ["code"],
    ),
    "account/email/password_reset_key": (
        "password-reset",
        timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        ["password_reset_url"],
    ),
}
# The other mails say that something about a sign-in was changed; each is a sentence in one letter.
CHANGES = {
    "account/email/password_changed": "password",
    "account/email/password_reset": "password",
    "mfa/email/totp_activated": "app-added",
    "mfa/email/totp_deactivated": "app-removed",
    "mfa/email/webauthn_added": "key-added",
    "mfa/email/webauthn_removed": "key-removed",
    "mfa/email/recovery_codes_generated": "recovery-codes",
}


class Adapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and every mail goes through the outbox."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _(
            "This is not the code in our newest mail. Have another look; spaces do not matter."
        ),
        "too_many_login_attempts": _("That did not work too many times. Wait five minutes, then try again."),
        "rate_limited": _("That was too often in a short time. Wait a few minutes, then try again."),
        "email_password_mismatch": _("This address and this password do not belong together."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody needs to sign up: who has registered or speaks has an account as soon as they ask for a code."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address by which requests are throttled."""
        return throttle.visitor(request)

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be sent on to `url` after signing in: to a path of this site. What is no path might be taken
        for the name of a view."""
        return url.startswith("/") and super().is_safe_url(url)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put one of allauth's mails into the outbox, as our own letter. Raises KeyError for one that has none."""
        if template_prefix in CHANGES:
            letter, lasts = "sign-in-changed", timedelta(days=1)
            kept = {"change": CHANGES[template_prefix], "at": context["timestamp"].isoformat()}
        else:
            letter, lasts, names = LETTERS[template_prefix]
            kept = {name: context[name] for name in names}
        edition = getattr(current.request, "edition", None)
        Message.queue(letter, to=email, edition=edition, context=kept, urgency=0, lasts=lasts)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail; its host is ours by the settings, whatever the request said."""
        user, _dash, token = key.partition("-")
        return Edition.link(reverse("account_reset_password_from_key", kwargs={"uidb36": user, "key": token}))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask for the password once more; not of somebody who gave it a moment ago."""
        if has_shown("password", current.request, within=app_settings.REAUTHENTICATION_TIMEOUT):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted, and draws the app's QR code so that the content policy holds."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _(
            "This code is not right. The app shows a new one every 30 seconds: try the next."
        ),
    }

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Propose a name for the next key."""
        keys = [authenticator for authenticator in user.authenticator_set.all() if authenticator.type == type]
        return gettext("Key %(number)d") % {"number": len(keys) + 1}

    def encrypt(self, text: str) -> str:
        """Encrypt what lies in the database, with a key made from SECRET_KEY."""
        return vault(SECOND_FACTOR).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Undo `encrypt`, also after SECRET_KEY was changed if the old one is among SECRET_KEY_FALLBACKS."""
        return vault(SECOND_FACTOR).decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """Draw the QR code (ISO/IEC 18004) as SVG markup that stands in the page: black on white in dark mode too."""
        return segno.make(url, error="m").svg_inline(border=2, light="#fff", omitsize=True)


@receiver(authenticator_added)
def who_sets_up_a_factor_has_shown_it(
    request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Count a factor that was set up just now as shown: its owner proved it a second ago."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
