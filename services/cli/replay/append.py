"""Appends envelopes to the log in one order per partition, a bounded number unacknowledged."""

from collections import deque
from concurrent.futures import Future
from typing import Any, Final, Protocol

from schemas.codec import Record, event_record
from services.cli.output import AnswerIsNo, DependencyAway
from services.runtime.outcomes import BrokerUnavailable, Refused, Sent

Outcome = list[Sent | Refused]

_ACK_SECONDS: Final = 60.0


class Producer(Protocol):
    """What is needed of `services.runtime.producer.LogProducer`."""

    def send(self, topic: str, records: list[tuple[int | None, Record]]) -> Future[Outcome]:
        """Hand over a batch; the future tells what became of each record."""
        ...


class LogAppender:
    """The one writer of a replay; `ends` tells, per partition, the offset behind its last record."""

    def __init__(self, producer: Producer, *, topic: str, batch: int = 500, window: int = 16) -> None:
        self._producer = producer
        self._topic = topic
        self._batch = batch
        self._window = window
        self._waiting: list[tuple[int | None, Record]] = []
        self._sent: deque[Future[Outcome]] = deque()
        self.ends: dict[int, int] = {}
        self.appended = 0

    def add(self, envelope: dict[str, Any]) -> None:
        """Append one envelope behind all earlier ones; raises DependencyAway, AnswerIsNo."""
        self.add_record(event_record(envelope))

    def add_record(self, record: Record) -> None:
        """The same of a record that is made already."""
        self._waiting.append((None, record))
        if len(self._waiting) >= self._batch:
            self._send()
            while len(self._sent) > self._window:
                self._take_outcome()

    def settle(self) -> None:
        """Return when all that was added stands in the log; raises DependencyAway, AnswerIsNo."""
        self._send()
        while self._sent:
            self._take_outcome()

    def _send(self) -> None:
        if self._waiting:
            try:
                self._sent.append(self._producer.send(self._topic, self._waiting))
            except BrokerUnavailable as error:
                raise DependencyAway(f"Kafka does not take what replay appends: {error}") from error
            self._waiting = []

    def _take_outcome(self) -> None:
        try:
            outcomes = self._sent.popleft().result(_ACK_SECONDS)
        except (BrokerUnavailable, TimeoutError) as error:
            raise DependencyAway(f"Kafka did not acknowledge what replay appended: {error}") from error
        for outcome in outcomes:
            if isinstance(outcome, Refused):
                raise AnswerIsNo(f"Kafka refused a record ({outcome.error_class}): {outcome.detail}")
            self.ends[outcome.partition] = max(self.ends.get(outcome.partition, 0), outcome.offset + 1)
            self.appended += 1
