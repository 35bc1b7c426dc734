"""What starts the product, for real (docker-compose.yml, .env.example) and as a demo (bin/dev), does start it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import yaml

from tests.environment import in_demo_shape
from tests.servers import ROOT, Process, answers, eventually, free_port

EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SECRETS = {"SECRET_KEY": "0123456789abcdef" * 6, "POSTGRES_PASSWORD": "fedcba9876543210"}
# What a service finds in its container besides what compose gives it: nothing of this machine's environment.
CONTAINER = {
    "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin:/usr/local/bin",
    "HOSTNAME": socket.gethostname(),
    "LANG": "C.UTF-8",
    "GRANIAN_HOST": "127.0.0.1",
}


def example_values() -> dict[str, str]:
    """What .env.example sets, as compose reads it."""
    lines = re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    return {name: value.strip('"') for name, value in lines}


def names_read_by_the_settings(**environment: str) -> set[str]:
    """The variables that a process asks for while it reads the settings."""
    code = "import json; from forum import env, settings; print(json.dumps(sorted(env.asked)))"
    output = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment)
    return set(json.loads(output))


# --- the environment -------------------------------------------------------------------------------------------


@pytest.fixture
def installation() -> dict[str, str]:
    """The environment of an installation whose owner filled in .env.example."""
    urls = {"DATABASE_URL": "postgres://plenary@localhost/plenary", "REDIS_URL": "redis://localhost/0"}
    return CONTAINER | example_values() | SECRETS | urls


def test_the_example_environment_names_every_variable_that_is_read(installation: dict[str, str]) -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))

    read = names_read_by_the_settings(**installation) | names_read_by_the_settings(**CONTAINER, DEMO="1")

    compose_only = {"POSTGRES_PASSWORD", "PORT"}
    assert named - compose_only == read


@pytest.mark.parametrize(
    "secret", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "DEFAULT_FROM_EMAIL"]
)
def test_an_installation_does_not_start_without(secret: str, installation: dict[str, str]) -> None:
    del installation[secret]

    started = subprocess.run(
        [sys.executable, "-c", "import forum.settings"],
        cwd=ROOT,
        env=installation,
        capture_output=True,
        text=True,
    )

    assert started.returncode != 0
    assert f"Set the environment variable {secret}" in started.stderr


# --- the services of docker-compose.yml ------------------------------------------------------------------------


@pytest.fixture
def database() -> Iterator[str]:
    """The address of a fresh, empty database."""
    if in_demo_shape:
        pytest.fail("This test needs PostgreSQL and Redis: run it with bin/test.")
    server, name = os.environ["DATABASE_URL"], f"compose_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Composition:
    """docker-compose.yml on this machine's own binaries: each service with its own command and environment."""

    def __init__(self, folder: Path, database: str) -> None:
        self.ports = {"web": free_port(), "redis": free_port()}
        self._mapped = {
            "postgres://plenary:fedcba9876543210@postgres:5432/plenary": database,
            "redis://redis:6379/0": f"redis://127.0.0.1:{self.ports['redis']}/0",
            "/data": str(folder),
        }
        text = re.sub(
            r"\$\{([A-Z_]+)(?::[?-]([^}]*))?\}", lambda match: SECRETS.get(match[1], match[2]), COMPOSE
        )
        self.services: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
        # These two are options of the image's Dockerfile, not of compose.
        self._image = {
            "DATA_DIR": str(folder),
            "STATIC_ROOT": os.environ["STATIC_ROOT"],
            "GRANIAN_PORT": str(self.ports["web"]),
        }

    def _here(self, text: str) -> str:
        """The same, with the containers' hosts and folders replaced by those of this machine."""
        for there, here in self._mapped.items():
            text = text.replace(there, here)
        return text

    def environment(self, service: str) -> dict[str, str]:
        own = {
            name: self._here(value) for name, value in self.services[service].get("environment", {}).items()
        }
        return CONTAINER | example_values() | SECRETS | own | self._image

    def process(self, service: str, *more: str) -> Process:
        command = [self._here(word) for word in shlex.split(self.services[service]["command"])]
        return Process(*command, *more, environment=self.environment(service))

    def is_healthy(self, service: str) -> bool:
        """Ask with the service's own health check."""
        kind, *command = self.services[service]["healthcheck"]["test"]
        if kind == "CMD-SHELL":
            command = ["sh", "-c", self._here(command[0]).replace("$$", "$")]
        return (
            subprocess.run(command, cwd=ROOT, env=self.environment(service), capture_output=True).returncode
            == 0
        )


def test_what_docker_compose_starts_serves_the_site_and_runs_what_beat_sends(
    tmp_path: Path, database: str
) -> None:
    compose = Composition(tmp_path, database)
    redis = compose.process("redis", "--port", str(compose.ports["redis"]), "--dir", str(tmp_path))
    web, worker, beat = (compose.process(name) for name in ("web", "worker", "beat"))
    readyz = urllib.request.Request(
        f"http://127.0.0.1:{compose.ports['web']}/readyz", headers={"Host": "forum.example.org"}
    )

    with contextlib.ExitStack() as running:
        running.enter_context(redis)
        migrate = compose.process("migrate")
        migrated = subprocess.run(
            migrate.command, cwd=ROOT, env=migrate.environment, capture_output=True, text=True
        )
        assert migrated.returncode == 0, migrated.stderr
        for process in (web, worker, beat):
            running.enter_context(process)
        web.wait_until(lambda: compose.is_healthy("web"))
        worker.wait_until(lambda: " ready." in worker.output)
        eventually(lambda: "Sending due task" in beat.output, seconds=40)
        eventually(lambda: " succeeded in " in worker.output)

        with urllib.request.urlopen(readyz) as response:
            assert response.status == 200
        assert compose.is_healthy("worker"), worker.output
        assert compose.is_healthy("beat"), beat.output


def test_the_services_keep_nothing_outside_of_volumes() -> None:
    services = yaml.safe_load(COMPOSE)["services"]

    writable = {name for name, service in services.items() if not service.get("read_only")}

    assert writable == {"postgres", "redis"}
    assert all(service.get("volumes") for service in services.values())


# --- bin/dev ---------------------------------------------------------------------------------------------------


def descendants(pid: int) -> set[int]:
    """The process and all that it and its children started, however deep."""
    table = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid="], text=True)
    pairs = [tuple(map(int, line.split())) for line in table.splitlines()]
    found = {pid}
    while more := {child for child, parent in pairs if parent in found} - found:
        found |= more
    return found


def is_alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
        return bool(state) and not state.startswith("Z")
    return False


def test_bin_dev_ends_all_that_it_started_and_finds_its_data_when_started_again(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(tmp_path)}
    speakers = []

    for ending in (signal.SIGINT, signal.SIGTERM):
        with Process(str(ROOT / "bin/dev"), environment=environment) as demo:
            demo.wait_until(lambda demo=demo: "Plenary is running" in demo.output, seconds=200)
            assert answers(f"http://127.0.0.1:{port}/dev/")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/en/speakers/") as page:
                speakers.append(page.read())
            assert demo.pid is not None
            started = descendants(demo.pid)
            os.kill(demo.pid, ending)
            eventually(lambda demo=demo: not demo.is_running, seconds=30)

            assert len(started) > 4  # bin/dev, the web and its workers, the queue's worker and its own
            assert not {pid for pid in started if is_alive(pid)}

    assert speakers[0] == speakers[1]


def test_bin_dev_says_in_one_line_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]

        tried = subprocess.run(
            [ROOT / "bin/dev"],
            env={**os.environ, "PORT": str(port), "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
        )

    assert tried.returncode == 1
    assert tried.stderr == f"Port {port} is taken. Choose another: PORT={port + 1} bin/dev\n"
