"""Help somebody who lost phone, key and recovery codes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from forum.models import Edition, Message, User


class Command(BaseCommand):
    """`manage.py forget_second_factor daw@example.org`: they set up a new one when they next sign in."""

    help = "Remove the second factor of somebody who lost it. Make sure first, by telephone, that it is they who ask."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address with which they sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.known_as(options["email"])
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        user.authenticator_set.all().delete()  # type: ignore[attr-defined]
        kept = {"change": "forgotten", "at": timezone.now().isoformat()}
        edition = Edition.objects.current()
        Message.queue("sign-in-changed", to=user.email, edition=edition, language=user.language, context=kept)
        self.stdout.write(
            f"{user.email} sets up a new second factor at the next sign-in, and was told so by mail."
        )
