"""All attendees of an edition in one sheet (XLSX), written by a worker."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from forum import cldr
from forum.errors import Refusal
from forum.models import Edition, Job, User
from forum.money import digits
from registration.models import Question, Ticket
from registration.models.answer_columns import AnswerColumn, answer_columns
from registration.models.attendee import PhotoConsent
from registration.models.ticket_status import Status

KIND = "attendee-list"
STEP = 500  # how many rows are written between two words about it
LIKE_FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Known = dict[str, Any]


def _as_it_is(value: Any, known: Known) -> Any:
    return value


def _moment(value: Any, known: Known) -> Any:
    # Sheets know no time zones: what stands there is the edition's own time.
    return value and value.astimezone(known["edition"].zone).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Column:
    """What a column says: its title, where it is read (a path from the ticket), how that is written, and for whom it
    is; without duties, for all who see the list of tickets."""

    title: Any
    path: str
    write: Callable[[Any, Known], Any] = _as_it_is
    duties: tuple[str, ...] = ()
    width: int = 16


NEEDS = ("registration", "protection")
COLUMNS = (
    Column(_("Order"), "order__code", width=11),
    Column(pgettext_lazy("of a person", "Name"), "attendee__name", width=28),
    Column(_("Name on the badge"), "attendee__badge_name", width=20),
    Column(_("E-mail"), "attendee__email", width=30),
    Column(_("Organisation"), "attendee__organisation", width=28),
    Column(_("Country"), "attendee__country", lambda value, known: known["countries"].get(value, value)),
    Column(_("Ticket"), "ticket_type_id", lambda value, known: known["types"][value], width=24),
    Column(_("State"), "status", lambda value, known: known["states"][value], width=11),
    Column(_("Group, as shown"), "group_id", lambda value, known: known["shown"][value], width=24),
    Column(_("Group"), "group_id", lambda value, known: known["groups"][value], ("protection",), 24),
    Column(_("Price"), "price", lambda value, known: value / known["unit"], width=10),
    Column(_("Currency"), "order__edition__currency", width=9),
    Column(_("Voucher"), "voucher__code", duties=("registration", "finance"), width=14),
    Column(_("Photos"), "attendee__photo_consent", lambda value, known: known["photos"].get(value, value)),
    Column(_("Food"), "attendee__diet", duties=NEEDS, width=24),
    Column(_("Access"), "attendee__access_needs", duties=NEEDS, width=24),
    Column(
        *(_("Interpretation into"), "attendee__interpretation"),
        lambda value, known: known["languages"].setdefault(value, cldr.language_name(value)) if value else "",
        NEEDS,
    ),
    Column(_("Ordered at"), "order__placed_at", _moment, width=18),
    Column(_("State since"), "status_changed_at", _moment, width=18),
)


def columns_for(user: User, edition: Edition) -> list[int]:
    """Which columns somebody may read, by their place: those that the lists of tickets and attendees show them too."""
    return [
        place
        for place, column in enumerate(COLUMNS)
        if not column.duties or user.has_duty(edition, *column.duties)
    ]


class AttendeeList:
    """What was asked for, by whom, and the job that writes it. The job's row holds no names."""

    def __init__(self, job: Job, by: User | None) -> None:
        """`by` is who asked for it, None when they are no user any more."""
        self.job, self.by = job, by

    @classmethod
    def ask(cls, edition: Edition, *, by: User) -> AttendeeList:
        """Have it written. Raises Refusal when nobody has registered."""
        if not Ticket.objects.of_edition(edition).exists():
            raise Refusal(_("Nobody has registered yet."))
        with transaction.atomic():
            return cls(Job.queue(KIND, edition=edition, options={"by": by.pk}), by)

    @classmethod
    def latest(cls, edition: Edition, reader: User, key: int | None = None) -> list[AttendeeList]:
        """Those that `reader` may have, newest first, ten at most; with `key`, that job's alone, if it is one."""
        jobs = Job.objects.of_kind(KIND, edition)
        jobs = jobs[:50] if key is None else jobs.with_key(key)
        people = User.objects.in_bulk({job.options["by"] for job in jobs})
        lists = [cls(job, people.get(job.options["by"])) for job in jobs]
        for one in lists:
            one.job.edition = edition
        return [one for one in lists if one.is_for(reader)][:10]

    def is_for(self, reader: User) -> bool:
        """Whether `reader` may have it: owners, and who has asked for it, as long as they may read all its columns."""
        edition = self.job.edition
        if edition is None or not (self.job.options["by"] == reader.pk or reader.has_duty(edition)):
            return False
        if not set(self.job.options.get("columns", ())) <= set(columns_for(reader, edition)):
            return False
        questions = Question.objects.of_edition(edition).among(self.job.options.get("questions", ()))
        return all(reader.has_duty(edition, *question.duties) for question in questions)

    def write(self) -> None:
        """Write it and keep the file. The worker's part; it may be done twice, and each time is a fresh start.

        Which columns there are is decided by the duties that who asked for it has now. Raises Refusal when they have
        none any more.
        """
        edition = self.job.edition
        assert edition is not None
        if self.by is None or not self.by.has_duty(edition, "registration", "finance", "protection"):
            raise Refusal(gettext("Whoever asked for this list may not read it any more."))
        columns = columns_for(self.by, edition)
        # Protected answers lie nowhere unsealed, so not in a file that is kept either.
        answers = answer_columns(edition, seen_by=self.by, protected=False)
        self.job.note(columns=columns, questions=[one.question.pk for one in answers])
        total = Ticket.objects.of_edition(edition).count()
        self.job.advance(0, total)
        asked = [Column(one.title, "attendee__pk", _answered(one), width=20) for one in answers]
        self.job.keep(self._written(edition, [*(COLUMNS[place] for place in columns), *asked], total))

    def _written(self, edition: Edition, columns: list[Column], total: int) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet(gettext("Attendees"))
        for place, column in enumerate(columns):
            sheet.column_dimensions[get_column_letter(place + 1)].width = column.width
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{total + 1}"
        sheet.append([_heading(sheet, str(column.title)) for column in columns])
        known = _known(edition)
        ways = [column.write for column in columns]
        done = 0
        for row in Ticket.objects.rows(edition, [column.path for column in columns]):
            values = (write(value, known) for write, value in zip(ways, row, strict=True))
            sheet.append([_cell(sheet, value) if isinstance(value, str) else value for value in values])
            done += 1
            if done % STEP == 0:
                self.job.advance(done, max(done, total))
        self.job.advance(done, done)
        written = io.BytesIO()
        book.save(written)
        return written.getvalue()


def _answered(column: AnswerColumn) -> Callable[[Any, Known], Any]:
    return lambda value, known: column.written(value)


def _known(edition: Edition) -> Known:
    """What the rows point at, read once."""
    groups = list(edition.groups.select_related("shown_as"))
    return {
        "edition": edition,
        "unit": 10 ** digits(edition.currency),
        "types": {kind.pk: str(kind) for kind in edition.ticket_types.all()},
        "groups": {group.pk: str(group) for group in groups},
        "shown": {group.pk: str(group.public) for group in groups},
        "states": {status.value: str(status.label) for status in Status},
        "photos": {consent.value: str(consent.label) for consent in PhotoConsent},
        "countries": {code: str(name) for code, name in countries},
        "languages": {},
    }


def _heading(sheet: Any, words: str) -> Any:
    heading = WriteOnlyCell(sheet, words)
    heading.font = Font(bold=True)
    return heading


def _cell(sheet: Any, text: str) -> Any:
    """A text as a cell that no program takes for a formula, now or when somebody edits it. Source: OWASP, CSV
    injection."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    if not text.startswith(LIKE_FORMULAS) and text not in ERROR_CODES:
        return text
    cell: Any = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # openpyxl has seen a formula in it
    cell.quotePrefix = True
    return cell
