"""Forms of the agenda's admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agenda.models import Release, Session, Slot
from forum.edition_admin import EditionForm
from forum.edition_admin.forms import LanguagesField
from forum.models import Edition


class SlotForm(EditionForm):
    """A stretch of time. The day follows from it, so that nobody chooses the same thing twice."""

    class Meta:
        model = Slot
        exclude = ("day",)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        edition = self._edition
        if edition and cleaned.get("starts_at"):
            day = edition.days.at(cleaned["starts_at"])
            if day is None:
                self.add_error("starts_at", self._not_on_a_day(edition))
            else:
                self.instance.day = day
        return cleaned

    @property
    def _edition(self) -> Edition | None:
        return self.edition or (self.instance.session.edition if self.instance.session else None)

    @staticmethod
    def _not_on_a_day(edition: Edition) -> str:
        days = ", ".join(date_format(day.date, "D j M Y") for day in edition.days.all())
        if not days:
            return gettext("Make the days of the forum first.")
        return gettext("The forum is not open then. Its days: %(days)s.") % {"days": days}


class SessionForm(EditionForm):
    """A session, with its languages to choose from."""

    class Meta:
        model = Session
        exclude = ("edition",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = self.edition.languages if self.edition else []
        for name, label in (
            ("spoken_languages", _("Spoken in")),
            ("interpreted_languages", _("Interpreted into")),
        ):
            if name in self.fields:
                self.fields[name] = LanguagesField(
                    also=[*offered, *getattr(self.instance, name)], label=label
                )


class ReleaseForm(forms.Form):
    """What goes with a release: a note for readers, and the release that the organizer has compared with."""

    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    is_silent = forms.BooleanField(
        required=False,
        label=_("A correction: write to nobody"),
        help_text=_("The public sees it all the same, and the page of changes tells of it."),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"] = Release._meta.get_field("note").formfield(languages=edition.languages)
