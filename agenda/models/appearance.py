from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from agenda.models.session import Session
from speakers.models import Speaker


class Role(models.TextChoices):
    """In what role somebody appears."""

    KEYNOTE = "keynote", _("Keynote")
    SPEAKER = "speaker", _("Speaker")
    PANELLIST = "panellist", _("Panellist")
    MODERATOR = "moderator", _("Moderator")
    FACILITATOR = "facilitator", _("Facilitator")
    RAPPORTEUR = "rapporteur", _("Rapporteur")


class Appearance(models.Model):
    """One speaker in one session in one role."""

    session = models.ForeignKey(
        Session, models.CASCADE, related_name="appearances", verbose_name=_("session")
    )
    speaker = models.ForeignKey(
        Speaker, models.CASCADE, related_name="appearances", verbose_name=_("speaker")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices, default=Role.SPEAKER)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("appearance")
        verbose_name_plural = _("appearances")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["session", "speaker"], name="speaker_once_a_session"),)

    def __str__(self) -> str:
        return f"{self.speaker} · {self.get_role_display()}"

    def clean(self) -> None:
        if self.speaker_id and self.session_id and self.speaker.edition_id != self.session.edition_id:
            raise ValidationError({"speaker": _("That belongs to another edition.")})
