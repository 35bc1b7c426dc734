"""The whole product on this machine, as docker-compose.yml runs it, and what each of its processes costs."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.clients import Plan
from tests.servers import ROOT, PostgreSQL, Process, Redis, answers, eventually, free_port, is_listening

TICK = os.sysconf("SC_CLK_TCK")  # /proc counts in these parts of a second
COMMANDS = {
    name: service.get("command", "")
    for name, service in yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))[
        "services"
    ].items()
}


class DurablePostgreSQL(PostgreSQL):
    """One that has written to the disk what it says is committed, as in production."""

    durability = ()


class DurableRedis(Redis):
    """One that writes its queue to the disk, as in docker-compose.yml."""

    durability = ("--appendonly", "yes", "--maxmemory-policy", "noeviction")


@dataclass(frozen=True)
class Stage:
    """What runs. `processes` are those of the product; the mail server's and the clients' work is others'."""

    port: int
    processes: Mapping[str, Process]
    mails: Path

    def cpu(self) -> dict[str, float]:
        """The CPU seconds that each process with all its children has taken until now, in user and kernel mode."""
        return {name: seconds_of_tree(process.pid or 0) for name, process in self.processes.items()}

    def badges(self) -> int:
        """How many mails with a badge have arrived."""
        return self.mails.read_text(encoding="utf-8").count(" badge\n") if self.mails.exists() else 0

    def wait_for_badges(self, count: int) -> None:
        """Wait until as many mails with a badge have arrived. Raises AssertionError when they do not within minutes."""
        eventually(lambda: self.badges() >= count, seconds=300)


def of_the_product(command: str, folder: Path) -> list[str]:
    """A command of docker-compose.yml, for this Python and this machine's folder."""
    return [sys.executable, "-m", *shlex.split(command.replace("/data", str(folder)))]


@contextlib.contextmanager
def granian(application: str, port: int, environment: Mapping[str, str]) -> Iterator[Process]:
    """Web processes as in docker-compose.yml that serve `application`."""
    command = of_the_product(COMMANDS["web"].replace("forum.wsgi:application", application), ROOT)
    at = {"GRANIAN_PORT": str(port), "GRANIAN_HOST": "127.0.0.1"}
    with Process(*command, environment={**environment, **at}) as web:
        web.wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        yield web


@contextlib.contextmanager
def services(*, durable: bool) -> Iterator[tuple[dict[str, Process], dict[str, str], Path]]:
    """PostgreSQL, Redis and a mail server, the environment that names them, and the file of the mails' receivers."""
    with contextlib.ExitStack() as started:
        folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="plenary-bench-")))
        postgres = started.enter_context((DurablePostgreSQL if durable else PostgreSQL)())
        redis = started.enter_context((DurableRedis if durable else Redis)())
        mail_port, mails = free_port(), folder / "mails"
        mailbox = Process(sys.executable, "-m", "bench.mailbox", str(mail_port), str(mails))
        started.enter_context(mailbox).wait_until(lambda: is_listening(mail_port))
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in {"DEMO", "DJANGO_SETTINGS_MODULE"}
            },
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "DEFAULT_FROM_EMAIL": "Plenary <forum@example.org>",
            "SECRET_KEY": "for-benchmarks-only-" + "0123456789abcdef" * 4,
            "SITE_URL": f"http://127.0.0.1:{free_port()}",
            "BEHIND_PROXY": "1",  # visitors say in X-Forwarded-For who they are: the limits stay, nobody reaches them
            "DATA_DIR": str(folder),
        }
        yield {"postgresql": postgres, "redis": redis}, environment, mails


@contextlib.contextmanager
def product(below: Mapping[str, Process], environment: Mapping[str, str], mails: Path) -> Iterator[Stage]:
    """Web, worker and beat on `below`, as docker-compose.yml starts them."""
    folder, port = Path(environment["DATA_DIR"]), int(environment["SITE_URL"].rpartition(":")[2])
    with contextlib.ExitStack() as started:
        web = started.enter_context(granian("forum.wsgi:application", port, environment))
        worker = started.enter_context(
            Process(*of_the_product(COMMANDS["worker"], folder), environment=environment)
        )
        beat = started.enter_context(
            Process(*of_the_product(COMMANDS["beat"], folder), environment=environment)
        )
        worker.wait_until(lambda: " ready." in worker.output)
        yield Stage(port, {"web": web, "worker": worker, "beat": beat, **below}, mails)


def visit(plan: Plan) -> dict[str, Any]:
    """Let the clients carry out `plan`, in a process of their own; what they report. `cpu` is what it took them."""
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "bench.clients", plan.as_json()],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    after = os.times()
    took = after.children_user + after.children_system - before.children_user - before.children_system
    return {**json.loads(done.stdout), "cpu": took}


def seconds_of_tree(root: int) -> float:
    """The CPU seconds of a process, of its living descendants, and of the dead ones that these have waited for.

    By parents, not by process groups: PostgreSQL gives each connection a group of its own.
    """
    ticks, children = {}, defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # After the name, which may hold anything but ends at the last bracket: proc_pid_stat(5), from field 3.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children[int(fields[1])].append(int(entry.name))
                ticks[int(entry.name)] = sum(int(field) for field in fields[11:15])
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting += children[pid]
    return total / TICK
