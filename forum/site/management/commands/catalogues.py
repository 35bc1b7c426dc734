"""Bring the catalogues of the interface up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forum.site.catalogues import files, reading, words
from forum.site.catalogues.faults import faults


class Command(BaseCommand):
    """`manage.py catalogues`: after words were changed, after somebody has translated, after somebody has read."""

    help = (
        "Read the words that visitors see out of the code into locale/, keep what is translated, drop what is gone, "
        "compile, and renew the list of what no native speaker has read in docs/translations.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for language in files.languages():
            wrong = [(message, found) for message in files.write(language) if (found := faults(message))]
            self.stdout.write(f"{language}: {len(wrong)} to be translated or put right")
            for message, found in wrong:
                self.stdout.write(f"  “{words.key(message)}” {', '.join(found)}")
        reading.write()
