"""Run what stands in for Stripe in the demo."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registration.payments.stripe_stand_in.server import Server
from registration.payments.stripe_stand_in.stand_in import StandIn


class Command(BaseCommand):
    """`manage.py stripe_stand_in --port 8001`: until it is asked to end (Ctrl-C, SIGTERM)."""

    help = "Stand in for Stripe, in the demo only: its API, a page to pay on, signed notices, and no money."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="on 127.0.0.1 (8001)")
        parser.add_argument("--notices", default="", metavar="URL", help="tell notices to this address")
        parser.add_argument(
            "--file", type=Path, help="where it keeps what it knows (stripe_stand_in.sqlite3 in DATA_DIR)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This stands in for Stripe in the demo, and takes no real payments: it starts with DEMO=1 only."
            )
        port: int = options["port"]
        file: Path = options["file"] or settings.DATA_DIR / "stripe_stand_in.sqlite3"
        file.parent.mkdir(parents=True, exist_ok=True)
        site = f"http://localhost:{port}"
        secret = settings.STRIPE_WEBHOOK_SECRET
        stand_in = StandIn(file, site=site, secret=secret, notices=options["notices"])
        try:
            server = Server(port, stand_in)
        except (OSError, OverflowError) as error:
            stand_in.close()
            raise CommandError(f"Port {port} is taken, or none to listen on: {error}.") from error
        stand_in.deliveries.start()
        for name in (signal.SIGTERM, signal.SIGINT):
            # shutdown() waits for the loop below, which the handler has interrupted: it needs a thread of its own.
            signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"Stripe's stand-in is ready at {site}/")
        self.stdout.flush()
        try:
            server.serve_forever(poll_interval=0.2)
        finally:
            server.server_close()
            stand_in.close()
