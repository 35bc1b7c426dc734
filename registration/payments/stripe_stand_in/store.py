"""What the stand-in knows, in one SQLite file: Stripe's records, earlier answers, notices on their way, its clock.

A record is Stripe's object as it will be answered. Names that begin with `_` are ours and never leave: `_about` (the
record it belongs to) and `_due` (when something happens to it by itself) are columns too.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registration.payments.stripe_stand_in.errors import missing

Record = dict[str, Any]
TABLES = """
CREATE TABLE IF NOT EXISTS record (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    about TEXT, due REAL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS record_of ON record (kind, about);
CREATE INDEX IF NOT EXISTS record_due ON record (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, url TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    due REAL, began REAL NOT NULL, outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
LETTERS = string.ascii_letters + string.digits


def new_id(kind: str) -> str:
    """A new identifier as Stripe makes them: `cs_test_…`, `pi_…`."""
    length = 58 if kind == "cs_test" else 24
    return f"{kind}_".removeprefix("_") + "".join(secrets.choice(LETTERS) for _ in range(length))


def public(record: Record) -> Record:
    """The record without what is ours."""
    return {name: value for name, value in record.items() if not name.startswith("_")}


class Store:
    """The file, used by one thread at a time: a transaction holds it from its first to its last statement."""

    def __init__(self, file: Path | str):
        self._lock = threading.RLock()
        self._depth = 0
        self._file = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=20)
        self._file.row_factory = sqlite3.Row
        self._file.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + TABLES)

    def close(self) -> None:
        """Write out what is left, and let the file go."""
        with self._lock:
            self._file.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another belongs to the outer one."""
        with self._lock:
            if self._depth == 0:
                self._file.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._file.execute("ROLLBACK")
                raise
            else:
                if self._depth == 1:
                    self._file.execute("COMMIT")
            finally:
                self._depth -= 1

    def rows(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Run one SQL statement and return its rows."""
        with self._lock:
            return self._file.execute(statement, values).fetchall()

    # --- the clock -------------------------------------------------------------------------------------------------

    def now(self) -> int:
        """Seconds since 1970 by the stand-in's clock, which may be ahead of the machine's."""
        return int(time.time()) + int(self.setting("ahead", "0"))

    def setting(self, name: str, default: str = "") -> str:
        """What was last kept under this name."""
        found = self.rows("SELECT value FROM setting WHERE name = ?", name)
        return str(found[0]["value"]) if found else default

    def set(self, name: str, value: str) -> None:
        """Keep a word under a name."""
        self.rows("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)

    # --- records ---------------------------------------------------------------------------------------------------

    def save(self, record: Record) -> Record:
        """Keep a new record, or the new state of a known one."""
        self.rows(
            "INSERT INTO record (id, kind, about, due, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) "
            "DO UPDATE SET about = excluded.about, due = excluded.due, data = excluded.data",
            *(record["id"], record["object"], record.get("_about"), record.get("_due"), json.dumps(record)),
        )
        return record

    def find(self, kind: str, id: str, *, param: str = "id", status: int = 404) -> Record:
        """The record of this kind. Raises Refused when there is none; `param` and `status` say how."""
        found = self.rows("SELECT data FROM record WHERE kind = ? AND id = ?", kind, id)
        if not found:
            raise missing(kind, id, param=param, status=status)
        return dict(json.loads(found[0]["data"]))

    def all(self, kind: str, about: str | None = None) -> list[Record]:
        """The records of a kind, newest first; with `about` those that belong to it."""
        found = self.rows(
            "SELECT data FROM record WHERE kind = ?1 AND (?2 IS NULL OR about = ?2) ORDER BY number DESC",
            kind,
            about,
        )
        return [json.loads(row["data"]) for row in found]

    def due(self, kind: str) -> list[Record]:
        """The records to which something happens by itself, and whose time has come."""
        found = self.rows(
            "SELECT data FROM record WHERE due <= ? AND kind = ? ORDER BY due, number", self.now(), kind
        )
        return [json.loads(row["data"]) for row in found]

    def forget_everything(self) -> None:
        """Empty the file, its clock and address for notices included."""
        with self.transaction():
            for table in ("record", "answer", "delivery", "setting"):
                self.rows(f"DELETE FROM {table}")  # noqa: S608 - the names stand in the line above
