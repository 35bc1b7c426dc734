"""Colours that people choose, made fit to read.

Contrast is that of WCAG 2.2 (relative luminance of sRGB); a colour is moved towards black or white, its hue kept,
until it has enough of it.
"""

from __future__ import annotations

from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass

LIGHT_GROUND = "#f3f0ea"  # --sunk, the darkest ground that text stands on by day
DARK_GROUND = "#211f1c"  # --surface, the lightest one by night


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(colour: str, other: str, share: float) -> str:
    """Mix `share` (0 to 1) of `other` into `colour`, both as #rrggbb."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 (black) to 1 (white)."""
    red, green, blue = (
        (value / 255) / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4
        for value in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def lightened(colour: str, share: float) -> str:
    """Bring #rrggbb `share` (0 to 1) of the way to white, its hue kept and its saturation calmed."""
    hue, lightness, saturation = rgb_to_hls(*(value / 255 for value in _channels(colour)))
    lighter = hls_to_rgb(hue, lightness + (1 - lightness) * share, min(saturation, 0.45))
    return "#" + "".join(f"{round(value * 255):02x}" for value in lighter)


def readable(colour: str, ground: str, ratio: float) -> str:
    """The colour nearest to `colour` that has at least `ratio` on `ground`."""
    by_day = luminance(ground) > 0.18
    for step in range(41):
        nearer = mixed(colour, "#000000", step / 40) if by_day else lightened(colour, step / 40)
        if contrast(nearer, ground) >= ratio:
            return nearer
    return "#000000" if by_day else "#ffffff"


@dataclass(frozen=True)
class Pair:
    """One colour by day and by night: as text (4.5:1 and more) and as a mark (3:1)."""

    colour: str

    @property
    def text(self) -> str:
        return readable(self.colour, LIGHT_GROUND, 5.0)

    @property
    def text_strong(self) -> str:
        return mixed(self.text, "#000000", 0.25)

    @property
    def text_by_night(self) -> str:
        return readable(self.colour, DARK_GROUND, 7.0)

    @property
    def text_strong_by_night(self) -> str:
        return mixed(self.text_by_night, "#ffffff", 0.35)

    @property
    def tint(self) -> str:
        return mixed(self.colour, "#fbfaf7", 0.9)

    @property
    def tint_by_night(self) -> str:
        return mixed(self.colour, "#181614", 0.82)

    @property
    def on_text_by_night(self) -> str:
        return mixed(self.colour, "#000000", 0.8)

    @property
    def mark(self) -> str:
        return readable(self.colour, LIGHT_GROUND, 3.0)

    @property
    def mark_by_night(self) -> str:
        return readable(self.colour, DARK_GROUND, 3.5)
