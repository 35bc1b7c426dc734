"""What readers of the agenda are asked."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.fields import AddressField


class LinkForm(forms.Form):
    """Asks where to mail the link of a personal agenda."""

    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("We send the link there, and ask whether you want to hear of changes."),
        error_messages={"required": _("Write the address to which we can send the link.")},
    )
