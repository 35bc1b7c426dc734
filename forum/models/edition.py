from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from forum.models.edition_queryset import SWITCHES, EditionQuerySet
from forum.models.issuer import Issuer
from forum.models.public_change import shown_in_public
from forum.translated import TranslatedField

HEX_COLOUR = RegexValidator(
    r"^#[0-9a-fA-F]{6}$", _("Write a colour as # and six digits, for instance #8a4b2d.")
)
EDITION_SLUG = RegexValidator(
    r"^[0-9][a-z0-9-]*$", _("Begin with a digit, then small letters, digits and hyphens.")
)


def _validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone; write one like Asia/Bangkok."), params={"name": name}
        )


def _validate_languages(codes: Any) -> None:
    if not codes or not isinstance(codes, list) or set(codes) - dict(settings.LANGUAGES).keys():
        raise ValidationError(_("Choose one or more of the languages offered, the main one first."))


def _main_language_only() -> list[str]:
    return [settings.LANGUAGE_CODE]


class Phase(models.TextChoices):
    """Where an edition stands; it follows from its dates and switches and is never set."""

    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Announced")
    OPEN = "open", _("Registration open")
    CLOSED = "closed", _("Registration closed")
    RUNNING = "running", _("Running")
    PAST = "past", _("Past")


@lru_cache(maxsize=4096)
def _path(language: str, name: str, *named: tuple[str, Any]) -> str:
    # A page has some forty links, most of them those of the page before.
    return reverse(name, kwargs=dict(named))


@shown_in_public
class Edition(Issuer):
    """One occurrence of the forum. Every record but User belongs to one, directly or through its parent.

    Dates are local to `time_zone`; moments are stored in UTC. `currency` is ISO 4217.
    """

    slug = models.SlugField(
        _("address"),
        max_length=40,
        unique=True,
        validators=[EDITION_SLUG],
        help_text=_("Begins with a digit: 2027."),
    )
    name = TranslatedField(_("name"))
    tagline = TranslatedField(_("tagline"), blank=True, help_text=_("One sentence under the name."))
    about = TranslatedField(_("what it is about"), blank=True, long=True, help_text=_("Markdown."))
    brings = TranslatedField(
        _("what it brings"), blank=True, long=True, help_text=_("Markdown; a list reads best.")
    )
    outcome = TranslatedField(
        _("what came of it"), blank=True, long=True, help_text=_("Markdown; shown afterwards.")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[_validate_time_zone]
    )
    place = TranslatedField(_("venue"), blank=True)
    address = TranslatedField(_("street address"), blank=True)
    city = TranslatedField(_("city"), blank=True)
    country = CountryField(_("country"), blank=True)
    languages = models.JSONField(
        _("languages"),
        default=_main_language_only,
        validators=[_validate_languages],
        help_text=_("The main one first."),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="USD",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters."))],
    )
    accent = models.CharField(_("accent colour"), max_length=7, default="#8a3b12", validators=[HEX_COLOUR])
    contact_email = models.EmailField(_("contact"), help_text=_("Stands in every mail and on every page."))
    payment_instructions = TranslatedField(
        _("how to pay"), blank=True, long=True, help_text=_("Markdown; shown on orders that are to be paid.")
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    registration_opens_at = models.DateTimeField(_("registration opens at"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes at"), null=True, blank=True)
    registration_paused_at = models.DateTimeField(_("registration paused at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    replace_until = models.DateField(
        _("tickets may be passed on until"),
        null=True,
        blank=True,
        help_text=_("Last day on which somebody else may come instead; if empty, the one before the first."),
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="edition_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} · {self.name}"

    def clean(self) -> None:
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day is before the first.")})
        opens, closes = self.registration_opens_at, self.registration_closes_at
        if opens and closes and closes <= opens:
            raise ValidationError({"registration_closes_at": _("Registration would close before it opens.")})

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which everything about this edition is shown."""
        return ZoneInfo(self.time_zone)

    @property
    def offered(self) -> list[str]:
        """The languages that it is read in, main one first: its own, as far as the installation serves them."""
        served = dict(settings.LANGUAGES)
        return [code for code in self.languages if code in served] or [settings.LANGUAGE_CODE]

    @property
    def main_language(self) -> str:
        """The language that texts fall back to."""
        return self.offered[0]

    def midnight(self, day: date) -> datetime:
        """The moment at which `day` begins here."""
        return datetime.combine(day, time.min, self.zone)

    @property
    def begins_at(self) -> datetime:
        """The first moment of the first day, local."""
        return self.midnight(self.starts_on)

    @property
    def over_at(self) -> datetime:
        """The first moment after the last day, local; exclusive."""
        return self.midnight(self.ends_on + timedelta(days=1))

    @property
    def turns(self) -> list[datetime]:
        """The moments at which public pages change by themselves: those of its phases, and the one from which on it is
        no longer ahead, so that another may be the current edition."""
        behind = datetime.combine(self.ends_on + timedelta(days=2), time.min, UTC)
        switches = (getattr(self, name) for name in SWITCHES)
        return [*filter(None, switches), self.begins_at, self.over_at, behind]

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return timezone.now() >= self.over_at

    @property
    def phase(self) -> Phase:
        """Where the edition stands now."""
        now = timezone.now()
        if not self.published_at or now < self.published_at:
            return Phase.DRAFT
        if now >= self.over_at:
            return Phase.PAST
        if now >= self.begins_at:
            return Phase.RUNNING
        if not self.registration_opens_at or now < self.registration_opens_at:
            return Phase.ANNOUNCED
        if self.takes_registrations:
            return Phase.OPEN
        return Phase.CLOSED

    @property
    def is_closed_for_good(self) -> bool:
        """Whether nobody can register any more; a pause is no end."""
        return bool(self.cancelled_at) or timezone.now() >= (self.registration_closes_at or self.over_at)

    @property
    def takes_registrations(self) -> bool:
        """Whether somebody may register now. On the forum's own days too, unless a closing time says otherwise."""
        now = timezone.now()
        return bool(
            self.published_at
            and self.published_at <= now
            and self.registration_opens_at
            and self.registration_opens_at <= now < (self.registration_closes_at or self.over_at)
            and not self.registration_paused_at
            and not self.cancelled_at
        )

    @cached_property
    def is_current(self) -> bool:
        """Whether this edition lives at the short addresses."""
        current = Edition.objects.current()
        return current is not None and current.pk == self.pk

    def path(self, name: str, **kwargs: Any) -> str:
        """The path of one of this edition's pages by its URL name, in the active language."""
        named = kwargs if self.is_current else {"edition": self.slug, **kwargs}
        return _path(get_language() or "", name, *sorted(named.items()))

    def get_absolute_url(self) -> str:
        return self.path("home")

    @staticmethod
    def link(path: str) -> str:
        """The whole address of a path on this site, for mails, feeds and structured data."""
        return settings.SITE_URL + path

    def page(self, slug: str) -> Any:
        """The page with this slug, or None."""
        return self.pages.filter(slug=slug).first()

    def pages_named(self, *slugs: str) -> list[Any]:
        """The pages with these slugs, in this order, those that there are."""
        return list(self.pages.named(self, *slugs))
