"""What stands on a badge, and how large.

A6 portrait. It shows what others may see and nothing else: the name for the badge, the organisation, the country, the
group as others see it, what its wearer says to photographers, and a QR code that holds an opaque token. Every colour
stands beside its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.html import format_html_join
from django.utils.translation import pgettext

from forum import writing
from forum.colours import contrast
from forum.pdf_drawing import Canvas
from forum.pdf_fit import PIXELS_IN_A_MILLIMETRE, Space
from forum.templatetags.formats import day_range
from forum.translated import speaking_mainly

if TYPE_CHECKING:
    from registration.models import Ticket

PAPER, INK, QUIET = "#ffffff", "#24211d", "#5b554c"
BAND = 20  # millimetres

# The spaces that static/css/pdf/badge.css leaves for each text, and those for the wearer's.
EDITION = Space((12, 11, 10, 9, 8), 89, 11, bold=True)
DAYS = Space((9, 8), 89, 5)
NAME = Space((44, 40, 36, 32, 28, 24, 20, 18, 16, 14, 12, 11, 10, 9, 8), 89, 38, bold=True)
ORGANISATION = Space((14, 12, 11, 10, 9, 8), 89, 11)
COUNTRY = Space((10, 9, 8), 89, 5)
GROUP = Space((18, 16, 14, 12, 11, 10, 9, 8), 89, 17, bold=True)
WORD = Space((18, 16, 14, 12, 11, 10, 9, 8), 50, 9, bold=True)
WORD_AGAIN = Space((9, 8), 50, 4.5)


@dataclass(frozen=True)
class Line:
    """One text, ready for the template."""

    html: str
    style: str
    height: float
    language: str
    direction: str

    def __bool__(self) -> bool:
        return bool(self.html)

    @classmethod
    def of(cls, text: str, space: Space, language: str = "") -> Line:
        """Set `text` as large as its space allows."""
        leading = writing.leading(text)
        fit = space.fit(text, leading=leading, language=language, whole=writing.is_unspaced(text))
        # Each word kept together stands alone. There is no space after the last: it would count as a letter's width.
        words = format_html_join(" ", '<span class="whole">{}</span>', ((word,) for word in text.split()))
        style = f"pt-{fit.size:g}" + {1.2: "", None: " tall"}.get(leading, " deep")
        return cls(words if fit.whole else text, style, fit.height, language, writing.direction(text))


_line = lru_cache(maxsize=512)(Line.of)  # for the texts that come again and again


@dataclass(frozen=True)
class Face:
    """What the badges of one group with one answer about photos have in common; texts in `language`."""

    edition: str
    days: str
    group: str
    colour: str
    photos: str
    language: str
    their_language: str

    def lines(self, key: str) -> dict[str, Any]:
        """The texts, set, for the template; `key` is the class that carries the group's colour."""
        with translation.override(self.language):
            about, word = pgettext("on a badge", "Photos"), _photos_word(self.photos)
        with translation.override(self.their_language):
            again = _photos_word(self.photos)
        return {
            "key": key,
            "photos": self.photos,
            "their_language": self.their_language,
            "edition": _line(self.edition, EDITION),
            "days": _line(self.days, DAYS),
            "group": _line(self.group, GROUP),
            "about": _line(about, WORD_AGAIN),
            "word": _line(word, WORD),
            "word_again": _line(again, WORD_AGAIN) if again != word else None,
        }

    def rules(self, key: str) -> str:
        """The band in the group's colour, its name in the middle, in whichever of paper and ink reads better on it."""
        words = max(PAPER, INK, key=lambda ink: contrast(ink, self.colour))
        above = (BAND - _line(self.group, GROUP).height) / 2
        return f".{key} {{ background: {self.colour}; color: {words} }} .{key} p {{ padding-top: {above:.2f}mm }}"


@dataclass(frozen=True)
class Badge:
    """The printed card of one attendee. Its texts are those of the moment at which it was made."""

    face: Face
    name: str
    organisation: str
    country: str
    country_code: str
    token: str

    @classmethod
    def of(cls, ticket: Ticket) -> Badge:
        """Take from `ticket` what others may see, in the main language of its edition.

        The answer about photos is also said in the language of the order, for whoever wears it.
        """
        attendee, edition, group = ticket.attendee, ticket.order.edition, ticket.group.public
        country: Any = attendee.country  # django-countries' Country, which its stubs take for a string
        language = edition.main_language
        with translation.override(language), speaking_mainly(language):
            days = day_range(edition.starts_on, edition.ends_on)
            where = str(edition.city) or str(edition.place)
            face = Face(
                edition=writing.printable(edition.name),
                days=writing.printable(f"{days} · {where}" if where else days),
                group=writing.printable(group.name),
                colour=group.colour,
                photos=attendee.photo_consent,
                language=language,
                their_language=ticket.order.language,
            )
            return cls(
                face=face,
                name=writing.printable(attendee.shown_name),
                organisation=writing.printable(attendee.organisation),
                country=writing.printable(country.name),
                country_code=country.code or "",
                token=ticket.badge_token,
            )

    def pdf(self) -> bytes:
        """Print it alone: one page, tagged for screen readers."""
        from registration.badges.printing import badges_pdf

        return badges_pdf([self])


def _photos_word(answer: str) -> str:
    return {
        "yes": pgettext("on a badge, about photos", "Photos are fine"),
        "no": pgettext("on a badge, about photos", "No photos"),
    }.get(answer) or pgettext("on a badge, about photos", "Ask me first")


@dataclass(frozen=True)
class Part:
    """One of the wearer's texts, drawn by hand: how, and as what. Millimetres. The room above the first line and below
    the last is for accents and tails: what lies beyond it is cut off."""

    tag: str
    space: Space
    colour: str
    above: float
    at_most: float
    below: float


NAME_PART = Part("H1", NAME, INK, 3, 38.5, 1.5)
ORGANISATION_PART = Part("P", ORGANISATION, INK, 1.2, 11.5, 0.6)
COUNTRY_PART = Part("P", COUNTRY, QUIET, 0.2, 5.2, 0.4)
PERSON = (8.0, 33.0)  # from the left, and from above to the edge of the name's padding


def draw_person(badge: Badge, canvas: Canvas) -> None:
    """Draw the wearer's own texts, without a layout of boxes."""
    left, top = PERSON
    to_the_right = writing.direction(badge.name) == "rtl"
    for part, text, language in (
        (NAME_PART, badge.name, writing.han_language(badge.name, badge.country_code)),
        (ORGANISATION_PART, badge.organisation, writing.han_language(badge.organisation, badge.country_code)),
        (COUNTRY_PART, badge.country, badge.face.language),
    ):
        if text:
            lines = part.space.set(
                text,
                leading=writing.leading(text),
                language=language,
                whole=writing.is_unspaced(text),
                direction=writing.direction(text),
            )
            height = min(sum(line.height for line in lines) / PIXELS_IN_A_MILLIMETRE, part.at_most)
            place = left, top, part.space.width, part.above + height + part.below
            above = top + part.above
            canvas.write(lines, part.colour, place, top=above, to_the_right=to_the_right, tag=part.tag)
            top += part.above + height + part.below
