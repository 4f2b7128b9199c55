"""The one thread that follows `shipment-status` for every open stream of the process."""

import random
import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from services.query.live.change import Change
from services.runtime.fetched import LogRecord
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.records import LogDiverged, LogReader

_LOG: Final = get_logger(__name__)
_POLL_MS: Final = 200
_MOST: Final = 500
"""Records handed over at once: the loop has others to answer in between."""


class Following(Protocol):
    """Who is told what the tail reads; each call returns when it has been dealt with."""

    def begin(self, places: Mapping[int, int]) -> None:
        """Reading begins at these offsets; what was known of others is void."""
        ...

    def take(self, changes: list[Change]) -> None:
        """The next changes of one partition or several, each partition's in log order."""
        ...

    def caught_up(self) -> None:
        """All that stood in the log at the beginning has been told."""
        ...

    def broke(self, why: str) -> None:
        """Nothing more will be told: a bug of ours."""
        ...


class Tail:
    """Reads from shortly before the end of each partition, for ever."""

    def __init__(
        self, kafka: str, topic: str, following: Following, *, before_end: Callable[[int], int]
    ) -> None:
        """`before_end`: by the number of partitions, how many offsets of each to read again at the start."""
        self._kafka, self._topic = kafka, topic
        self._following = following
        self._before_end = before_end
        self._places: dict[int, int] | None = None
        self._ends: dict[int, int] | None = None
        self._stop = threading.Event()
        self._attempt = 0
        self._thread = threading.Thread(target=self._run, name="status-tail", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._follow()
        except BaseException as error:
            _LOG.exception("status_tail_broke")
            self._following.broke(f"live updates are not followed ({error!r:.200})")
            raise

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self._session()
            except LogDiverged as error:
                # another topic under the same name, or records that were deleted unread
                _LOG.warning("status_log_diverged", error=str(error))
                self._places = None
            except BrokerUnavailable as error:
                # once; that it is still so is worth no warning every second
                tell = _LOG.info if self._attempt else _LOG.warning
                tell("status_unreadable", error=str(error))
            self._stop.wait(backoff(self._attempt, jitter=random.random, ceiling=2.0))
            self._attempt += 1

    def _session(self) -> None:
        reader = LogReader(self._kafka, self._topic, isolation="read_committed")
        try:
            if self._places is None:
                self._places = self._open(reader)
            reader.assign(self._places)
            while not self._stop.is_set():
                for partition, records in reader.poll(_POLL_MS, _MOST).items():
                    self._hand_over(partition, records)
                if self._ends is not None and all(reader.position(p) >= end for p, end in self._ends.items()):
                    self._ends = None
                    self._following.caught_up()
                self._attempt = 0
        finally:
            reader.close()

    def _open(self, reader: LogReader) -> dict[int, int]:
        bounds = reader.bounds(reader.partitions())
        again = self._before_end(len(bounds))
        places = {partition: max(first, end - again) for partition, (first, end) in bounds.items()}
        self._ends = {partition: end for partition, (_, end) in bounds.items()}
        self._following.begin(places)
        return places

    def _hand_over(self, partition: int, records: list[LogRecord]) -> None:
        assert self._places is not None
        # a record without key or value is none of the publisher's
        changes = [
            Change(partition, offset, key, value) for offset, _, key, value in records if key and value
        ]
        self._following.take(changes)
        self._places[partition] = records[-1][0] + 1
