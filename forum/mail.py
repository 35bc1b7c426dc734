"""Letters: the kinds of mail, registered by the apps that own them, and made into mails when they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from typing import Any

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from forum.colours import Pair
from forum.models import Message
from forum.translated import speaking_mainly

ACCENT = "#0e5f57"  # of the mails that no edition signs


@dataclass(frozen=True)
class Attachment:
    """A file with a mail."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True)
class Content:
    """What a letter needs beside its templates."""

    context: dict[str, Any] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


class Pointless(Exception):
    """The letter has lost its occasion: what it would say is not true any more. It is not sent."""


_letters: dict[str, tuple[str, Callable[[Message], Content]]] = {}
_confidential: set[str] = set()


def letter(
    name: str, app: str, *, is_confidential: bool = False
) -> Callable[[Callable[[Message], Content]], Callable[[Message], Content]]:
    """Register a letter: its templates are `<app>/letters/<name>.{subject.txt,txt,html}`.

    The function gets the Message and gives what the templates need; it runs in the message's language when the mail
    is sent. It raises Pointless when the mail is not to be sent any more. That somebody gets a confidential letter is
    their own business: the outbox does not list it.
    """

    def register(content: Callable[[Message], Content]) -> Callable[[Message], Content]:
        _letters[name] = (app, content)
        if is_confidential:
            _confidential.add(name)
        return content

    return register


def letters() -> list[str]:
    """The names of all letters."""
    return sorted(_letters)


def confidential_letters() -> list[str]:
    """The names of those of which nobody but their readers is to know."""
    return sorted(_confidential)


def compose(message: Message) -> EmailMultiAlternatives:
    """Render a message as a mail, as text and HTML, in its language, its edition's time zone, and with its stable
    Message-ID.

    The organizers' contact is the Reply-To. Raises KeyError for an unknown letter, Pointless as the letter does.
    """
    app, content_of = _letters[message.letter]
    edition = message.edition
    # A language may have been taken from the installation since: its addresses would lead nowhere.
    served = message.language in dict(settings.LANGUAGES)
    language = message.language if served else edition.main_language if edition else settings.LANGUAGE_CODE
    with (
        translation.override(language),
        speaking_mainly(edition.main_language if edition else settings.LANGUAGE_CODE),
        timezone.override(edition.zone if edition else None),
    ):
        content = content_of(message)
        context = {
            "edition": edition,
            "language": language,
            "site_url": settings.SITE_URL,
            "accent": Pair(edition.accent if edition else ACCENT),
            **content.context,
        }
        stem = f"{app}/letters/{message.letter}"
        subject = " ".join(render_to_string(f"{stem}.subject.txt", context).split())
        text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"{stem}.txt", context).strip()) + "\n"
        html = _inliner().inline(render_to_string(f"{stem}.html", {**context, "subject": subject}))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    mail = EmailMultiAlternatives(
        subject,
        text,
        to=[message.to],
        reply_to=[edition.contact_email] if edition else None,
        headers={
            "Message-ID": f"<{message.uuid}@{domain}>",
            "Auto-Submitted": "auto-generated",
            **content.headers,
        },
    )
    mail.attach_alternative(html, "text/html")
    for attachment in content.attachments:
        mail.attach(attachment.name, attachment.content, attachment.kind)
    return mail


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Mail programs drop stylesheets: the rules go into the elements, but those for dark screens, which stay in the
    # head for the programs that read them. Nothing is loaded from anywhere.
    sheet = Path(str(finders.find("css/mail.css"))).read_text(encoding="utf-8")
    return css_inline.CSSInliner(extra_css=sheet, keep_at_rules=True, load_remote_stylesheets=False)
