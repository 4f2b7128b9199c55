"""Each second ingest writes down how old the oldest event is that it holds and no log has.

The watchdog waits for it: an outage of ours must not become a deadline that passed.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from schemas.instants import datetime_of
from services.runtime.clock import Clock
from services.runtime.log import get_logger

_EVERY_S: Final = 1.0
_LOG: Final = get_logger(__name__)


class RowsAway(Exception):
    """The rows cannot be written now."""


class Rows(Protocol):
    """core.ingest_instances."""

    def write(self, instance: str, *, oldest_unlogged: datetime | None, seen_at: datetime) -> None:
        """Put the row of `instance`; raises RowsAway."""
        ...

    def remove(self, instances: Sequence[str]) -> None:
        """Delete rows; raises RowsAway."""
        ...


class InstanceRow:
    """Keeps this process's row; best effort while PostgreSQL is away."""

    def __init__(
        self, instance: str, rows: Rows, *, clock: Clock, oldest_unlogged_ms: Callable[[], int | None]
    ) -> None:
        self._instance = instance
        self._rows = rows
        self._clock = clock
        self._oldest = oldest_unlogged_ms
        self._gone: list[str] = []
        self._away = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="instance-row", daemon=True)

    def start(self) -> None:
        """Write at once, then every second."""
        self._thread.start()

    def stop(self) -> None:
        """End; the row goes when nothing unlogged is left behind, else it stays for who adopts the spool."""
        self._stop.set()
        self._thread.join()
        if self._oldest() is None:
            self._gone.append(self._instance)
        self.write()

    def forget(self, instances: Sequence[str]) -> None:
        """The files of these processes, which are gone, have been read out."""
        self._gone += instances

    def write(self) -> None:
        """Write the row and delete what is to be forgotten, if PostgreSQL is there."""
        gone = list(self._gone)
        # the time is read first: what arrives afterwards is younger than `seen_at`
        seen_ms = self._clock.now_ms()
        oldest = self._oldest()
        try:
            if self._instance not in gone:
                told = None if oldest is None else datetime_of(oldest)
                self._rows.write(self._instance, oldest_unlogged=told, seen_at=datetime_of(seen_ms))
            if gone:
                self._rows.remove(gone)
        except RowsAway as error:
            if not self._away:
                _LOG.warning("instance_row_not_written", detail=str(error))
            self._away = True
            return
        self._away = False
        self._gone = [each for each in self._gone if each not in gone]

    def _run(self) -> None:
        while True:
            self.write()
            if self._stop.wait(_EVERY_S):
                return
