from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models.public_change import shown_in_public
from forum.prepared import Question
from forum.translated import TranslatedField, TranslatedRecords

if TYPE_CHECKING:
    from forum.models.edition import Edition

PAGE_SLUG = RegexValidator(
    r"^[a-z][a-z0-9-]*$", _("Begin with a small letter, then small letters, digits and hyphens.")
)
RESERVED = {
    *(
        "agenda",
        "sessions",
        "speakers",
        "register",
        "registration",
        "orders",
        "tickets",
        "my-agenda",
        "my-orders",
    ),
    *(
        "speaker",
        "account",
        "lost-link",
        "interest",
        "signed-in",
        "editions",
        "admin",
        "door",
        "dev",
        "styleguide",
    ),
}


class PageQuerySet(TranslatedRecords, models.QuerySet["Page"]):
    """Pages of an edition."""

    @staticmethod
    def named(edition: Edition, *slugs: str) -> list[Page]:
        """Those of an edition with these slugs, in this order, as far as there are some."""
        pages = _NAMED.records(edition.pk, *slugs)
        for page in pages:
            page.edition = edition
        return sorted(pages, key=lambda page: slugs.index(page.slug))


@shown_in_public
class Page(models.Model):
    """A text that organizers write in Markdown, at an address of its own. Terms and privacy are pages too."""

    edition = models.ForeignKey(
        "forum.Edition", models.CASCADE, related_name="pages", verbose_name=_("edition")
    )
    slug = models.SlugField(_("address"), max_length=60, validators=[PAGE_SLUG])
    title = TranslatedField(_("title"))
    body = TranslatedField(_("text"), long=True, blank=True, help_text=_("Markdown."))
    in_menu = models.BooleanField(_("in the menu"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["edition", "slug"], name="page_slug_once_an_edition"),)

    def __str__(self) -> str:
        return str(self.title)

    def clean(self) -> None:
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("This address is taken by the site itself.")})

    def get_absolute_url(self) -> str:
        return self.edition.path("page", slug=self.slug)

    @property
    def digest(self) -> str:
        """SHA-256 of title and text in all languages: another one whenever a word is another."""
        text = json.dumps({"title": self.title, "body": self.body}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def version(self) -> PageVersion:
        """The text as it stands now, kept for good, so that what somebody agreed to can be shown later."""
        version, _made = PageVersion.objects.get_or_create(
            page=self, digest=self.digest, defaults={"title": self.title, "body": self.body}
        )
        return version

    @classmethod
    def versions_of(cls, pages: Iterable[Page]) -> list[PageVersion]:
        """The texts of several pages as they stand now; one question when they have been kept before."""
        wanted = {page: page.digest for page in pages}
        kept = _KEPT.records(*(page.pk for page in wanted), *wanted.values()) if wanted else []
        found = {(version.page_id, version.digest): version for version in kept}
        return [found.get((page.pk, digest)) or page.version() for page, digest in wanted.items()]


class PageVersion(models.Model):
    """A page's text at one time, as it was agreed to. Never edited."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="versions", verbose_name=_("page"))
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of title and text."))
    title = TranslatedField(_("title"))
    body = TranslatedField(_("text"), long=True, blank=True)
    kept_at = models.DateTimeField(_("kept at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("version of a page")
        verbose_name_plural = _("versions of pages")
        ordering = ("-kept_at",)
        constraints = (models.UniqueConstraint(fields=["page", "digest"], name="page_version_once"),)

    def __str__(self) -> str:
        return f"{self.title} · {self.kept_at:%Y-%m-%d}"


def _kept(*keys: int | str) -> models.QuerySet[PageVersion]:
    pages: tuple[Any, ...] = keys[: len(keys) // 2]
    digests = keys[len(keys) // 2 :]
    kept = PageVersion.objects.filter(page__in=pages, digest__in=digests)
    return kept.only("page_id", "digest").order_by()


_KEPT = Question(_kept)
_NAMED = Question(lambda edition, *slugs: Page.objects.filter(edition=edition, slug__in=slugs).order_by())
