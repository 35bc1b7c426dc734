"""Texts in several languages: one JSON column `{language: text}`, shown in the reader's language.

Chosen over a column or a table per language: an edition picks its languages without a migration, and Thai or
Burmese is stored as itself, so that a part of a word can be found.
"""

from forum.translated.boxes import MergingForm, TranslatedFormField, TranslatedWidget, Written, mark
from forum.translated.fields import (
    SearchTextField,
    TranslatedField,
    as_stored,
    follows_from_texts,
    searchable,
    texts_of,
)
from forum.translated.querysets import Tally, TranslatedRecords
from forum.translated.text import Translated, main_language, speaking_mainly, translated

__all__ = [
    "MergingForm",
    "SearchTextField",
    "Tally",
    "Translated",
    "TranslatedField",
    "TranslatedFormField",
    "TranslatedRecords",
    "TranslatedWidget",
    "Written",
    "as_stored",
    "follows_from_texts",
    "main_language",
    "mark",
    "searchable",
    "speaking_mainly",
    "texts_of",
    "translated",
]
