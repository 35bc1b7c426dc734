"""Badges on paper: one alone, tagged for screen readers, or many in one file, for the printer.

What the badges of one group have in common is laid out once, and in one file drawn once and shared. What differs is set
by hand, since a layout of its own for each badge would take four times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import groupby

import segno
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from forum import pdf
from forum.pdf_blank import Blank
from forum.pdf_drawing import POINTS_IN_A_MILLIMETRE, Canvas
from forum.pdf_pages import Pages
from registration.badges.card import Badge, Face, draw_person

QR_CORNER, QR_SIDE = (8, 99), 23  # millimetres


def badges_pdf(badges: Iterable[Badge], *, tell: Callable[[int], None] = lambda done: None) -> bytes:
    """Print badges, one a page, in the order given; `tell` is called with how many are done, now and then.

    Raises ValueError when there are none, OSError when the libraries for printing are missing.
    """
    people = list(badges)
    if not people:
        raise ValueError("There is no badge to print.")
    return _alone(people[0]) if len(people) == 1 else _many(people, tell)


def _alone(badge: Badge) -> bytes:
    with translation.override(badge.face.language):
        title = gettext("Badge: %(name)s") % {"name": badge.name}
    return _blank(badge.face).print(
        title,
        draw=lambda canvas: draw_person(badge, canvas),
        finish=lambda pages: pages.draw_above(0, _qr_code(badge.token)),
    )


@lru_cache(maxsize=128)
def _blank(face: Face) -> Blank:
    """The badge of nobody yet. What a face says is all that there is on it, so it is never out of date."""
    return Blank(
        _html([face.lines("face")], "", face.language),
        stylesheets=["css/pdf/badge.css"],
        css=face.rules("face"),
    )


def _many(people: list[Badge], tell: Callable[[int], None]) -> bytes:
    faces = {face: number for number, face in enumerate(dict.fromkeys(badge.face for badge in people))}
    language = people[0].face.language
    with translation.override(language):
        title = gettext("Badges")

    def drawing(number: int, badge: Badge) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            draw_person(badge, canvas)
            canvas.draw(_qr_code(badge.token))
            tell(number)

        return draw

    def finish(pages: Pages) -> None:
        shared = [pages.share(0) for _ in faces]
        for number, badge in enumerate(people):
            pages.draw_below(number, shared[faces[badge.face]])

    return pdf.render(
        _html([face.lines(f"face-{number}") for face, number in faces.items()], title, language),
        stylesheets=["css/pdf/badge.css"],
        css="".join(face.rules(f"face-{number}") for face, number in faces.items()),
        drawings=[drawing(number, badge) for number, badge in enumerate(people, 1)],
        finish=finish,
        tagged=False,
    )


def _html(faces: list[dict[str, object]], title: str, language: str) -> str:
    return render_to_string("registration/badge.html", {"faces": faces, "title": title, "language": language})


def _qr_code(token: str) -> bytes:
    """Draw the token as a QR code (ISO/IEC 18004, error correction M), in rectangles of PDF.

    The mask is fixed: to choose the best one takes four times as long, and any reads well.
    """
    modules = segno.make_qr(token, error="m", mask=3, boost_error=False).matrix
    side = QR_SIDE * POINTS_IN_A_MILLIMETRE / len(modules)
    left, top = (edge * POINTS_IN_A_MILLIMETRE for edge in QR_CORNER)
    bars = [b"0.141 0.129 0.114 rg"]
    for row, dark in enumerate(modules):
        column = 0
        for is_dark, run in groupby(dark):
            length = len(list(run))
            if is_dark:
                bar = left + column * side, top + row * side, length * side, side
                bars.append(b"%.3f %.3f %.3f %.3f re" % bar)
            column += length
    return b" ".join([*bars, b"f"])
