from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple, TypeVar

from django.db import models, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Model = TypeVar("Model", bound=models.Model)

TIDY_EVERY = 100


class PublicVersion(NamedTuple):
    """Which state the public pages are made from. `withdrawn` is another one since something was withdrawn."""

    changes: int
    withdrawn: int


class PublicChangeQuerySet(models.QuerySet["PublicChange"]):
    """All that was changed in the last days."""

    def version(self) -> PublicVersion:
        """The version that all committed changes make together; one query."""
        withdrawn = Sum("mark", filter=Q(is_withdrawal=True))
        sums = self.aggregate(changes=Sum("mark"), withdrawn=withdrawn)
        return PublicVersion(sums["changes"] or 0, sums["withdrawn"] or 0)

    def tidy(self) -> None:
        """Forget what is long known to every process. What somebody else is forgetting is left to them."""
        old = self.filter(noted_at__lt=timezone.now() - timedelta(days=2))
        with transaction.atomic():
            self.filter(pk__in=old.select_for_update(skip_locked=True).values("pk")).delete()


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

    mark = models.PositiveBigIntegerField(default=_random_mark, editable=False)
    is_withdrawal = models.BooleanField(default=False, editable=False)
    noted_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PublicChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public change")
        verbose_name_plural = _("public changes")

    def __str__(self) -> str:
        return f"{self.noted_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def note(cls, *, is_withdrawal: bool = False) -> None:
        """Note in this transaction, once, that the public pages change when it is committed.

        For changes that send no signal: `update`, `bulk_create`, `bulk_update`. `is_withdrawal`: what the pages showed
        may be shown no more, not even while the database is away.
        """
        # Rolling back, also to a savepoint, takes a row and what waits for its commit away together.
        waiting = [callback for _points, callback, _robust in transaction.get_connection().run_on_commit]
        if _withdrawal_is_committed in waiting or (_change_is_committed in waiting and not is_withdrawal):
            return
        change = cls.objects.create(is_withdrawal=is_withdrawal)
        if change.pk % TIDY_EVERY == 0:
            cls.objects.tidy()
        transaction.on_commit(_withdrawal_is_committed if is_withdrawal else _change_is_committed)


def _change_is_committed() -> None:
    PublicChange.last_commit = object()


def _withdrawal_is_committed() -> None:
    PublicChange.last_commit = object()


_shown: set[type[models.Model]] = set()


def shown_in_public(
    *, withdraws: Callable[[Any], bool] = lambda record: False
) -> Callable[[type[Model]], type[Model]]:
    """Mark a model that public pages show: saving or deleting one of its records makes new ones of them all.

    `withdraws` says of a record as it is being saved whether less may be shown than before. Deleting always does.
    """

    def mark(model: type[Model]) -> type[Model]:
        def saved(instance: models.Model, **_kwargs: Any) -> None:
            PublicChange.note(is_withdrawal=withdraws(instance))

        def deleted(**_kwargs: Any) -> None:
            PublicChange.note(is_withdrawal=True)

        models.signals.post_save.connect(saved, sender=model, weak=False)
        models.signals.post_delete.connect(deleted, sender=model, weak=False)
        _shown.add(model)
        return model

    return mark


def _related(instance: models.Model, model: type[models.Model], action: str, **_kwargs: Any) -> None:
    if action.startswith("post_") and not _shown.isdisjoint({type(instance), model}):
        PublicChange.note(is_withdrawal=action != "post_add")


models.signals.m2m_changed.connect(_related)
