"""Reading the demo's words from `forum/site/demo`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

ROOT = Path(__file__).resolve().parent.parent / "demo"


def table(path: str) -> dict[str, Any]:
    """One TOML file."""
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def rows(folder: str, name: str) -> list[dict[str, Any]]:
    """The rows `[[name]]` of all TOML files in a folder; each knows its file as `file`."""
    return [
        {"file": path.stem, **row}
        for path in sorted((ROOT / folder).glob("*.toml"))
        for row in table(f"{folder}/{path.name}")[name]
    ]


def page(slug: str, words: Mapping[str, object]) -> tuple[str, str]:
    """Title and Markdown of a page, with `words` in the place of $names. The file's first heading is the title, and
    the headings below it move up by one, since a page shows its title itself."""
    text = Template((ROOT / "pages" / f"{slug}.md").read_text(encoding="utf-8")).substitute(words)
    first, _, body = text.partition("\n")
    return first.removeprefix("# "), re.sub(r"^#(#+) ", r"\1 ", body.strip(), flags=re.MULTILINE)


def as_list(points: list[dict[str, str]]) -> str:
    """Titled points as a Markdown list."""
    return "\n".join(f"- **{point['title']}** {point['text']}" for point in points)
