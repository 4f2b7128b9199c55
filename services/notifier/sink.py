"""FencedSink on aiokafka: one partition of a topic whose last committed record is the checkpoint.

The same protocol as `services.runtime.sink`, for the event loop. One transactional producer per
partition; the first failure closes it, and the caller starts again from what `open` then returns.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    IllegalOperation,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTimestampError,
    KafkaError,
    MessageSizeTooLargeError,
    ProducerFenced,
    RecordListTooLargeError,
)

from schemas.codec import Record
from schemas.topics import MAX_REJECTED_BYTES
from services.runtime.outcomes import RecordRefused
from services.runtime.sink import LastRecord, SinkLost

APPEND_TIMEOUT_S: Final = 6.0
OPEN_TIMEOUT_S: Final = 30.0
CLOSE_TIMEOUT_S: Final = 3.0
_LOST: Final = (KafkaError, OSError, TimeoutError, IllegalOperation, AssertionError)
"""The last two: the client's own state was moved on by its sender, which met the fence first."""
REQUEST_TIMEOUT_MS: Final = 5_000
RETRY_BACKOFF_MS: Final = 20
"""Back-to-back transactions wait this long on CONCURRENT_TRANSACTIONS: aiokafka's 100 would be slow, 5 keeps
a core busy while the broker is away."""
TRANSACTION_TIMEOUT_MS: Final = 15_000
"""An append that hangs for longer is aborted by the broker, so readers behind it go on."""
_POLL_MS: Final = 200


_REFUSALS: Final = (
    (MessageSizeTooLargeError, "too_large"),
    (RecordListTooLargeError, "too_large"),
    (InvalidTimestampError, "invalid_timestamp"),
)
"""Sent again they would be refused again. A missing right is not among them: it is the operator's to
mend, and no alert may be put aside for it."""


class SinkFenced(SinkLost):
    """Another owner has opened the same sink."""


class FencedSink:
    """Appends batches to one partition, each batch whole or not at all, for one owner at a time."""

    def __init__(self, bootstrap: str, topic: str, partition: int, transactional_id: str) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._partition = partition
        self._transactional_id = transactional_id
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> LastRecord | None:
        """Fence every earlier owner, settle what it left, give the last committed data record.

        None when the partition holds none. A sink that is open is closed first. Raises SinkLost.
        """
        await self.close()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=self._transactional_id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            retry_backoff_ms=RETRY_BACKOFF_MS,
            max_batch_size=256 * 1024,
            max_request_size=MAX_REJECTED_BYTES,
            compression_type="lz4",
        )
        self._producer = producer
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                await producer.start()
                await producer.partitions_for(self._topic)
                return await last_record(self._bootstrap, self._topic, self._partition)
        except _LOST as error:
            raise await self._failed(error) from error

    async def append(self, records: Sequence[Record]) -> int | None:
        """Commit `records` in one Kafka transaction; the offset of the last one, None without records.

        Raises SinkLost, or RecordRefused when the broker will never take one of them. The sink is closed
        then; a lost answer to the commit leaves it to the next `open` whether the records are there.
        """
        producer = self._producer
        if producer is None:
            raise SinkLost("the sink is closed")
        if not records:
            return None
        try:
            async with asyncio.timeout(APPEND_TIMEOUT_S):
                await producer.begin_transaction()
                acknowledged = [await self._send(producer, record) for record in records]
                written = await asyncio.gather(*acknowledged)
                await producer.commit_transaction()
                return int(written[-1].offset)
        except asyncio.CancelledError:
            await self.close()
            raise
        except _LOST as error:
            raise await self._failed(error) from error

    async def close(self) -> None:
        """Let go of the producer; an open transaction is left to the next owner's `open`."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await producer.stop()
        except (KafkaError, OSError, TimeoutError):
            return  # the broker is away: its transaction timeout or the next owner ends what is open

    async def _send(self, producer: AIOKafkaProducer, record: Record) -> asyncio.Future[Any]:
        acknowledged: asyncio.Future[Any] = await producer.send(
            self._topic,
            value=record.value,
            key=record.key,
            partition=self._partition,
            headers=record.headers,
        )
        return acknowledged

    async def _failed(self, error: Exception) -> SinkLost | RecordRefused:
        await self.close()
        for kind, error_class in _REFUSALS:
            if isinstance(error, kind):
                return RecordRefused(error_class, str(error))
        fenced = isinstance(error, ProducerFenced | InvalidProducerEpoch | InvalidProducerIdMapping)
        return (SinkFenced if fenced else SinkLost)(f"{type(error).__name__}: {error}")


async def last_record(bootstrap: str, topic: str, partition: int) -> LastRecord | None:
    """The last committed data record of a partition, or None; raises aiokafka's KafkaError."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=MAX_REJECTED_BYTES,
    )
    try:
        await consumer.start()
        return await _walk_back(consumer, TopicPartition(topic, partition))
    finally:
        await consumer.stop()


async def _walk_back(consumer: AIOKafkaConsumer, place: TopicPartition) -> LastRecord | None:
    # Doubling windows, stopped by position: the log may end in markers or in what was aborted.
    consumer.assign([place])
    start = (await consumer.beginning_offsets([place]))[place]
    end = (await consumer.end_offsets([place]))[place]
    window, low = 2, end
    while low > start:
        low = max(start, end - window)
        consumer.seek(place, low)
        found = await _last_before(consumer, place, end=end)
        if found is not None:
            return found
        window *= 2
    return None


async def _last_before(consumer: AIOKafkaConsumer, place: TopicPartition, *, end: int) -> LastRecord | None:
    found: LastRecord | None = None
    while await consumer.position(place) < end:
        batch = await consumer.getmany(place, timeout_ms=_POLL_MS)
        for record in batch.get(place, ()):
            if record.offset < end:
                found = (record.offset, record.key, record.value)
    return found
