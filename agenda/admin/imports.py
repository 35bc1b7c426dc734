"""The page that brings a programme in: a file, what would become of it, and the deed."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agenda.frab.reading import MAX_BYTES
from agenda.imports.plan import Plan
from agenda.imports.schedule_import import ScheduleImport
from forum import cldr
from forum.edition_admin.kept import KeptFileForm
from forum.errors import Refusal
from forum.models import Edition


class ImportForm(KeptFileForm):
    """A file, or the claim to one that was previewed already, and what is decided about it."""

    purpose, most_bytes = "programme", MAX_BYTES

    DATES: ClassVar[list[Any]] = [
        ("keep", _("As they are in the file")),
        ("move", _("Moved: the first day becomes this edition’s first day, and clock times stay")),
    ]
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("schedule.xml (frab, pretalx, Pentabarf) or schedule.json, 8 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".xml,.json,application/xml,application/json"}),
    )
    language = forms.ChoiceField(label=_("Its texts are in"))
    dates = forms.ChoiceField(
        label=_("Its days are"), choices=DATES, widget=forms.RadioSelect, initial="keep"
    )
    speakers_agreed = forms.BooleanField(
        label=_("These people have agreed to be named in public"),
        required=False,
        help_text=_("Without it they are imported, and nobody is named on the site until they agree."),
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, edition=edition, **kwargs)
        offered = [(code, cldr.language_name(code)) for code in edition.languages]
        language: Any = self.fields["language"]
        language.choices, language.initial = offered, edition.main_language
        if len(offered) == 1:
            language.widget = forms.HiddenInput()

    def schedule(self) -> ScheduleImport:
        """The import that was asked for."""
        return ScheduleImport(
            self.edition,
            self.data_read,
            language=self.cleaned_data["language"],
            moves_days=self.cleaned_data["dates"] == "move",
            speakers_agreed=self.cleaned_data["speakers_agreed"],
        )


class WithImport(ModelAdmin):
    """An admin with the page that brings a programme in."""

    def get_urls(self) -> list[Any]:
        page = path("import/", self.admin_site.admin_view(self.import_view), name="agenda_session_import")
        return [page, *super().get_urls()]

    def import_view(self, request: Any) -> HttpResponse:
        """Ask for a file; show what would become of it, writing nothing; import what was shown."""
        edition = request.edition
        if edition is None or not request.user.has_duty(edition, "programme"):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, edition=edition)
        plan = self._planned_or_done(request, form) if request.method == "POST" and form.is_valid() else None
        if isinstance(plan, HttpResponse):
            return plan
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Bring in a programme"),
            "opts": self.opts,
            "form": form,
            "plan": plan,
            "kept": form.kept,
        }
        return TemplateResponse(request, "admin/agenda/session/import.html", context)

    def _planned_or_done(self, request: Any, form: ImportForm) -> Plan | HttpResponse | None:
        schedule = form.schedule()
        if "confirm" in request.POST:
            try:
                done = schedule.carry_out(expected=form.cleaned_data["expected"])
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                return self._done(request, form, done)
        try:
            return schedule.plan()
        except Refusal as refusal:
            form.add_error("file", ValidationError(str(refusal)))
            form.forget()
            return None

    def _done(self, request: Any, form: ImportForm, plan: Plan) -> HttpResponse:
        assert form.kept is not None
        form.kept.forget()
        sessions = plan.shares[0]
        said = ngettext(
            "Imported: %(count)s new session, %(changed)s changed. Times, rooms and people wait for the next release; "
            "changed titles and texts of released sessions are seen at once.",
            "Imported: %(count)s new sessions, %(changed)s changed. Times, rooms and people wait for the next release; "
            "changed titles and texts of released sessions are seen at once.",
            len(sessions.new),
        ) % {"count": len(sessions.new), "changed": len(sessions.changed)}
        messages.success(request, said)
        self.log_change(request, request.edition, f"{form.kept.title}: {said}")
        return redirect("admin:agenda_session_changelist")
