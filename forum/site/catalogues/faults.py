"""What is wrong with a translation, as far as a program can tell."""

from __future__ import annotations

import re
from collections import Counter

from babel.messages.catalog import Message

from forum.site.catalogues import files, words

# What is put in when the text is shown, and what is markup: a translation keeps it.
_KEPT = re.compile(r"%(?:\(\w+\))?[dsr]|%%|\{\w*\}|</?[a-z][^>]*>")
# What is called the same in every language.
SAME = {"Plenary", "Stripe"}


def faults(message: Message) -> list[str]:
    """Say what is wrong with one entry of a catalogue; an empty list when nothing is."""
    if not files.is_translated(message):
        return ["is not translated"]
    english = message.id if isinstance(message.id, str) else message.id[-1]
    found = ["is fuzzy"] if message.fuzzy else []
    for text in files.text(message):
        if missing := Counter(_KEPT.findall(english)) - Counter(_KEPT.findall(text)):
            found.append(f"has lost {', '.join(missing)}")
        if further := Counter(_KEPT.findall(text)) - Counter(_KEPT.findall(english)):
            found.append(f"has {', '.join(further)} that the English has not")
        if _edges(text) != _edges(english):
            found.append("begins or ends with other white space")
        if text == words.key(message) and text not in SAME and _letters(text):
            found.append("is still English")
    return found


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _letters(text: str) -> bool:
    return any(sign.isalpha() for sign in _KEPT.sub("", text))
