"""Reads back in `shipment-status` for streams that were away: one thread, one pass for many."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from services.query.live.change import Change, Places
from services.runtime.clock import Clock
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.records import LogDiverged, LogReader

KEPT: Final = timedelta(days=6, hours=12)
"""The topic keeps every record for 7 days, after that only the newest of a key."""
MOST_BEHIND: Final = 500_000
"""Records that a stream may be behind: more take seconds to read, and a snapshot tells as much."""
_LOOK_S: Final = 0.2


class Gone(Exception):
    """The log does not hold every change since that position, or it never was one."""


@dataclass(frozen=True, slots=True)
class Page:
    """Changes that follow a position; the next page begins at `end`."""

    changes: list[Change]
    end: dict[int, int]


@dataclass(slots=True)
class _Asked:
    start: Places
    end: Places
    key: bytes | None
    most: int
    answer: "Future[Page]" = field(default_factory=Future)
    changes: list[Change] = field(default_factory=list)
    reached: dict[int, int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        return len(self.changes) >= self.most

    def look(self, partition: int, offset: int, key: bytes, value: bytes) -> None:
        """Take the record if it is asked for."""
        if self.full or not self.start[partition] <= offset < self.end[partition]:
            return
        if self.key is None or key == self.key:
            self.changes.append(Change(partition, offset, key, value))
            self.reached[partition] = offset + 1

    def pass_over(self, partition: int) -> None:
        """The partition has been read up to its end."""
        if not self.full:
            self.reached[partition] = self.end[partition]

    def settle(self) -> None:
        if self.answer.set_running_or_notify_cancel():
            self.answer.set_result(Page(self.changes, {**self.start, **self.reached}))

    def fail(self, error: Exception) -> None:
        if self.answer.set_running_or_notify_cancel():
            self.answer.set_exception(error)


class Rewinder:
    """Pages of the log. Started and stopped with the server; asked from its loop."""

    def __init__(self, kafka: str, topic: str, *, clock: Clock) -> None:
        self._kafka, self._topic, self._clock = kafka, topic, clock
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._reader: LogReader | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="status-rewinder", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout)

    async def page(self, start: Places, end: Places, *, key: bytes | None, most: int) -> Page:
        """The changes from `start` up to before `end`, the first `most`; of one shipment by `key`.

        Both name the same partitions. Raises Gone, BrokerUnavailable.
        """
        asked = _Asked(start, end, key, most)
        self._asked.put(asked)
        return await asyncio.wrap_future(asked.answer)

    def _run(self) -> None:
        while not self._stop.is_set():
            asked = self._together()
            if not asked:
                continue
            try:
                self._serve(asked)
            except (BrokerUnavailable, LogDiverged) as error:
                for each in asked:
                    if not each.answer.done():
                        each.fail(Gone(str(error)) if isinstance(error, LogDiverged) else error)
                self._close()
        self._close()

    def _together(self) -> list[_Asked]:
        """All that is asked now."""
        asked: list[_Asked] = []
        try:
            asked.append(self._asked.get(timeout=_LOOK_S))
            while True:
                asked.append(self._asked.get_nowait())
        except queue.Empty:
            return asked

    def _serve(self, asked: Sequence[_Asked]) -> None:
        if self._reader is None:
            self._reader = LogReader(self._kafka, self._topic, isolation="read_committed")
        reader = self._reader
        held = self._held(reader)
        good = [each for each in asked if not self._refuse(each, held)]
        for partition in sorted({p for each in good for p in each.start}):
            served = [each for each in good if partition in each.start and not each.full]
            if not served:
                continue
            _pass(reader, partition, served)
        for each in good:
            each.settle()

    def _held(self, reader: LogReader) -> dict[int, tuple[int, int]]:
        """By partition the offsets between which the log holds every record."""
        bounds = reader.bounds(reader.partitions())
        horizon = self._clock.now_ms() - KEPT // timedelta(milliseconds=1)
        since = reader.first_since(bounds, horizon)
        return {p: (max(first, since.get(p, end)), end) for p, (first, end) in bounds.items()}

    def _refuse(self, asked: _Asked, held: dict[int, tuple[int, int]]) -> bool:
        """Whether the log cannot tell what is asked; it has been told so then."""
        behind = 0
        for partition, start in asked.start.items():
            first, end = held.get(partition, (0, -1))
            behind += asked.end[partition] - start
            if not first <= start <= end or behind > MOST_BEHIND:
                asked.fail(Gone(f"{partition}-{start} is not in the log"))
                return True
        return False

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _pass(reader: LogReader, partition: int, asked: Sequence[_Asked]) -> None:
    """Read the partition once for all of them."""
    low = min(each.start[partition] for each in asked)
    high = max(each.end[partition] for each in asked)
    for offset, _, key, value in reader.between(partition, low, high):
        if key and value:
            for each in asked:
                each.look(partition, offset, key, value)
    for each in asked:
        each.pass_over(partition)
