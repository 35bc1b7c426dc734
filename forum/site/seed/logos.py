"""Marks of partners that do not exist: a disc and a simple figure, on a transparent ground."""

from __future__ import annotations

from collections.abc import Callable

from forum.site.seed.brush import Brush, around

SIZE = 240
PAPER = "#fbf6ec"


def logo(mark: str, colour: str) -> bytes:
    """Draw a partner's mark as PNG."""
    brush = Brush(SIZE, None)
    brush.ellipse(50, 50, 49, 49, colour)
    MARKS[mark](brush, colour)
    return brush.png()


def _arch(brush: Brush, colour: str) -> None:
    for radius, fill in ((28, PAPER), (20, colour), (12, PAPER), (4, colour)):
        brush.polygon([*around(50, 46, radius, 180, 360, 40), (50 + radius, 76), (50 - radius, 76)], fill)
    brush.rounded(17, 74, 83, 79, 2, PAPER)


def _lantern(brush: Brush, colour: str) -> None:
    brush.ring(50, 25, 9, 9, PAPER, 3.5)
    brush.shape([(34, 36), (66, 36), (75, 56), (64, 76), (36, 76), (25, 56)], PAPER)
    brush.shape([(50, 43), (58, 57), (54, 67), (46, 67), (42, 57)], colour)
    brush.rounded(36, 78, 64, 83, 2.5, PAPER)


def _waves(brush: Brush, colour: str) -> None:
    for y in (34, 50, 66):
        brush.stroke(
            [(20, y + 3), (30, y - 4), (40, y + 3), (50, y + 8), (60, y + 3), (70, y - 4), (80, y + 3)],
            PAPER,
            6,
        )


def _blades(brush: Brush, colour: str) -> None:
    for x, lean, top in ((32, -12, 42), (42, -6, 28), (50, 0, 18), (58, 6, 28), (68, 12, 42)):
        brush.shape(
            [
                (x - 3.4, 82),
                (x - 3 + lean * 0.4, 60),
                (x + lean, top),
                (x + 3 + lean * 0.4, 60),
                (x + 3.4, 82),
            ],
            PAPER,
        )


def _bloom(brush: Brush, colour: str) -> None:
    for x, y in around(50, 50, 20, 0, 300, 6):
        brush.ellipse(x, y, 12, 12, PAPER)
    brush.ellipse(50, 50, 17, 17, colour)
    brush.ellipse(50, 50, 9, 9, PAPER)


def _sun(brush: Brush, colour: str) -> None:
    brush.ellipse(50, 48, 20, 20, PAPER)
    brush.polygon([(20, 50), (80, 50), (80, 72), (20, 72)], colour)
    for y, half in ((55, 30), (64, 22), (73, 13)):
        brush.rounded(50 - half, y, 50 + half, y + 4.4, 2.2, PAPER)


def _pillars(brush: Brush, colour: str) -> None:
    brush.polygon([(50, 19), (80, 37), (20, 37)], PAPER)
    for x in (28, 44, 56, 72):
        brush.rounded(x - 3.5, 41, x + 3.5, 71, 1.5, PAPER)
    brush.rounded(20, 75, 80, 81, 2, PAPER)


def _weave(brush: Brush, colour: str) -> None:
    for row in range(3):
        for column in range(3):
            x, y = 29 + 21 * column, 29 + 21 * row
            if (row + column) % 2:
                brush.rounded(x - 6, y - 9.5, x + 6, y + 9.5, 3, PAPER)
            else:
                brush.rounded(x - 9.5, y - 6, x + 9.5, y + 6, 3, PAPER)


def _wire(brush: Brush, colour: str) -> None:
    brush.stroke([(16, 58), (30, 58), (40, 34), (50, 70), (60, 42), (68, 58), (84, 58)], PAPER, 5.5)
    brush.ellipse(84, 58, 5, 5, PAPER)


def _rings(brush: Brush, colour: str) -> None:
    for radius in (34, 23):
        brush.ring(50, 50, radius, radius, PAPER, 5)
    brush.ellipse(50, 50, 11, 11, PAPER)


MARKS: dict[str, Callable[[Brush, str], None]] = {
    "arch": _arch,
    "lantern": _lantern,
    "waves": _waves,
    "blades": _blades,
    "bloom": _bloom,
    "sun": _sun,
    "pillars": _pillars,
    "weave": _weave,
    "wire": _wire,
    "rings": _rings,
}
