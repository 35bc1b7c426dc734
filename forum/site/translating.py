"""A sheet of texts that a language lacks: each source with an empty box, saved in one go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.utils.text import capfirst

from forum import languages
from forum.fields import without_controls
from forum.translated import TranslatedField, follows_from_texts, mark, texts_of

MOST = 300
LONG = 80


class TextForm(forms.Form):
    """The box for one text. `replaces` is the mark of somebody else's text that this one is to take the place of."""

    text = forms.CharField(required=False)
    replaces = forms.CharField(required=False)


@dataclass
class Text:
    """One text of a record: its source, and what is written in another language."""

    record: Any
    field: TranslatedField
    language: str
    main: str
    data: Any = None
    theirs: str = ""
    """What somebody else has written meanwhile, when it differs."""

    def __post_init__(self) -> None:
        texts = self.value
        self.source_language = next((code for code in (self.main, *texts) if texts.get(code)), self.main)
        self.source = texts.get(self.source_language, "")
        self.form = TextForm(self.data, prefix=self.name)
        is_long = self.field.long or len(self.source) > LONG
        kind: Any = forms.Textarea({"rows": 3}) if is_long else forms.TextInput()
        kind.attrs |= {"lang": self.language, "dir": languages.direction(self.language)}
        kind.attrs["aria-describedby"] = f"source-{self.name}"
        self.form.fields["text"].widget = kind

    @property
    def name(self) -> str:
        """How the text is called on its sheet: “12-title”."""
        return f"{self.record.pk}-{self.field.name}"

    @property
    def label(self) -> str:
        """What the text is of its record."""
        return capfirst(str(self.field.verbose_name))

    @property
    def direction(self) -> str:
        """How the source is written."""
        return languages.direction(self.source_language)

    @property
    def value(self) -> Any:
        """All languages of the text."""
        return getattr(self.record, self.field.name)

    @property
    def their_mark(self) -> str:
        """What tells somebody else's text from a still newer one."""
        return mark(self.theirs)

    def write(self) -> bool:
        """Write what is in the box into the record, where nothing else stands. False when there is nothing to write;
        what somebody else has written is kept, unless this box says that it was seen and is to go."""
        typed = without_controls(self.form.cleaned_data["text"].replace("\r\n", "\n"))
        if not self.field.long:
            typed = " ".join(typed.split())
        now = self.value.get(self.language, "")
        if not typed or mark(typed) == mark(now):
            return False
        if now and self.form.cleaned_data["replaces"] != mark(now):
            self.theirs = now
            return False
        setattr(self.record, self.field.name, self.value.merged({self.language: typed}))
        return True


@dataclass
class Sheet:
    """The texts on one page."""

    language: str
    texts: list[Text] = field(default_factory=list)
    saved: int = 0
    gone: bool = False
    """Whether a record that somebody wrote for has been deleted meanwhile."""

    @classmethod
    def asking(cls, records: Iterable[Any], language: str, main: str) -> Sheet:
        """What these records lack in `language`."""
        return cls(
            language,
            [
                text
                for record in records
                for one in texts_of(record._meta.model)
                if (text := Text(record, one, language, main)).source
                and not text.value.get(language)
                and (language == main or text.value.get(main))
            ],
        )

    @classmethod
    def sent(cls, data: Any, records: Any, language: str, main: str) -> Sheet:
        """What a browser sent of a sheet, of those `records` that there still are, held until the transaction ends.

        Raises BadRequest for what no sheet of ours has: too many texts, or texts that the records do not have.
        """
        rows = [row.rpartition("-") for row in data.getlist("row")]
        fields = {one.name: one for one in texts_of(records.model)}
        if len(rows) > MOST or not all(
            name in fields and pk.isascii() and pk.isdigit() and len(pk) < 19 for pk, _dash, name in rows
        ):
            raise BadRequest("That is no sheet of texts to be translated.")
        found = {record.pk: record for record in records.held({int(pk) for pk, _dash, _name in rows})}
        return cls(
            language,
            [
                Text(found[int(pk)], fields[name], language, main, data)
                for pk, _dash, name in rows
                if int(pk) in found
            ],
            gone=any(int(pk) not in found and data.get(f"{pk}-{name}-text") for pk, _dash, name in rows),
        )

    def save(self) -> dict[Any, list[str]]:
        """Save what was written: nothing when a box is wrong. The records, each with its texts that were saved."""
        if not all(text.form.is_valid() for text in self.texts):
            return {}
        written: dict[Any, list[Text]] = {}
        for text in self.texts:
            if text.write():
                written.setdefault(text.record, []).append(text)
        for record, texts in written.items():
            names = [text.field.name for text in texts]
            record.save(update_fields=[*names, *follows_from_texts(type(record))])
        self.saved = sum(map(len, written.values()))
        self.texts = [text for text in self.texts if text.theirs]
        return {record: [text.label for text in texts] for record, texts in written.items()}

    @property
    def is_wrong(self) -> bool:
        """Whether a box holds what cannot be kept."""
        return any(text.form.errors for text in self.texts)

    @property
    def by_record(self) -> list[tuple[Any, list[Text]]]:
        """The texts, those of a record together."""
        together: dict[Any, list[Text]] = {}
        for text in self.texts:
            together.setdefault(text.record, []).append(text)
        return list(together.items())
