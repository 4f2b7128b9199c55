"""One file of the spool: SQLite, under a file lock, written by one process at a time.

What a commit has returned for survives kill -9 and
power loss (WAL, synchronous=FULL). After an I/O error a file takes nothing new: it is read to its
end and deleted whole, so an entry may go to Kafka twice, never not at all.
"""

import fcntl
import os
import sqlite3
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.codec import Record
from services.runtime.log import get_logger

_LOG: Final = get_logger(__name__)
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key BLOB NOT NULL,
    headers BLOB NOT NULL,
    value BLOB NOT NULL,
    since_ms INTEGER NOT NULL,
    size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL,
    key BLOB NOT NULL,
    headers BLOB NOT NULL,
    value BLOB NOT NULL,
    since_ms INTEGER NOT NULL,
    error_class TEXT NOT NULL,
    detail TEXT NOT NULL
);
"""
_ADD: Final = "INSERT INTO entries (topic, key, headers, value, since_ms, size) VALUES (?, ?, ?, ?, ?, ?)"
_HEAD: Final = (
    "SELECT id, size, topic, key, headers, value, since_ms FROM entries WHERE id > ? ORDER BY id LIMIT ?"
)
_DROP: Final = "DELETE FROM entries WHERE id <= ?"
_MEASURE: Final = "SELECT count(*), coalesce(sum(size), 0) FROM entries WHERE id > ? AND id <= ?"
_OLDEST: Final = "SELECT since_ms FROM entries WHERE id > ? ORDER BY id LIMIT 1"
_REFUSE: Final = (
    "INSERT INTO refused (topic, key, headers, value, since_ms, error_class, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_REFUSALS: Final = "SELECT topic, key, headers, value, since_ms, error_class, detail FROM refused ORDER BY id"
_ANY_REFUSED: Final = "SELECT 1 FROM refused LIMIT 1"
_NO_END: Final = 2**63 - 1


class FileTaken(Exception):
    """Another process holds the file, or has just deleted it."""


class SpoolBroken(Exception):
    """The file cannot be written; what it holds can still be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record on its way to `topic`; `since_ms` is when it arrived, in milliseconds since 1970."""

    topic: str
    record: Record
    since_ms: int

    @property
    def size(self) -> int:
        """Bytes of key, value and headers, near enough for a bound."""
        return len(self.record.key) + len(self.record.value) + 64 * len(self.record.headers)


class SpoolFile:
    """A file held under its lock from the beginning to `close()`. Thread-safe.

    `depth` and `size` (bytes) are of the entries it holds, `writable` says whether it takes new ones.
    Raises FileTaken, and sqlite3.Error when the file is none of ours or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writable = True
        self._mutex = threading.Lock()
        self._read_to = 0
        self._lock = _locked(path)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self.depth, self.size = self._measure(0, _NO_END)
        except sqlite3.Error:
            os.close(self._lock)
            raise

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep `entries`, all or none; returns when they are on the disk; raises SpoolBroken."""
        rows = [(*_row(entry), entry.size) for entry in entries]
        with self._mutex:
            self._write([(_ADD, row) for row in rows])
            self.depth += len(entries)
            self.size += sum(entry.size for entry in entries)

    def head(self, *, most: int, most_bytes: int) -> list[tuple[int, Entry]]:
        """The oldest entries with their ids, at least one when there is any."""
        found: list[tuple[int, Entry]] = []
        total = 0
        with self._mutex:
            cursor = self._db.execute(_HEAD, (self._read_to, most))
            for number, size, *row in cursor:
                total += size
                if found and total > most_bytes:
                    break
                found.append((number, _entry(row)))
            cursor.close()
        return found

    def remove(self, last_id: int) -> None:
        """Forget the entries up to `last_id`; raises SpoolBroken when the file only forgets in memory."""
        with self._mutex:
            gone, size = self._measure(self._read_to, last_id)
            self._read_to = last_id
            self.depth -= gone
            self.size -= size
            if self.writable:
                self._write([(_DROP, (last_id,))])

    def keep_refused(self, refused: Sequence[tuple[Entry, str, str]]) -> None:
        """Keep what Kafka will never take, with error class and detail; raises SpoolBroken."""
        with self._mutex:
            self._write([(_REFUSE, (*_row(entry), kind, detail)) for entry, kind, detail in refused])

    def oldest_ms(self) -> int | None:
        """When the oldest entry arrived; 0 when the file cannot tell: older than anything."""
        try:
            with self._mutex:
                row = self._db.execute(_OLDEST, (self._read_to,)).fetchone()
        except sqlite3.Error as error:
            _LOG.error("spool_file_unreadable", file=self.path.name, error=str(error))
            return 0
        return None if row is None else int(row[0])

    def refusals(self) -> list[tuple[Entry, str, str]]:
        """What Kafka would never take: entry, error class, detail."""
        with self._mutex:
            rows = self._db.execute(_REFUSALS).fetchall()
        return [(_entry(row[:5]), row[5], row[6]) for row in rows]

    def close(self) -> None:
        """Let go of the file; one that holds nothing more is deleted."""
        with self._mutex:
            keep = self.depth > 0 or self._may_hold_refused()
            self._db.close()
            if not keep:
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{self.path}{suffix}").unlink(missing_ok=True)
                _lock_path(self.path).unlink(missing_ok=True)
            os.close(self._lock)

    def _may_hold_refused(self) -> bool:
        try:
            return self._db.execute(_ANY_REFUSED).fetchone() is not None
        except sqlite3.Error as error:
            _LOG.error("spool_file_unreadable", file=self.path.name, error=str(error))
            return True

    def _measure(self, after: int, last: int) -> tuple[int, int]:
        """How many entries there are behind `after`, up to `last`, and their bytes."""
        count, size = self._db.execute(_MEASURE, (after, last)).fetchone()
        return int(count), int(size)

    def _write(self, statements: Sequence[tuple[str, tuple[object, ...]]]) -> None:
        if not self.writable:
            raise SpoolBroken(f"{self.path.name} takes no more writes")
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for statement, row in statements:
                self._db.execute(statement, row)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self.writable = False
            self._roll_back()
            raise SpoolBroken(f"{self.path.name}: {error}") from error

    def _roll_back(self) -> None:
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("ROLLBACK")
        except sqlite3.Error as error:
            _LOG.error("spool_rollback_failed", file=self.path.name, error=str(error))


def _locked(path: Path) -> int:
    lock = _lock_path(path)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # whoever had it may have deleted it in the meantime: then this lock guards nothing
        if os.fstat(handle).st_ino != lock.stat().st_ino:
            raise FileTaken(path.name)
    except OSError as error:
        os.close(handle)
        raise FileTaken(path.name) from error
    except FileTaken:
        os.close(handle)
        raise
    return handle


def _lock_path(path: Path) -> Path:
    return path.with_suffix(".lock")


def _row(entry: Entry) -> tuple[object, ...]:
    record = entry.record
    headers = orjson.dumps([[name, b64encode(value).decode()] for name, value in record.headers])
    return entry.topic, record.key, headers, record.value, entry.since_ms


def _entry(row: Sequence[Any]) -> Entry:
    topic, key, headers, value, since_ms = row
    told = [(str(name), b64decode(text)) for name, text in orjson.loads(headers)]
    return Entry(topic, Record(key, value, told), since_ms)
