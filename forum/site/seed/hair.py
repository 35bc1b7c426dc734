"""Hair: what lies behind the body, and what lies in front of the face."""

from __future__ import annotations

from collections.abc import Callable

from forum.colours import mixed
from forum.site.seed.brush import Brush, around, mirrored

Painter = Callable[[Brush, str], None]


def _cap(brush: Brush, colour: str, *, rise: float = 20.5, side: float = 33, down: float = 45) -> None:
    outer = [(side, down), (side - 0.2, 35), (37.5, 25.5), (44, 21.5), (50, rise)]
    inner = [(50, 31.5), (44, 32), (38.8, 34.5), (36.2, 39), (35.3, down)]
    right = [(100 - x, y) for x, y in reversed(outer[:-1])]
    back = [(100 - x, y) for x, y in reversed(inner[1:])]
    brush.shape([*outer, *right, *back, *inner], colour)


def _short(brush: Brush, colour: str) -> None:
    points = [
        *(
            (33.2, 46),
            (32.6, 35),
            (36, 26),
            (43, 20.8),
            (52, 19.6),
            (61, 22),
            (66.6, 29),
            (67.4, 38),
            (66.8, 46),
        ),
        *((64.8, 40), (62.5, 35), (57, 33.5), (50, 34), (43.5, 32), (40, 30.5), (37, 35), (35.4, 40)),
    ]
    brush.shape(points, colour)
    brush.stroke([(42, 24.5), (50, 23), (58, 25.5)], mixed(colour, "#ffffff", 0.16), 0.7)


def _crop(brush: Brush, colour: str) -> None:
    _cap(brush, colour, rise=22.5, side=33.6, down=42)


def _bald(brush: Brush, colour: str) -> None:
    brush.ellipse(44.5, 31, 3.2, 1.5, mixed(brush.colour_at(50, 35), "#ffdfc0", 0.16))


def _fringe(brush: Brush, colour: str) -> None:
    _cap(brush, colour, rise=19.5, side=31.5, down=52)
    brush.shape(
        [(34, 33), (40, 25), (55, 23), (65, 30), (66, 41), (61, 35.5), (52, 35), (43, 37.5), (36, 40)], colour
    )
    brush.stroke([(41, 25.5), (50, 23), (59, 25.5)], mixed(colour, "#ffffff", 0.14), 0.7)


def _bob_behind(brush: Brush, colour: str) -> None:
    brush.shape(
        mirrored([(50, 18.5), (38, 21), (30.5, 32), (28.5, 48), (29.5, 62), (37, 66), (46, 64)]), colour
    )


def _parted(brush: Brush, colour: str) -> None:
    left = [
        (50, 19.5),
        (40, 21),
        (32.5, 30),
        (31, 44),
        (31.8, 56),
        (34.8, 50),
        (36, 42),
        (40.5, 36),
        (50, 27.5),
    ]
    brush.shape(left, colour)
    brush.shape([(100 - x, y) for x, y in left], colour)
    brush.stroke([(50, 20.5), (50, 27)], mixed(colour, "#ffffff", 0.16), 0.6)


def _long_behind(brush: Brush, colour: str) -> None:
    brush.shape(
        mirrored([(50, 18.5), (38, 21), (30, 33), (27.5, 52), (25.5, 72), (29, 86), (38, 89), (46, 80)]),
        colour,
    )


def _bun(brush: Brush, colour: str) -> None:
    _cap(brush, colour, side=33.2, down=44)
    brush.stroke([(41, 26), (46, 23.5), (50, 23)], mixed(colour, "#ffffff", 0.16), 0.7)


def _bun_behind(brush: Brush, colour: str) -> None:
    brush.ellipse(50, 17.5, 8.4, 7.6, colour)
    brush.ring(50, 17.5, 5.2, 4.6, mixed(colour, "#ffffff", 0.12), 0.6)


def _waves(brush: Brush, colour: str) -> None:
    left = [
        *(
            (50, 19),
            (43, 18.6),
            (38.5, 22),
            (33.5, 25),
            (32, 31),
            (28.8, 36),
            (30, 42.5),
            (27.6, 49),
            (30.5, 55),
            (29.5, 62),
        ),
        *((34.5, 65), (36.6, 60), (34.6, 54), (36.6, 48), (35.2, 42), (39, 35.5), (45, 32.5), (50, 28)),
    ]
    brush.shape(left, colour)
    brush.shape([(100 - x, y) for x, y in left], colour)
    light = mixed(colour, "#ffffff", 0.15)
    brush.stroke([(46, 22), (40, 26), (36.5, 31), (33, 37), (32.6, 44)], light, 0.7)
    brush.stroke([(54, 22), (60, 26), (63.5, 31), (67, 37), (67.4, 44)], light, 0.7)


def _waves_behind(brush: Brush, colour: str) -> None:
    brush.shape(mirrored([(50, 30), (34, 36), (30, 52), (30.5, 62), (36, 66), (44, 63)]), colour)


def _tousled(brush: Brush, colour: str) -> None:
    points = [
        *(
            (33.4, 46),
            (32.2, 38),
            (31.4, 31),
            (34.4, 25),
            (38.6, 22),
            (43, 17.6),
            (49, 18.8),
            (55, 16.8),
            (60, 20.4),
        ),
        *(
            (65.4, 22.4),
            (67.4, 28.6),
            (68.6, 34),
            (67, 40),
            (66.6, 46),
            (64.6, 40),
            (61.4, 33.6),
            (56.6, 35.4),
        ),
        *((51, 31.6), (46, 34.8), (40.6, 32), (36.8, 36), (35.4, 41)),
    ]
    brush.shape(points, colour)
    brush.stroke(
        [(39, 26.4), (43, 22.6), (48, 24), (53, 21.8), (59, 25)], mixed(colour, "#ffffff", 0.15), 0.7
    )


def _curls(brush: Brush, colour: str) -> None:
    _cap(brush, colour, rise=19, side=31, down=46)
    for x, y in around(50, 40, 19, 170, 370, 14):
        brush.ellipse(x, y, 4.4, 4.4, colour)
    for x, y in ((32.6, 43), (32.4, 49), (67.4, 43), (67.6, 49)):
        brush.ellipse(x, y, 4.2, 4.6, colour)
    for x, y in around(50, 43, 14.2, 215, 325, 6):
        brush.ellipse(x, y, 3.6, 3.3, colour)
    light = mixed(colour, "#ffffff", 0.14)
    for x, y in around(50, 40, 18, 200, 340, 7):
        brush.ring(x, y, 2.1, 2.1, light, 0.5)


def _curls_behind(brush: Brush, colour: str) -> None:
    for x, y in around(50, 42, 21.5, 130, 410, 20):
        brush.ellipse(x, y, 5.6, 5.6, colour)


def _braids(brush: Brush, colour: str) -> None:
    _parted(brush, colour)
    light = mixed(colour, "#ffffff", 0.13)
    for side in (-1, 1):
        for step in range(8):
            x, y = 50 + side * (19.4 + 0.35 * step), 55 + 4.6 * step
            brush.ellipse(x, y, 3.5 - 0.13 * step, 3, colour)
            brush.stroke([(x - 1.6 * side, y - 0.8), (x + 1.4 * side, y + 0.9)], light, 0.5)
        brush.rounded(50 + side * 22 - 2.2, 88.5, 50 + side * 22 + 2.2, 91, 1, "#d9a441")


BEHIND: dict[str, Painter] = {
    "bob": _bob_behind,
    "long": _long_behind,
    "bun": _bun_behind,
    "wavy": _waves_behind,
    "curls": _curls_behind,
    "braids": _bob_behind,
}
IN_FRONT: dict[str, Painter] = {
    "short": _short,
    "crop": _crop,
    "bald": _bald,
    "bob": _fringe,
    "long": _parted,
    "bun": _bun,
    "wavy": _waves,
    "tousled": _tousled,
    "curls": _curls,
    "braids": _braids,
}
