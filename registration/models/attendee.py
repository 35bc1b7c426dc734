from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField


class PhotoConsent(models.TextChoices):
    """What somebody allows photographers; shown on the badge by colour and by word."""

    YES = "yes", _("Yes, photos of me are fine")
    ASK = "ask", _("Ask me first")
    NO = "no", _("No photos of me")


class Attendee(models.Model):
    """The person who walks in. Two may share an e-mail address."""

    ticket = models.OneToOneField(
        "registration.Ticket", models.CASCADE, related_name="attendee", verbose_name=_("ticket")
    )
    name = models.CharField(_("name"), max_length=200)
    badge_name = models.CharField(_("name on the badge"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    country = CountryField(_("country"), blank=True)
    diet = models.CharField(_("food"), max_length=300, blank=True)
    access_needs = models.CharField(_("access"), max_length=500, blank=True)
    interpretation = models.CharField(_("interpretation into"), max_length=12, blank=True)
    photo_consent = models.CharField(
        _("photos"), max_length=3, choices=PhotoConsent.choices, default=PhotoConsent.ASK
    )

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.pk and not self.email and Attendee.objects.get(pk=self.pk).email:
            raise ValidationError({"email": _("Without an address they could be told nothing any more.")})

    @property
    def shown_name(self) -> str:
        """The name that others see: on the badge, at the door. Never the other one beside it."""
        return self.badge_name or self.name
