"""How large a text may be printed so that it stays in its space: measured by Pango, which sets it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from forum import pdf
from forum.pdf_text import ANYWHERE, BY_WORDS, SPACE, WHOLE, Line, Setting

PIXELS_IN_A_MILLIMETRE = 96 / 25.4

_setting = lru_cache(maxsize=256)(Setting)


class Fit(NamedTuple):
    """How a text fits: its size in points, its height in millimetres, and whether its words have to be kept whole."""

    size: float
    height: float
    whole: bool


@dataclass(frozen=True)
class Space:
    """The space for one text: `width` by `height` in millimetres, and the sizes it may take in points, falling."""

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
        with pdf.the_press().lock:
            settings = [_setting(size, self.bold, leading, language) for size in self.sizes]
            [natural] = settings[0].lines(text, -1, BY_WORDS)
            settings = [one for one in settings if self._may_hold(natural.width, one)]
            for setting in settings:
                if setting.size >= 0.4 * self.sizes[0] and (
                    height := self._height(text, setting, WHOLE if whole else BY_WORDS)
                ):
                    return Fit(setting.size, height, whole)
            for setting in settings:
                if setting.size <= 0.5 * self.sizes[0] and (height := self._height(text, setting, ANYWHERE)):
                    return Fit(setting.size, height, False)
        return Fit(self.sizes[-1], self.height, False)

    def set(
        self,
        text: str,
        *,
        leading: float | None = None,
        language: str = "",
        whole: bool = False,
        direction: str = "ltr",
    ) -> list[Line]:
        """Set `text` as large as `fit` finds, in lines to be drawn by hand. `direction` is “ltr” or “rtl”."""
        with pdf.the_press().lock:
            fit = self.fit(text, leading=leading, language=language, whole=whole)
            setting = _setting(fit.size, self.bold, leading, language, direction)
            if fit.whole:
                filled = [line.text for line in setting.words(text, self._width)]
                lines = [line for words in filled for line in setting.lines(words, -1, BY_WORDS)]
            else:
                lines = setting.lines(text, self.width * PIXELS_IN_A_MILLIMETRE, ANYWHERE)
            return [setting.boxed(line) for line in lines]

    def _may_hold(self, natural: float, setting: Setting) -> bool:
        """Whether it is worth a try: false when even without a gap at the end of any line there would be too many.

        `natural` is the width of the text on one line, at the first size.
        """
        scale = setting.size / self.sizes[0]
        gap = SPACE * setting.em
        lines = ceil((natural * scale * 0.97 + gap) / (self.width * PIXELS_IN_A_MILLIMETRE + gap))
        return lines * (setting.leading or 1) * setting.em <= self.height * PIXELS_IN_A_MILLIMETRE

    def _height(self, text: str, setting: Setting, wrap: int) -> float:
        """The millimetres that `text` takes, 0 when that is too much."""
        width = self._width
        lines = setting.words(text, width) if wrap == WHOLE else setting.lines(text, width, wrap)
        height = sum(setting.asks_for(line) for line in lines) / PIXELS_IN_A_MILLIMETRE
        return height if height <= self.height and all(line.width <= width for line in lines) else 0

    @property
    def _width(self) -> float:
        """In pixels, less a hair: measure and layout round differently."""
        return self.width * PIXELS_IN_A_MILLIMETRE * 0.99
