"""The letters of signing in. Their codes and links stand in Message.context, which is emptied once they are sent."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from forum.mail import Content, Pointless, letter
from forum.models import Message


@letter("sign-in-code", "roof")
def sign_in_code(message: Message) -> Content:
    """The code that somebody asked for."""
    return Content({"code": _kept(message, "code"), "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60})


@letter("password-reset", "roof")
def password_reset(message: Message) -> Content:
    """The link with which staff set a password."""
    return Content(
        {"link": _kept(message, "password_reset_url"), "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
    )


@letter("sign-in-changed", "roof")
def sign_in_changed(message: Message) -> Content:
    """Something by which a member of staff signs in was changed."""
    at = datetime.fromisoformat(_kept(message, "at"))
    return Content({"what": _what_changed()[_kept(message, "change")], "at": at})


def _kept(message: Message, name: str) -> str:
    """What the message carries. Raises Pointless when it was sent before, and so carries nothing any more."""
    if name not in message.context:
        raise Pointless("It was sent before, and what it said is not kept.")
    return str(message.context[name])


def _what_changed() -> dict[str, str]:
    return {
        "password": _("Your password was changed."),
        "app-added": _("An authenticator app was set up as your second factor."),
        "app-removed": _("The authenticator app is not your second factor any more."),
        "key-added": _("A passkey or security key was added as your second factor."),
        "key-removed": _("A passkey or security key was removed from your second factors."),
        "forgotten": _(
            "Whoever runs the forum removed your second factor; you set up a new one when you sign in."
        ),
        "recovery-codes": _("New recovery codes were made; the old ones open nothing any more."),
    }
