"""The environment in which the tests run. conftest.py imports it first, before anything reads the settings.

With DATABASE_URL and REDIS_URL set, as bin/test does, the tests run in the production's shape. Without them they
run in the demo's: SQLite, and the queue in files. Each parallel run has folders and a Redis database of its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

run = os.environ.get("PYTEST_XDIST_WORKER", "gw0")  # which of the parallel runs this process is

if "PLENARY_TESTS_FOLDER" not in os.environ:
    os.environ["PLENARY_TESTS_FOLDER"] = tempfile.mkdtemp(prefix="plenary-tests-")
    atexit.register(shutil.rmtree, os.environ["PLENARY_TESTS_FOLDER"], ignore_errors=True)
folder = Path(os.environ["PLENARY_TESTS_FOLDER"])
for queue in ("broker", "broker-control"):  # the queue in files does not make them
    (folder / run / queue).mkdir(parents=True, exist_ok=True)

in_demo_shape = "DATABASE_URL" not in os.environ
if in_demo_shape:
    os.environ["DEMO"] = "1"
    os.environ.pop("REDIS_URL", None)
elif "PYTEST_XDIST_WORKER" in os.environ:
    parts = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{int(run.removeprefix('gw')) + 1}"))

os.environ.update(
    {
        "DATA_DIR": str(folder / run),
        "STATIC_ROOT": str(folder / "static"),  # collected once for all runs
        "SECRET_KEY": "for-tests-only-" + "0123456789abcdef" * 4,
        "SITE_URL": "http://localhost:8000",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "DEFAULT_FROM_EMAIL": "Plenary <forum@example.org>",
        "PAGE_CACHE": "0",  # most tests change data in a transaction that is never committed
        "STRIPE_API": "http://127.0.0.1:9",  # nor here: a test that pays asks for `stripe_stand_in`
        "STRIPE_SECRET_KEY": "sk_test_nobody",
        "STRIPE_WEBHOOK_SECRET": "whsec_nobody",
        "EMAIL_URL": "smtp://127.0.0.1:9",  # nobody listens: a test that sends mail for real names its server
    }
)
