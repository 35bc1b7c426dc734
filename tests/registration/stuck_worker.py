"""A process that carries out a bulk refund until it is stuck: `python -m tests.registration.stuck_worker PK NUMBER`.

In the transaction of order NUMBER, after all has been written and before it is committed, it says "stuck" and waits
to be killed.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
django.setup()

# isort: split

from registration.models import BulkRefund, Place
from registration.payments import in_bulk

if __name__ == "__main__":
    left = int(sys.argv[2])

    def give_back(*tickets: Any) -> None:
        """The last step of an order."""
        global left
        left -= 1
        _give_back(*tickets)
        if left == 0:
            print("stuck", flush=True)
            time.sleep(600)

    _give_back, Place.give_back = Place.give_back, give_back  # type: ignore[method-assign]
    in_bulk.carry_out(BulkRefund.objects.get(pk=int(sys.argv[1])), lambda done, of: None)
