from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.fernet import InvalidToken
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.codes import new_secret
from forum.sealing import is_sealed_newly, vault
from registration.models.attendee import Attendee
from registration.models.question import Question

log = logging.getLogger(__name__)

FOLDER = "answers"
PURPOSE = "protected answers"
LOST: dict[str, Any] = {"lost": True}


@dataclass(frozen=True)
class Document:
    """A file that somebody sent as an answer, looked at already."""

    title: str
    media_type: str
    content: bytes


class AnswerQuerySet(models.QuerySet[Any]):
    """What was answered; the same questions for protected answers and for all others."""

    def of(self, attendees: Iterable[Attendee]) -> AnswerQuerySet:
        """Those of some attendees, in the order of the questions, with these and what could be chosen."""
        given = self.filter(attendee__in=list(attendees)).order_by("question__position", "question__pk")
        return given.select_related("question__edition").prefetch_related("question__options")

    def to(self, question: Question) -> AnswerQuerySet:
        """Those to one question."""
        return self.filter(question=question)

    def with_requests(self) -> AnswerQuerySet:
        """Those to what is asked with a request, in the order of the questions, with these and what could be chosen."""
        asked = self.filter(question__for_requests=True).order_by("question__position", "question__pk")
        return asked.select_related("question__edition").prefetch_related("question__options")

    def with_file(self) -> AnswerQuerySet:
        """Those that are a file."""
        return self.exclude(file="")

    def known_as(self, key: int) -> Any:
        """The one with this primary key; None when it is not among them."""
        return self.filter(pk=key).first()

    def forget(self) -> int:
        """Delete them for good, with their files; how many there were. In one transaction, files after it."""
        with transaction.atomic():
            files = list(self.with_file().values_list("file", flat=True))
            number, _by_model = self.delete()
            transaction.on_commit(partial(_delete_files, files))
        return number


class GivenAnswer(models.Model):
    """What an attendee answered to a question. Choices are kept by their keys, dates as 2027-03-09, numbers as text;
    of a file `file` is its name in private storage, and the value says what it was called and what it is."""

    file = models.CharField(max_length=80, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered at"), default=timezone.now, editable=False)

    value: Any
    attendee: Any
    question: Any
    objects = AnswerQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.question)

    @property
    def content(self) -> bytes:
        """What is in its file. Raises OSError when that is gone, InvalidToken when no key opens it."""
        with storages["private"].open(self.file) as file:
            found: bytes = file.read()
        return vault(PURPOSE).decrypt(found) if self.question.is_protected else found


class Answer(GivenAnswer):
    """An answer for registration and protection."""

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    value = models.JSONField()

    COLUMN = "value"

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = (models.UniqueConstraint(fields=("attendee", "question"), name="one_answer_each"),)

    @staticmethod
    def kept(value: Any) -> Any:
        """The value as its column keeps it."""
        return value


class ProtectedAnswer(GivenAnswer):
    """An answer for finance and protection only, encrypted: its text, and its file."""

    attendee = models.ForeignKey(Attendee, models.CASCADE, related_name="protected_answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="protected_answers")
    sealed = models.TextField()

    COLUMN = "sealed"

    class Meta:
        verbose_name = _("protected answer")
        verbose_name_plural = _("protected answers")
        constraints = (
            models.UniqueConstraint(fields=("attendee", "question"), name="one_protected_answer_each"),
        )

    @staticmethod
    def kept(value: Any) -> str:
        """The value as its column keeps it."""
        return vault(PURPOSE).encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()

    @property
    def value(self) -> Any:
        """What was answered; LOST when it was sealed with a key that nobody has any more."""
        try:
            return json.loads(vault(PURPOSE).decrypt(self.sealed.encode()))
        except InvalidToken:
            return LOST


def answers_to(question: Question) -> AnswerQuerySet:
    """The answers to one question, from the table in which they lie."""
    return (ProtectedAnswer if question.is_protected else Answer).objects.to(question)


@transaction.atomic(savepoint=False)
def keep(attendee: Attendee, answers: Mapping[Question, Any]) -> None:
    """Keep what somebody answered, in place of what they answered before; an empty answer is forgotten."""
    now = timezone.now()
    for model in (Answer, ProtectedAnswer):
        own = {q: said for q, said in answers.items() if q.is_protected == (model is ProtectedAnswer)}
        if empty := [question for question, said in own.items() if said in (None, "", [])]:
            model.objects.filter(attendee=attendee, question__in=empty).forget()
        rows = [
            _row(model, attendee, question, said, now)
            for question, said in own.items()
            if question not in empty
        ]
        if not rows:
            continue
        replaced = model.objects.filter(attendee=attendee, question__in=own).with_file()
        old = list(replaced.values_list("file", flat=True)) if any(row.file for row in rows) else []
        model.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["attendee", "question"],
            update_fields=[model.COLUMN, "file", "answered_at"],
        )
        transaction.on_commit(partial(_delete_files, old))


def _row(model: Any, attendee: Attendee, question: Question, said: Any, now: datetime) -> Any:
    row = model(attendee=attendee, question=question, answered_at=now)
    if isinstance(said, Document):
        content = vault(PURPOSE).encrypt(said.content) if question.is_protected else said.content
        row.file = _store(content)
        said = {"title": said.title, "type": said.media_type, "size": len(said.content)}
    setattr(row, model.COLUMN, model.kept(said))
    return row


def _delete_files(names: Iterable[str]) -> None:
    for name in names:
        storages["private"].delete(name)


def sweep_files(*, older_than: datetime) -> None:
    """Delete the files that no answer has: of a transaction that was undone, of a process that ended."""
    storage: Any = storages["private"]
    if not storage.exists(FOLDER):
        return
    for name in storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        is_known = any(model.objects.filter(file=path).exists() for model in (Answer, ProtectedAnswer))
        if not is_known and storage.get_modified_time(path) < older_than:
            storage.delete(path)


def seal_anew() -> int:
    """Seal with the newest key what was sealed with a former one, so that that one can be given up; how many."""
    changed = 0
    for answer in ProtectedAnswer.objects.iterator():
        if is_sealed_newly(answer.sealed.encode(), PURPOSE):
            continue
        try:
            sealed = vault(PURPOSE).rotate(answer.sealed.encode()).decode()
            content = vault(PURPOSE).encrypt(answer.content) if answer.file else b""
        except (InvalidToken, OSError):
            log.error("protected answer %s cannot be read: its key or its file is gone", answer.pk)
            continue
        name = _store(content) if answer.file else ""
        same = ProtectedAnswer.objects.filter(pk=answer.pk, sealed=answer.sealed)  # not corrected meanwhile
        is_taken = same.update(sealed=sealed, file=name)
        _delete_files([one for one in (answer.file if is_taken else name,) if one])
        changed += is_taken
    return changed


def _store(content: bytes) -> str:
    return storages["private"].save(f"{FOLDER}/{new_secret()}", ContentFile(content))
