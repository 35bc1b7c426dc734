"""The list of translations that no native speaker has read yet, in docs/translations.md."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Message
from django.conf import settings

from forum.site.catalogues import files, words

MARK = "<!-- From here on written by `manage.py catalogues`. -->\n"


def path() -> Path:
    """Where the list is."""
    return Path(settings.BASE_DIR) / "docs" / "translations.md"


def due() -> str:
    """The list as it should be: how many in each language, and each text with the languages it is to be read in."""
    languages = files.languages()
    unread: dict[str, list[str]] = {}
    counts = []
    for language in languages:
        messages = [message for message in files.read(language) if message.id]
        to_read = [message for message in messages if files.is_unverified(message)]
        counts.append(f"- {language}: {len(to_read)} of {len(messages)} to be read")
        for message in to_read:
            unread.setdefault(_line(message), []).append(language)
    lines = [
        " ".join(code if code in codes else " " * len(code) for code in languages) + f"  {line}"
        for line, codes in unread.items()
    ]
    return "\n".join(["", *counts, "", "```text", *lines, "```", ""])


def write() -> None:
    """Bring the list up to date, and leave what stands above it."""
    head, mark, _list = path().read_text(encoding="utf-8").partition(MARK)
    path().write_text(head + mark + due(), encoding="utf-8")


def _line(message: Message) -> str:
    text = words.key(message).replace("\n", "⏎")
    return f"[{message.context}] {text}" if message.context else text
