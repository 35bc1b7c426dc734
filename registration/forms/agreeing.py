"""The second page of registering: the agreement to the texts, and the confirmation."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from forum.codes import new_secret
from forum.models import Edition, Page

KEY = re.compile(r"[\w-]{20,64}")


class AgreementForm(forms.Form):
    """The confirmation of what the second page shows: the texts agreed to, in the very version that was read.

    `key` makes pressing twice one order. Both travel with the page; an answer about an older version of the texts is
    no agreement to the new one.
    """

    TEXTS = ("terms", "privacy")

    def __init__(self, edition: Edition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pages: list[Page] = edition.pages_named(*self.TEXTS)
        if self.pages:
            required = _("Without your agreement we cannot register you. Read the texts, then tick the box.")
            self.fields["agree"] = forms.BooleanField(
                label=self._label, error_messages={"required": required}
            )

    @property
    def _label(self) -> Any:
        slugs = [page.slug for page in self.pages]
        if slugs == ["terms"]:
            return _("I agree to the terms.")
        if slugs == ["privacy"]:
            return _("I have read how my data is used.")
        return _("I agree to the terms and have read how my data is used.")

    @property
    def texts(self) -> str:
        """Which version of the texts the page shows."""
        return "-".join(page.digest[:16] for page in self.pages)

    @cached_property
    def key(self) -> str:
        """The page's one-time key: the one that came back with it, else a new one."""
        posted = str(self.data.get("key", ""))
        return posted if KEY.fullmatch(posted) else new_secret()

    @property
    def terms(self) -> str:
        """The ticket type's terms as the page showed them."""
        return str(self.data.get("terms", ""))[:40]

    def clean_agree(self) -> bool:
        if self.data.get("texts") != self.texts:
            raise forms.ValidationError(
                _("The texts have changed a moment ago. Please read them, and agree again.")
            )
        return True
