"""What is under way to the broker: bounded in bytes, settled batch by batch, never waited for without end."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from schemas.codec import Record
from services.runtime.clock import monotonic

_RECORD_OVERHEAD: Final = 100
"""What a record costs beside its own bytes, roughly: headers, future, batch entry."""

_WATCH_EVERY_S: Final = 0.25


class Acknowledgement(Protocol):
    """The client library's future of one record."""

    is_done: bool

    def add_both(self, f: Callable[..., Any], *args: Any) -> Any:
        """Call `f` when done, at once when done already."""
        ...


class ByteBound:
    """At most so many bytes at a time; an oversized batch is let through when nothing else is under way."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._used = 0
        self._changed = threading.Condition()

    @property
    def used(self) -> int:
        """Bytes taken at present."""
        return self._used

    def take(self, size: int, *, timeout: float) -> bool:
        """Wait up to `timeout` seconds for `size` bytes; whether they were taken."""
        deadline = monotonic() + timeout
        with self._changed:
            while self._used and self._used + size > self._most:
                left = deadline - monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            self._used += size
        return True

    def give_back(self, size: int) -> None:
        """The bytes are no longer under way."""
        with self._changed:
            self._used -= size
            self._changed.notify_all()


def size_of(records: Sequence[Record]) -> int:
    """Bytes that records take while under way, near enough for a bound."""
    return sum(len(record.key) + len(record.value) for record in records) + _RECORD_OVERHEAD * len(records)


class Settlement:
    """Calls `settle` once, when every acknowledgement of one batch is there.

    A callback per record would cost a third of the speed. Records of one partition are acknowledged in
    order, so each partition's last one is watched; should an earlier one still be open then (a batch
    that the client has split), that one is watched next.
    """

    def __init__(self, settle: Callable[[], None]) -> None:
        self._settle = settle
        self._lock = threading.Lock()
        self._watched = 0
        self._open: Sequence[Acknowledgement] = ()

    def watch(self, batch: Sequence[tuple[int | None, Acknowledgement]]) -> None:
        """Begin: `batch` holds (partition, acknowledgement) in the order of sending."""
        self._open = [acknowledgement for _, acknowledgement in batch]
        last = dict(batch)
        self._watched = len(last)
        for acknowledgement in last.values():
            acknowledgement.add_both(self._one_done)
        if not last:
            self._settle()

    def _one_done(self, _: object) -> None:
        with self._lock:
            self._watched -= 1
            if self._watched:
                return
            straggler = next((each for each in self._open if not each.is_done), None)
            self._watched = 1 if straggler else 0
        if straggler:
            straggler.add_both(self._one_done)
        else:
            self._settle()


class Deadlines:
    """Calls `overdue` when something entered has not been left for `seconds`.

    The client library's own delivery time does not run while it has no producer id, which is the case
    when the broker went away before the first record.
    """

    def __init__(self, seconds: float, overdue: Callable[[], None]) -> None:
        self._seconds = seconds
        self._overdue = overdue
        self._entered: deque[tuple[float, Callable[[], bool]]] = deque()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="delivery-deadlines", daemon=True).start()

    def enter(self, is_done: Callable[[], bool]) -> None:
        """Watch something until `is_done` says so."""
        self._entered.append((monotonic() + self._seconds, is_done))

    def end(self) -> None:
        """Watch nothing any more."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_EVERY_S):
            while self._entered and self._entered[0][1]():
                self._entered.popleft()
            if self._entered and self._entered[0][0] < monotonic():
                self._entered.popleft()
                self._overdue()
