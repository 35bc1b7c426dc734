"""A brush for flat pictures: smooth shapes on a square of 100 by 100 units, drawn large and made small."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

Point = tuple[float, float]
FINER = 2


class Brush:
    """A picture of `size` pixels a side; every coordinate is in hundredths of its side."""

    def __init__(self, size: int, ground: str | None) -> None:
        self.unit = size * FINER / 100
        side = size * FINER
        self.image = (
            Image.new("RGB", (side, side), ground)
            if ground
            else Image.new("RGBA", (side, side), (0, 0, 0, 0))
        )
        self.draw = ImageDraw.Draw(self.image)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.unit, y * self.unit) for x, y in points]

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        """Fill the polygon with straight sides."""
        self.draw.polygon(self._scaled(points), fill=colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """Fill the closed smooth curve (Catmull-Rom) through `points`."""
        self.draw.polygon(self._scaled(smooth(points)), fill=colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        """Fill an ellipse around (x, y)."""
        self.draw.ellipse(self._scaled([(x - rx, y - ry), (x + rx, y + ry)]), fill=colour)

    def ring(self, x: float, y: float, rx: float, ry: float, colour: str, width: float) -> None:
        """Draw the outline of an ellipse around (x, y)."""
        box = self._scaled([(x - rx, y - ry), (x + rx, y + ry)])
        self.draw.ellipse(box, outline=colour, width=round(width * self.unit))

    def rounded(
        self, left: float, top: float, right: float, bottom: float, radius: float, colour: str
    ) -> None:
        """Fill a rectangle with round corners."""
        self.draw.rounded_rectangle(
            self._scaled([(left, top), (right, bottom)]), radius * self.unit, fill=colour
        )

    def stroke(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw an open smooth line through `points`, with round ends."""
        line = self._scaled(smooth(points, closed=False))
        radius = width * self.unit / 2
        for x, y in line:
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
        self.draw.line(line, fill=colour, width=max(1, round(width * self.unit)), joint="curve")

    def colour_at(self, x: float, y: float) -> str:
        """The colour of one point, as #rrggbb."""
        red, green, blue = (
            self.image.convert("RGB")
            .crop(
                (
                    round(x * self.unit),
                    round(y * self.unit),
                    round(x * self.unit) + 1,
                    round(y * self.unit) + 1,
                )
            )
            .tobytes()
        )
        return f"#{red:02x}{green:02x}{blue:02x}"

    def jpeg(self) -> bytes:
        """The picture as JPEG."""
        out = BytesIO()
        self.image.reduce(FINER).save(out, "JPEG", quality=90)
        return out.getvalue()

    def png(self) -> bytes:
        """The picture as PNG, transparent where nothing was drawn."""
        out = BytesIO()
        self.image.reduce(FINER).save(out, "PNG", optimize=True)
        return out.getvalue()


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 10) -> list[Point]:
    """Points on the Catmull-Rom spline through `points`."""
    many = len(points)
    curve: list[Point] = []
    for index in range(many if closed else many - 1):
        p0, p1, p2, p3 = (
            points[(index + step) % many] if closed else points[min(max(index + step, 0), many - 1)]
            for step in (-1, 0, 1, 2)
        )
        for part in range(steps):
            t = part / steps
            curve.append((_spline(t, p0[0], p1[0], p2[0], p3[0]), _spline(t, p0[1], p1[1], p2[1], p3[1])))
    return curve if closed else [*curve, points[-1]]


def _spline(t: float, a: float, b: float, c: float, d: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def mirrored(points: Sequence[Point]) -> list[Point]:
    """`points` and then, backwards, their reflections in the vertical middle; what lies on it comes once."""
    return [*points, *((100 - x, y) for x, y in reversed(points) if x != 50)]


def around(x: float, y: float, radius: float, start: float, end: float, count: int) -> list[Point]:
    """`count` points on a circle from `start` to `end` degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * step / (count - 1)) for step in range(count)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
