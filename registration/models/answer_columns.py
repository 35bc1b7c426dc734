"""Answers as columns of a table: one for each question, as far as whoever asks may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from forum.models import Edition, User
from registration.models.answer import Answer, ProtectedAnswer
from registration.models.answer_words import in_words
from registration.models.attendee import Attendee
from registration.models.question import Question


@dataclass(frozen=True)
class AnswerColumn:
    """One question, with what everybody answered, by the keys of the attendees."""

    question: Question
    answers: Mapping[int, Any]

    @property
    def title(self) -> str:
        """The question, in the active language."""
        return str(self.question)

    def cell(self, attendee: Attendee) -> str:
        """What somebody answered, in words; of a file, what it is called. Empty when they did not."""
        return self.written(attendee.pk)

    def written(self, key: int) -> str:
        """The same, of the attendee with this primary key."""
        value = self.answers.get(key)
        return "" if value is None else in_words(self.question, value)


def answer_columns(
    edition: Edition, attendees: Iterable[Attendee] | None = None, *, seen_by: User, protected: bool = True
) -> list[AnswerColumn]:
    """A column for each question of the edition that `seen_by` may read the answers to and that one of `attendees`, or
    anybody, has answered, in their order; of `protected` questions only when that is wanted. Four questions to the
    database at most, however many people and questions there are.
    """
    questions = [
        one
        for one in Question.objects.of_edition(edition)
        if seen_by.has_duty(edition, *one.duties) and (protected or not one.is_protected)
    ]
    theirs = Q() if attendees is None else Q(attendee__in={attendee.pk for attendee in attendees})
    given: dict[int, dict[int, Any]] = {question.pk: {} for question in questions}
    for model in (Answer, ProtectedAnswer):
        if any(question.is_protected == (model is ProtectedAnswer) for question in questions):
            for answer in model.objects.filter(theirs, question__in=list(given)):
                given[answer.question_id][answer.attendee_id] = answer.value
    return [AnswerColumn(question, given[question.pk]) for question in questions if given[question.pk]]
