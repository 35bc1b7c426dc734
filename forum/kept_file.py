"""An uploaded file between the preview and the confirmation: kept in private, and opened by a signed claim."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils.translation import gettext as _

from forum.codes import new_secret
from forum.errors import Refusal
from forum.models import Edition

FOLDER = "imports"
GOOD_FOR = timedelta(hours=24)
_SALT = "forum.kept_file"


@dataclass(frozen=True)
class KeptFile:
    """One file for one edition and one `purpose`, so that no page opens what another keeps. No process and no record
    knows of it: the page that shows its preview carries the claim, which holds the hash of what was previewed."""

    name: str
    title: str
    digest: str
    edition: int
    purpose: str

    @classmethod
    def keep(cls, data: bytes, title: str, edition: Edition, *, purpose: str) -> KeptFile:
        """Put it into private storage, under a name that tells nothing."""
        name = storages["private"].save(f"{FOLDER}/{new_secret()}", ContentFile(data))
        return cls(name, title[:100], hashlib.sha256(data).hexdigest(), edition.pk, purpose)

    @classmethod
    def opened_by(cls, claim: str, edition: Edition, *, purpose: str) -> KeptFile:
        """The file of a claim that was made for this edition and purpose. Raises Refusal for any other."""
        try:
            found = cls(**signing.loads(claim, salt=_SALT, max_age=GOOD_FOR))
        except (signing.BadSignature, TypeError) as error:
            raise Refusal(_("Choose the file again: this preview is too old.")) from error
        if found.purpose != purpose:
            raise Refusal(_("Choose the file again: this preview was made on another page."))
        if found.edition != edition.pk:
            raise Refusal(_("Choose the file again: this preview was of another edition."))
        return found

    @property
    def claim(self) -> str:
        """What opens it again, within a day."""
        return signing.dumps(vars(self), salt=_SALT)

    def read(self) -> bytes:
        """What was previewed, to the byte. Raises Refusal when it is gone, imported already for instance."""
        try:
            with storages["private"].open(self.name) as file:
                data: bytes = file.read()
        except OSError as error:
            raise Refusal(_("Choose the file again: it is not kept any more.")) from error
        if hashlib.sha256(data).hexdigest() != self.digest:
            raise Refusal(_("Choose the file again: it is not the one that was shown."))
        return data

    def forget(self) -> None:
        """Take it out of the storage."""
        storages["private"].delete(self.name)


def sweep(*, older_than: datetime) -> None:
    """Forget the files whose preview nobody confirmed: they hold names."""
    storage: Any = storages["private"]
    if not storage.exists(FOLDER):
        return
    for name in storage.listdir(FOLDER)[1]:
        if storage.get_modified_time(f"{FOLDER}/{name}") < older_than:
            storage.delete(f"{FOLDER}/{name}")
