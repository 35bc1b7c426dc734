"""What the coming edition asks of its own, and what some of those who registered have answered."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

from django.db.models import prefetch_related_objects

from forum.site.seed import content
from forum.site.seed.editions import Ground
from registration.models import Answer, Question, QuestionOption, Ticket


def ask(ground: Ground) -> dict[str, Question]:
    """Make the questions, by their slugs."""
    made: dict[str, Question] = {}
    for position, row in enumerate(content.table("questions.toml")["question"]):
        before, answer = row.get("after", (None, ""))
        question = made[row["slug"]] = Question.objects.create(
            edition=ground.edition,
            label=row["label"],
            help=row.get("help", ""),
            kind=row["kind"],
            is_required=row.get("is_required", False),
            is_protected=row.get("is_protected", False),
            for_requests=row.get("for_requests", False),
            depends_on=made.get(before),
            depends_answer=answer,
            kept_until=ground.edition.ends_on + timedelta(days=row["kept_days"]),
            position=position,
        )
        question.groups.set(ground.groups[slug] for slug in row.get("groups", ()))
        for option in row.get("option", ()):
            QuestionOption.objects.create(question=question, label=option["label"])
    prefetch_related_objects(list(made.values()), "options", "groups")
    return made


def answer(ground: Ground, questions: dict[str, Question]) -> None:
    """Write down what two thirds of those who come have answered about the working groups, most of them about the visa:
    that they need none; and everybody who asks to come, why."""
    dice = random.Random(2027)  # noqa: S311 - the same answers on every machine
    options = [str(option.pk) for option in questions["working-groups"].options.all()]
    reasons = itertools.cycle(content.table("questions.toml")["question"][0]["said"])
    answers = []
    for ticket in Ticket.objects.of_edition(ground.edition):
        attendee = ticket.attendee
        if ticket.is_requested:
            answers.append(Answer(attendee=attendee, question=questions["why"], value=next(reasons)))
        if dice.random() < 0.66:
            chosen = sorted(dice.sample(options, dice.randint(1, 3)), key=options.index)
            answers.append(Answer(attendee=attendee, question=questions["working-groups"], value=chosen))
        if dice.random() < 0.8:
            answers.append(Answer(attendee=attendee, question=questions["visa"], value="no"))
    Answer.objects.bulk_create(answers)
