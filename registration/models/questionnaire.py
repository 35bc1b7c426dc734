"""What an edition asks, of whom; what of it somebody has answered, and what they still should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import timezone

from forum.briefly import remembered
from forum.models import Edition, StakeholderGroup
from registration.models.answer import Answer, ProtectedAnswer, keep
from registration.models.answer_words import in_words
from registration.models.question import Question
from registration.models.ticket import Ticket
from registration.models.ticket_type import TicketType


class Said(NamedTuple):
    """A question and what was answered to it, in words. The words of a protected one are empty: whoever holds a link
    is not told them."""

    question: Question
    words: str


@remembered
def questionnaire(edition: Edition) -> Questionnaire:
    """What `edition` asks now, a second ago at most."""
    return Questionnaire(tuple(Question.objects.asked_in(edition)))


@dataclass(frozen=True)
class Questionnaire:
    """The questions of an edition, in their order."""

    questions: tuple[Question, ...]

    @property
    def without_files(self) -> Questionnaire:
        """The same but for those that ask for a file, which no page can carry along to the next."""
        return Questionnaire(tuple(one for one in self.questions if one.kind != Question.Kind.FILE))

    def asked_of(
        self, ticket_type: TicketType | None, group: StakeholderGroup | None, answers: Mapping[int, Any]
    ) -> list[Question]:
        """Those that somebody is asked with this type and group (None: none was chosen yet) and these `answers`, by
        the keys of the questions. What follows from a question that is not asked is not asked either."""
        asked, said = [], dict[int, Any]()
        for question in self.questions:
            if not question.is_of_all:
                if ticket_type is None or group is None or not question.is_for(ticket_type, group):
                    continue
                if question.depends_on_id and not question.follows_from(said.get(question.depends_on_id)):
                    continue
            asked.append(question)
            said[question.pk] = answers.get(question.pk)
        return asked


@dataclass(frozen=True)
class Answered:
    """What the attendee of a ticket is asked, and has answered; `given` by the keys of the questions."""

    ticket: Ticket
    questionnaire: Questionnaire
    given: Mapping[int, Any]

    @classmethod
    def of(cls, tickets: Iterable[Ticket], *, has_answers: bool = True) -> list[Answered]:
        """That of some tickets of one edition, with their attendees. Two questions to the database where there is
        something to ask, however many tickets there are; none when it is known that nothing was answered."""
        tickets = list(tickets)
        asks = questionnaire(tickets[0].edition) if tickets else Questionnaire(())
        given: dict[int, dict[int, Any]] = {ticket.attendee.pk: {} for ticket in tickets}
        if asks.questions and has_answers:
            for model in (Answer, ProtectedAnswer):
                for answer in model.objects.filter(attendee__in=list(given)):
                    given[answer.attendee_id][answer.question_id] = answer.value
        return [cls(ticket, asks, given[ticket.attendee.pk]) for ticket in tickets]

    @property
    def fitting(self) -> Questionnaire:
        """What somebody with their type, of their group, may be asked. What goes with a request is asked as long as
        it waits: whoever was invited, or has been approved, is not to say why they come; what they said stays."""
        return Questionnaire(
            tuple(
                one
                for one in self.questionnaire.questions
                if one.is_for(self.ticket.ticket_type, self.ticket.group)
                and (not one.for_requests or self.ticket.is_requested or one.pk in self.given)
            )
        )

    @property
    def asked(self) -> list[Question]:
        """What they are asked."""
        return self.fitting.asked_of(self.ticket.ticket_type, self.ticket.group, self.given)

    @property
    def missing(self) -> list[Question]:
        """What they have not answered and should."""
        return [question for question in self.asked if question.is_required and question.pk not in self.given]

    @property
    def is_open(self) -> bool:
        """Whether there is something to answer or to correct: until the forum begins."""
        return self.ticket.is_live and bool(self.asked) and timezone.now() < self.ticket.edition.begins_at

    @property
    def said(self) -> list[Said]:
        """What they have answered, for whoever holds the ticket's link."""
        return [
            Said(question, "" if question.is_protected else in_words(question, self.given[question.pk]))
            for question in self.asked
            if question.pk in self.given
        ]

    def keep(self, answers: Mapping[Question, Any]) -> None:
        """Keep what was answered now; what is not asked any more, because of it, is forgotten."""
        given = {**self.given, **{question.pk: said for question, said in answers.items()}}
        asked = self.fitting.asked_of(self.ticket.ticket_type, self.ticket.group, given)
        dropped = {
            question: None
            for question in self.questionnaire.questions
            if question not in asked and question.pk in self.given
        }
        keep(self.ticket.attendee, {**answers, **dropped})
