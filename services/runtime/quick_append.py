"""Many records of a partition into kafka-python's accumulator at once: `send` takes most of the time.

The same batches, byte for byte, as by `KafkaProducer.send` (tests/contracts/test_quick_append.py). What is
used here of the library is no public part of it: where `fits` misses any, records go through `send`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.future import Future
from kafka.producer.producer_batch import ProducerBatch

from schemas.codec import Record
from services.runtime.clock import WallClock, monotonic
from services.runtime.outcomes import Sent
from services.runtime.quick_records import MAGIC, QuickRecords

_CLOCK: Final = WallClock()
_USED: Final = {
    "_accumulator": ("_appends_in_progress", "_tp_lock", "_batches", "_incomplete", "_closed", "config"),
    "_sender": ("wakeup",),
}


def fits(producer: KafkaProducer) -> bool:
    """Whether the library is as it is known here, and has agreed with the broker on the usual format."""
    parts = [(getattr(producer, part, None), names) for part, names in _USED.items()]
    if not all(hasattr(part, name) for part, names in parts for name in names):
        return False
    return hasattr(Future, "_add_cb_eb") and bool(producer._accumulator.config["message_version"] == MAGIC)


class Span(Future):  # type: ignore[misc]  # the library has no types
    """The acknowledgement of consecutive records of one batch; `results` when they did not fare alike."""

    __slots__ = ("count", "first", "left", "partition", "results")

    def __init__(self, batch: ProducerBatch, first: int) -> None:
        super().__init__()
        self.partition: int = batch.topic_partition.partition
        self.first = first
        self.count = self.left = 0
        self.results: list[Sent | BaseException | None] | None = None
        batch.produce_future._add_cb_eb(self._told, self.failure)

    def result(self, place: int) -> Sent | BaseException:
        """What became of one of them, by its place among them; the span must be done."""
        if self.results is not None:
            found = self.results[place]
            assert found is not None
            return found
        return self.exception or Sent(self.partition, self.value + place)

    def split(self, place: int, batch: Future, index: int) -> None:
        """One of them has moved into another batch, where it is the `index`-th."""
        if self.results is None:
            self.results, self.left = [None] * self.count, self.count
        batch._add_cb_eb(
            lambda told: self._one(place, _result(self.partition, told, index)),
            lambda error: self._one(place, error),
        )

    def _told(self, told: tuple[int, int, Any]) -> None:
        base, _, errors = told
        if errors is None:
            self.success(base + self.first)
            return
        self.results = [_result(self.partition, told, self.first + place) for place in range(self.count)]
        self.failure(next(each for each in self.results if isinstance(each, BaseException)))

    def _one(self, place: int, result: Sent | BaseException) -> None:
        assert self.results is not None
        self.results[place] = result
        self.left -= 1
        if self.left:
            return
        failed = next((each for each in self.results if isinstance(each, BaseException)), None)
        if failed is None:
            self.success(None)
        else:
            self.failure(failed)


def append_all(producer: KafkaProducer, place: TopicPartition, records: Sequence[Record]) -> list[Span]:
    """Hand the records over in their order; the spans hold as many. Raises KafkaError when it is closed."""
    accumulator: Any = producer._accumulator
    now, now_ms = monotonic(), _CLOCK.now_ms()
    spans: list[Span] = []
    accumulator._appends_in_progress.increment()
    try:
        with accumulator._tp_lock(place):
            if accumulator._closed:
                raise kafka_errors.IllegalStateError("the producer is closed")
            waiting = accumulator._batches[place]
            batch = waiting[-1] if waiting and isinstance(waiting[-1], _Batch) else None
            is_new, rest = batch is None, iter(records)
            record = next(rest, None)
            while record is not None:
                if batch is None:
                    batch, is_new = _Batch(place, accumulator.config, now), True
                    accumulator._incomplete.add(batch)
                    waiting.append(batch)
                span, record = batch.take(record, rest, now, now_ms)
                spans += [span] if span.count else []
                batch = None if record is not None else batch
            wake = is_new or len(waiting) > 1 or waiting[-1].records.is_full()
    finally:
        accumulator._appends_in_progress.decrement()
    if wake:
        producer._sender.wakeup()
    return spans


class _Batch(ProducerBatch):  # type: ignore[misc]  # the library has no types
    """A batch that takes records by the span."""

    max_record_size: int

    def __init__(self, place: TopicPartition, config: dict[str, Any], now: float) -> None:
        records = QuickRecords(config["compression_attrs"], config["batch_size"])
        super().__init__(place, records, now=now)
        self._record_futures = _Futures()

    def take(
        self, record: Record | None, rest: Iterator[Record], now: float, now_ms: int
    ) -> tuple[Span, Record | None]:
        """As many as there is room for, as one span; and the first for which there is none."""
        append, largest = self.records.append, self.max_record_size
        span = Span(self, self.records.next_offset())
        while record is not None:
            written = append(now_ms, record.key or None, record.value, record.headers)
            if written is None:
                break
            span.count += 1
            largest = max(largest, written.size)
            record = next(rest, None)
        self.max_record_size, self.last_append = largest, now
        if span.count:
            self._record_futures.append(span)
        return span, record


class _Futures:
    """Stands for the library's list of one future a record, which it looks at only to split a batch."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._futures: list[Future] = []
        self._count = 0

    def append(self, future: Future) -> None:
        """A span, or the future of a single record of `KafkaProducer.send`."""
        self._firsts.append(self._count)
        self._futures.append(future)
        self._count += future.count if isinstance(future, Span) else 1

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Any:
        at = bisect_right(self._firsts, index) - 1
        future = self._futures[at]
        return _Part(future, index - self._firsts[at]) if isinstance(future, Span) else future


class _Part(NamedTuple):
    """One record of a span, as the library's splitting takes it."""

    span: Span
    place: int

    def rebind(self, batch: Future, index: int) -> None:
        """The record has moved to that batch."""
        self.span.split(self.place, batch, index)


def _result(partition: int, told: tuple[int, int, Any], index: int) -> Sent | BaseException:
    base, _, errors = told
    if errors is None:
        return Sent(partition, base + index)
    error: BaseException = errors(index)
    return error
