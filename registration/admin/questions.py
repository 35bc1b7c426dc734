"""What an edition asks of those who register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from forum.edition_admin import EditionAdmin, EditionForm, EditionTabularInline
from forum.edition_admin.base import RowFormSet
from registration.models import Question, QuestionOption
from registration.models.answer import answers_to
from registration.models.answer_words import yes_and_no
from registration.models.question import CHOOSING, last_day


def _possible(question: Question) -> list[tuple[str, str]]:
    """The answers to a question from which others may follow, as the form names them."""
    if question.kind == Question.Kind.YES_NO:
        return yes_and_no()
    return [(str(option.pk), str(option)) for option in question.options.all()]


class QuestionForm(EditionForm):
    """A question, and the answer before from which it follows."""

    asked_when = forms.ChoiceField(
        label=_("Asked only when"),
        required=False,
        help_text=_("An answer to an earlier question: yes or no, or one of those to choose from."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and self.edition and "kept_until" in self.fields:
            self.fields["kept_until"].initial = last_day(self.edition)
            self.fields["position"].initial = Question.objects.of_edition(self.edition).next_position
        field = self.fields.get("asked_when")
        if field is None:
            return
        deciding = Question.objects.of_edition(self.instance.edition).that_decide()
        earlier = [one for one in deciding if one.pk != self.instance.pk]
        field.choices = [  # type: ignore[attr-defined]
            ("", _("Always")),
            *(
                (str(one), [(f"{one.pk}:{answer}", words) for answer, words in _possible(one)])
                for one in earlier
            ),
        ]
        if self.instance.depends_on_id:
            field.initial = f"{self.instance.depends_on_id}:{self.instance.depends_answer}"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "asked_when" in cleaned:
            key, _colon, answer = cleaned["asked_when"].partition(":")
            self.instance.depends_on_id, self.instance.depends_answer = int(key) if key else None, answer
        return cleaned


class OptionFormSet(RowFormSet):
    """The answers to choose from. One that somebody may have chosen, or that others follow from, is not deleted."""

    @property
    def _kept(self) -> set[int]:
        if not hasattr(self, "_kept_keys"):
            question = self.instance
            options = list(question.options.all()) if question.pk else []
            self._kept_keys = {option.pk for option in options} if options and question.has_answers else set()
            deciding = QuestionOption.objects.that_decide(options)
            self._kept_keys |= set(deciding.values_list("pk", flat=True)) if options else set()
        return self._kept_keys

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk in self._kept and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True
            form.fields["DELETE"].widget.attrs["title"] = gettext(
                "It was chosen. Take it off the form instead."
            )

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        there = [row for row in rows if row.get("label") and row.get("is_active") and not row.get("DELETE")]
        if self.instance.kind in CHOOSING and len(there) < 2:
            raise ValidationError(_("There is nothing to choose from yet: write two answers at least."))


class QuestionOptionInline(EditionTabularInline):
    """What can be chosen."""

    model = QuestionOption
    formset = OptionFormSet
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    fields = ("label", "position", "is_active")
    extra = 2


@admin.register(Question)
class QuestionAdmin(EditionAdmin):
    """The questions, in the order in which they are asked."""

    form = QuestionForm
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    menu_position = 8
    list_display = (
        *("__str__", "kind", "for_whom", "asked_after", "is_required", "is_protected", "kept_until"),
        *("is_active", "position"),
    )
    list_filter = ("is_active", "kind", "is_required", "is_protected")
    inlines = (QuestionOptionInline,)
    fieldsets = (
        (None, {"fields": ("label", "help", ("kind", "position"), ("is_required", "is_active"))}),
        (_("Of whom it is asked"), {"fields": ("for_requests", "ticket_types", "groups", "asked_when")}),
        (_("What becomes of the answers"), {"fields": ("is_protected", "kept_until")}),
    )

    def get_queryset(self, request: Any) -> Any:
        questions = super().get_queryset(request).select_related("depends_on")
        return questions.prefetch_related("ticket_types", "groups", "depends_on__options")

    def get_readonly_fields(self, request: Any, obj: Any = None) -> list[Any]:
        names = super().get_readonly_fields(request, obj)
        return ["asked_after" if name == "asked_when" else name for name in names]

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return sets
        return [
            (
                title,
                {**options, "fields": ["asked_after" if n == "asked_when" else n for n in options["fields"]]},
            )
            for title, options in sets
        ]

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, lacking - {QuestionOption._meta.verbose_name}, protected  # they go with it

    def uses(self, record: Question) -> list[str]:
        reasons = []
        if count := answers_to(record).count():
            answered = ngettext("%(count)s person has", "%(count)s people have", count) % {"count": count}
            reasons.append(
                gettext("%(answered)s answered “%(question)s”. Take it off the form instead.")
                % {"answered": answered, "question": record}
            )
        reasons += [
            gettext("“%(other)s” follows from “%(question)s”. Change that first.")
            % {"other": other, "question": record}
            for other in record.followers.all()
        ]
        return reasons

    @admin.display(description=_("for whom"))
    def for_whom(self, question: Question) -> str:
        requests = [gettext("With a request")] if question.for_requests else []
        chosen = [*requests, *question.ticket_types.all(), *question.groups.all()]
        return ", ".join(str(one) for one in chosen) or gettext("Everybody")

    @admin.display(description=_("asked only when"))
    def asked_after(self, question: Question) -> str:
        if question.depends_on is None:
            return "–"
        answer = dict(_possible(question.depends_on)).get(question.depends_answer, "–")
        return f"{question.depends_on} {answer}"


@admin.register(QuestionOption)
class QuestionOptionAdmin(EditionAdmin):
    """The answers to choose from, of all questions: to be translated in one go. They are made with their question."""

    edition_lookup = "question__edition"
    duties_to_view = ("finance", "protection")
    duties_to_change = ("registration",)
    adds = deletes = False
    menu_position = 9
    list_display = ("__str__", "question", "is_active")
    list_select_related = ("question",)
    readonly_fields = ("question",)
    fields = ("question", "label", "is_active")
    ordering = ("question__position", "question", "position", "pk")
