"""FencedSink on aiokafka: one partition of a topic whose last committed record is the checkpoint.

The same protocol as `services.runtime.sink`, for the event loop. One transactional producer per
partition; an append is done when readers see it; the first failure closes the producer, and the caller
starts again from what `open` then returns.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer, TopicPartition
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
from services.notifier.tail import READ_COMMITTED, READ_UNCOMMITTED, end_offset, last_record, wait_readable
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
_VOID_KEY: Final = b"void"

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
        self._place = TopicPartition(topic, partition)
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
                await self._void_forgotten(producer)
                return await last_record(self._bootstrap, self._topic, self._partition)
        except _LOST as error:
            raise await self._failed(error) from error

    async def append(self, records: Sequence[Record]) -> int | None:
        """Commit `records` in one Kafka transaction; the offset of the last one once readers see it.

        None without records.
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
                last = await self._send(producer, records)
                await producer.commit_transaction()
                await wait_readable(producer.client, self._place, last)
                return last
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

    async def _send(self, producer: AIOKafkaProducer, records: Sequence[Record]) -> int:
        """Send all and wait for all; the last one's offset.

        In batches of our own making: a future and a task for each record cost more than all the rest.
        """
        last, acknowledged = 0, []
        waiting = iter(records)
        record = next(waiting, None)
        while record is not None:
            batch = producer.create_batch()
            while record is not None and batch.append(
                key=record.key, value=record.value, headers=record.headers, timestamp=None
            ):
                record = next(waiting, None)
            last = batch.record_count() - 1
            acknowledged.append(await producer.send_batch(batch, self._topic, partition=self._partition))
        written = await asyncio.gather(*acknowledged)
        return int(written[-1].offset) + last

    async def _void_forgotten(self, producer: AIOKafkaProducer) -> None:
        """Abort what a coordinator has left open in the partition: see the other FencedSink."""
        end = await end_offset(producer.client, self._place, READ_UNCOMMITTED)
        if await end_offset(producer.client, self._place, READ_COMMITTED) >= end:
            return
        await producer.begin_transaction()
        offset = await self._send(producer, [Record(_VOID_KEY, b"", [])])
        await producer.abort_transaction()
        await wait_readable(producer.client, self._place, offset)

    async def _failed(self, error: Exception) -> SinkLost | RecordRefused:
        await self.close()
        for kind, error_class in _REFUSALS:
            if isinstance(error, kind):
                return RecordRefused(error_class, str(error))
        fenced = isinstance(error, ProducerFenced | InvalidProducerEpoch | InvalidProducerIdMapping)
        return (SinkFenced if fenced else SinkLost)(f"{type(error).__name__}: {error}")
