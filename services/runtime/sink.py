"""FencedSink: one partition, one writer, and the last committed record is the checkpoint.

Architecture, section 5. Opening fences whoever wrote before and settles what he left open; then the
last committed data record is read; then every append is one Kafka transaction. The first failure
closes the sink, and nothing is ever sent behind it: the owner opens anew and goes on from what he finds.
"""

from collections.abc import Sequence
from typing import Final

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from schemas.codec import Record
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
            return self._last_record()
        except (kafka_errors.KafkaError, BrokerUnavailable) as error:
            self.close()
            raise SinkLost(f"{type(error).__name__}: {error}") from error

    def append(self, records: Sequence[Record]) -> int | None:
        """Commit `records` in one transaction; returns the offset of the last one.

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
        sent = [
            producer.send(
                self._topic,
                record.value,
                record.key or None,
                headers=record.headers,
                partition=self._partition,
            )
            for record in records
        ]
        # Every record is acknowledged before the commit is asked for: no failure can hide behind it.
        # Not by flush(), which gives up with an unknown error on a batch that had to be split.
        for future in sent:
            future.get(timeout=_DELIVERY_MS / 1000)
        producer.commit_transaction()
        return int(sent[-1].value.offset)

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
        result = self._transaction_manager.begin_commit()
        self._sender.wakeup()
        if not result.wait(timeout_ms=_SETTLE_MS):
            raise kafka_errors.KafkaTimeoutError(f"no answer to the commit in {_SETTLE_MS} ms")


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
