"""One text in several languages, and the language that it falls back to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.utils.translation import get_language

main_language: ContextVar[str] = ContextVar("main_language", default=settings.LANGUAGE_CODE)


@contextmanager
def speaking_mainly(language: str) -> Iterator[None]:
    """Let texts fall back to `language`, an edition's main one, for as long as the block runs."""
    token = main_language.set(language)
    try:
        yield
    finally:
        main_language.reset(token)


class Translated(dict[str, str]):
    """One text in several languages. As a string it speaks the active language, else the edition's main one, else
    any it has."""

    def __str__(self) -> str:
        return self.spoken(get_language() or main_language.get())

    def __bool__(self) -> bool:
        return any(self.values())

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))

    def spoken(self, language: str) -> str:
        """The text in `language`, else in the edition's main language, else in any that there is."""
        return (
            self.get(language)
            or self.get(main_language.get())
            or next((text for text in self.values() if text), "")
        )

    def language(self) -> str:
        """The language that `str()` speaks now, for the `lang` attribute of what shows it."""
        wanted, main = get_language() or main_language.get(), main_language.get()
        return next((code for code in (wanted, main, *self) if self.get(code)), main)

    def merged(self, newer: Mapping[str, str]) -> Translated:
        """These texts, overwritten by the languages that `newer` names; an empty text removes its language."""
        return Translated({code: text for code, text in {**self, **newer}.items() if text})


def translated(value: object) -> Translated:
    """Make a Translated of a mapping, or of a plain string in the main language."""
    if isinstance(value, Translated):
        return value
    if isinstance(value, Mapping):
        return Translated({str(code): str(text) for code, text in value.items() if text})
    return Translated({main_language.get(): str(value)} if value else {})
