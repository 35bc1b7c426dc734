"""Addresses that somebody types again: the right one instead of a mistyped one, the one of a lost link."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.fields import AddressField


class CorrectEmailForm(forms.Form):
    """Asks for the right address."""

    email = AddressField(
        label=_("The right address"),
        help_text=_("We send everything again. The links in the first mail stop working."),
        error_messages={"required": _("Write the address that we can send your ticket to.")},
    )


class LostLinkForm(forms.Form):
    """Asks for the address that somebody registered with."""

    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("The one with which you registered."),
        error_messages={"required": _("Write the address with which you registered.")},
    )
