"""PDF from HTML, in the fonts that we ship and no others: the same on every machine, in every script.

WeasyPrint is loaded by the first document, not before: a process that prints nothing does not pay for it, and a
machine that lacks its libraries still serves pages and says through `missing_libraries` what to install.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from django.conf import settings
from PIL import ImageFile

from forum.pdf_drawing import Canvas, DrawnPage
from forum.pdf_pages import Pages

STATIC = Path(settings.BASE_DIR) / "static"
FONTS = STATIC / "fonts"
READABLE = {".png", ".jpg", ".jpeg", ".webp", ".svg"}

# In this order a character finds its face. Han comes last: those faces hold Greek, Cyrillic and signs too.
FAMILIES = (
    "Noto Sans", "Noto Sans Thai", "Noto Sans Myanmar", "Noto Sans Khmer", "Noto Sans Lao", "Noto Sans Arabic",
    "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Gurmukhi", "Noto Sans Gujarati",
    "Noto Sans Oriya", "Noto Sans Tamil", "Noto Sans Telugu", "Noto Sans Kannada", "Noto Sans Malayalam",
    "Noto Sans Sinhala", "Noto Sans Thaana", "Noto Sans Hanifi Rohingya", "Noto Sans Georgian", "Noto Sans Armenian",
    "Noto Sans Ethiopic", "Noto Serif Tibetan", "Noto Sans Hangul", "Noto Sans Han", "Noto Sans Han Rare",
)  # fmt: skip


def render(
    html: str,
    *,
    stylesheets: Sequence[str] = (),
    css: str = "",
    drawings: Sequence[Callable[[Canvas], None]] = (),
    finish: Callable[[Pages], None] = lambda pages: None,
    tagged: bool = True,
) -> bytes:
    """Print a whole HTML document.

    `stylesheets` are paths below static/, parsed once a process; `css` holds rules for this document alone. Images
    are `static:img/…`: nothing else is read, neither files nor network. `finish` may draw on the pages just before
    they are written. `tagged` adds the structure that screen readers follow. Each of `drawings` draws a page of its
    own, behind those of the document, as large as the first and without such a structure.

    Any thread may call; documents are printed one at a time. The same input gives the same bytes.

    Raises OSError when WeasyPrint's libraries are missing.
    """
    press = the_press()
    with press.lock:
        return press.print(html, stylesheets, css, drawings, finish, tagged)


def missing_libraries() -> list[str]:
    """The Debian packages without which nothing is printed, or only slowly; empty when all is well."""
    try:
        the_press()
        from weasyprint.pdf.fonts import harfbuzz_subset
    except OSError:
        return ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]
    # WeasyPrint goes on without it, fifteen times slower.
    return [] if harfbuzz_subset else ["libharfbuzz-subset0"]


@cache
def drawable() -> frozenset[int]:
    """The code points for which some face that we ship has a glyph."""
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for path in FONTS.glob("*-Bold.ttf"):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


class Press:
    """One process's WeasyPrint: one font configuration for all documents, since each new one leaks memory."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # texts are measured while a page is drawn
        before = os.environ.get("FONTCONFIG_FILE")
        with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as config:
            config.write(_fontconfig())
            config.flush()
            os.environ["FONTCONFIG_FILE"] = config.name
            try:
                import weasyprint
                from weasyprint.text.fonts import FontConfiguration

                # WeasyPrint lets Pillow fill up broken pictures, in the whole process: uploads are to be whole.
                ImageFile.LOAD_TRUNCATED_IMAGES = False

                self.weasyprint = weasyprint
                self.fonts = FontConfiguration()
            finally:
                # Only WeasyPrint shall see our fonts alone, not the programs that this process may start.
                del os.environ["FONTCONFIG_FILE"]
                if before is not None:
                    os.environ["FONTCONFIG_FILE"] = before
        self.fetcher = _OwnImagesOnly()
        self._parsed_rules: dict[str, Any] = {}

    def print(
        self,
        html: str,
        stylesheets: Sequence[str],
        css: str,
        drawings: Sequence[Callable[[Canvas], None]],
        finish: Callable[[Pages], None],
        tagged: bool,
    ) -> bytes:
        document = self.lay_out(html, stylesheets, css, tagged)
        first = document.pages[0]
        document.pages += [DrawnPage(first, draw) for draw in drawings]
        written = document.write_pdf(finisher=lambda _, pdf: finish(Pages(pdf)), pdf_tags=tagged)
        return bytes(written)

    def lay_out(self, html: str, stylesheets: Sequence[str], css: str, tagged: bool) -> Any:
        """The document as WeasyPrint has it before it is painted."""
        rules = [self._rules(path) for path in stylesheets]
        if css:
            rules.append(self._parsed(css))
        source = self.weasyprint.HTML(string=html, base_url="static:", url_fetcher=self.fetcher)
        return source.render(font_config=self.fonts, stylesheets=rules, pdf_tags=tagged)

    def _rules(self, path: str) -> Any:
        if path not in self._parsed_rules:
            self._parsed_rules[path] = self._parsed((STATIC / path).read_text(encoding="utf-8"))
        return self._parsed_rules[path]

    def _parsed(self, css: str) -> Any:
        return self.weasyprint.CSS(
            string=css, base_url="static:", url_fetcher=self.fetcher, font_config=self.fonts
        )


_starting = threading.Lock()
_presses: list[Press] = []


def the_press() -> Press:
    """The press of this process, set up by whoever asks first."""
    with _starting:
        if not _presses:
            _presses.append(Press())
        return _presses[0]


class _OwnImagesOnly:
    """Reads images below static/ by `static:` addresses, and refuses everything else that a document may name."""

    _fail_on_errors = False  # WeasyPrint asks for it: a refused image is left out, the document is printed

    def __call__(self, url: str) -> Any:
        from weasyprint.urls import URLFetcherResponse

        address = urlsplit(url)
        path = (STATIC / unquote(address.path).lstrip("/")).resolve()
        if address.scheme != "static" or address.netloc or not path.is_relative_to(STATIC.resolve()):
            raise ValueError(f"A PDF may not read {url}")
        if path.suffix.lower() not in READABLE:
            raise ValueError(f"{url} is no image")
        return URLFetcherResponse(url, path.read_bytes())


def _fontconfig() -> str:
    """A configuration for fontconfig that knows our folder alone, every generic family meaning all our faces."""
    faces = "".join(f"<family>{family}</family>" for family in FAMILIES)
    generic = "".join(
        f'<alias binding="same"><family>{name}</family><prefer>{faces}</prefer></alias>'
        for name in ("sans-serif", "serif", "monospace")
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        f"<dir>{escape(str(FONTS))}</dir>"
        f"<cachedir>{escape(str(Path(settings.DATA_DIR) / 'fontconfig'))}</cachedir>{generic}</fontconfig>"
    )
