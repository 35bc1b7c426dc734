"""What is worn over the hair: what lies behind the body, and what lies in front of the face."""

from __future__ import annotations

from collections.abc import Callable

from forum.colours import mixed
from forum.site.seed.brush import Brush, mirrored, smooth

Painter = Callable[[Brush, str], None]


def _hijab_behind(brush: Brush, colour: str) -> None:
    brush.shape(
        mirrored([(50, 17.5), (37.5, 20), (29.5, 32), (28, 50), (27, 66), (18, 82), (30, 92)]), colour
    )


def _hijab(brush: Brush, colour: str) -> None:
    outer = smooth(mirrored([(50, 18), (38.5, 20.5), (31, 31), (29.6, 46), (33, 60), (42, 69.5), (50, 72)]))
    inner = smooth(
        mirrored([(50, 28.5), (42, 30), (36.6, 37), (36, 48), (39.6, 58.5), (45, 63.6), (50, 65.3)])
    )
    brush.polygon([*outer, outer[0], inner[0], *reversed(inner)], colour)
    fold = mixed(colour, "#000000", 0.16)
    brush.shape(
        [
            (33.5, 60),
            (40, 67),
            (50, 70.5),
            (60, 67),
            (66.5, 60),
            (75, 80),
            (62, 92),
            (50, 96),
            (38, 92),
            (25, 80),
        ],
        colour,
    )
    brush.stroke([(33.5, 62), (41, 70), (52, 76), (66, 80)], fold, 0.9)
    brush.stroke([(66.5, 62), (58, 72), (46, 80), (33, 84)], fold, 0.9)
    brush.stroke(
        [(37, 27), (43, 22.5), (50, 21.2), (57, 22.5), (63, 27)], mixed(colour, "#ffffff", 0.16), 0.7
    )


def _headscarf_behind(brush: Brush, colour: str) -> None:
    brush.shape(mirrored([(50, 17.5), (37, 20), (29, 33), (27.5, 52), (26, 70), (15, 90), (30, 102)]), colour)


def _headscarf(brush: Brush, colour: str) -> None:
    left = [
        (50, 18),
        (38, 20.5),
        (30.4, 32),
        (28.8, 50),
        (28, 68),
        (22, 84),
        (33, 88),
        (36, 72),
        (34.8, 54),
        (35.2, 40),
        (41, 30),
        (50, 26.5),
    ]
    brush.shape(left, colour)
    brush.shape([(100 - x, y) for x, y in left], colour)
    brush.stroke([(33, 36), (31.6, 52), (31, 68), (27.5, 82)], mixed(colour, "#ffffff", 0.22), 0.7)
    brush.stroke([(67, 36), (68.4, 52), (69, 68), (72.5, 82)], mixed(colour, "#000000", 0.16), 0.7)


def _headwrap(brush: Brush, colour: str) -> None:
    light, dark = mixed(colour, "#ffffff", 0.2), mixed(colour, "#000000", 0.16)
    brush.shape(
        [
            (33, 40),
            (29.5, 27),
            (34, 14),
            (46, 8),
            (60, 9.5),
            (69, 18),
            (70, 30),
            (67, 40),
            (60, 33.5),
            (50, 31.5),
            (40, 33.5),
        ],
        colour,
    )
    brush.stroke([(34, 36), (40, 25), (52, 17), (66, 18)], light, 1.3)
    brush.stroke([(66, 36), (58, 27), (46, 20), (33.5, 20)], dark, 1.3)
    brush.ellipse(50, 20.5, 5, 4.4, dark)
    brush.ellipse(50, 19.6, 4.4, 3.6, light)


BEHIND: dict[str, Painter] = {"hijab": _hijab_behind, "headscarf": _headscarf_behind}
IN_FRONT: dict[str, Painter] = {"hijab": _hijab, "headscarf": _headscarf, "headwrap": _headwrap}
