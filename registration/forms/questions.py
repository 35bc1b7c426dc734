"""The part of a form that asks an edition's own questions, and the page on which an attendee answers them later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from forum.models import StakeholderGroup
from registration.forms.asking import field_for, is_written_over
from registration.models import Question, TicketType
from registration.models.answer import Document
from registration.models.answer_words import in_words
from registration.models.questionnaire import Answered, Questionnaire, Said

Kind = Question.Kind


class SeenField(forms.Field):
    """The questions that the page showed, by their keys, beside those that it shows to everybody."""

    widget = hidden_widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> set[str]:
        return {str(key) for key in value or []}


@dataclass(frozen=True)
class Shown:
    """A question on a page. One that is not asked, as things stand, waits hidden for a script; the answers to hidden
    ones are not sent."""

    question: Question
    field: forms.BoundField
    is_asked: bool
    deletion: forms.BoundField | None = None

    @property
    def after(self) -> str:
        """The name of the field from whose answer it follows."""
        return f"{Question.PREFIX}{self.question.depends_on_id}"


class WithQuestions(forms.Form):
    """A form that asks what an edition asks.

    A question that is not for everybody stands on the page hidden and switched off; a script shows it when it is
    asked. Without one nobody saw it: `further` are the questions that are to be asked next, on a page of their own.
    What is not asked is not looked at and not kept, whatever was sent.
    """

    seen = SeenField(required=False)

    whole = questionnaire = Questionnaire(())
    asked: frozenset[Question] = frozenset()
    further: tuple[Question, ...] = ()

    def ask(
        self, questionnaire: Questionnaire, given: dict[int, Any] | None = None, *, with_files: bool = True
    ) -> None:
        """Have a field for each question; `given` is what was answered before, by the keys of the questions. Pages that
        carry along what was typed cannot carry a file: those are asked for `later`, on the ticket's page."""
        self.whole = questionnaire
        self.questionnaire = questionnaire if with_files else questionnaire.without_files
        for question in self.questionnaire.questions:
            self.fields[question.name] = field_for(question, given=(given or {}).get(question.pk))

    def chosen(self) -> tuple[TicketType | None, StakeholderGroup | None]:
        """Ticket type and group that were chosen, as far as they are valid."""
        return self.cleaned_data.get("ticket_type"), self.cleaned_data.get("group")

    def chosen_at_first(self) -> tuple[TicketType | None, StakeholderGroup | None]:
        """Ticket type and group that the page shows as chosen before anything was sent."""
        raise NotImplementedError

    def clean(self) -> None:
        super().clean()
        answers = {
            question.pk: self.cleaned_data.get(question.name) for question in self.questionnaire.questions
        }
        self.asked = frozenset(self.questionnaire.asked_of(*self.chosen(), answers))
        further = []
        for question in self.questionnaire.questions:
            is_seen = question.is_of_all or str(question.pk) in self.cleaned_data["seen"]
            if question in self.asked and not is_seen:
                further.append(question)
            if question not in self.asked or not is_seen:
                self.errors.pop(question.name, None)
                self.cleaned_data.pop(question.name, None)
        self.further = tuple(further)

    @property
    def answers(self) -> dict[Question, Any]:
        """The valid answers to what was asked and seen, empty ones among them."""
        return {
            question: self.cleaned_data[question.name]
            for question in self.questionnaire.questions
            if question in self.asked and question.name in self.cleaned_data
        }

    @property
    def given(self) -> dict[Question, Any]:
        """The answers that are not empty."""
        return {question: said for question, said in self.answers.items() if said}

    @property
    def said(self) -> list[Said]:
        """What was answered, in words, for who has just written it."""
        return [Said(question, in_words(question, said)) for question, said in self.given.items()]

    @property
    def later(self) -> list[Question]:
        """What is asked of them on their ticket's page only."""
        answers = {question.pk: said for question, said in self.answers.items()}
        asked = self.whole.asked_of(*self.chosen(), answers)
        return [question for question in asked if question not in self.questionnaire.questions]

    @property
    def shown(self) -> list[Shown]:
        """All questions, for a page that shows at once what is asked."""
        asked = self.asked | self._seen_before if self.is_bound else self._asked_at_first
        return [
            Shown(question, self[question.name], question in asked, self._deletion(question))
            for question in self.questionnaire.questions
        ]

    def _deletion(self, question: Question) -> forms.BoundField | None:
        """The box that deletes what was answered, where an empty field would not."""
        return None

    @property
    def _seen_before(self) -> set[Question]:
        """Those that stay on the page while nobody can tell whether they are asked: what was typed is kept."""
        if None not in self.chosen():
            return set()
        return {one for one in self.questionnaire.questions if str(one.pk) in self.cleaned_data["seen"]}

    @property
    def _asked_at_first(self) -> frozenset[Question]:
        answers = {question.pk: self[question.name].value() for question in self.questionnaire.questions}
        return frozenset(self.questionnaire.asked_of(*self.chosen_at_first(), answers))

    @property
    def is_asking(self) -> bool:
        """Whether one of the questions is asked, as things stand."""
        return any(one.is_asked for one in self.shown)

    @property
    def shown_next(self) -> list[Shown]:
        """The further questions, and those of their page that were not answered rightly."""
        return [
            one
            for one in self.shown
            if one.question in self.further or (self._is_wrong(one) and one.is_asked)
        ]

    @property
    def carried(self) -> list[forms.BoundField]:
        """What the page of the further questions carries along: all that it does not show."""
        names = {one.field.name for one in self.shown_next}
        return [field for field in self if field.name not in names]

    def _is_wrong(self, one: Shown) -> bool:
        return one.field.name in self.errors and not one.question.is_of_all

    @property
    def is_wrong_in_further_only(self) -> bool:
        """Whether all that is wrong stands on the page of the further questions."""
        return {one.field.name for one in self.shown_next} >= set(self.errors)


def as_initial(data: QueryDict, questionnaire: Questionnaire) -> dict[str, Any]:
    """What was sent, as an unbound form shows it: a list where several answers can be chosen."""
    several = {question.name for question in questionnaire.questions if question.kind == Kind.SEVERAL}
    return {name: values if name in several else data.get(name) for name, values in data.lists()}


class AnswersForm(WithQuestions):
    """What the attendee of a ticket is asked, with what they answered. What is protected is not shown again."""

    def __init__(self, answered: Answered, *args: Any, **kwargs: Any) -> None:
        self.answered = answered
        given = dict(answered.given)
        shown = {
            question.name: given[question.pk]
            for question in answered.questionnaire.questions
            if question.pk in given and not is_written_over(question)
        }
        super().__init__(*args, **{"initial": shown, **kwargs})
        self.ask(answered.fitting, given)
        for question in answered.fitting.questions:
            if question.pk in given and is_written_over(question) and not question.is_required:
                box = forms.BooleanField(label=_("Delete what I have answered"), required=False)
                self.fields[f"{question.name}-deletion"] = box

    def chosen(self) -> tuple[TicketType, StakeholderGroup]:
        return self.answered.ticket.ticket_type, self.answered.ticket.group

    chosen_at_first = chosen

    def _deletion(self, question: Question) -> forms.BoundField | None:
        name = f"{question.name}-deletion"
        return self[name] if name in self.fields else None

    def keep(self) -> None:
        """Keep the answers, and leave as they are those that are not shown again, unless they were written anew or are
        to be deleted."""
        self.answered.keep(
            {
                question: said
                for question, said in self.answers.items()
                if said or not is_written_over(question) or self.cleaned_data.get(f"{question.name}-deletion")
            }
        )

    def keep_files(self) -> bool:
        """Keep the files alone, where something else is not answered rightly yet: nobody should send them twice.
        Whether there were some."""
        files = {question: said for question, said in self.answers.items() if isinstance(said, Document)}
        if files:
            self.answered.keep(files)
        return bool(files)
