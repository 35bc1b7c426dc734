"""The whole test run, once the machine has what it needs: `python -m tests [PATH…]`. bin/test prepares and calls it.

Without arguments: bin/check, every test on PostgreSQL and Redis, the embedded ones on SQLite, the journeys in
Chromium; then how many passed. With arguments, which are pytest's: only those, on PostgreSQL and Redis.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.servers import ROOT, Missing, PostgreSQL, Redis

PARALLEL = ["-n", "2", "--dist", "worksteal"]


class Outcome(NamedTuple):
    """How one part of the run ended; `where` reads on from “12 tests passed … ”."""

    where: str
    passed: int
    skipped: int
    is_good: bool


class Run:
    """One run of the tests: its servers, its folder, its parts."""

    def __init__(self, folder: Path, production: Mapping[str, str]):
        self.folder = folder
        self.production = {**os.environ, **production, "PLENARY_TESTS_FOLDER": str(folder)}
        self.demo = {**os.environ, "PLENARY_TESTS_FOLDER": str(folder / "demo")}
        self.demo.pop("DATABASE_URL", None)
        for environment in (self.production, self.demo):
            environment.pop("DJANGO_SETTINGS_MODULE", None)  # tests/conftest.py has a reason to set it itself
        (folder / "demo").mkdir()

    def everything(self) -> list[Outcome]:
        heading("bin/check")
        checked = call([str(ROOT / "bin/check")], self.production) == 0
        return [
            Outcome("in bin/check", 0, 0, checked),
            self.part("on PostgreSQL", [*PARALLEL, "-m", "not journey"], self.production),
            self.part("on SQLite", ["-m", "embedded and not journey"], self.demo),
            self.part("in Chromium", [*PARALLEL, "-m", "journey"], self.production),
        ]

    def part(self, where: str, arguments: list[str], environment: Mapping[str, str]) -> Outcome:
        """Run pytest. A part in which no test ran has failed."""
        heading(f"Tests {where}")
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        code = call(
            [sys.executable, "-m", "pytest", "--durations=5", f"--junitxml={report}", *arguments], environment
        )
        if not report.exists():
            return Outcome(where, 0, 0, is_good=False)
        suite = ElementTree.parse(report).getroot().find("testsuite")
        assert suite is not None
        count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
        passed = count["tests"] - count["failures"] - count["errors"] - count["skipped"]
        return Outcome(where, passed, count["skipped"], is_good=code == 0)


def heading(text: str) -> None:
    print(f"\n─── {text} {'─' * (90 - len(text))}", flush=True)


def call(command: list[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; should we be ended before, it and all it started end with us."""
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        try:
            return process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)
                os.killpg(process.pid, signal.SIGKILL)
            raise


@contextlib.contextmanager
def services() -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis: those that the environment names, else throw-away ones."""
    with contextlib.ExitStack() as started:
        named = {}
        servers: list[tuple[str, type[PostgreSQL] | type[Redis]]] = [
            ("DATABASE_URL", PostgreSQL),
            ("REDIS_URL", Redis),
        ]
        for variable, server in servers:
            given = os.environ.get(variable)
            named[variable] = given or started.enter_context(server()).url
        yield named


def main(arguments: list[str]) -> int:
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="plenary-tests-") as folder, services() as production:
            run = Run(Path(folder), production)
            outcomes = (
                [run.part("on PostgreSQL", arguments, run.production)] if arguments else run.everything()
            )
    except Missing as reason:
        print(f"The tests cannot run: {reason}", file=sys.stderr)
        return 1
    bad = [outcome.where for outcome in outcomes if not outcome.is_good]
    heading(f"{time.monotonic() - begun:.0f} seconds")
    if skipped := sum(outcome.skipped for outcome in outcomes):
        print(f"{skipped} skipped; the reasons stand above under “short test summary info”.")
    if bad:
        print(f"FAILED: {', '.join(bad)}")
    parts = ", ".join(f"{outcome.passed} {outcome.where}" for outcome in outcomes if outcome.passed)
    print(f"{sum(outcome.passed for outcome in outcomes)} tests passed{parts and ': ' + parts}")
    return 1 if bad else 0


def end(number: int, frame: object) -> None:
    """Leave through all `with` blocks, so that no server is left behind."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for signal_number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(signal_number, end)
    sys.exit(main(sys.argv[1:]))
