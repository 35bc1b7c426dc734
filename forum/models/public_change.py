from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import Sum, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.prepared import Question

Model = TypeVar("Model", bound=models.Model)

TIDY_EVERY = 100


class PublicChangeQuerySet(models.QuerySet["PublicChange"]):
    """All that was ever changed; what is old lies together in one row."""

    def version(self) -> int:
        """The version that all committed changes make together; one query. It never comes again."""
        return sum(int(marks or 0) for _one, marks in _SUM.ask())

    def tidy(self) -> None:
        """Put old rows together into one, which changes no sum. What somebody else is tidying is left to them."""
        old = self.filter(noted_at__lt=timezone.now() - timedelta(days=2))
        with transaction.atomic():
            marks = dict(old.select_for_update(skip_locked=True).values_list("pk", "mark"))
            if len(marks) > 1:
                self.filter(pk__in=marks).delete()
                self.create(mark=sum(marks.values()), noted_at=timezone.now() - timedelta(days=3))


_SUM = Question(
    lambda: PublicChange.objects.order_by().annotate(one=Value(1)).values_list("one").annotate(Sum("mark"))
)


def _random_mark() -> int:
    return secrets.randbits(40)  # a million of them still fit into the sum


class PublicChange(models.Model):
    """That something which the public reads was changed: one row for each transaction, committed with it.

    The version of the public pages is the sum of all marks. With one counter, organizers would wait for each other's
    transactions, or end in a deadlock, and the highest number would hide a change with a lower one that is committed
    later.
    """

    # Another object after each change committed by this process, which then need not wait for its own news.
    last_commit: ClassVar[object] = object()

    # Told of each change that this process has committed, before anybody asks.
    listeners: ClassVar[list[Callable[[], None]]] = []

    mark = models.PositiveBigIntegerField(default=_random_mark, editable=False)
    noted_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PublicChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public change")
        verbose_name_plural = _("public changes")

    def __str__(self) -> str:
        return f"{self.noted_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def note(cls) -> None:
        """Note in this transaction, once, that the public pages change when it is committed.

        To be called for changes that send no signal: `update`, `bulk_create`, `bulk_update`.
        """
        # Rolling back, also to a savepoint, takes a row and what waits for its commit away together.
        if _is_committed in [
            callback for _points, callback, _robust in transaction.get_connection().run_on_commit
        ]:
            return
        change = cls.objects.create()
        if change.pk % TIDY_EVERY == 0:
            cls.objects.tidy()
        transaction.on_commit(_is_committed)


def _is_committed() -> None:
    PublicChange.last_commit = object()
    for listener in PublicChange.listeners:
        listener()


_shown: set[type[models.Model]] = set()


def shown_in_public(model: type[Model]) -> type[Model]:
    """Mark a model that public pages show: saving or deleting one of its records makes new ones of them all."""

    def changed(**_kwargs: Any) -> None:
        PublicChange.note()

    models.signals.post_save.connect(changed, sender=model, weak=False)
    models.signals.post_delete.connect(changed, sender=model, weak=False)
    _shown.add(model)
    return model


def _related(instance: models.Model, model: type[models.Model], action: str, **_kwargs: Any) -> None:
    if action.startswith("post_") and not _shown.isdisjoint({type(instance), model}):
        PublicChange.note()


models.signals.m2m_changed.connect(_related)
