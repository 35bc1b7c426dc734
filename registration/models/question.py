from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models import Edition, StakeholderGroup
from forum.translated import TranslatedField, TranslatedRecords
from registration.models.ticket_type import TicketType

MOST_FILES = 10  # as many as a request may bring: settings.DATA_UPLOAD_MAX_NUMBER_FILES


class QuestionQuerySet(TranslatedRecords, models.QuerySet["Question"]):
    """What an edition asks."""

    def asked_in(self, edition: Edition) -> QuestionQuerySet:
        """Those that are asked there now, with whom they are for and what can be chosen."""
        today = timezone.localdate(timezone=edition.zone)
        asked = self.filter(edition=edition, is_active=True, kept_until__gte=today)
        return asked.select_related("edition").prefetch_related("ticket_types", "groups", "options")

    def of_edition(self, edition: Edition) -> QuestionQuerySet:
        """All of one edition, asked or not, with what can be chosen."""
        return self.filter(edition=edition).select_related("edition").prefetch_related("options")

    def among(self, keys: Iterable[int]) -> QuestionQuerySet:
        """Those with these primary keys."""
        return self.filter(pk__in=list(keys))

    @property
    def next_position(self) -> int:
        """The position behind all of them."""
        last = self.aggregate(last=Max("position"))["last"]
        return 0 if last is None else last + 1

    def that_decide(self) -> QuestionQuerySet:
        """Those on whose answer others may depend: the choices, but not the protected ones."""
        return self.filter(kind__in=DECIDING, is_protected=False).prefetch_related("options")

    def with_answers(self) -> QuestionQuerySet:
        """Those that somebody has answered."""
        answered = Q()
        for name in ("answers", "protected_answers"):
            related = self.model._meta.get_field(name).related_model
            answered |= Q(Exists(related._default_manager.filter(question=OuterRef("pk"))))  # type: ignore[union-attr]
        return self.filter(answered)

    def outlived(self) -> list[Question]:
        """Those whose answers are to be deleted: the last day on which they may be kept is over there."""
        near = timezone.localdate() + timedelta(days=1)  # it may be tomorrow already where the edition is
        answered = self.with_answers().filter(kept_until__lt=near).select_related("edition")
        return [question for question in answered if question.deleted_at <= timezone.now()]


class Question(models.Model):
    """What an edition asks of those who register: of all, of some ticket types or groups, or only of those who gave a
    certain answer before.

    The answers are kept until the end of `kept_until`, a day of the edition's time zone. Those to a protected question
    lie encrypted, and are for finance and protection only; all others for registration and protection.
    """

    class Kind(models.TextChoices):
        LINE = "line", _("One line of text")
        TEXT = "text", _("Some lines of text")
        NUMBER = "number", _("Number")
        YES_NO = "yes-no", _("Yes or no")
        ONE = "one", _("One of several answers")
        SEVERAL = "several", _("Any of several answers")
        DATE = "date", _("Date")
        COUNTRY = "country", _("Country")
        FILE = "file", _("File: PDF, PNG or JPEG")

    PREFIX = "question-"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="questions", verbose_name=_("edition"))
    label = TranslatedField(_("question"))
    help = TranslatedField(_("hint"), blank=True, help_text=_("Why it is asked, or how to answer."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.LINE)
    is_required = models.BooleanField(_("to be answered"), default=False)
    is_protected = models.BooleanField(
        _("protected"),
        default=False,
        help_text=_(
            "For legal names, documents and the like: the answers lie encrypted, and only finance and protection read "
            "them. All other answers are for registration and protection."
        ),
    )
    ticket_types = models.ManyToManyField(
        TicketType,
        blank=True,
        related_name="questions",
        verbose_name=_("for the ticket types"),
        help_text=_("None chosen: for all."),
    )
    groups = models.ManyToManyField(
        StakeholderGroup,
        blank=True,
        related_name="questions",
        verbose_name=_("for the groups"),
        help_text=_("None chosen: for everybody."),
    )
    for_requests = models.BooleanField(
        _("with a request only"),
        default=False,
        help_text=_(
            "Asked while a ticket waits for approval: why somebody wants to come. The answer stands beside the request."
        ),
    )
    depends_on = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers", verbose_name=_("depends on")
    )
    depends_answer = models.CharField(max_length=20, blank=True, editable=False)
    kept_until = models.DateField(
        _("answers are kept until"),
        help_text=_("The last day; then they are deleted, and the question is not asked any more."),
    )
    is_active = models.BooleanField(_("asked"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.label)

    def clean(self) -> None:
        before = Question.objects.filter(pk=self.pk).first()
        if before:
            self._must_stay_readable(before)
            for follower in before.followers.all():
                if not self._stands_before(follower):
                    raise ValidationError(
                        {"position": _("A question that follows from it would come before it.")}
                    )
        if self.depends_on and not self.depends_on._stands_before(self):
            raise ValidationError(
                {"position": _("It follows from a question that comes later. Raise its position.")}
            )
        if self.for_requests and self.is_protected:
            raise ValidationError(
                {
                    "for_requests": _(
                        "Whoever decides on a request reads the answer, so it cannot be protected."
                    )
                }
            )
        others = Question.objects.filter(edition=self.edition_id, kind=self.Kind.FILE, is_active=True)
        if (
            self.kind == self.Kind.FILE
            and self.is_active
            and others.exclude(pk=self.pk).count() >= MOST_FILES
        ):
            words = _("A page can ask for %(most)s files at most.") % {"most": MOST_FILES}
            raise ValidationError({"kind": words})

    def _must_stay_readable(self, before: Question) -> None:
        """Refuse what would make answers that are there, or conditions, mean something else."""
        changed = [name for name in ("kind", "is_protected") if getattr(self, name) != getattr(before, name)]
        if changed and before.has_answers:
            words = _("It has answers already, so this stays. Take it off the form, and make a new question.")
            raise ValidationError(dict.fromkeys(changed, words))
        if changed and before.followers.exists():
            words = _("Other questions follow from its answers, so this stays. Change those first.")
            raise ValidationError(dict.fromkeys(changed, words))

    def _stands_before(self, other: Question) -> bool:
        return self._place < other._place

    @property
    def _place(self) -> tuple[int, float]:
        return self.position, float("inf") if self.pk is None else self.pk

    @property
    def has_answers(self) -> bool:
        """Whether somebody has answered it."""
        return Question.objects.filter(pk=self.pk).with_answers().exists()

    @property
    def deleted_at(self) -> datetime:
        """The moment from which its answers are to be gone, local."""
        return self.edition.midnight(self.kept_until + timedelta(days=1))

    @property
    def name(self) -> str:
        """What its field is called on a page."""
        return f"{self.PREFIX}{self.pk}"

    @property
    def is_of_all(self) -> bool:
        """Whether everybody is asked, whatever they have chosen or answered."""
        if self.depends_on_id is not None or self.for_requests:
            return False
        return not self.ticket_types.all() and not self.groups.all()

    @property
    def duties(self) -> tuple[str, str]:
        """Who may read its answers."""
        return ("finance", "protection") if self.is_protected else ("registration", "protection")

    def is_for(self, ticket_type: TicketType, group: StakeholderGroup) -> bool:
        """Whether it is asked of somebody who chooses this ticket type, of this group."""
        if self.for_requests and not ticket_type.needs_approval:
            return False
        return _allows(self.ticket_types.all(), ticket_type) and _allows(self.groups.all(), group)

    def follows_from(self, answer: Any) -> bool:
        """Whether this answer to the question that it depends on makes it be asked."""
        return self.depends_answer in (answer if isinstance(answer, list) else [answer])


DECIDING = (Question.Kind.YES_NO, Question.Kind.ONE, Question.Kind.SEVERAL)
CHOOSING = (Question.Kind.ONE, Question.Kind.SEVERAL)


def _allows(chosen: Collection[models.Model] | models.QuerySet[Any], one: models.Model) -> bool:
    keys = {record.pk for record in chosen}
    return not keys or one.pk in keys


def last_day(edition: Edition) -> date:
    """Until when answers are kept unless somebody says otherwise: a month after the forum."""
    return edition.ends_on + timedelta(days=30)
