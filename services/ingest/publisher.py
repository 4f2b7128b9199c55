"""Makes records safe before anybody is told so: Kafka has acknowledged them, or the spool is on the disk.

While the spool holds anything, new records queue behind it; a thread of the Drain reads it out.
"""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from schemas.codec import Record
from services.ingest.refusals import Refusals
from services.ingest.spool import Spool, SpoolFull
from services.ingest.spool_file import Entry, SpoolBroken
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused

RETRY_AFTER: Final = timedelta(seconds=2)
_LOG: Final = get_logger(__name__)


class Overloaded(Exception):
    """Neither Kafka nor the spool takes more now; nothing of the request is promised to be kept."""


class Producer(Protocol):
    """What of runtime's LogProducer is used here."""

    def send(
        self, topic: str, records: Sequence[tuple[int | None, Record]], *, wait: bool = True
    ) -> "Future[list[Outcome]]":
        """One outcome per record, or BrokerUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """Records on their way; `settle` of the Publisher that began it must follow."""

    entries: Sequence[Entry]
    outcomes: "Future[list[Outcome]] | None"
    """None: they go to the spool"""


class Unlogged:
    """Since when requests that are not answered yet hold events that are in no log. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[int, int] = {}
        self._number = 0

    @contextmanager
    def holding(self, since_ms: int) -> Iterator[None]:
        """Something that arrived at `since_ms` (milliseconds since 1970) is being worked on."""
        with self._lock:
            self._number += 1
            mine = self._number
            self._since[mine] = since_ms
        try:
            yield
        finally:
            with self._lock:
                del self._since[mine]

    def oldest_ms(self) -> int | None:
        """When the oldest of them arrived; None when there is none."""
        with self._lock:
            return min(self._since.values(), default=None)


class Publisher:
    """The way into the log. Thread-safe."""

    def __init__(self, producer: Producer, spool: Spool, refusals: Refusals) -> None:
        self._producer = producer
        self._spool = spool
        self._refusals = refusals
        self.unlogged = Unlogged()

    def oldest_unlogged_ms(self) -> int | None:
        """When the oldest event arrived that no log holds yet; None when there is none."""
        ages = (self.unlogged.oldest_ms(), self._spool.oldest_ms())
        return min((age for age in ages if age is not None), default=None)

    def begin(self, topic: str, records: Sequence[Record], *, since_ms: int) -> Sending:
        """Start sending; `settle` waits for it. Blocks while too much is in flight."""
        entries = [Entry(topic, record, since_ms) for record in records]
        if self._spool.depth:
            return Sending(entries, None)
        try:
            return Sending(entries, self._producer.send(topic, [(None, record) for record in records]))
        except BrokerUnavailable as error:
            _LOG.warning("broker_away", detail=str(error))
            return Sending(entries, None)

    def settle(self, sending: Sending) -> bool:
        """Wait until every record is safe; whether Kafka has them all. Raises Overloaded."""
        if sending.outcomes is None:
            return self._keep(sending.entries)
        try:
            outcomes: Sequence[Outcome | None] = sending.outcomes.result()
        except BrokerUnavailable as error:
            _LOG.warning("broker_away", detail=str(error))
            outcomes = error.outcomes or [None] * len(sending.entries)
        told = list(zip(sending.entries, outcomes, strict=True))
        refused = [(entry, outcome) for entry, outcome in told if isinstance(outcome, Refused)]
        if refused:
            with _as_overload():
                self._refusals.settle(refused)
        unknown = [entry for entry, outcome in told if outcome is None]
        return not unknown or self._keep(unknown)

    def publish(self, topic: str, records: Sequence[Record], *, since_ms: int) -> bool:
        """`begin` and `settle` in one."""
        return self.settle(self.begin(topic, records, since_ms=since_ms))

    def _keep(self, entries: Sequence[Entry]) -> bool:
        with _as_overload():
            self._spool.append(entries)
        return False


@contextmanager
def _as_overload() -> Iterator[None]:
    try:
        yield
    except (SpoolFull, SpoolBroken) as error:
        _LOG.error("spool_takes_nothing", detail=str(error))
        raise Overloaded(str(error)) from error
