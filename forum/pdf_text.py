"""Text set line by line: measured by Pango, which WeasyPrint sets it with, and drawn by hand where boxes cost too much.

Lengths are CSS pixels, sizes of type points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from forum import pdf

PIXELS_IN_A_POINT = 96 / 72
SPACE = 0.26  # of Noto Sans, in ems

WHOLE, BY_WORDS, ANYWHERE = -1, 0, 2  # the last two are Pango's wrap modes


@dataclass(frozen=True)
class Line:
    """One line: its width and height, how far it reaches above its baseline, and its text."""

    width: float
    height: float
    above: float = 0
    text: str = ""
    set: _Layout | None = None


class _Layout(NamedTuple):
    """One of a layout's lines as Pango holds it. It is also what WeasyPrint's drawing asks of a box of text."""

    layout: Any
    line: Any
    text: str
    style: dict[str, float]

    @property
    def pango_layout(self) -> _Layout:
        return self

    def get_first_line(self) -> tuple[Any, None]:
        return self.line, None


@dataclass(frozen=True)
class Setting:
    """How text is set; `leading` is the height of a line in ems, None what the face asks for, `language` BCP 47."""

    size: float
    bold: bool = False
    leading: float | None = None
    language: str = ""
    direction: str = "ltr"

    @property
    def em(self) -> float:
        return self.size * PIXELS_IN_A_POINT

    @cached_property
    def _pango(self) -> tuple[Any, Any]:
        """The context and the description of the face, both for any number of texts."""
        from weasyprint.text.constants import PANGO_DIRECTION
        from weasyprint.text.ffi import TO_UNITS, ffi, gobject, pango

        fonts = pdf.the_press().fonts
        context = ffi.gc(pango.pango_font_map_create_context(fonts.font_map), gobject.g_object_unref)
        pango.pango_context_set_round_glyph_positions(context, False)
        pango.pango_context_set_base_dir(context, PANGO_DIRECTION[self.direction])
        if self.language:
            language = pango.pango_language_from_string(ffi.new("char[]", self.language.encode()))
            pango.pango_context_set_language(context, language)
        description = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
        pango.pango_font_description_set_family(description, ffi.new("char[]", b"sans-serif"))
        pango.pango_font_description_set_weight(description, 700 if self.bold else 400)
        pango.pango_font_description_set_absolute_size(description, int(self.em * TO_UNITS))
        return context, description

    @cached_property
    def _strut(self) -> tuple[float, float]:
        """The height of an empty line, and how much of it is above the baseline."""
        [blank] = self.lines(" ", -1, BY_WORDS)
        height = self.leading * self.em if self.leading else blank.height
        return height, blank.above + (height - blank.height) / 2

    def asks_for(self, line: Line) -> float:
        """The height that `line` is given in this setting, at the least."""
        return self.leading * self.em if self.leading else line.height

    def boxed(self, line: Line) -> Line:
        """The same line with the height of its box and its baseline in there, as CSS has it (2.2, 10.8.1)."""
        height, strut_above = self._strut
        half_leading = (height - line.height) / 2
        above = max(strut_above, half_leading + line.above)
        below = height - min(strut_above, half_leading + line.above)
        return replace(line, height=above + below, above=above)

    def words(self, text: str, width: float) -> list[Line]:
        """The lines that words fill one after the other, none of them broken; measured only."""
        lines: list[Line] = []
        for word in text.split():
            [piece] = self.lines(word, -1, BY_WORDS)
            if lines and lines[-1].width + SPACE * self.em + piece.width <= width:
                last = lines.pop()
                across = last.width + SPACE * self.em + piece.width
                piece = Line(across, max(last.height, piece.height), text=f"{last.text} {word}")
            lines.append(piece)
        return lines

    def lines(self, text: str, width: float, wrap: int) -> list[Line]:
        """The lines into which Pango breaks `text`; one, when `width` is negative."""
        from weasyprint.text.ffi import TO_UNITS, ffi, gobject, pango

        context, description = self._pango
        layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_auto_dir(layout, False)
        pango.pango_layout_set_single_paragraph_mode(layout, True)
        pango.pango_layout_set_font_description(layout, description)
        pango.pango_layout_set_wrap(layout, wrap)
        pango.pango_layout_set_width(layout, int(width * TO_UNITS) if width >= 0 else -1)
        written = text.encode()
        pango.pango_layout_set_text(layout, ffi.new("char[]", written), -1)
        if wrap == ANYWHERE:
            pango.pango_layout_set_attributes(layout, _without_hyphens(len(written)))
        found: list[Line] = []
        style, extents = {"font_size": self.em}, ffi.new("PangoRectangle *")
        while (line := pango.pango_layout_get_line_readonly(layout, len(found))) != ffi.NULL:
            pango.pango_layout_line_get_extents(line, ffi.NULL, extents)
            size = (extents.width / TO_UNITS, extents.height / TO_UNITS, -extents.y / TO_UNITS)
            found.append(Line(*size, text, _Layout(layout, line, text, style)))
        return found


def _without_hyphens(length: int) -> Any:
    """The attribute by which Pango puts no hyphen where it has broken a word."""
    from weasyprint.text.ffi import ffi, pango

    attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    attribute = pango.pango_attr_insert_hyphens_new(False)
    attribute.start_index, attribute.end_index = 0, length
    pango.pango_attr_list_change(attributes, attribute)
    return attributes
