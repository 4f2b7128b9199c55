"""The time a command was first given, by Idempotency-Key: given again, it is the same command."""

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from typing import Final

KEPT_FOR: Final = timedelta(days=7)
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS commands (
    scope TEXT PRIMARY KEY, digest TEXT NOT NULL, at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS commands_at ON commands (at_ms);
"""


_FIND: Final = "SELECT digest, at_ms FROM commands WHERE scope = ?"


class KeyReused(ValueError):
    """The Idempotency-Key was given before with another request."""


class TimesAway(Exception):
    """The file cannot be read or written now."""


class CommandTimes:
    """A file of its own, which several processes of one machine may share. Thread-safe."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._mutex = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def first_given(self, scope: str, *, digest: str, now_ms: int) -> int:
        """When the command `scope` was first given, now if it is new (milliseconds since 1970).

        `digest` is of the request's body. Raises KeyReused, TimesAway.
        """
        forgotten = now_ms - KEPT_FOR // timedelta(milliseconds=1)
        try:
            with self._mutex:
                self._db.execute("DELETE FROM commands WHERE at_ms < ?", (forgotten,))
                self._db.execute("INSERT OR IGNORE INTO commands VALUES (?, ?, ?)", (scope, digest, now_ms))
                row = self._db.execute(
                    "SELECT digest, at_ms FROM commands WHERE scope = ?", (scope,)
                ).fetchone()
        except sqlite3.Error as error:
            raise TimesAway(str(error)) from error
        if row[0] != digest:
            raise KeyReused("the Idempotency-Key was given before with another request")
        return int(row[1])

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._db.close()
