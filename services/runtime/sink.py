"""FencedSink: one partition, one writer, and the last committed record is the checkpoint.

Architecture, section 5. Opening fences whoever wrote before and settles what he left open; then the
last committed data record is read; then every append is one Kafka transaction, done when readers see
it. The first failure closes the sink, and nothing is ever sent behind it: the owner opens anew and goes
on from what he finds.
"""

from collections.abc import Sequence
from threading import Event
from typing import Any, Final

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.protocol.consumer import IsolationLevel, ListOffsetsRequest, OffsetSpec

from schemas.codec import Record
from services.runtime.acknowledged import acknowledged
from services.runtime.clock import monotonic
from services.runtime.kafka import connected, refusal
from services.runtime.outcomes import BrokerUnavailable, RecordRefused
from services.runtime.producer import BATCH_BYTES, MAX_REQUEST_BYTES, close_producer
from services.runtime.records import LogReader

_TRANSACTION_TIMEOUT_MS: Final = 30_000
_DELIVERY_MS: Final = 10_000
_SETTLE_MS: Final = 15_000

# The coordinator answers CONCURRENT_TRANSACTIONS until the markers of the transaction before are
# written; with the library's 100 ms of patience every second append would take that long.
_RETRY_BACKOFF_MS: Final = 5

# Markers follow the answer to a commit within milliseconds; each look is a request of its own.
_FIRST_LOOK_S: Final = 0.003
_LAST_LOOK_S: Final = 0.05

# Any key will do; a compacted topic takes no record without one.
_VOID_KEY: Final = b"void"

LastRecord = tuple[int, bytes | None, bytes | None]
"""(offset, key, value)"""


class SinkLost(Exception):
    """The append did not happen for certain, or another writer took over: the sink is closed, open anew."""


class FencedSink:
    """The only writer of one partition. One thread at a time; not reopened after `close` but made anew."""

    def __init__(self, bootstrap: str, topic: str, partition: int, transactional_id: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._partition = partition
        self._place = TopicPartition(topic, partition)
        self._transactional_id = transactional_id
        self._producer: _BoundedProducer | None = None

    def open(self) -> LastRecord | None:
        """Fence the writer before, then tell the last committed data record, None in an empty partition.

        Raises SinkLost when the broker is away or another writer opens at the same moment.
        """
        if self._producer is not None:
            raise SinkLost("the sink is open already")
        try:
            self._producer = _producer(self._bootstrap, self._transactional_id)
            self._producer.init_transactions()
            self._void_forgotten(self._producer)
            return self._last_record()
        except (kafka_errors.KafkaError, BrokerUnavailable) as error:
            self.close()
            raise SinkLost(f"{type(error).__name__}: {error}") from error

    def append(self, records: Sequence[Record]) -> int | None:
        """Commit `records` in one transaction; returns the offset of the last one once readers see it.

        Raises SinkLost, or RecordRefused when the broker will never take one of them; either way the
        sink is closed and none of the records is visible, except that a lost answer to the commit
        leaves it open whether they are: the next `open` tells.
        """
        producer = self._producer
        if producer is None:
            raise SinkLost("the sink is closed")
        if not records:
            return None
        try:
            return self._transact(producer, records)
        except kafka_errors.KafkaError as error:
            self.close()
            if refused := refusal(error):
                raise RecordRefused(*refused) from error
            raise SinkLost(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Let go of the partition; an open transaction is left to the next owner, who aborts it."""
        producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, timeout=0.5)

    def _transact(self, producer: "_BoundedProducer", records: Sequence[Record]) -> int:
        producer.begin_transaction()
        # Every record is acknowledged before the commit is asked for: no failure can hide behind it.
        # Not by flush(), which gives up with an unknown error on a batch that had to be split.
        last = acknowledged(producer, self._place, records, timeout=_DELIVERY_MS / 1000)
        producer.commit_transaction()
        producer.wait_readable(self._place, last)
        return last

    def _void_forgotten(self, producer: "_BoundedProducer") -> None:
        """Abort what stands open in the partition although the coordinator knows of no transaction.

        A coordinator that finds a partition without a leader for a moment, as after a crash of its only
        broker, takes it for deleted and ends the transaction without a marker there (KAFKA-20734):
        readers then stand before it for ever, and the next marker of ours would decide about it. Nobody
        has seen it, and no append returned upon it, so it may be aborted: by a transaction of our own.
        """
        producer.partitions_for(self._topic)  # who leads them is in the same metadata
        end = producer.end_offset(self._place, IsolationLevel.READ_UNCOMMITTED)
        if producer.end_offset(self._place, IsolationLevel.READ_COMMITTED) >= end:
            return
        producer.begin_transaction()
        sent = producer.send(self._topic, b"", _VOID_KEY, partition=self._partition)
        offset = int(sent.get(timeout=_DELIVERY_MS / 1000).offset)
        producer.abort_transaction()
        producer.wait_readable(self._place, offset)

    def _last_record(self) -> LastRecord | None:
        reader = LogReader(self._bootstrap, self._topic, isolation="read_committed")
        try:
            found = reader.last_record(self._partition)
        finally:
            reader.close()
        return None if found is None else (found[0], found[2], found[3])


class _BoundedProducer(KafkaProducer):  # type: ignore[misc]  # no types there
    """kafka-python's producer, whose commit waits for ever when the broker is away."""

    def commit_transaction(self) -> None:
        """Commit; raises KafkaTimeoutError when the outcome is unknown after `_SETTLE_MS`."""
        self._settle(self._transaction_manager.begin_commit())

    def abort_transaction(self) -> None:
        """Abort; raises KafkaTimeoutError as well."""
        self._settle(self._transaction_manager.begin_abort())

    def wait_readable(self, place: TopicPartition, offset: int) -> None:
        """Return once readers of committed records may go beyond `offset`.

        The answer to a commit or abort only promises the marker that lets them. Raises KafkaError.
        """
        deadline, pause = monotonic() + _SETTLE_MS / 1000, _FIRST_LOOK_S
        Event().wait(pause)
        while self.end_offset(place, IsolationLevel.READ_COMMITTED) <= offset:
            if monotonic() > deadline:
                raise kafka_errors.KafkaTimeoutError(f"{place} is not readable beyond {offset}")
            pause = min(2 * pause, _LAST_LOOK_S)
            Event().wait(pause)

    def end_offset(self, place: TopicPartition, isolation: IsolationLevel) -> int:
        """The end of a partition for readers of that isolation; waits for its leader. Raises KafkaError."""
        deadline = monotonic() + _SETTLE_MS / 1000
        while True:
            try:
                return self._asked_end(place, isolation)
            except kafka_errors.RetriableError as error:
                # "not now" of a broker that answers; one that is away is not waited for
                if not isinstance(error, kafka_errors.BrokerResponseError) or monotonic() > deadline:
                    raise
            self._metadata.request_update()
            Event().wait(_LAST_LOOK_S)

    def _asked_end(self, place: TopicPartition, isolation: IsolationLevel) -> int:
        answered = Event()
        future = self._sender._client._manager.call_soon(self._ask_end, place, isolation)
        future.add_both(lambda _: answered.set())
        if not answered.wait(_DELIVERY_MS / 1000):
            raise kafka_errors.KafkaTimeoutError(f"no answer to where {place} ends")
        if future.exception is not None:
            raise future.exception
        return int(future.value)

    async def _ask_end(self, place: TopicPartition, isolation: IsolationLevel) -> Any:
        asked = ListOffsetsRequest.ListOffsetsTopic
        partition = asked.ListOffsetsPartition(partition_index=place.partition, timestamp=OffsetSpec.LATEST)
        request = ListOffsetsRequest(
            isolation_level=isolation,
            topics=[asked(name=place.topic, partitions=[partition])],
            min_version=ListOffsetsRequest.min_version_for_isolation_level(isolation),
        )
        leader = self._metadata.leader_for_partition(place)
        if leader is None or leader < 0:
            raise kafka_errors.LeaderNotAvailableError(str(place))
        answer = await self._sender._client._manager.send(request, node_id=leader)
        told = answer.topics[0].partitions[0]
        if told.error_code:
            raise kafka_errors.for_code(told.error_code)(str(place))
        return told.offset

    def _settle(self, result: Any) -> None:
        self._sender.wakeup()
        if not result.wait(timeout_ms=_SETTLE_MS):
            raise kafka_errors.KafkaTimeoutError(
                f"no answer to the end of the transaction in {_SETTLE_MS} ms"
            )


def _producer(bootstrap: str, transactional_id: str) -> _BoundedProducer:
    return connected(
        _BoundedProducer,
        bootstrap,
        transactional_id=transactional_id,
        transaction_timeout_ms=_TRANSACTION_TIMEOUT_MS,
        acks="all",
        compression_type="lz4",
        batch_size=BATCH_BYTES,
        linger_ms=0,
        max_request_size=MAX_REQUEST_BYTES,
        delivery_timeout_ms=_DELIVERY_MS,
        request_timeout_ms=_DELIVERY_MS - 1_000,
        max_block_ms=_SETTLE_MS,
        retry_backoff_ms=_RETRY_BACKOFF_MS,
        reconnect_backoff_max_ms=1_000,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
