from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.Model):
    """What a user is trusted with in one edition."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner: everything")
        PROGRAMME = "programme", _("Programme: agenda, speakers, pages")
        REGISTRATION = "registration", _("Registration: ticket types, orders, tickets")
        FINANCE = "finance", _("Finance: payments and invoices")
        DOOR = "door", _("Door: letting people in")
        PROTECTION = "protection", _("Protection: people at risk")

    user = models.ForeignKey("forum.User", models.CASCADE, related_name="duties", verbose_name=_("user"))
    edition = models.ForeignKey(
        "forum.Edition", models.CASCADE, related_name="duties", verbose_name=_("edition")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = (models.UniqueConstraint(fields=["user", "edition", "role"], name="one_duty_once"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
