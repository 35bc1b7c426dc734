"""Reading the demo's words from `forum/site/demo`.

English stands there; `th/` and `my/` mirror it with the texts in those languages. A text that is not translated is
left out there, and readers get the English one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from django.utils.translation import override

from forum.translated import translated

ROOT = Path(__file__).resolve().parent.parent / "demo"
MAIN, *OTHERS = "en", "th", "my"


def table(path: str) -> dict[str, Any]:
    """One TOML file. A text that other languages have too is a mapping `{language: text}`."""
    told: dict[str, Any] = _read(ROOT / path)
    for language in OTHERS:
        mirrored = ROOT / language / path
        if mirrored.exists():
            told = _joined(told, _read(mirrored), language)
    return told


def rows(folder: str, name: str) -> list[dict[str, Any]]:
    """The rows `[[name]]` of all TOML files in a folder; each knows its file as `file`."""
    return [
        {"file": path.stem, **row}
        for path in sorted((ROOT / folder).glob("*.toml"))
        for row in table(f"{folder}/{path.name}")[name]
    ]


def page(slug: str, words: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """Title and Markdown of a page in each language, with `words` in the place of $names. The file's first heading is
    the title, and the headings below it move up by one, since a page shows its title itself."""
    titles, bodies = {}, {}
    for language, folder in {MAIN: ROOT, **{other: ROOT / other for other in OTHERS}}.items():
        text = (folder / "pages" / f"{slug}.md").read_text(encoding="utf-8")
        heading, _, body = re.sub(r"^<!--.*?-->\s*", "", text).partition("\n")
        titles[language] = heading.removeprefix("# ")
        with override(language):  # in which the words then speak
            body = Template(body.strip()).substitute(words)
        bodies[language] = re.sub(r"^#(#+) ", r"\1 ", body, flags=re.MULTILINE)
    return titles, bodies


def as_list(points: list[dict[str, Any]]) -> dict[str, str]:
    """Titled points as a Markdown list, in each language that has all of them."""
    told = [(translated(point["title"]), translated(point["text"])) for point in points]
    return {
        language: "\n".join(f"- **{title[language]}** {text[language]}" for title, text in told)
        for language in (MAIN, *OTHERS)
        if all(language in part for point in told for part in point)
    }


def _read(path: Path) -> Any:
    return _trimmed(tomllib.loads(path.read_text(encoding="utf-8")))


def _trimmed(told: Any) -> Any:
    """Texts of several lines end with a line break in TOML: take it off."""
    match told:
        case str():
            return told.strip()
        case list():
            return [_trimmed(part) for part in told]
        case dict():
            return {name: _trimmed(part) for name, part in told.items()}
    return told


def _joined(told: Any, other: Any, language: str) -> Any:
    """Put each text of `other` beside the one of `told`. Rows with a slug are found by it, others by their place;
    what `told` does not know is refused."""
    if isinstance(other, str):
        return {**(told if isinstance(told, dict) else {MAIN: told}), language: other}
    if isinstance(other, list):
        return [_joined(*pair, language) for pair in zip(told, other, strict=True)]
    if isinstance(told, list):
        by_slug = {row["slug"]: row for row in told}
        return list(_joined(by_slug, other, language).values())
    return {**told, **{name: _joined(told[name], part, language) for name, part in other.items()}}
