"""The forms of the floor."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forum.fields import AddressField
from forum.models import Edition, Interest


class InterestForm(forms.Form):
    """Asks for an address to tell when registration opens."""

    email = AddressField(
        label=_("Your e-mail address"),
        help_text=_("We write to it once, when registration opens, and use it for nothing else."),
    )

    def keep(self, edition: Edition, language: str) -> None:
        """Keep the address; asking twice is asking once."""
        Interest.objects.get_or_create(
            edition=edition, email=self.cleaned_data["email"].casefold(), defaults={"language": language}
        )
