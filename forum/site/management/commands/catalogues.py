"""Bring the catalogues of the interface up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from forum.site.catalogues import files, reading, words


class Command(BaseCommand):
    """`manage.py catalogues`: after words were changed, after somebody has translated, after somebody has read."""

    help = (
        "Read the words that visitors see out of the code into locale/, keep what is translated, drop what is gone, "
        "compile, and renew the list of what no native speaker has read in docs/translations.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for language in files.languages():
            missing = files.write(language)
            self.stdout.write(f"{language}: {len(missing)} to be translated")
            for message in missing:
                self.stdout.write(f"  {words.key(message)}")
        reading.write()
