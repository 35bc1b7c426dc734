"""Bring a programme from a file into an edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agenda.frab.reading import MAX_BYTES
from agenda.imports.plan import Plan
from agenda.imports.schedule_import import OtherDates, ScheduleImport
from forum.errors import Refusal
from forum.models import Edition
from forum.translated import speaking_mainly


class Command(BaseCommand):
    """`manage.py import_schedule schedule.xml --edition 2017`: a second run changes nothing."""

    help = (
        "Bring a programme (frab or Pentabarf XML, schedule.json) into an edition. Times, rooms and people wait "
        "for the next release; changed titles and texts of released sessions are seen at once. What is here and not in "
        "the file stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="schedule.xml or schedule.json")
        parser.add_argument("--edition", default="", metavar="SLUG", help="into this one (the current one)")
        parser.add_argument(
            "--language", default="", help="the language its texts are in (the edition's main one)"
        )
        parser.add_argument(
            "--shift", action="store_true", help="move all days, so that the first is the edition's first day"
        )
        parser.add_argument(
            "--speakers-agreed", action="store_true", help="its persons have agreed to be named in public"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = self._edition(options["edition"])
        language = options["language"] or edition.main_language
        if language not in edition.languages:
            offered = ", ".join(edition.languages)
            raise CommandError(f"This edition has no language “{language}”; it has: {offered}.")
        schedule = ScheduleImport(
            edition,
            self._read(options["file"]),
            language=language,
            moves_days=options["shift"],
            speakers_agreed=options["speakers_agreed"],
        )
        with speaking_mainly(edition.main_language):
            try:
                plan = schedule.plan() if options["dry_run"] else schedule.carry_out()
            except OtherDates as refusal:
                raise self._stopped(str(refusal)) from refusal
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            self._tell(plan, edition, is_done=not options["dry_run"])
        if plan.obstacle:
            raise self._stopped(plan.obstacle)

    @staticmethod
    def _edition(slug: str) -> Edition:
        edition = Edition.objects.with_slug(slug) if slug else Edition.objects.current()
        if edition is None:
            raise CommandError(f"There is no edition “{slug}”." if slug else "There is no edition yet.")
        return edition

    @staticmethod
    def _read(file: Path) -> bytes:
        try:
            with file.open("rb") as opened:
                return opened.read(MAX_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error

    @staticmethod
    def _stopped(obstacle: str) -> CommandError:
        return CommandError(f"{obstacle} Name another with --edition, or move the days with --shift.")

    def _tell(self, plan: Plan, edition: Edition, *, is_done: bool) -> None:
        for remark in plan.remarks:
            self.stdout.write(f"- {remark.text}")
        for share in plan.shares:
            self.stdout.write(
                f"{share.kind.label:10} {len(share.new):4} new, {len(share.changed):4} changed, "
                f"{share.unchanged:4} unchanged, {share.skipped:4} skipped"
            )
        self.stdout.write(
            f"Imported into {edition.slug}. Times, rooms and people wait for the next release; changed titles and "
            "texts of released sessions are seen at once."
            if is_done
            else "Nothing was written."
        )
