"""The forms of signing in: allauth's rules, our words, and no placeholder that repeats its label."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as second_factors
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms import EmailInput, TextInput, Widget
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from forum.models import User
from registration.models import Order
from speakers.models import Speaker


def with_address(email: str) -> User | None:
    """The user with this address. A buyer or speaker who is not yet a user becomes one now; None for strangers."""
    user = User.objects.known_as(email)
    if user is None and (
        Order.objects.of_address(email).exists() or Speaker.objects.with_address(email).exists()
    ):
        user = User.objects.welcome(email, language=get_language() or "en")
    return user if user and user.is_active else None


def expect_proof(user: User) -> None:
    """Have allauth know the user's address and no older one, so that the code that is sent now proves it."""
    EmailAddress.objects.lookup([user.email]).exclude(user=user).delete()
    addresses = user.emailaddress_set  # type: ignore[attr-defined]
    addresses.exclude(email=user.email).delete()
    addresses.get_or_create(email=user.email, defaults={"primary": True})


class _Worded:
    """Gives the fields our labels, hints and widgets, and drops allauth's placeholders."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, field.help_text)
            field.widget = _WIDGETS[name]() if name in _WIDGETS else field.widget
            field.widget.attrs.pop("placeholder", None)


def _address_input() -> Widget:
    return EmailInput(attrs={"autocomplete": "email", "maxlength": 254})


def _code_input() -> Widget:
    return TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 20})


_WIDGETS = {"email": _address_input, "login": _address_input, "code": _code_input}
_NEW_PASSWORD = {
    "password1": _(
        "At least 12 characters; not a common password. Four words in a row are easy to remember."
    ),
    "password2": "",
}


class RequestCodeForm(_Worded, account.RequestLoginCodeForm):
    """Asks for the address to send a sign-in code to. It does not tell whether the address is known."""

    labels = {"email": _("Your e-mail address")}
    hints = {"email": _("The one you registered with, or at which the forum writes to you.")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()  # the limit is one address's, however it is written
        if not ratelimit.consume(current.request, action="request_login_code", key=email):
            raise ValidationError(
                _("Several codes were asked for already. Wait ten minutes, then try again.")
            )
        self._user = with_address(email)
        if self._user:
            expect_proof(self._user)
        return email


class ConfirmCodeForm(_Worded, account.ConfirmLoginCodeForm):
    """Asks for the code from the mail."""

    labels = {"code": _("The code from our mail")}


class PasswordForm(_Worded, account.LoginForm):
    """Asks staff for address and password."""

    labels = {"login": _("E-mail address")}
    hints = {"password": ""}


class PasswordAgainForm(_Worded, account.ReauthenticateForm):
    """Asks somebody who is signed in for the password."""


class ResetPasswordForm(_Worded, account.ResetPasswordForm):
    """Asks for the address to send a link to. Only staff have passwords; all others get no mail, and the same page."""

    labels = {"email": _("E-mail address")}

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        user = User.objects.known_as(email)
        self.users = [user] if user and user.is_active and user.is_staff else []
        if user in self.users:
            expect_proof(user)
        return email


class NewPasswordForm(_Worded, account.ResetPasswordKeyForm):
    """Sets a password, by the link from the mail."""

    labels = {"password1": _("New password"), "password2": _("New password, once more")}
    hints = _NEW_PASSWORD


class ChangePasswordForm(_Worded, account.ChangePasswordForm):
    """Sets another password."""

    labels = {
        "oldpassword": _("Your password until now"),
        "password1": _("New password"),
        "password2": _("New password, once more"),
    }
    hints = _NEW_PASSWORD


class _Once:
    """A code of the app counts once, as RFC 6238 demands: for as long as it could be accepted a second time."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        steps = 2 * second_factors.TOTP_TOLERANCE + 1
        key = f"second-factor-used:{self.user.pk}:{normalize_user_code(code)}"  # type: ignore[attr-defined]
        if not cache.add(key, True, timeout=steps * second_factors.TOTP_PERIOD):
            raise get_second_factor_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_Once, _Worded, second_factor.AuthenticateForm):
    """Asks for the second factor after the password."""

    hints = {"code": _("Six digits from your authenticator app, or one of your recovery codes.")}


class SecondFactorAgainForm(_Once, _Worded, second_factor.ReauthenticateForm):
    """Asks somebody who is signed in for the second factor."""

    hints = SecondFactorForm.hints


class SetUpAppForm(_Worded, ActivateTOTPForm):
    """Asks for the first code of an authenticator app."""

    labels = {"code": _("The six digits that the app shows")}


class AddKeyForm(_Worded, AddWebAuthnForm):
    """Names a passkey or security key."""

    labels = {"name": _("Name of the key")}
    hints = {"name": _("For you, to tell your keys apart: “Blue key”, “My phone”.")}


class RenameKeyForm(_Worded, EditWebAuthnForm):
    """Gives a passkey or security key another name."""

    labels = AddKeyForm.labels
