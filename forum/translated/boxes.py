"""The form's side of a text in several languages: a box for each, which knows what stood in it when it was shown.

What is saved are the boxes that somebody changed, never what the page happened to show beside them: two people may
write two languages of one record at the same time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum import languages
from forum.translated.text import Translated, translated


def _plain(text: str) -> str:
    """The text as it is compared and kept: browsers send line ends as CR LF, and leave no blanks at the ends."""
    return text.replace("\r\n", "\n").strip()


def mark(text: str) -> str:
    """What tells a text from another one: the beginning of its SHA-256, not the whole text once more."""
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:16]


class Written(dict[str, str]):
    """What a form brings: the text of each box that was sent; `marks` are of what stood in them when it was shown.

    A box without a mark, of a form that was not shown by us, counts as one that showed what there is now.
    """

    def __init__(self, texts: Mapping[str, str], marks: Mapping[str, str] | None = None) -> None:
        super().__init__(texts)
        self.marks = dict(marks or {})

    def each(self, change: Callable[[str], str]) -> Written:
        """The same boxes, with `change` made to each text that is new in its box."""
        return Written(
            {code: change(text) if self._is_new(code) else text for code, text in self.items()}, self.marks
        )

    def _is_new(self, code: str) -> bool:
        return self.marks.get(code) != mark(self[code])

    def new(self, now: Mapping[str, str]) -> dict[str, str]:
        """The texts of the boxes that somebody changed. `now`: what is kept."""
        return {
            code: text
            for code, text in self.items()
            if self._is_new(code) and mark(text) != mark(now.get(code, ""))
        }

    def rivals(self, now: Mapping[str, str]) -> dict[str, str]:
        """What somebody else has meanwhile written into the boxes that were changed, by language."""
        return {
            code: now.get(code, "")
            for code in self.new(now)
            if code in self.marks and self.marks[code] != mark(now.get(code, ""))
        }


class _Sent(str):
    """What one box brought, with the mark of what stood in it."""

    was: str | None = None

    @classmethod
    def of(cls, text: str, was: str | None) -> _Sent:
        sent = cls(text)
        sent.was = was
        return sent


class TranslatedWidget(forms.MultiWidget):
    """One box for each language, each with its name and its `lang`, side by side where there is room."""

    template_name = "components/translated_widget.html"

    class Media:
        js = (forms.Script("js/languages.js", type="module"),)

    def __init__(self, codes: Iterable[str], *, long: bool = False) -> None:
        self.languages = list(codes)
        self.rivals: dict[str, str] = {}
        """What somebody else has written meanwhile: shown beside the boxes, whose next saving replaces it."""
        # Side by side there is little room for one line: a title has to wrap, that it can be compared.
        kind = forms.Textarea if long or len(self.languages) > 1 else forms.TextInput
        size = {"rows": 6} if long else {"rows": 1, "class": "one-line"} if kind is forms.Textarea else {}
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            code: kind(attrs={"lang": code, "dir": languages.direction(code), **size})
            for code in self.languages
        }
        super().__init__(boxes)
        self.use_fieldset = len(self.languages) > 1

    def decompress(self, value: Any) -> list[str]:
        texts = translated(value)
        return [texts.get(code, "") for code in self.languages]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        texts = super().value_from_datadict(data, files, name)
        marks = [data.get(f"{name}_{code}_was") for code in self.languages]
        return [None if text is None else _Sent.of(text, was) for text, was in zip(texts, marks, strict=True)]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = value if isinstance(value, list) else self.decompress(value)
        main = str(shown[0] or "").strip() if shown else ""
        for code, text, box in zip(self.languages, shown, context["widget"]["subwidgets"], strict=True):
            was = getattr(text, "was", None)
            box["language"] = languages.own_name(code)
            box["was"] = f"{name}_{code}_was"
            box["mark"] = (
                mark(self.rivals[code]) if code in self.rivals else mark(text or "") if was is None else was
            )
            box["rival"] = self.rivals.get(code)
            box["is_missing"] = bool(main) and not str(text or "").strip()
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else id_


class TranslatedFormField(forms.MultiValueField):
    """The form's side of a TranslatedField. `languages` are those of the edition, main one first; the main one is
    required when the field is. Cleaned, it is what was written into the boxes that were sent."""

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
        texts = dict(zip(self.languages, map(_plain, data_list or [""] * len(self.languages)), strict=True))
        if self.wants_main and not texts[self.languages[0]]:
            language = languages.own_name(self.languages[0])
            raise ValidationError(_("Write this in %(language)s at least."), params={"language": language})
        return texts

    def clean(self, value: Any) -> Written:
        # MultiValueField answers an all-empty submission by itself; the main language is asked for there too.
        texts = super().clean(value) or self.compress([])
        sent = dict(zip(self.languages, value or [""] * len(self.languages), strict=True))
        written = Written(
            {code: text for code, text in texts.items() if sent[code] is not None},
            {code: box.was for code, box in sent.items() if getattr(box, "was", None)},
        )
        return written if self.long else written.each(lambda text: " ".join(text.splitlines()))

    def has_changed(self, initial: Any, data: Any) -> bool:
        boxes = zip(self.widget.decompress(initial), data or [], strict=False)
        return any(
            box is not None and mark(box) != (getattr(box, "was", None) or mark(shown))
            for shown, box in boxes
        )


class MergingForm(forms.ModelForm):
    """A form for a record with texts in several languages: it writes the languages that somebody changed in it. What
    somebody else has written into the same box meanwhile is shown beside it, before it is replaced."""

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name, written in list(self.cleaned_data.items()):
            if not isinstance(written, Written) or self.instance.pk is None:
                continue
            now = getattr(self.instance, name, None)
            rivals = written.rivals(now) if isinstance(now, Translated) else {}
            if rivals:
                self.fields[name].widget.rivals = rivals
                self.add_error(
                    name,
                    ValidationError(
                        _(
                            "Somebody else has changed this meanwhile. What they wrote stands beside your text; "
                            "save again to put yours in its place."
                        ),
                        code="rival",
                    ),
                )
