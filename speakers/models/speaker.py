from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.signals import user_logged_in
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from forum.models import Edition, User, shown_in_public
from forum.numbers import LastingNumberField
from forum.slugs import LastingSlugField
from forum.translated import SearchTextField, TranslatedField, TranslatedRecords, searchable
from speakers import photos
from speakers.models.consent import Consent
from speakers.models.own_appearance import OwnAppearance
from speakers.models.photographed import Photographed


class SpeakerQuerySet(TranslatedRecords, models.QuerySet["Speaker"]):
    """Speakers, in the order of their names."""

    def consenting(self, scope: str = Consent.Scope.LISTED) -> SpeakerQuerySet:
        """Those whose agreement to `scope` is in force."""
        return self.filter(Exists(Consent.objects.in_force().filter(speaker=OuterRef("pk"), scope=scope)))

    def public(self) -> SpeakerQuerySet:
        """Those whom visitors may see: they agreed to be listed, and speak in an open session of the released
        agenda or are featured."""
        released = Q(released_appearances__release__is_current=True) & ~Q(
            released_appearances__session__access="closed"
        )
        return self.consenting().filter(released | Q(is_featured=True)).distinct()

    def of_edition(self, edition: Edition | int) -> SpeakerQuerySet:
        """Those of one edition."""
        return self.filter(edition=edition)

    def with_agreement(self) -> SpeakerQuerySet:
        """Each with `listed`: whether they agree to be shown."""
        in_force = Consent.objects.in_force().filter(speaker=OuterRef("pk"), scope=Consent.Scope.LISTED)
        return self.annotate(listed=Exists(in_force))

    def of(self, user: User) -> SpeakerQuerySet:
        """The profiles that `user` may edit: those linked to them, and those of nobody yet that carry an address
        which `user` has proved to be theirs."""
        return self.alias(address=Lower("email")).filter(
            Q(user=user) | Q(user=None, address__in=_proved(user))
        )

    def with_address(self, email: str) -> SpeakerQuerySet:
        """Those with this address, in any case."""
        return self.filter(email__iexact=email.strip())

    def awaiting(self, user: User) -> SpeakerQuerySet:
        """The profiles of nobody yet that carry an address which `user` has proved to be theirs."""
        return self.alias(address=Lower("email")).filter(user=None, address__in=_proved(user))

    def in_published_editions(self) -> SpeakerQuerySet:
        """Those of editions that visitors may see, the newest first."""
        published = self.filter(edition__in=Edition.objects.published())
        return published.select_related("edition").order_by("-edition__starts_on", "name", "pk")

    def photo_files(self) -> tuple[set[str], set[str]]:
        """The keys of all public photos, and the names of all originals."""
        files = self.values_list("photo_key", "photo_original")
        return {key for key, _name in files if key}, {name for _key, name in files if name}

    def without_photo(self) -> SpeakerQuerySet:
        """Those of whom there is no picture yet."""
        return self.filter(photo_key="")

    def without_bio(self) -> SpeakerQuerySet:
        """Those who have not told about themselves yet."""
        return self.filter(bio={})

    def about(self, text: str) -> SpeakerQuerySet:
        """Those found by every word of `text`, in any language."""
        found = self
        for word in searchable(text).split():
            found = found.filter(search_text__contains=word)
        return found


def _proved(user: User) -> list[str]:
    addresses = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return [address.lower() for address in addresses]


@shown_in_public
class Speaker(Photographed):
    """A public profile in one edition."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="speakers", verbose_name=_("edition"))
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="speaker_profiles", verbose_name=_("user")
    )
    email = models.EmailField(
        _("e-mail"),
        max_length=254,
        blank=True,
        help_text=_("Never shown. With it they sign in and edit their profile."),
    )
    name = models.CharField(_("name"), max_length=200, help_text=_("As they want to be called."))
    slug = LastingSlugField(
        _("address"), of="name", help_text=_("Left empty it is made from the name; it never changes.")
    )
    guid = models.UUIDField(default=uuid4, editable=False)
    number = LastingNumberField()
    role = TranslatedField(_("role"), blank=True, help_text=_("For instance: Director of sourcing."))
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    group = models.ForeignKey(
        "forum.StakeholderGroup",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="speakers",
        verbose_name=_("stakeholder group"),
    )
    country = CountryField(_("country"), blank=True)
    bio = TranslatedField(_("bio"), blank=True, long=True, help_text=_("Markdown."))
    links = models.JSONField(
        _("links"), default=list, blank=True, help_text=_("Addresses that begin with https://.")
    )
    is_featured = models.BooleanField(_("featured"), default=False, help_text=_("Shown on the home page."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    search_text = SearchTextField(of=("name", "organisation", "role", "bio"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["edition", "slug"], name="speaker_slug_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "guid"], name="speaker_guid_once_an_edition"),
            models.UniqueConstraint(fields=["edition", "number"], name="speaker_number_once_an_edition"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.edition.path("speaker", slug=self.slug)

    @property
    def is_public(self) -> bool:
        """Whether visitors see this profile now."""
        return Speaker.objects.public().filter(pk=self.pk).exists()

    @property
    def is_listed(self) -> bool:  # type: ignore[override]
        """Whether they agree to be shown on the public pages."""
        return self.agreement(Consent.Scope.LISTED) is not None

    def agreement(self, scope: str) -> Consent | None:
        """The agreement to `scope` that is in force."""
        return self.consents.in_force().filter(scope=scope).first()

    @property
    def missing(self) -> list[str]:
        """What a complete profile still lacks, of: consent, bio, photo."""
        there = {
            "consent": self.is_listed,
            "bio": bool(self.bio),
            "photo": bool(self.photo_original or self.photo),
        }
        return [name for name, is_there in there.items() if not is_there]

    def own_appearances(self) -> list[OwnAppearance]:
        """Where and when they speak, for their own eyes."""
        return OwnAppearance.all_of(self)

    def claim(self, user: User) -> bool:
        """Link a profile of nobody to `user`, who has proved that its address is theirs. False when somebody else
        was first, or the address is not theirs."""
        won = Speaker.objects.awaiting(user).filter(pk=self.pk).update(user=user)
        if won:
            self.user = user
        return bool(won)

    def correct_email(self, email: str) -> None:
        """Set the address right. Whoever had the profile by the wrong one has it no more; it is nobody's until
        somebody who proves the new one claims it."""
        self.email, self.user = email.strip(), None
        self.save(update_fields=["email", "user", "updated_at"])

    @transaction.atomic
    def agree(self, scope: str) -> None:
        """Give the agreement to `scope`; giving it twice keeps the first. A photo that waited for it is drawn."""
        _consent, is_new = Consent.objects.get_or_create(speaker=self, scope=scope, withdrawn_at=None)
        if is_new and scope == Consent.Scope.LISTED and self.photo_original:
            self.queue_photo()

    @transaction.atomic
    def withdraw(self, scope: str) -> None:
        """Take the agreement to `scope` back, from now on. Whoever is listed no more has no public photo either."""
        for consent in self.consents.in_force().filter(scope=scope):
            consent.withdraw()
        if scope == Consent.Scope.LISTED:
            self.hide_photo()


@receiver(models.signals.post_delete, sender=Speaker)
def _delete_photo(instance: Speaker, **_kwargs: Any) -> None:
    # A list in the admin and the deletion of an edition call no method of ours.
    transaction.on_commit(instance.photo.delete)
    transaction.on_commit(lambda: photos.forget_original(instance.photo_original.name or ""))


@receiver(user_logged_in)
def _claim_profiles(user: User, **_kwargs: Any) -> None:
    for speaker in Speaker.objects.awaiting(user):
        speaker.claim(user)
