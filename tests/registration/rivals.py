"""Rivals in a process of their own: `python -m tests.registration.rivals` reads wishes and gives what became of each.

Standard input: {"threads": 8, "at": <time of the start>, "wishes": [{"ticket_type": 1, "group": 2, "key": "…"}, …]}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
django.setup()

# isort: split

from django.db import connection

from forum.actor import Actor
from forum.errors import Refusal
from forum.models import StakeholderGroup
from registration.models import Order, TicketType, Wanted, Wish


def place(wanted: dict[str, Any]) -> str:
    """Place one order; its code, or why there is none."""
    try:
        kind = TicketType.objects.select_related("edition").get(pk=wanted["ticket_type"])
        person = {"name": "A Rival", "email": "rival@example.org", "photo_consent": "ask"}
        group = StakeholderGroup.objects.get(pk=wanted["group"])
        one = Wanted(kind, group, person)
        wish = Wish(kind.edition, (one,), person["email"], key=wanted["key"], language="en")
        return Order.place(wish, by=Actor.system()).code
    except Refusal:
        return "refused"
    except Exception as fault:
        return f"{type(fault).__name__}: {fault}"
    finally:
        connection.close()


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    time.sleep(max(0, asked["at"] - time.time()))
    with ThreadPoolExecutor(asked["threads"]) as pool:
        print(json.dumps(list(pool.map(place, asked["wishes"]))))
