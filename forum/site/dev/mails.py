"""The mails that the demo wrote into files, as somebody who got them would read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any, Self, cast

from django.conf import settings

# Django's backend for files ends each mail with a line of hyphens; two of the same second may share a file.
END = b"\n" + b"-" * 79 + b"\n"


def _folder() -> Path:
    # Only settings that name a folder for mails have this one.
    return Path(getattr(settings, "EMAIL_FILE_PATH"))  # noqa: B009


@dataclass(frozen=True)
class Mail:
    """One mail (RFC 5322 and MIME): the `number`th of its file, from 0."""

    path: Path
    number: int
    content: bytes

    @classmethod
    def newest(cls, count: int = 100) -> list[Self]:
        """The last `count` mails, newest first."""
        files = sorted(_folder().glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [mail for path in files[:count] for mail in reversed(cls._in(path))][:count]

    @classmethod
    def named(cls, name: str) -> Self | None:
        """The mail of this name, which holds no slash."""
        file, _hyphen, number = name.rpartition("-")
        path = _folder() / f"{file}.log"
        mails = cls._in(path) if path.is_file() and number.isdecimal() else []
        return mails[int(number)] if mails and int(number) < len(mails) else None

    @classmethod
    def _in(cls, path: Path) -> list[Self]:
        parts = path.read_bytes().split(END)
        return [cls(path, number, part) for number, part in enumerate(parts) if part.strip()]

    @property
    def name(self) -> str:
        return f"{self.path.stem}-{self.number}"

    @property
    def written_at(self) -> datetime:
        """When the worker wrote it, with this machine's time zone."""
        return datetime.fromtimestamp(self.path.stat().st_mtime).astimezone()

    @cached_property
    def message(self) -> EmailMessage:
        """The mail itself, parsed."""
        return cast(EmailMessage, message_from_bytes(self.content, policy=cast(Any, policy.default)))

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Name and value of each header, in order."""
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sender(self) -> str:
        return str(self.message["From"])

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def text(self) -> str:
        """The plain part; empty when there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part; empty when there is none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        body = self.message.get_body(preferencelist=(cast(Any, kind),))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[EmailMessage]:
        """The files that came with it, in order."""
        return list(cast(Any, self.message.iter_attachments()))

    @property
    def names(self) -> list[str]:
        """What the attached files are called. A template cannot ask them: to it a mail is a mapping of headers."""
        return [file.get_filename("file") for file in self.attachments]
