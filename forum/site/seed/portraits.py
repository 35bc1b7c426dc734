"""Portraits of people who do not exist: flat, warm and plainly drawn.

A portrait is described by a few words (`tone3 bun black glasses`); what they leave open, the ground and the clothes,
follows from the person's slug, so that it is the same on every machine.
"""

from __future__ import annotations

import hashlib
from functools import cache

from forum.colours import mixed
from forum.site.seed import hair, scarves
from forum.site.seed.brush import Brush

SIZE = 960
TONES = ["#f2d0b5", "#e7ba92", "#d6a076", "#b57a4f", "#8f5a38", "#6d432b"]
HAIR_COLOURS = {
    "black": "#241d1e",
    "brown": "#5b3b28",
    "grey": "#a39c96",
    "blond": "#d6ae69",
    "red": "#a4512c",
}
# Ground, the shape behind the head, the clothes, their trimming.
PALETTES = [
    ("#f3dfc1", "#e3a857", "#2f5d62", "#f7efe2"),
    ("#e9d8cf", "#c9705a", "#3d405b", "#f4f1de"),
    ("#dfe7d8", "#88a77a", "#8a3b12", "#f5e6d3"),
    ("#f6d9c6", "#d98e73", "#5f3a52", "#fbeee6"),
    ("#d9e4e8", "#7fa3b0", "#b3552e", "#fdf3e7"),
    ("#f0e2d0", "#b98b5a", "#40534a", "#eddcc5"),
    ("#ecd9e0", "#b9748f", "#2e4a5b", "#fbf1ec"),
    ("#e4e0cf", "#a79a52", "#6b2d3c", "#f3ead4"),
    ("#f5e3d7", "#8f9fc0", "#a8432b", "#fff4ea"),
    ("#dde3dd", "#d0a25c", "#34495e", "#f6eee0"),
]
WOVEN = ["#b4472e", "#a01f4b", "#2b6c99", "#0f7a6b", "#6a4ca8", "#c98f2c", "#c2668a", "#3f4f86"]


@cache
def portrait(slug: str, words: str) -> bytes:
    """Draw a portrait of SIZE by SIZE pixels, as JPEG, from a description in `words`."""
    said = set(words.split())
    chance = hashlib.sha256(slug.encode()).digest()
    ground, sun, clothes, trim = PALETTES[chance[0] % len(PALETTES)]
    skin = next((tone for number, tone in enumerate(TONES, 1) if f"tone{number}" in said), TONES[2])
    cloth = WOVEN[chance[1] % len(WOVEN)]
    hair_colour = next(
        (colour for word, colour in HAIR_COLOURS.items() if word in said), HAIR_COLOURS["black"]
    )
    style = next((word for word in (*scarves.IN_FRONT, *hair.IN_FRONT) if word in said), "short")

    brush = Brush(SIZE, ground)
    _backdrop(brush, sun, ground, chance[2])
    covering = cloth if style in scarves.IN_FRONT else hair_colour
    behind = {**hair.BEHIND, **scarves.BEHIND}.get(style)
    if behind:
        behind(brush, covering)
    _body(brush, skin, clothes, trim, chance[3])
    _face(brush, skin, hair_colour, said, chance[4])
    {**hair.IN_FRONT, **scarves.IN_FRONT}[style](brush, covering)
    if style == "headscarf":
        brush.shape(
            [(36, 33), (41, 27.5), (50, 26), (59, 27.5), (64, 33), (57, 30.6), (50, 30), (43, 30.6)],
            hair_colour,
        )
    if "glasses" in said:
        _glasses(brush, mixed(hair_colour, "#3a2a20", 0.7))
    if "earrings" in said:
        for x in (33.6, 66.4):
            brush.ellipse(x, 54, 1.3, 1.3, "#d9a441")
    return brush.jpeg()


def _backdrop(brush: Brush, sun: str, ground: str, chance: int) -> None:
    soft = mixed(sun, ground, 0.35)
    if chance % 4 == 0:
        brush.ellipse(50, 46, 36, 36, soft)
    elif chance % 4 == 1:
        brush.rounded(18, 12, 82, 140, 32, soft)
    elif chance % 4 == 2:
        brush.ellipse(68, 34, 27, 27, soft)
        brush.shape(
            [(-5, 78), (20, 70), (50, 75), (80, 68), (105, 76), (105, 110), (-5, 110)],
            mixed(sun, ground, 0.6),
        )
    else:
        for step, share in enumerate((0.75, 0.55, 0.35)):
            brush.ellipse(50, 104, 74 - 15 * step, 74 - 15 * step, mixed(sun, ground, share))


def _body(brush: Brush, skin: str, clothes: str, trim: str, chance: int) -> None:
    shade = mixed(skin, "#5a2a1a", 0.22)
    brush.shape([(8, 112), (12, 90), (24, 80), (40, 75), (60, 75), (76, 80), (88, 90), (92, 112)], clothes)
    brush.rounded(42.5, 55, 57.5, 79, 6, skin)
    brush.shape([(42.5, 58), (57.5, 58), (57.5, 64), (52, 67.5), (46, 67), (42.5, 64)], shade)
    kind = chance % 4
    if kind == 0:  # a shirt with a collar
        brush.polygon([(42.5, 73), (57.5, 73), (50, 85)], skin)
        brush.polygon([(42, 71), (50, 85), (44, 90), (36.5, 76)], trim)
        brush.polygon([(58, 71), (50, 85), (56, 90), (63.5, 76)], trim)
    elif kind == 1:  # a jacket over a plain top
        brush.polygon([(41, 74), (59, 74), (55, 104), (45, 104)], trim)
        brush.shape([(42.5, 72), (57.5, 72), (55, 79), (50, 81), (45, 79)], skin)
        dark = mixed(clothes, "#000000", 0.22)
        brush.polygon([(41.5, 73), (33, 78), (38, 88), (35, 91), (46, 106), (43, 88)], dark)
        brush.polygon([(58.5, 73), (67, 78), (62, 88), (65, 91), (54, 106), (57, 88)], dark)
    elif kind == 2:  # a round neck with a hem
        brush.shape([(39, 73.5), (61, 73.5), (57, 82), (50, 84.5), (43, 82)], trim)
        brush.shape([(42, 72), (58, 72), (55, 79.5), (50, 81.5), (45, 79.5)], skin)
    else:  # a stand-up collar with buttons
        brush.shape(
            [(41, 71), (50, 75), (59, 71), (60.5, 78), (50, 83), (39.5, 78)], mixed(clothes, "#ffffff", 0.16)
        )
        brush.polygon([(49.2, 80), (50.8, 80), (50.8, 104), (49.2, 104)], mixed(clothes, "#000000", 0.2))
        for y in (86, 93):
            brush.ellipse(50, y, 1, 1, trim)


def _face(brush: Brush, skin: str, hair: str, said: set[str], chance: int) -> None:
    shade, line = mixed(skin, "#5a2a1a", 0.2), mixed(skin, "#2a120c", 0.72)
    brush.ellipse(34, 47, 3, 4, shade)
    brush.ellipse(66, 47, 3, 4, shade)
    brush.shape(
        [
            (50, 25),
            (60, 28),
            (66, 38),
            (65.5, 50),
            (61, 60.5),
            (50, 66),
            (39, 60.5),
            (34.5, 50),
            (34, 38),
            (40, 28),
        ],
        skin,
    )
    for x in (40.5, 59.5):
        brush.ellipse(x, 53, 3.2, 2.2, mixed(skin, "#d2553f", 0.15))
    if "beard" in said:
        brush.shape(
            [
                *(
                    (34.4, 45),
                    (36, 49),
                    (40, 52.5),
                    (45, 53.5),
                    (50, 53),
                    (55, 53.5),
                    (60, 52.5),
                    (64, 49),
                    (65.6, 45),
                ),
                *((65.8, 54), (61.5, 63), (50, 69), (38.5, 63), (34.2, 54)),
            ],
            hair,
        )
        brush.shape([(44.5, 56), (50, 55), (55.5, 56), (54, 59.3), (50, 60.3), (46, 59.3)], skin)
    if "moustache" in said:
        brush.shape(
            [
                (42.5, 56.5),
                (46, 53.6),
                (50, 54.2),
                (54, 53.6),
                (57.5, 56.5),
                (54, 56.4),
                (50, 55.6),
                (46, 56.4),
            ],
            hair,
        )
    brow = mixed(hair, line, 0.45)
    lift = (chance % 3) * 0.4
    for side in (-1, 1):
        x = 50 + side * 7.6
        brush.stroke(
            [(x - 3.4 * side, 40.5 - lift), (x, 39.8 - lift), (x + 3.5 * side, 41.2 - lift)], brow, 1.05
        )
        if chance % 5 == 0:  # eyes closed by a smile
            brush.stroke([(x - 2.3, 46), (x, 44.6), (x + 2.3, 46)], line, 0.95)
        else:
            brush.ellipse(x, 45.6, 1.45, 1.75, line)
            brush.ellipse(x + 0.5, 45, 0.42, 0.42, "#ffffff")
    brush.stroke([(50.4, 46.5), (51.6, 51), (49.6, 51.8)], mixed(skin, "#5a2a1a", 0.42), 0.8)
    lips = mixed(skin, "#a3302c", 0.62)
    width = 3.8 + chance % 4 * 0.35
    brush.stroke([(50 - width, 57), (50, 58.9 + chance % 2 * 0.4), (50 + width, 57)], lips, 1.05)


def _glasses(brush: Brush, colour: str) -> None:
    for x in (42.2, 57.8):
        brush.ring(x, 45.6, 5.2, 4.8, colour, 0.85)
    brush.stroke([(47.2, 45), (50, 44.2), (52.8, 45)], colour, 0.85)
    brush.stroke([(37.2, 45), (34.6, 44.4)], colour, 0.85)
    brush.stroke([(62.8, 45), (65.4, 44.4)], colour, 0.85)
