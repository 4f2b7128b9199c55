"""Reading the log: kafka-python's consumer with aiokafka's compiled record parser under its fetcher.

Records come as plain tuples in lists, three to five times as fast as the library's own. Control
batches, aborted transactions, starts within a batch and CRCs are kept; headers are not (see `scan`).
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple, cast

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.fetcher import Fetcher
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.protocol.consumer import IsolationLevel

from services.runtime.clock import monotonic
from services.runtime.intents import Intents
from services.runtime.kafka import (
    CONNECT_TIMEOUT_MS,
    REQUEST_TIMEOUT_MS,
    BrokerUnavailable,
    connected,
    kafka_trouble,
)

try:
    from aiokafka.record._crecords import MemoryRecords as CompiledRecords
except ImportError:  # no wheel for this platform: slower, and the same records
    CompiledRecords = None

LogRecord = tuple[int, int, bytes | None, bytes | None]
"""(offset, timestamp in ms, key, value)"""
Isolation = Literal["read_uncommitted", "read_committed"]

MAX_POLL_RECORDS: Final = 5_000
"""Fewer would drain one partition before the next is looked at."""

_READ_TIMEOUT_S: Final = 10.0
_FIRST_WINDOW: Final = 16
_METADATA_AGE_MS: Final = 30_000
_BATCH_HEAD: Final = struct.Struct(">qii")  # base offset, length behind these 12 bytes, leader epoch
_LENGTH_BEHIND: Final = 12
_CONTROL_KEY: Final = struct.Struct(">hh")  # version, type (KIP-98)
_ABORT_MARKER: Final = 0


class LogDiverged(Exception):
    """The position asked for is not in the log: truncated, expired or never written."""


class MemberFenced(Exception):
    """Another process has joined the group under this instance id: this one must end."""


class FullRecord(NamedTuple):
    """A record with all it carries; `timestamp` in milliseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]


class PlainRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # no types there
    """One fetched partition by the library's own parser, as tuples."""

    def take(self, n: int | None = None) -> list[LogRecord]:
        """Up to `n` further records."""
        return [(each.offset, each.timestamp, each.key, each.value) for each in super().take(n)]


class FullRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # no types there
    """One fetched partition by the library's own parser, with headers."""

    def take(self, n: int | None = None) -> list[FullRecord]:
        """Up to `n` further records."""
        return [
            FullRecord(each.partition, each.offset, each.timestamp, each.key, each.value, each.headers)
            for each in super().take(n)
        ]


class FastRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # no types there
    """One fetched partition by the compiled parser, a list per batch and no generator per record."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        self._buffer = b""
        self._current: list[LogRecord] = []
        self._taken = 0
        self._behind_current = 0
        super().__init__(*args, **settings)
        self.record_iterator = self._batches()

    def _unpack_records(self, _tp: Any, records: Any, _key: Any, _value: Any) -> Iterator[LogRecord]:
        self._buffer = bytes(records._buffer)
        return iter(())

    def take(self, n: int | None = None) -> list[LogRecord]:
        """Up to `n` further records."""
        self._maybe_raise_next_inline_exception()
        taken: list[LogRecord] = []
        try:
            while n is None or len(taken) < n:
                if self._taken == len(self._current) and not self._next_batch():
                    self.drain()
                    break
                self._move(taken, n)
        except kafka_errors.KafkaError as error:
            if not taken:
                raise
            self._next_inline_exception = error
        return taken

    def _move(self, taken: list[LogRecord], n: int | None) -> None:
        upto = len(self._current) if n is None else min(self._taken + n - len(taken), len(self._current))
        taken += (
            self._current if upto - self._taken == len(self._current) else self._current[self._taken : upto]
        )
        self._taken = upto
        done = upto == len(self._current)
        self.next_fetch_offset = self._behind_current if done else self._current[upto][0]

    def _next_batch(self) -> bool:
        batch = next(self.record_iterator, None)
        if batch is None:
            return False
        records = [(each.offset, each.timestamp, each.key, each.value) for each in batch]
        if records and records[0][0] < self.fetch_offset:
            records = [each for each in records if each[0] >= self.fetch_offset]
        self._current, self._taken, self._behind_current = records, 0, batch.next_offset
        if not records:
            self.next_fetch_offset = batch.next_offset
        return True

    def _batches(self) -> Iterator[Any]:
        compiled, at = CompiledRecords(self._buffer), 0
        while (batch := compiled.next_batch()) is not None:
            _, length, epoch = _BATCH_HEAD.unpack_from(self._buffer, at)
            at += _LENGTH_BEHIND + length
            if batch.magic != 2:
                raise kafka_errors.UnsupportedVersionError(f"message format {batch.magic}")
            if self.check_crcs and not batch.validate_crc():
                raise kafka_errors.CorruptRecordError(
                    f"{self.topic_partition} at {batch.base_offset}: wrong CRC"
                )
            self.leader_epoch = epoch
            if self._is_aborted(batch) or batch.is_control_batch:
                self.next_fetch_offset = batch.next_offset
            else:
                yield batch

    def _is_aborted(self, batch: Any) -> bool:
        """KIP-98: an aborted producer's batches are left out until its abort marker has come."""
        if self.isolation_level != IsolationLevel.READ_COMMITTED or batch.producer_id < 0:
            return False
        self._consume_aborted_transactions_up_to(batch.next_offset - 1)
        if batch.is_control_batch:
            marker = next(iter(batch), None)
            if marker is not None and _CONTROL_KEY.unpack_from(marker.key)[1] == _ABORT_MARKER:
                self.aborted_producer_ids.discard(batch.producer_id)
            return False
        return bool(batch.is_transactional and batch.producer_id in self.aborted_producer_ids)


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
        fast = compiled and CompiledRecords is not None
        self._consumer._fetcher.PartitionRecords = FastRecords if fast else PlainRecords

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


class GroupReader(LogReader):
    """Reads the partitions that a consumer group gives it, each from where `release` says.

    Static membership with the range assignor (the cooperative one silences every member for a second).
    The group's callbacks come on the client's IO thread, where no work may be done: they only record
    what is intended, and `take_intents` hands it to the loop.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        *,
        group_id: str,
        group_instance_id: str | None,
        session_timeout: timedelta,
        isolation: Isolation = "read_uncommitted",
    ) -> None:
        session_ms = round(session_timeout.total_seconds() * 1000)
        super().__init__(
            bootstrap,
            topic,
            isolation=isolation,
            group_id=group_id,
            group_instance_id=group_instance_id,
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=min(1_000, session_ms // 3),
            partition_assignment_strategy=[RangePartitionAssignor],
        )
        self._intents = Intents()
        # a leader that joins before it has the topic's metadata gives everybody nothing, for minutes
        with kafka_trouble():
            self._consumer.partitions_for_topic(topic)
        self._consumer.subscribe([topic], listener=_Listener(self))

    def take_intents(self) -> tuple[set[int], set[int], set[int]]:
        """(assigned, revoked, lost) since the last call.

        A partition may be in two: let go of the revoked and lost ones first, then claim the assigned.
        """
        return self._intents.take()

    def release(self, partition: int, offset: int) -> bool:
        """Deliver an assigned partition from `offset`; False when the group has changed its mind since."""

        def start() -> bool:
            if self._tp(partition) not in self._consumer.assignment():
                return False
            self.seek(partition, offset)
            self.resume([partition])
            return True

        return self._intents.release(partition, start)

    def poll(self, timeout_ms: int, max_records: int = MAX_POLL_RECORDS) -> dict[int, list[LogRecord]]:
        """As LogReader's; also keeps the membership alive. Only released partitions are delivered.

        Raises MemberFenced once a commit has shown it: before that, a member whose instance id was taken
        goes on polling and is told nothing.
        """
        polled = super().poll(timeout_ms, max_records)
        released = self._intents.released()
        return {partition: records for partition, records in polled.items() if partition in released}

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Tell Kafka the next offsets, for lag dashboards; failures are left alone (but see `poll`)."""
        told = {
            self._tp(partition): OffsetAndMetadata(offset, "", -1) for partition, offset in offsets.items()
        }
        try:
            self._consumer.commit_async(told, callback=_forget)
        except kafka_errors.KafkaError as error:
            _forget(told, error)

    def _hold(self, partitions: Iterable[int]) -> None:
        """Paused, and put somewhere: a position must exist, and no offset is known before the claim."""
        self.pause(partitions)
        for partition in partitions:
            self.seek(partition, 0)


def _forget(_offsets: object, _answer: object) -> None:
    """The library would log every failed commit; the database has the offset that counts."""


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # no types there
    def __init__(self, reader: GroupReader) -> None:
        self._reader = reader

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._reader._intents.note("revoked", {tp.partition for tp in revoked})

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        partitions = {tp.partition for tp in assigned}
        self._reader._intents.note("assigned", partitions, hold=lambda: self._reader._hold(partitions))

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._reader._intents.note("lost", {tp.partition for tp in lost})


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
