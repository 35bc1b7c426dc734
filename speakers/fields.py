"""Form fields for what speakers say about themselves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from forum.fields import without_controls

LINKS = 8


class LinksField(forms.CharField):
    """Web addresses, one a line; `https://` may be left out, and nothing else may stand in its place."""

    widget = forms.Textarea
    is_address = URLValidator(schemes=["https"])

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        links = [
            link if "://" in link else f"https://{link}"
            for link in without_controls(str(value or "")).split()
        ]
        if len(links) > LINKS:
            raise forms.ValidationError(_("Give %(limit)s links at most."), params={"limit": LINKS})
        for link in links:
            try:
                self.is_address(link)
            except forms.ValidationError:
                wrong = _("“%(link)s” is no address of a secure page: it has to begin with https://.")
                raise forms.ValidationError(wrong, params={"link": link[:80]}) from None
        return list(dict.fromkeys(links))
