"""Throw-away servers: PostgreSQL, Redis, a mail server that speaks SMTP, and the product's own processes.

Each is a context manager: real, on a free port of 127.0.0.1, with its data in a folder that goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar
from urllib.parse import quote, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

ROOT = Path(__file__).resolve().parent.parent
Answer = TypeVar("Answer")


class Missing(Exception):
    """A program that the tests need is not on this machine, or does not start here."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(question: Callable[[], Answer], seconds: float = 20) -> Answer:
    """Ask until the answer is true, and return it. Raises AssertionError when `seconds` have passed without one."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s (the last answer was {answer!r})"
        time.sleep(0.05)
    return answer


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a GET of the address is answered with a 2xx or 3xx status."""
    try:
        with urllib.request.urlopen(url, timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


def environment_of(database: Mapping[str, object]) -> dict[str, str]:
    """This process's environment, for another process of the product that is to use this very database.

    `database` is a connection's `settings_dict`: while tests run it names the test database.
    """
    if str(database["ENGINE"]).endswith("sqlite3"):
        address = f"sqlite:///{database['NAME']}"
    else:
        person, server = (
            ":".join(quote(str(database[key]), safe="") for key in pair if database[key])
            for pair in (("USER", "PASSWORD"), ("HOST", "PORT"))
        )
        address = f"postgres://{person}@{server}/{quote(str(database['NAME']))}"
    return {**os.environ, "DATABASE_URL": address}


class Process:
    """A command running in a process group of its own, its output in a file.

    Leaving the block asks it to end (SIGTERM), waits ten seconds, and then ends what is left of the group.
    """

    command: Sequence[str]
    polite_end = signal.SIGTERM

    def __init__(self, *command: str, environment: Mapping[str, str] | None = None, user: str | None = None):
        self.command = command
        self.environment = dict(os.environ if environment is None else environment)
        self.user = user
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the command, with an empty output. Raises Missing when there is no such program."""
        if self._log is not None:
            self._log.close()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        try:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT if self.user is None else "/",
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )
        except FileNotFoundError as error:
            raise Missing(f"{self.command[0]} is not on this machine.") from error

    def stop(self) -> None:
        """Ask it to end; end it after ten seconds. Nothing of its process group is left."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(self.polite_end)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(10)
            self.kill()
        if self._log is not None:
            self._log.close()
            self._log = None

    def kill(self) -> None:
        """End the whole group at once, as `kill -9` does."""
        assert self._process is not None, "it was never started"
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: none but zombies are left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    @property
    def pid(self) -> int | None:
        return self._process and self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def output(self) -> str:
        """What it has printed so far."""
        if self._log is None:
            return ""
        size = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), size, 0).decode(errors="replace")

    def wait_until(self, ready: Callable[[], object], seconds: float = 60) -> None:
        """Wait until `ready()` is true. Raises Missing, with what was printed, when it ends before or takes longer."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running or time.monotonic() > deadline:
                state = "did not come up in time" if self.is_running else "ended before it was ready"
                raise Missing(f"{' '.join(self.command)} {state}. It said:\n{self.output[-4000:]}")
            time.sleep(0.05)


class PostgreSQL(Process):
    """A database server without any promise to keep what it is given: nothing is flushed to the disk."""

    polite_end = signal.SIGINT  # "fast": ends the connections instead of waiting for them

    def __enter__(self) -> Self:
        bin_folder = self._bin_folder()
        user = self._unprivileged_user()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="plenary-postgres-"))
        if user:
            shutil.chown(self.folder, user)
        data = self.folder / "data"
        super().__init__(
            *(f"{bin_folder}/initdb", "--auth=trust", "--username=plenary", "--encoding=UTF8", "--no-sync"),
            *(f"--locale={'C' if sys.platform == 'darwin' else 'C.UTF-8'}", f"--pgdata={data}"),
            user=user,
        )
        self.start()
        assert self._process is not None
        if self._process.wait(120):
            raise Missing(f"initdb failed. It said:\n{self.output}")
        self.command = [
            *(
                f"{bin_folder}/postgres",
                "-D",
                str(data),
                "-p",
                str(self.port),
                "-h",
                "127.0.0.1",
                "-k",
                str(self.folder),
            ),
            *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
            *("-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB", "-c", "log_min_messages=fatal"),
        ]
        self.start()
        self.wait_until(lambda: is_listening(self.port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"postgres://plenary@127.0.0.1:{self.port}/postgres"

    @staticmethod
    def _bin_folder() -> Path:
        """Where the newest server lies. Debian keeps it out of PATH."""
        found = shutil.which("postgres")
        folders = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name)
        )
        folders = [folder for folder in folders if (folder / "postgres").exists()]
        if folders:
            return folders[-1]
        if found:
            return Path(found).resolve().parent
        raise Missing(
            "PostgreSQL is not on this machine: install the package postgresql, or set DATABASE_URL."
        )

    @staticmethod
    def _unprivileged_user() -> str | None:
        """PostgreSQL refuses to run as root; the package makes a user for it."""
        if os.geteuid() != 0:
            return None
        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"


class Redis(Process):
    """A queue and cache that keeps nothing."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="plenary-redis-"))
        super().__init__(
            *("redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "no", "--databases", "64"),
        )

    def __enter__(self) -> Self:
        self.start()
        self.wait_until(lambda: is_listening(self.port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class MailServer:
    """A server that speaks SMTP and keeps what it accepts, so that a test can read it; it can be told to refuse.

    mail_server.refuse("451 4.3.0 Try again later")     # from now on, at the end of each message
    mail_server.hold()                                  # from now on, keep clients waiting before they can send
    mail_server.accept()                                # as usual again
    [mail] = mail_server.to("somchai@example.org")
    """

    def __init__(self) -> None:
        self.port = free_port()
        self._mails: list[EmailMessage] = []
        self._refusal: str | None = None
        self._held = threading.Event()
        self.waiting = 0  # how many clients are kept waiting
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen. After `stop`, it listens on the same port again and still has its mails."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every step
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop listening: who connects now is refused, as when the machine is down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def is_running(self) -> bool:
        return self._controller is not None

    def refuse(self, answer: str = "451 4.3.0 Try again later") -> None:
        """Answer every message with this line: 4xx is for now, 5xx for good."""
        self._refusal = answer

    def hold(self) -> None:
        """Keep every client waiting before it can send, until `accept`."""
        self._held.set()

    def accept(self) -> None:
        """Take every message, and let those go on that were kept waiting."""
        self._refusal = None
        self._held.clear()

    def clear(self) -> None:
        """Forget the mails, and refuse and hold nobody."""
        with self._lock:
            self._mails.clear()
        self.accept()

    @property
    def url(self) -> str:
        """What EMAIL_URL has to be."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What was accepted, in order; each carries its envelope's addresses in `X-Envelope-To`."""
        with self._lock:
            return list(self._mails)

    def to(self, address: str) -> list[EmailMessage]:
        """The mails whose envelope names this address."""
        return [mail for mail in self.mails if address in str(mail["X-Envelope-To"]).split(", ")]

    def wait_for(self, address: str, count: int = 1, seconds: float = 20) -> list[EmailMessage]:
        """Wait until `count` mails to this address have come. Raises AssertionError when they do not."""
        eventually(lambda: len(self.to(address)) >= count, seconds)
        return self.to(address)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """What aiosmtpd calls when a client begins a message."""
        self.waiting += 1
        while self._held.is_set():
            await asyncio.sleep(0.02)
        self.waiting -= 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls when a message has been received; its answer is the client's."""
        if self._refusal:
            return self._refusal
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        mail["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        with self._lock:
            self._mails.append(mail)
        return "250 2.0.0 Accepted"


class Worker(Process):
    """The product's worker, as in production, with beat beside it when asked for."""

    def __init__(self, environment: Mapping[str, str], *, beat: bool = False):
        self.folder = Path(tempfile.mkdtemp(prefix="plenary-worker-"))
        schedule = ["--beat", "--schedule", str(self.folder / "beat")] if beat else []
        super().__init__(
            # Celery warns of running as root; on a machine of the tests there may be nobody else.
            *(sys.executable, "-W", "ignore:You're running the worker"),
            *("-m", "celery", "--app", "forum", "worker", "--hostname", f"{self.folder.name}@%h"),
            *("--concurrency", "2", "--loglevel", "INFO", "--without-gossip", "--without-mingle", *schedule),
            environment=environment,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A worker takes seconds to end politely, and after a test there is nothing left that it could lose.
        if self.is_running:
            self.kill()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return when it takes tasks."""
        super().start()
        self.wait_until(lambda: " ready." in self.output)


class Web(Process):
    """The product's web server, as in production, at the address that SITE_URL names."""

    def __init__(self, environment: Mapping[str, str]):
        self.url = environment["SITE_URL"]
        port = str(urlsplit(self.url).port)
        super().__init__(
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", port, "--workers", "1"),
            *("--blocking-threads", "4", "--log-level", "warning", "forum.wsgi:application"),
            environment=environment,
        )

    def start(self) -> None:
        """Start it, and return when it answers."""
        super().start()
        self.wait_until(lambda: answers(f"{self.url}/healthz"))
