from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from forum.models.edition import Edition


class UserManager(BaseUserManager["User"]):
    """People who can sign in, by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user. Without a password they sign in by codes sent to their address."""
        user = self.model(email=email.strip().lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Make a user who has every duty in every edition."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def known_as(self, email: str) -> User | None:
        """The user with this address, in any case."""
        return self.filter(email=email.strip().lower()).first()

    def welcome(self, email: str, *, name: str = "", language: str = settings.LANGUAGE_CODE) -> User:
        """The user with this address, made on the spot when there is none. They sign in by code."""
        user, _made = self.get_or_create(
            email=email.strip().lower(), defaults={"name": name, "language": language, "password": "!"}
        )
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in; not by that an attendee or a speaker."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=12, default=settings.LANGUAGE_CODE)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Take this away instead of deleting somebody; they cannot sign in then."),
    )
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ("email",)
        constraints = (models.UniqueConstraint(Lower("email"), name="one_user_an_address"),)

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def is_staff(self) -> bool:
        """Whether this person has a duty anywhere, and so may enter the admin."""
        return self.is_superuser or self.duties.exists()

    def has_duty(self, edition: Edition | None, *roles: str) -> bool:
        """Whether this person has one of `roles`, or owns, in `edition`. A superuser has every duty."""
        if not self.is_active or edition is None:
            return False
        return self.is_superuser or bool({"owner", *roles} & self._roles.get(edition.pk, set()))

    @cached_property
    def _roles(self) -> dict[int, set[str]]:
        roles: dict[int, set[str]] = {}
        for edition_id, role in self.duties.values_list("edition_id", "role"):
            roles.setdefault(edition_id, set()).add(role)
        return roles
