"""Typed readers of the environment.

Every variable the product reads is read here, so that `asked` names them all and `.env.example` can be held
against it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

asked: set[str] = set()

# Of libpq: how long to wait for a database that does not answer, to connect (seconds) and for an answer to what was
# sent (milliseconds); without them a request hangs for minutes when its machine is gone.
PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "15000"}
# PostgreSQL compiles a question that it expects to be dear, anew each time it is asked; for ours that takes several
# times as long as the answer.
UNCOMPILED = {"options": "-c jit=off"}


def text(name: str, default: str | None = None) -> str:
    """Read a string. Raises ImproperlyConfigured when it is missing or empty and there is no default."""
    asked.add(name)
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}; .env.example says what it is for.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """Read a yes or no: 1/0, true/false, yes/no, on/off. Raises ImproperlyConfigured on anything else."""
    value = text(name, "1" if default else "0").casefold()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int) -> int:
    """Read a whole number. Raises ImproperlyConfigured on anything else."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from error


def words(name: str, default: str = "", *, between: str = r"[\s,]") -> list[str]:
    """Read a list, separated by blanks or commas, or by what `between` says; empty items are dropped."""
    return [word.strip() for word in re.split(between, text(name, default)) if word.strip()]


def path(name: str, default: Path) -> Path:
    """Read a folder; a relative one is taken from the working directory."""
    return Path(text(name, str(default))).expanduser().resolve()


def redis(name: str, *, optional: bool) -> str:
    """Read a Redis address, `redis://host:port/number` (`rediss://` with TLS); empty when optional and not set.

    Raises ImproperlyConfigured on another scheme, or when it is missing and not optional.
    """
    value = text(name, "" if optional else None)
    if value and urlsplit(value).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(
            f"{name} begins with {urlsplit(value).scheme!r}; use redis:// or rediss://."
        )
    return value


def database(name: str, default: str | None) -> dict[str, Any]:
    """Read a database address, `postgres://user:password@host:port/name?option=…` or `sqlite:///path`.

    Raises ImproperlyConfigured on another scheme.
    """
    parts = urlsplit(text(name, default))
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**PATIENCE, **UNCOMPILED, **dict(parse_qsl(parts.query))},
        }
    raise ImproperlyConfigured(f"{name} begins with {parts.scheme!r}; use postgres:// or sqlite:///.")


def mail(name: str, default: str | None) -> dict[str, Any]:
    """Read a mail server's address: `smtp://user:password@host:587` (STARTTLS on 587), `smtps://…:465` (TLS from
    the start), `file:///folder` (written as files).

    Raises ImproperlyConfigured on another scheme.
    """
    parts = urlsplit(text(name, default))
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme in {"smtp", "smtps"}:
        port = parts.port or (465 if parts.scheme == "smtps" else 587)
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": port,
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": parts.scheme == "smtp" and port == 587,
            "EMAIL_TIMEOUT": 60,
        }
    raise ImproperlyConfigured(f"{name} begins with {parts.scheme!r}; use smtp://, smtps:// or file:///.")
