from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models import Edition, shown_in_public


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Agreements, past and present."""

    def in_force(self) -> ConsentQuerySet:
        """Given and not withdrawn."""
        return self.filter(withdrawn_at=None)

    def of_edition(self, edition: Edition) -> ConsentQuerySet:
        """All that were ever given in an edition, withdrawn ones too."""
        return self.filter(speaker__edition=edition)


@shown_in_public
class Consent(models.Model):
    """A speaker's agreement to one thing, with the moments at which it was given and withdrawn. Never edited
    otherwise: a new agreement is a new record."""

    class Scope(models.TextChoices):
        LISTED = "listed", _("Shown on the public pages")
        RECORDED = "recorded", _("Recorded")
        PHOTOGRAPHED = "photographed", _("Photographed")

    speaker = models.ForeignKey(
        "speakers.Speaker", models.CASCADE, related_name="consents", verbose_name=_("speaker")
    )
    scope = models.CharField(_("to be"), max_length=20, choices=Scope.choices)
    text_version = models.CharField(_("version of the text"), max_length=40, default="2026-11")
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ("speaker", "scope", "-given_at")
        constraints = (
            models.UniqueConstraint(
                fields=["speaker", "scope"],
                condition=models.Q(withdrawn_at=None),
                name="one_consent_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.speaker} · {self.get_scope_display()}"

    def withdraw(self) -> None:
        """End the agreement now."""
        self.withdrawn_at = timezone.now()
        self.save(update_fields=["withdrawn_at"])
