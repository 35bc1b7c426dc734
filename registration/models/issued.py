from __future__ import annotations

from typing import Any, Never

from django.db import models


class AlreadyIssued(Exception):
    """What was issued is neither changed nor deleted; a credit note cancels it."""


class IssuedQuerySet(models.QuerySet[Any]):
    """Records that are written once."""

    def update(self, **fields: Any) -> Never:
        raise AlreadyIssued

    def bulk_update(self, *args: Any, **options: Any) -> Never:
        raise AlreadyIssued

    def delete(self) -> Never:
        raise AlreadyIssued


class Issued(models.Model):
    """A record that is written once, and then neither changed nor deleted: AlreadyIssued is raised."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise AlreadyIssued
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> Never:
        raise AlreadyIssued
