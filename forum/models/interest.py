from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models.edition import Edition
from forum.models.message import Message


class InterestQuerySet(models.QuerySet["Interest"]):
    """Wishes to be told."""

    def waiting(self, edition: Edition) -> InterestQuerySet:
        """Those of `edition` that have not been told yet."""
        return self.filter(edition=edition, told_at=None)


class Interest(models.Model):
    """An address to be told when registration opens. It is used for that one mail."""

    edition = models.ForeignKey(
        "forum.Edition", models.CASCADE, related_name="interests", verbose_name=_("edition")
    )
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    told_at = models.DateTimeField(_("told at"), null=True, editable=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("interest")
        verbose_name_plural = _("interests")
        constraints = (models.UniqueConstraint(fields=["edition", "email"], name="interest_once_an_edition"),)

    def __str__(self) -> str:
        return self.email

    @transaction.atomic
    def tell(self) -> None:
        """Queue the mail that says registration is open; once."""
        if Interest.objects.filter(pk=self.pk, told_at=None).update(told_at=timezone.now()):
            Message.queue(
                "registration-open", about=self, to=self.email, language=self.language, edition=self.edition
            )
