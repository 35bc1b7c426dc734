"""Fill an empty installation with the demo forum."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from forum.site.seed.forum import seed


class Command(BaseCommand):
    """`manage.py seed_demo`: invented people in two editions. A second run changes nothing."""

    help = "Fill an empty installation with the demo forum; does nothing when there is an edition already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="Do it without DEMO=1, for a trial on another database."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO and not options["force"]:
            raise CommandError(
                "The demo forum belongs into a demo: set DEMO=1, or say --force on a trial database."
            )
        if seed():
            self.stdout.write("The demo forum is there: two editions, and everybody in them is invented.")
        else:
            self.stdout.write("There is a forum already; nothing was changed.")
