"""Texts of a file as they can be kept: no control characters, and no HTML where the product writes Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from forum.fields import without_controls

_TAG = re.compile(
    r"(?<!\\)</?(?:p|br|a|ul|ol|li|em|i|b|strong|h[1-6]|div|span|code|pre|blockquote)\b[^<>]*>", re.I
)
_MARK = {"em": "*", "i": "*", "b": "**", "strong": "**", "code": "`"}
_APART = {"p", "ul", "ol", "div", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "table"}


def clean(value: Any) -> str:
    """The text of a field, which may be anything in JSON: a list or an object is none."""
    text = "" if value is None or isinstance(value, (dict, list, bool)) else str(value)
    # The last two are no characters, and XML 1.0 knows no way to write them.
    return without_controls(text).replace("\ufffe", "").replace("\uffff", "").strip()


def line(value: Any) -> str:
    """The text of a field that has one line."""
    return " ".join(clean(value).split())


def markdown(value: Any) -> str:
    """A text of several lines as Markdown; HTML, which Pentabarf wrote, is turned into it."""
    text = clean(value)
    if not _TAG.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag in _MARK:
            self._parts.append(_MARK[tag])
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self._links.append(address if re.fullmatch(r"(https?://|mailto:)[^\s<>()]+", address) else "")
            self._parts.append("[" if self._links[-1] else "")
        elif tag == "li":
            self._parts.append("\n- ")
        elif tag == "br":
            self._parts.append("\n")
        elif tag in _APART:
            self._parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent = max(0, self._silent - 1)
        elif tag in _MARK:
            self._parts.append(_MARK[tag])
        elif tag == "a" and self._links:
            address = self._links.pop()
            self._parts.append(f"]({address})" if address else "")
        elif tag in _APART:
            self._parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            # What was text stays text: it must not be taken for a tag when it is read another time.
            self._parts.append(_TAG.sub(lambda found: f"\\{found[0]}", re.sub(r"[ \n]+", " ", data)))

    def text(self) -> str:
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
