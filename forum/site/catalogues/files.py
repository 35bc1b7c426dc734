"""The catalogue of each language: what is in it, and how it is written.

A translation that no native speaker has read yet carries the comment `unverified`. Nothing is guessed from a similar
word, so no entry is fuzzy, and what is not shown any more goes.
"""

from __future__ import annotations

import gettext
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path

import allauth
import django
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import generate_po, read_po
from django.conf import settings
from django.utils.translation import to_locale

from forum.site.catalogues import calendar, words

type_key = tuple[str | None, str]

UNVERIFIED = "unverified"
CLDR = "CLDR"

_HEADER = """\
# The words of the interface that visitors see. `manage.py catalogues` keeps their order; what is marked as unverified
# has not been read by a native speaker yet: docs/translations.md says how that is done.
msgid ""
msgstr ""
"Project-Id-Version: Plenary\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def languages() -> list[str]:
    """The languages that have a catalogue: all but English, in which the code is written."""
    return [code for code, _name in settings.LANGUAGES if code != "en"]


def path(language: str) -> Path:
    """Where the catalogue of a language is."""
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it was written last, or an empty one."""
    if not path(language).exists():
        return Catalog(locale=to_locale(language))
    with path(language).open("rb") as file:
        return read_po(file, locale=to_locale(language))


def due(language: str) -> list[Message]:
    """The catalogue as it should be: every word that visitors see, with what is known of it in this language.

    Of the words of Django and allauth, those that their own catalogues lack.
    """
    known, named = read(language), calendar.names(language)
    due: dict[type_key, Message] = {}
    theirs = [word for word in words.borrowed() if _key(word) in named or not _is_known(word, language)]
    for word in [*words.ours(), *theirs]:
        if _key(word) in due:
            continue
        before = known.get(words.key(word), word.context)
        if before and before.pluralizable == word.pluralizable:
            word.string, word.user_comments = before.string, before.user_comments
        if _key(word) in named:
            word.string, word.user_comments = named[_key(word)], [CLDR]
        due[_key(word)] = word
    return list(due.values())


def write(language: str) -> list[Message]:
    """Bring the catalogue of a language up to date, and compile it. Gives its entries."""
    messages = due(language)
    target = path(language)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(written(language, messages), encoding="utf-8")
    command = ["msgfmt", "--check-format", f"--output-file={target.with_suffix('.mo')}", str(target)]
    subprocess.run(command, check=True)  # noqa: S603
    return messages


def written(language: str, messages: list[Message]) -> str:
    """The text of a catalogue. It names no line, no time and no machine, so that it changes with the words only."""
    header = _HEADER.format(language=to_locale(language))
    catalog = read_po(BytesIO(header.encode()))  # it knows from the header how many forms a plural has
    for message in messages:
        catalog[message.id] = message
    entries = "".join(generate_po(catalog, omit_header=True, include_lineno=False, width=110))
    return f"{header}{entries.rstrip()}\n"


def is_translated(message: Message) -> bool:
    """Whether all forms of a message have a text."""
    return bool(text(message)) and all(text(message))


def text(message: Message) -> tuple[str, ...]:
    """The translations of a message: one, or one for each form of its plural."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def is_unverified(message: Message) -> bool:
    """Whether no native speaker has read this translation yet."""
    return UNVERIFIED in message.user_comments


def _key(message: Message) -> type_key:
    return message.context, words.key(message)


def _is_known(message: Message, language: str) -> bool:
    """Whether Django or allauth brings a translation itself."""
    key = words.key(message)
    key = f"{message.context}\x04{key}" if message.context else key
    return bool(_known(language).get(key) or _known(language).get((key, 0)))


@cache
def _known(language: str) -> dict[object, str]:
    texts: dict[object, str] = {}
    roots = (Path(django.__file__).parent, Path(allauth.__file__).parent)
    for root, app in ((roots[0], "conf"), (roots[0], "contrib/auth"), (roots[1], ".")):
        compiled = root / app / "locale" / to_locale(language) / "LC_MESSAGES" / "django.mo"
        if compiled.exists():
            with compiled.open("rb") as file:
                texts.update(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    return texts
