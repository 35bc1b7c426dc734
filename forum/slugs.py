"""Addresses that last: made once from a Latin title, else from a short code, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.text import slugify

from forum.codes import new_code
from forum.translated import Translated


def _latin(value: object) -> str:
    texts = [value.get("en", ""), *value.values()] if isinstance(value, Translated) else [str(value or "")]
    for text in texts:
        # slugify drops what it cannot write in Latin letters: a title that loses letters gets a code instead.
        if text and sum(letter.isalpha() and not letter.isascii() for letter in text) <= len(text) // 5:
            return slugify(text)[:60].strip("-")
    return ""


def new_slug(of: object, is_taken: Callable[[str], bool]) -> str:
    """Make an address from a title or a name that is not taken yet."""
    slug = base = _latin(of) or new_code().lower()
    while is_taken(slug):
        slug = f"{base}-{new_code()[:4].lower()}"
    return slug


class LastingSlugField(models.SlugField):
    """A slug that fills itself on the first save from the field `of`, unique within the edition."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": 80, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        slug = getattr(model_instance, self.attname)
        if not slug:
            record: Any = model_instance
            siblings = type(record)._default_manager.filter(edition=record.edition_id)
            slug = new_slug(
                getattr(record, self.of), lambda slug: siblings.filter(**{self.attname: slug}).exists()
            )
            setattr(model_instance, self.attname, slug)
        return str(slug)
