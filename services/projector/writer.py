"""The writer thread: commits batches in order while the next ones are folded."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from services.projector.batch import Finished
from services.projector.owned import Handed
from services.projector.store import StaleWrite, Store
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.log import get_logger
from services.runtime.postgres import DatabaseError, is_passing

_DEPTH: Final = 2
_log = get_logger("projector.writer")


class Outcome(Enum):
    """What became of a batch."""

    COMMITTED = auto()
    STALE = auto()
    FAILED = auto()
    DROPPED = auto()


@dataclass(frozen=True, slots=True)
class Written:
    """A batch that was handed over, and what became of it."""

    handed: Handed
    outcome: Outcome


class Writer:
    """Owns the writing connection. Batches of an abandoned claim are dropped, never written."""

    def __init__(
        self,
        url: str,
        *,
        bury: Callable[[Handed], bool],
        committed: Callable[[Finished], None],
        moved: threading.Event,
    ) -> None:
        """`bury`: whether the bad records stand in `.rejected`; `committed` hears of each commit.

        `moved` is set whenever a round is through.
        """
        self._url = url
        self._bury = bury
        self._committed = committed
        self._moved = moved
        self._todo: queue.Queue[Handed | None] = queue.Queue()
        self._room = threading.BoundedSemaphore(_DEPTH)
        self._done: queue.Queue[Written] = queue.Queue()
        self._store: Store | None = None
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def connect(self) -> int:
        """A fresh writing connection's backend pid. Only while nothing is in flight; raises DatabaseError."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._store = Store(self._url)
        return self._store.backend_pid

    @property
    def has_room(self) -> bool:
        """Whether a round can be handed over without waiting."""
        if self._room.acquire(blocking=False):
            self._room.release()
            return True
        return False

    def submit(self, round_: list[Handed], *, timeout: float) -> bool:
        """Hand over a round of finished batches; False when there was no room within `timeout` seconds."""
        if not self._room.acquire(timeout=timeout):
            return False
        for handed in round_:
            self._todo.put(handed)
        self._todo.put(None)
        return True

    def results(self) -> list[Written]:
        """What was settled since the last call; raises what the writer thread died of."""
        self.raise_failure()
        settled = []
        while not self._done.empty():
            settled.append(self._done.get_nowait())
        return settled

    def raise_failure(self) -> None:
        """Raise what the writer thread died of, if it did."""
        if self._failure is not None:
            raise self._failure

    def wait_idle(self, *, timeout: float) -> bool:
        """Wait until nothing is in flight; False when it still is after `timeout` seconds."""
        taken = 0
        for _ in range(_DEPTH):
            if self._room.acquire(timeout=timeout):
                taken += 1
        for _ in range(taken):
            self._room.release()
        return taken == _DEPTH

    def close(self) -> None:
        """Close the connection; batches in flight are lost, as in a crash."""
        if self._store is not None:
            self._store.close()

    def _run(self) -> None:
        while True:
            handed = self._todo.get()
            if handed is None:
                self._room.release()
                self._moved.set()
                continue
            try:
                outcome = self._write(handed)
            except BaseException as error:
                self._failure = error
                _log.exception("writer_died", partition=handed.owned.partition)
                raise
            if outcome is not Outcome.COMMITTED:
                handed.owned.abandoned = True
            self._done.put(Written(handed, outcome))

    def _write(self, handed: Handed) -> Outcome:
        owned, batch = handed.owned, handed.batch
        if owned.abandoned or self._store is None:
            return Outcome.DROPPED
        try:
            if batch.bad and not self._bury(handed):
                return Outcome.DROPPED
            began = monotonic()
            self._store.write(batch)
            metrics.COMMIT_SECONDS.observe(monotonic() - began)
        except StaleWrite:
            return Outcome.STALE
        except DatabaseError as error:
            if not is_passing(error):
                raise
            _log.warning("write_failed", partition=owned.partition, error=type(error).__name__)
            return Outcome.FAILED
        owned.written_offset = batch.end
        self._committed(batch)
        return Outcome.COMMITTED
