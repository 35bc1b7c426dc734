"""What is drawn by hand, on pages of its own or on one that was laid out: what comes a thousand times has no need of a
layout.

Built on how WeasyPrint draws a line of text, and asks a page to paint itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forum.pdf_text import Line

PIXELS_IN_A_MILLIMETRE = 96 / 25.4
POINTS_IN_A_MILLIMETRE = 72 / 25.4


class Canvas:
    """What a page is drawn on. Lengths are millimetres from its upper left corner, downwards."""

    def __init__(self, stream: Any, scale: float) -> None:
        """`scale` is points in a CSS pixel."""
        self._stream, self._scale = stream, scale
        self.tags: list[tuple[str, int]] = []  # of what was written, as Pages.structure takes them

    def draw(self, drawing: bytes) -> None:
        """Draw in PDF operators, which count in points."""
        self._stream.stream.append(b"q " + drawing + b" Q")

    def write(
        self,
        lines: list[Line],
        colour: str,
        place: tuple[float, float, float, float],
        *,
        top: float = 0,
        to_the_right: bool = False,
        tag: str = "P",
    ) -> None:
        """Write lines below each other from `top` on. What lies outside `place`, which is left, top, width and
        height, is cut off. In a tagged document a screen reader is told that they are a `tag` (ISO 32000, 14.8.4)."""
        from weasyprint.draw.text import draw_first_line
        from weasyprint.matrix import Matrix

        stream = self._stream
        left, *_, width, _ = edges = [edge * PIXELS_IN_A_MILLIMETRE for edge in place]
        at = top * PIXELS_IN_A_MILLIMETRE
        with self._tagged(tag), stream.stacked():
            stream.transform(a=self._scale, d=self._scale)
            stream.rectangle(*edges)
            stream.clip()
            stream.end()
            stream.set_color_rgb(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))
            for line in lines:
                x = left + width - line.width if to_the_right else left
                stream.begin_text()
                draw_first_line(stream, line.set, "clip", "none", Matrix(d=-1, e=x, f=at + line.above))
                stream.end_text()
                at += line.height

    @contextmanager
    def _tagged(self, tag: str) -> Iterator[None]:
        stream = self._stream
        if stream._tags is None:
            yield
            return
        mark = len(stream._tags) + len(self.tags)  # after those of what was laid out
        self.tags.append((tag, mark))
        stream.stream.append(f"/{tag} <</MCID {mark}>> BDC".encode())
        yield
        stream.stream.append(b"EMC")


class DrawnPage:
    """A page that `draw` draws when it is its turn. WeasyPrint takes it for one of its own."""

    def __init__(self, like: Any, draw: Callable[[Canvas], None]) -> None:
        """It has the size of the page `like`."""
        self.width, self.height, self.bleed = like.width, like.height, like.bleed
        self.anchors: dict[str, Any] = {}
        self.links: list[Any] = []
        self.bookmarks: list[Any] = []
        self.forms: dict[Any, Any] = {None: []}
        self._draw = draw

    def paint(self, stream: Any, scale: float = 1) -> None:
        self._draw(Canvas(stream, scale))
