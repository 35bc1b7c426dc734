"""Texts in several languages: one JSON column `{language: text}`, shown in the reader's language.

Chosen over a column or a table per language: an edition picks its languages without a migration, and Thai or
Burmese is stored as itself, so that a part of a word can be found.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from forum.fields import without_controls

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


class _Readable(json.JSONEncoder):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})


@lru_cache(maxsize=4096)
def _read(stored: str) -> Translated:
    # The name of a room comes with each session in it. Whoever asks gets a copy.
    return translated(json.loads(stored))


class _Attribute(DeferredAttribute):
    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = translated(value)


class TranslatedField(models.JSONField):
    """A text that organizers write in each language of the edition.

    Reading gives a `Translated`; a mapping or a plain string may be assigned. Saving a form merges: languages that
    the form did not show stay as they are. `long` asks for several lines.
    """

    descriptor_class = _Attribute

    def __init__(self, *args: Any, long: bool = False, **kwargs: Any) -> None:
        self.long = long
        kwargs["encoder"] = _Readable
        kwargs.setdefault("default", Translated)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("encoder", None)
        kwargs.pop("default", None)
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return Translated(_read(value)) if isinstance(value, str) else translated(value)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(dict(value) if isinstance(value, Translated) else value)

    def value_to_string(self, obj: models.Model) -> Any:
        return dict(self.value_from_object(obj))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        setattr(instance, self.attname, self.value_from_object(instance).merged(data or {}))

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("encoder", None)
        options = {
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
            "required": not self.blank,
        }
        return TranslatedFormField(long=self.long, **{**options, **kwargs})


class TranslatedWidget(forms.MultiWidget):
    """One box for each language, each with its name and its `lang`."""

    template_name = "components/translated_widget.html"

    def __init__(self, languages: Iterable[str], *, long: bool = False) -> None:
        self.languages = list(languages)
        kind = forms.Textarea if long else forms.TextInput
        size = {"rows": 6} if long else {}
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            code: kind(attrs={"lang": code, "dir": "auto", **size}) for code in self.languages
        }
        super().__init__(boxes)
        self.use_fieldset = len(self.languages) > 1

    def decompress(self, value: Any) -> list[str]:
        texts = translated(value)
        return [texts.get(code, "") for code in self.languages]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for code, box in zip(self.languages, context["widget"]["subwidgets"], strict=True):
            box["language"] = (
                get_language_info(code)["name_local"] if code in dict(settings.LANGUAGES) else code
            )
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class TranslatedFormField(forms.MultiValueField):
    """The form's side of a TranslatedField. `languages` are those of the edition, main one first; the main one is
    required when the field is."""

    def __init__(self, *, languages: Iterable[str] | None = None, long: bool = False, **kwargs: Any) -> None:
        self.long = long
        required = kwargs.get("required", True)
        kwargs.pop("widget", None)
        self.languages = list(languages or [code for code, _name in settings.LANGUAGES])
        parts = [forms.CharField(required=False, strip=True) for _code in self.languages]
        super().__init__(
            fields=parts,
            require_all_fields=False,
            widget=TranslatedWidget(self.languages, long=long),
            **{**kwargs, "required": False},
        )
        self.wants_main = required

    def compress(self, data_list: list[str]) -> dict[str, str]:
        texts = dict(zip(self.languages, data_list or [""] * len(self.languages), strict=True))
        if self.wants_main and not texts[self.languages[0]]:
            language = get_language_info(self.languages[0])["name_local"]
            raise ValidationError(_("Write this in %(language)s at least."), params={"language": language})
        return texts

    def clean(self, value: Any) -> Any:
        # MultiValueField answers an all-empty submission by itself; the main language is asked for there too.
        return super().clean(value) or self.compress([])

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.widget.decompress(initial), data)


def searchable(text: str) -> str:
    """The form in which texts are compared: NFC, casefolded, single blanks, no control characters.

    Source: Unicode TR15 and TR21.
    """
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFC", without_controls(text)).casefold())
    return " ".join(letters.split())


class SearchTextField(models.TextField):
    """What a record is found by: the texts of other fields in all their languages, filled whenever it is saved."""

    def __init__(self, *args: Any, of: Iterable[str] = (), **kwargs: Any) -> None:
        self.of = tuple(of)
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        values = (getattr(model_instance, name) for name in self.of)
        texts = (
            " ".join(value.values()) if isinstance(value, Translated) else str(value or "")
            for value in values
        )
        found_by = searchable(" ".join(texts))
        setattr(model_instance, self.attname, found_by)
        return found_by
