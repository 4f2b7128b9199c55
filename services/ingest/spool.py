"""The spool: events acknowledged to their sender that wait on disk until Kafka has them.

A folder of files, each under one process's lock. A process writes to a file of its own, and reads
out files whose lock is free: their process has died.
"""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from services.ingest.presence import Presence
from services.ingest.spool_file import Entry, FileTaken, SpoolBroken, SpoolFile
from services.runtime.log import get_logger

MOST_BYTES: Final = 1024 * 1024 * 1024
_SUFFIX: Final = ".spool"
_LOG: Final = get_logger(__name__)


class SpoolFull(Exception):
    """The spool holds as much as it may."""


class Spool:
    """All files of the folder that this process holds. Thread-safe.

    `instance` names this process's own files: `<instance>.<n>.spool`.
    """

    def __init__(self, folder: Path, *, instance: str, most_bytes: int = MOST_BYTES) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._instance = instance
        self._most_bytes = most_bytes
        self._presence = Presence(folder, instance)
        self._lock = threading.Lock()
        self._files: list[SpoolFile] = []
        self._number = 0

    @property
    def depth(self) -> int:
        """Entries held."""
        return sum(file.depth for file in self._files)

    @property
    def size(self) -> int:
        """Bytes of the entries held."""
        return sum(file.size for file in self._files)

    def oldest_ms(self) -> int | None:
        """When the oldest entry arrived, in milliseconds since 1970; None when the spool is empty."""
        with self._lock:
            ages = [age for file in self._files if (age := file.oldest_ms()) is not None]
        return min(ages, default=None)

    def append(self, entries: Sequence[Entry], *, beyond_bound: bool = False) -> None:
        """Keep `entries`, all or none; returns when they are on the disk; raises SpoolFull, SpoolBroken.

        `beyond_bound`: they stand for entries that go, so a full spool must take them.
        """
        size = sum(entry.size for entry in entries)
        if not beyond_bound and self.size + size > self._most_bytes:
            raise SpoolFull(f"the spool holds {self.size} bytes of {self._most_bytes}")
        file = self._writable()
        try:
            file.append(entries)
        except SpoolBroken as error:
            _LOG.error("spool_file_retired", file=file.path.name, error=str(error))
            self._writable().append(entries)

    def keep_refused(self, refused: Sequence[tuple[Entry, str, str]]) -> None:
        """Keep entries that Kafka will never take, with error class and detail; raises SpoolBroken."""
        self._writable().keep_refused(refused)

    def adopt(self) -> list[str]:
        """Take over the files of processes that are gone; the instances that have no other files now."""
        adopted = []
        with self._lock:
            mine = {file.path for file in self._files}
            for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
                if path not in mine and (file := _opened(path)) is not None:
                    self._files.insert(0, file)
                    adopted.append(path.name.split(".", 1)[0])
            mine = {file.path for file in self._files}
            for instance in self._presence.gone():
                if all(path in mine for path in self._folder.glob(f"{instance}.*{_SUFFIX}")):
                    self._presence.forget(instance)
                    adopted.append(instance)
        return list(dict.fromkeys(adopted))

    def first(self) -> SpoolFile | None:
        """The file to be read out next, oldest first; None when nothing waits."""
        with self._lock:
            return next((file for file in self._files if file.depth), None)

    def trouble(self) -> str | None:
        """None while there is room, else what is wrong."""
        return f"full: {self.size} of {self._most_bytes} bytes" if self.size >= self._most_bytes else None

    def tidy(self) -> None:
        """Close and delete files that are read out, but the one that is written to."""
        with self._lock:
            for file in [each for each in self._files if not each.depth and not self._takes_new(each)]:
                self._files.remove(file)
                file.close()

    def abandon(self, file: SpoolFile) -> None:
        """Set a file aside that cannot even be read: it stays on the disk under another name."""
        with self._lock:
            self._files.remove(file)
            file.close()
            file.path.rename(file.path.with_suffix(".unreadable"))

    def close(self) -> None:
        """Let go of every file; what is left in them is taken over by the next process."""
        with self._lock:
            for file in self._files:
                file.close()
            self._files = []
        self._presence.close()

    def _writable(self) -> SpoolFile:
        with self._lock:
            for each in self._files:
                if self._takes_new(each):
                    return each
            self._number += 1
            path = self._folder / f"{self._instance}.{self._number}{_SUFFIX}"
            try:
                file = SpoolFile(path)
            except (OSError, sqlite3.Error) as error:
                raise SpoolBroken(f"{path.name}: {error}") from error
            self._files.append(file)
            return file

    def _takes_new(self, file: SpoolFile) -> bool:
        return file.writable and file.path.name.startswith(f"{self._instance}.")


def _opened(path: Path) -> SpoolFile | None:
    try:
        return SpoolFile(path)
    except FileTaken:
        return None
    except (OSError, sqlite3.Error) as error:
        # left where it is: a person may still save what is in it
        _LOG.error("spool_file_unreadable", file=path.name, error=str(error))
        return None
