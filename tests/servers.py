"""Throw-away servers: PostgreSQL, Redis, a mail server that speaks SMTP, and the product's own processes.

Each is a context manager: real, on a free port of 127.0.0.1, with its data in a folder that goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import json
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
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar
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
    durability = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")

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
            *self.durability,
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

    durability = ("--save", "", "--appendonly", "no")

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="plenary-redis-"))
        super().__init__(
            *("redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)),
            *self.durability,
            *("--databases", "64"),
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


class StripeStandIn(Process):
    """What stands in for Stripe, with a file of its own, and what a visitor, a bank and a test do to it by HTTP.

    client = stripe.StripeClient(stand_in.key, base_addresses={"api": stand_in.url})
    stand_in.pay(checkout.id)                           # as a visitor on the hosted page; also decline(), ask_a_bank()
    [event] = stand_in.events("checkout.session.completed")
    body, header = stand_in.notice(event)               # to be posted to the product, as Stripe would
    stand_in.move_clock(3600)                           # whatever expires within the hour has expired
    """

    key = "sk_test_stand_in"
    secret = "whsec_stand_in"
    card, declined, without_money = "4242424242424242", "4000000000000002", "4000000000009995"
    refund_fails, refund_takes_time = "4000000000005126", "4000000000007726"

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="plenary-stripe-"))
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"}
        }
        super().__init__(
            *(sys.executable, str(ROOT / "manage.py"), "stripe_stand_in", "--port", str(self.port)),
            environment={
                **kept,
                "DEMO": "1",
                "DATA_DIR": str(self.folder),
                "SITE_URL": "http://localhost:8000",
                "STRIPE_WEBHOOK_SECRET": self.secret,
            },
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, and return when it answers. After `stop` or `kill` it knows what it knew."""
        super().start()
        self.wait_until(lambda: answers(f"{self.url}/healthz"))

    @property
    def url(self) -> str:
        """What STRIPE_API has to be."""
        return f"http://localhost:{self.port}"

    # --- a visitor and a bank --------------------------------------------------------------------------------------

    def pay(self, checkout: str, card: str = card, **fields: str) -> tuple[int, str]:
        """Pay as on the hosted page. Returns the status and where it leads: (303, success_url), or (4xx, the page)."""
        filled = {
            "email": "payer@example.org",
            "number": card,
            "expiry": "12 / 40",
            "cvc": "123",
            "name": "A Payer",
        }
        return self._send("POST", f"/c/pay/{checkout}", {"method": "card", **filled, **fields})

    def decline(self, checkout: str) -> tuple[int, str]:
        """Try to pay with a card that is declined; the checkout stays open."""
        return self.pay(checkout, self.declined)

    def ask_a_bank(self, checkout: str) -> tuple[int, str]:
        """Let a bank pay that answers later."""
        filled = {"bank-email": "payer@example.org", "bank-name": "A Payer"}
        return self._send("POST", f"/c/pay/{checkout}", {"method": "bank", **filled})

    def bank_says(self, checkout: str, answer: str) -> tuple[int, str]:
        """The bank's answer in the end, "yes" or "no"."""
        return self._send("POST", f"/c/bank/{checkout}", {"answer": answer})

    def expire(self, checkout: str) -> None:
        """Let this checkout's time pass, and with it that of all that expire earlier."""
        found = self._api(f"/v1/checkout/sessions/{checkout}")
        self.move_clock(max(0, found["expires_at"] - self.control("POST", "clock", seconds=0)["now"]) + 1)

    def dispute(self, payment: str) -> str:
        """Let the payer of this payment dispute it at their bank; what the dispute is called."""
        return str(self.control("POST", "disputes", payment_intent=payment)["id"])

    def decide(self, dispute: str, status: str) -> None:
        """How the dispute stands now: "under_review", "won" or "lost"."""
        self.control("POST", f"disputes/{dispute}", status=status)

    # --- a test ----------------------------------------------------------------------------------------------------

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What happened, oldest first; with `kind` only that."""
        query = urllib.parse.urlencode({"limit": 100, **({"type": kind} if kind else {})})
        return list(reversed(self._api(f"/v1/events?{query}")["data"]))

    def notice(
        self, event: Mapping[str, Any], *, secret: str = secret, at: float | None = None
    ) -> tuple[bytes, str]:
        """The body and the header Stripe-Signature with which Stripe would tell an event, now or at another moment."""
        body = json.dumps(event).encode()
        moment = int(time.time() if at is None else at)
        made = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return body, f"t={moment},v1={made}"

    def tell_notices_to(self, url: str) -> None:
        """From now on it tells its notices itself, and again until they are taken; an empty address ends that."""
        self.control("PUT", "notices", url=url)

    def tell_again(self, event: Mapping[str, Any]) -> None:
        """Tell a notice once more to the address that was set."""
        self.control("POST", f"notices/{event['id']}")

    def move_clock(self, seconds: int) -> None:
        """Move its clock ahead; notices are still signed by the machine's."""
        self.control("POST", "clock", seconds=seconds)

    def trouble(self, kind: str, *, times: int = 1, seconds: int = 0, path: str = "/v1/") -> None:
        """Let the next requests go wrong: "refuse" (500), "limit" (429), "wait" so many seconds before the deed, or
        "lose" (it is done, and the answer is lost)."""
        self.control("POST", "troubles", kind=kind, times=times, seconds=seconds, path=path)

    def forget_everything(self) -> None:
        """As if it had just been made."""
        self.control("DELETE", "everything")

    def control(self, method: str, what: str, **given: str | int) -> dict[str, Any]:
        """Use one of its controls, which Stripe does not have."""
        status, body = self._send(method, f"/stand-in/{what}", given)
        assert status == 200, body
        return dict(json.loads(body))

    def _api(self, path: str) -> dict[str, Any]:
        status, body = self._send("GET", path)
        assert status == 200, body
        return dict(json.loads(body))

    def _send(self, method: str, path: str, form: Mapping[str, str | int] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urllib.parse.urlencode(form) if form is not None else None
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location") or answer.read().decode()
