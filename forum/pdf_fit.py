"""How large a text may be printed so that it stays in its room: measured by Pango, which sets it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from forum import pdf

PIXELS_IN_A_POINT = 96 / 72
PIXELS_IN_A_MILLIMETRE = 96 / 25.4
SPACE = 0.26  # of Noto Sans, in ems

WHOLE, BY_WORDS, ANYWHERE = -1, 0, 2  # the last two are Pango's wrap modes


class Fit(NamedTuple):
    """How a text fits: its size in points, its height in millimetres, and whether its words have to be kept whole."""

    size: float
    height: float
    whole: bool


@dataclass(frozen=True)
class Room:
    """The room for one text: `width` by `height` in millimetres, and the sizes it may take in points, falling."""

    sizes: tuple[float, ...]
    width: float
    height: float
    bold: bool = False

    def fit(self, text: str, *, leading: float | None = None, language: str = "", whole: bool = False) -> Fit:
        """Find the largest size at which `text` fits.

        Words stay whole down to two fifths of the first size; a word too long even for that may be broken anywhere,
        from half of the first size down. What does not fit at all gets the last size. `leading` is the height of a
        line in ems; None is what each face asks for. `language` (BCP 47) is that of the text. `whole` keeps together
        what stands between spaces, in scripts too that may end a line there.
        """
        press = pdf.the_press()
        with press.lock:
            for size in self.sizes:
                if size < 0.4 * self.sizes[0]:
                    break
                setting = _Setting(press.fonts.font_map, size, self.bold, leading, language)
                if height := self._height(text, setting, WHOLE if whole else BY_WORDS):
                    return Fit(size, height, whole)
            for size in self.sizes:
                setting = _Setting(press.fonts.font_map, size, self.bold, leading, language)
                if size <= 0.5 * self.sizes[0] and (height := self._height(text, setting, ANYWHERE)):
                    return Fit(size, height, False)
        return Fit(self.sizes[-1], self.height, False)

    def _height(self, text: str, setting: _Setting, wrap: int) -> float:
        """The millimetres that `text` takes, 0 when that is too much."""
        # A hair of the width is left: measure and layout round differently.
        width = self.width * PIXELS_IN_A_MILLIMETRE * 0.99
        lines = setting.words(text, width) if wrap == WHOLE else setting.lines(text, width, wrap)
        height = sum(line.height for line in lines) / PIXELS_IN_A_MILLIMETRE
        return height if height <= self.height and all(line.width <= width for line in lines) else 0


class _Line(NamedTuple):
    width: float
    height: float


@dataclass(frozen=True)
class _Setting:
    """How a text is set; lengths in CSS pixels but for the size, in points."""

    font_map: Any
    size: float
    bold: bool
    leading: float | None
    language: str

    @property
    def em(self) -> float:
        return self.size * PIXELS_IN_A_POINT

    def words(self, text: str, width: float) -> list[_Line]:
        """The lines that words fill one after the other, none of them broken."""
        lines: list[_Line] = []
        for word in text.split():
            [piece] = self.lines(word, -1, BY_WORDS)
            if lines and lines[-1].width + SPACE * self.em + piece.width <= width:
                last = lines.pop()
                piece = _Line(last.width + SPACE * self.em + piece.width, max(last.height, piece.height))
            lines.append(piece)
        return lines

    def lines(self, text: str, width: float, wrap: int) -> list[_Line]:
        """The lines into which Pango breaks `text`; one, when `width` is negative."""
        from weasyprint.text.ffi import TO_UNITS, ffi, gobject, pango

        context = ffi.gc(pango.pango_font_map_create_context(self.font_map), gobject.g_object_unref)
        pango.pango_context_set_round_glyph_positions(context, False)
        if self.language:
            language = pango.pango_language_from_string(ffi.new("char[]", self.language.encode()))
            pango.pango_context_set_language(context, language)
        description = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
        family = ffi.new("char[]", b"sans-serif")
        pango.pango_font_description_set_family(description, family)
        pango.pango_font_description_set_weight(description, 700 if self.bold else 400)
        pango.pango_font_description_set_absolute_size(description, int(self.em * TO_UNITS))
        layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
        pango.pango_layout_set_font_description(layout, description)
        pango.pango_layout_set_wrap(layout, wrap)
        pango.pango_layout_set_width(layout, int(width * TO_UNITS))
        pango.pango_layout_set_text(layout, ffi.new("char[]", text.encode()), -1)
        extents = ffi.new("PangoRectangle *")
        found: list[_Line] = []
        while (line := pango.pango_layout_get_line_readonly(layout, len(found))) != ffi.NULL:
            pango.pango_layout_line_get_extents(line, ffi.NULL, extents)
            height = self.leading * self.em if self.leading else extents.height / TO_UNITS
            found.append(_Line(extents.width / TO_UNITS, height))
        return found
