from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from forum.translated import TranslatedField, TranslatedRecords
from registration.models.question import Question


class QuestionOptionQuerySet(TranslatedRecords, models.QuerySet["QuestionOption"]):
    """What can be chosen."""

    def that_decide(self, options: Iterable[QuestionOption]) -> QuestionOptionQuerySet:
        """Those of `options` from which another question follows."""
        keys = [option.pk for option in options]
        wanted = Question.objects.filter(
            depends_answer__in=[str(key) for key in keys], depends_on__options__in=keys
        )
        answers = {
            int(answer) for answer in wanted.values_list("depends_answer", flat=True) if answer.isdecimal()
        }
        return self.filter(pk__in=answers & set(keys))


class QuestionOption(models.Model):
    """One of the answers to choose from."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="options", verbose_name=_("question"))
    label = TranslatedField(_("answer"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("to be chosen"), default=True)

    objects = QuestionOptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to choose from")
        verbose_name_plural = _("answers to choose from")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return str(self.label)
