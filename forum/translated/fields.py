"""What keeps a text in several languages, and what it is found by."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.text import capfirst

from forum.fields import without_controls
from forum.translated.boxes import TranslatedFormField, Written
from forum.translated.text import Translated, translated

UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF))


class _Readable(json.JSONEncoder):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False})


@lru_cache(maxsize=4096)
def as_stored(stored: str) -> Translated:
    """A text as the database keeps it: JSON. The name of a room comes with each session in it, so it is understood once
    and shared: nobody may change it."""
    return translated(json.loads(stored))


class _Attribute(DeferredAttribute):
    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = translated(value)


class TranslatedField(models.JSONField):
    """A text that organizers write in each language of the edition.

    Reading gives a `Translated`; a mapping or a plain string may be assigned. Saving a form merges: only the languages
    whose boxes somebody changed are written, all others stay as they are. `long` asks for several lines.
    """

    descriptor_class = _Attribute

    def __init__(self, *args: Any, long: bool = False, **kwargs: Any) -> None:
        self.long = long
        kwargs["encoder"] = _Readable
        kwargs.setdefault("default", Translated)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("encoder", None)
        kwargs.pop("default", None)
        return name, "forum.translated.TranslatedField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return Translated(as_stored(value)) if isinstance(value, str) else translated(value)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(dict(value) if isinstance(value, Translated) else value)

    def value_to_string(self, obj: models.Model) -> Any:
        return dict(self.value_from_object(obj))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        now = self.value_from_object(instance)
        newer = data.new(now) if isinstance(data, Written) else data or {}
        setattr(instance, self.attname, now.merged(newer))

    def formfield(self, **kwargs: Any) -> Any:
        kwargs.pop("encoder", None)
        options = {
            "label": capfirst(self.verbose_name),
            "help_text": self.help_text,
            "required": not self.blank,
        }
        return TranslatedFormField(long=self.long, **{**options, **kwargs})


def texts_of(model: Any) -> tuple[TranslatedField, ...]:
    """The fields of a model that are texts in several languages."""
    return tuple(field for field in model._meta.concrete_fields if isinstance(field, TranslatedField))


def follows_from_texts(model: Any) -> tuple[str, ...]:
    """The names of fields that are to be saved with any text: what a record is found by, when it was changed."""
    return tuple(
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, SearchTextField) or getattr(field, "auto_now", False)
    )


def searchable(text: str) -> str:
    """The form in which texts are compared: NFC, casefolded, single blanks, no control characters, and none of the
    signs without width that word processors set between Thai, Burmese and Khmer words.

    Source: Unicode TR15 and TR21.
    """
    seen = without_controls(text).translate(UNSEEN)
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFC", seen).casefold())
    return " ".join(letters.split())


class SearchTextField(models.TextField):
    """What a record is found by: the texts of other fields in all their languages, filled whenever it is saved."""

    def __init__(self, *args: Any, of: Iterable[str] = (), **kwargs: Any) -> None:
        self.of = tuple(of)
        super().__init__(*args, **{"editable": False, "default": "", **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "forum.translated.SearchTextField", args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        values = (getattr(model_instance, name) for name in self.of)
        texts = (
            " ".join(value.values()) if isinstance(value, Translated) else str(value or "")
            for value in values
        )
        found_by = searchable(" ".join(texts))
        setattr(model_instance, self.attname, found_by)
        return found_by
