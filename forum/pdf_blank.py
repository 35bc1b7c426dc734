"""A page that is laid out once, for many documents: they differ in their title, and in what is drawn on it by hand.

Built on WeasyPrint's document, which can be painted any number of times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

from forum import pdf
from forum.pdf_drawing import Canvas
from forum.pdf_pages import Pages


class Blank:
    """The page, tagged for screen readers. It has one `<main>`, empty: there stands what is drawn, as they read it.

    Any thread may print; documents are printed one at a time.
    """

    def __init__(self, html: str, *, stylesheets: Sequence[str] = (), css: str = "") -> None:
        """Lay it out; it takes what `pdf.render` takes. Raises OSError when WeasyPrint's libraries are missing."""
        self._press = pdf.the_press()
        with self._press.lock:
            self._document = self._press.lay_out(html, stylesheets, css, True)

    def print(self, title: str, draw: Callable[[Canvas], None], finish: Callable[[Pages], None]) -> bytes:
        """Print it with what `draw` draws on it; `finish` as in `pdf.render`. The same input gives the same bytes."""
        [page] = self._document.pages
        filled = _Filled(page, draw)
        # A copy has fonts of its own: of one document, nobody's letters get into another's.
        document = self._document.copy([filled])
        document.metadata = copy(document.metadata)
        document.metadata.title = title

        def complete(_document: Any, written: Any) -> None:
            pages = Pages(written)
            pages.structure("Part", filled.tags)
            finish(pages)

        with self._press.lock:
            return bytes(document.write_pdf(finisher=complete, pdf_tags=True))


class _Filled:
    """The page with something drawn on it. WeasyPrint takes it for the page itself."""

    def __init__(self, page: Any, draw: Callable[[Canvas], None]) -> None:
        self.__dict__.update(vars(page))
        self._page, self._draw = page, draw
        self.tags: list[tuple[str, int]] = []

    def paint(self, stream: Any, scale: float = 1) -> None:
        self._page.paint(stream, scale)
        canvas = Canvas(stream, scale)
        self._draw(canvas)
        self.tags = canvas.tags
