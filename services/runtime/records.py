"""Reading the log: partitions of a topic from the offsets the caller tells, nothing skipped by itself."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, cast

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from services.runtime.clock import monotonic
from services.runtime.fetched import COMPILED, FastRecords, FullRecord, FullRecords, LogRecord, PlainRecords
from services.runtime.kafka import CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS, connected, kafka_trouble
from services.runtime.outcomes import BrokerUnavailable

Isolation = Literal["read_uncommitted", "read_committed"]

MAX_POLL_RECORDS: Final = 5_000
"""Fewer would drain one partition before the next is looked at."""

_READ_TIMEOUT_S: Final = 10.0
_FIRST_WINDOW: Final = 16
_METADATA_AGE_MS: Final = 30_000


class LogDiverged(Exception):
    """The position asked for is not in the log: truncated, expired or never written."""


class MemberFenced(Exception):
    """Another process has joined the group under this instance id: this one must end."""


class LogReader:
    """Reads partitions of one topic from the offsets it is told. One thread at a time.

    A position that the log does not have raises LogDiverged: nothing is ever skipped by itself.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        *,
        isolation: Isolation = "read_uncommitted",
        compiled: bool = True,
        **settings: Any,
    ) -> None:
        self._bootstrap, self._topic, self._isolation = bootstrap, topic, isolation
        self._aside: LogReader | None = None
        with kafka_trouble():
            self._consumer = _consumer(bootstrap, isolation, **settings)
        self._consumer._fetcher.PartitionRecords = FastRecords if compiled and COMPILED else PlainRecords

    def assign(self, offsets: Mapping[int, int]) -> None:
        """Read exactly these partitions, each from its offset."""
        self._consumer.assign([self._tp(partition) for partition in offsets])
        for partition, offset in offsets.items():
            self.seek(partition, offset)

    def seek(self, partition: int, offset: int) -> None:
        """Go on from `offset`."""
        self._consumer.seek(self._tp(partition), offset)

    def pause(self, partitions: Iterable[int]) -> None:
        """Deliver nothing of these partitions until they are resumed."""
        self._consumer.pause(*map(self._tp, partitions))

    def resume(self, partitions: Iterable[int]) -> None:
        """Deliver them again, from where they stood."""
        self._consumer.resume(*map(self._tp, partitions))

    def poll(self, timeout_ms: int, max_records: int = MAX_POLL_RECORDS) -> dict[int, list[LogRecord]]:
        """What has come, by partition, in log order; waits up to `timeout_ms` for the first record.

        Raises LogDiverged, and BrokerUnavailable for what the client does not retry by itself.
        """
        with _reading():
            polled = self._consumer.poll(timeout_ms=timeout_ms, max_records=max_records)
        return {tp.partition: records for tp, records in polled.items()}

    def position(self, partition: int) -> int:
        """The offset the next record is looked for at; it passes markers and aborted records too."""
        with _reading():
            return int(self._consumer.position(self._tp(partition), timeout_ms=REQUEST_TIMEOUT_MS))

    def partitions(self) -> list[int]:
        """Every partition of the topic; raises BrokerUnavailable when there is no such topic."""
        with kafka_trouble():
            found = sorted(self._consumer.partitions_for_topic(self._topic))
        if not found:
            raise BrokerUnavailable(f"the topic {self._topic} is missing")
        return found

    def bounds(self, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
        """By partition (first offset, offset behind the last); read committed: the last stable one."""
        asked = [self._tp(partition) for partition in partitions]
        with kafka_trouble():
            starts = self._consumer.beginning_offsets(asked, timeout_ms=REQUEST_TIMEOUT_MS)
            ends = self._consumer.end_offsets(asked, timeout_ms=REQUEST_TIMEOUT_MS)
        return {tp.partition: (starts[tp], ends[tp]) for tp in asked}

    def lag(self) -> dict[int, int]:
        """Records behind the position, as the last fetch saw it; partitions not fetched yet are left out."""
        seen = {tp: self._consumer.highwater(tp) for tp in self._consumer.assignment()}
        return {tp.partition: max(0, high - self.position(tp.partition)) for tp, high in seen.items() if high}

    def read_one(self, partition: int, offset: int) -> LogRecord | None:
        """The record at `offset`, None where there is none; positions stay. Raises BrokerUnavailable."""
        aside = self._reader_aside()
        start, end = aside.bounds([partition])[partition]
        if not start <= offset < end:
            return None
        aside.assign({partition: offset})
        return next((each for each in aside._until(partition, offset + 1) if each[0] == offset), None)

    def last_record(self, partition: int) -> LogRecord | None:
        """The last record with data, None in an empty partition. Assigns the reader anew.

        The log may end in markers and aborted records: walks back in doubling windows, and each window
        ends by position. Raises BrokerUnavailable.
        """
        start, high = self.bounds([partition])[partition]
        window = _FIRST_WINDOW
        while high > start:
            low = max(start, high - window)
            self.assign({partition: low})
            found = [each for each in self._until(partition, high) if each[0] < high]
            if found:
                return found[-1]
            high, window = low, window * 2
        return None

    def between(self, partition: int, start: int, end: int) -> Iterator[LogRecord]:
        """The records from `start` up to before `end`, in log order. Assigns the reader anew.

        Raises LogDiverged, BrokerUnavailable.
        """
        self.assign({partition: start})
        for record in self._until(partition, end):
            if record[0] < end:
                yield record

    def first_since(self, partitions: Iterable[int], ms: int) -> dict[int, int]:
        """By partition the first offset stored at `ms` (since 1970) or later; left out where there is none.

        Raises BrokerUnavailable.
        """
        with kafka_trouble():
            found = self._consumer.offsets_for_times(
                {self._tp(partition): ms for partition in partitions}, timeout_ms=REQUEST_TIMEOUT_MS
            )
        return {tp.partition: each.offset for tp, each in found.items() if each is not None}

    def close(self) -> None:
        """End; what was not polled is read again by the next reader."""
        if self._aside is not None:
            self._aside.close()
        self._consumer.close(timeout_ms=CONNECT_TIMEOUT_MS)

    def _until(self, partition: int, end: int) -> Iterator[LogRecord]:
        deadline = monotonic() + _READ_TIMEOUT_S
        while self.position(partition) < end:
            yield from self.poll(100).get(partition, ())
            if monotonic() > deadline:
                raise BrokerUnavailable(f"{self._topic}/{partition} could not be read up to {end}")

    def _reader_aside(self) -> "LogReader":
        if self._aside is None:
            self._aside = LogReader(self._bootstrap, self._topic, isolation=self._isolation)
        return self._aside

    def _tp(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)


def scan(
    bootstrap: str,
    topic: str,
    *,
    isolation: Isolation = "read_committed",
    start: Mapping[int, int] | None = None,
) -> Iterator[FullRecord]:
    """Every record that stands in the topic now, headers and all, partition by partition.

    `start`: read these partitions only, from these offsets. Slow path, for tools.
    """
    reader = LogReader(bootstrap, topic, isolation=isolation)
    reader._consumer._fetcher.PartitionRecords = FullRecords
    try:
        for partition, (first, end) in reader.bounds(start or reader.partitions()).items():
            reader.assign({partition: max(first, (start or {}).get(partition, first))})
            full = cast("Iterator[FullRecord]", reader._until(partition, end))
            yield from (each for each in full if each.offset < end)
    finally:
        reader.close()


@contextmanager
def _reading() -> Iterator[None]:
    try:
        with kafka_trouble():
            yield
    except BrokerUnavailable as error:
        cause = error.__cause__
        if isinstance(cause, kafka_errors.FencedInstanceIdError):
            raise MemberFenced(str(cause)) from cause
        if isinstance(cause, kafka_errors.OffsetOutOfRangeError | kafka_errors.LogTruncationError):
            raise LogDiverged(str(cause)) from cause
        raise


def _consumer(bootstrap: str, isolation: Isolation, **settings: Any) -> KafkaConsumer:
    return connected(
        KafkaConsumer,
        bootstrap,
        isolation_level=isolation,
        auto_offset_reset="none",
        metadata_max_age_ms=_METADATA_AGE_MS,
        enable_auto_commit=False,
        max_poll_records=MAX_POLL_RECORDS,
        fetch_max_wait_ms=100,
        reconnect_backoff_max_ms=1_000,
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **settings,
    )
