"""Writing the log: kafka-python's producer, idempotent, under the batches we send."""

from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.record.default_records import DefaultRecordBatchBuilder

from schemas.codec import Record
from schemas.topics import MAX_REJECTED_BYTES
from services.runtime.batch_client import Batch, HandedOver, Pending, one_by_one
from services.runtime.batches import BatchProducer
from services.runtime.kafka import connected, kafka_trouble, partition_for, refusal
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused, Sent
from services.runtime.quick_append import Span, append_all, fits
from services.runtime.topics import size_limit

MAX_REQUEST_BYTES: Final = MAX_REJECTED_BYTES + 64 * 1024
BATCH_BYTES: Final = 256 * 1024

_LINGER_MS: Final = 5
_DELIVERY: Final = timedelta(seconds=5)
_IN_FLIGHT_BYTES: Final = 64 * 1024 * 1024
_HEADERS_ROOM: Final = 16 * 1024
_NOT_HANDED: Final = BrokerUnavailable("not handed over")


PATIENT: Final = timedelta(seconds=30)
"""The `delivery` of tools: a slow broker, or one that changes its leader, does not end what is waited for."""


class LogProducer(BatchProducer):
    """Writes records with acks=all, idempotent, and tells of each batch when Kafka has it. Thread-safe.

    `send(topic, [(partition or None, record), ...])`: a record without partition goes where its key
    belongs; the empty key counts as none. It connects at the first `send`, which waits for it up to
    `patience` (None: until it is known whether there is a broker).
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        max_in_flight_bytes: int = _IN_FLIGHT_BYTES,
        delivery: timedelta = _DELIVERY,
        patience: timedelta | None = None,
        compression: str | None = "lz4",
    ) -> None:
        super().__init__(
            partial(_Client, bootstrap, delivery, compression),
            max_in_flight_bytes=max_in_flight_bytes,
            delivery=delivery,
            patience=patience,
        )


class _Client:
    """kafka-python's producer as `batches.Client`."""

    def __init__(self, bootstrap: str, delivery: timedelta, compression: str | None) -> None:
        delivery_ms = round(delivery.total_seconds() * 1000)
        with kafka_trouble():
            self._producer = connected(
                KafkaProducer,
                bootstrap,
                acks="all",
                enable_idempotence=True,
                compression_type=compression,
                batch_size=BATCH_BYTES,
                linger_ms=_LINGER_MS,
                max_request_size=MAX_REQUEST_BYTES,
                delivery_timeout_ms=delivery_ms,
                request_timeout_ms=delivery_ms - 2 * _LINGER_MS,
                max_block_ms=delivery_ms,
                reconnect_backoff_max_ms=1_000,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        self._bootstrap = bootstrap
        self._is_known = fits(self._producer)
        self._facts: dict[str, _TopicFacts] = {}

    def partition(self, topic: str, key: bytes) -> int | None:
        if not key:
            return None
        return partition_for(key, self._facts_of(topic).partitions)

    def send_all(self, topic: str, batch: Batch) -> HandedOver:
        if not self._is_known or any(partition is None for partition, _ in batch):
            return one_by_one(self.send, topic, batch)
        limit = self._facts_of(topic).max_bytes
        handed = HandedOver([_NOT_HANDED] * len(batch), [0] * len(batch))
        by_partition: dict[int | None, list[int]] = {}
        for index, (partition, record) in enumerate(batch):
            if (refused := _too_large(record, limit)) is None:
                by_partition.setdefault(partition, []).append(index)
            else:
                handed.acknowledgements[index] = refused
        for partition, indexes in by_partition.items():
            self._append(handed, TopicPartition(topic, partition), batch, indexes)
        return handed

    def _append(self, handed: HandedOver, where: TopicPartition, batch: Batch, indexes: list[int]) -> None:
        """The records of one partition."""
        acknowledgements, places = handed
        try:
            spans = append_all(self._producer, where, [batch[index][1] for index in indexes])
        except kafka_errors.KafkaError as error:
            for index in indexes:
                acknowledgements[index] = BrokerUnavailable(f"{type(error).__name__}: {error}")
            return
        waiting = iter(indexes)
        for span in spans:
            for place, index in enumerate(islice(waiting, span.count)):
                acknowledgements[index], places[index] = span, place

    def send(self, topic: str, record: Record, partition: int | None) -> Pending | Refused:
        if (refused := _too_large(record, self._facts_of(topic).max_bytes)) is not None:
            return refused
        try:
            pending: Pending = self._producer.send(
                topic, record.value, record.key or None, headers=record.headers, partition=partition
            )
        except kafka_errors.KafkaError as error:
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error
        return pending

    def outcome(self, pending: Pending, place: int) -> Outcome | BaseException:
        if isinstance(pending, Span):
            found = pending.result(place)
        else:
            found = pending.exception or Sent(pending.value.partition, pending.value.offset)
        return found if isinstance(found, Sent) else refusal(found) or found

    def is_broken(self, error: BaseException) -> bool:
        return not isinstance(error, kafka_errors.RetriableError)

    def close(self, timeout: float) -> None:
        close_producer(self._producer, timeout=timeout)

    def _facts_of(self, topic: str) -> "_TopicFacts":
        if topic not in self._facts:
            with kafka_trouble():
                partitions = len(self._producer.partitions_for(topic))
            # asked beforehand: a size that only the broker finds too large costs the whole producer
            limit = size_limit(self._bootstrap, topic, most=MAX_REQUEST_BYTES)
            self._facts[topic] = _TopicFacts(partitions, limit)
        return self._facts[topic]


def _too_large(record: Record, limit: int) -> Refused | None:
    if len(record.key) + len(record.value) <= limit - _HEADERS_ROOM:
        return None
    size = DefaultRecordBatchBuilder.estimate_size_in_bytes(record.key, record.value, record.headers)
    return Refused("too_large", f"{size} bytes are more than the topic's {limit}") if size > limit else None


class _TopicFacts(NamedTuple):
    """What a producer must know of a topic; the number of partitions is fixed for its life."""

    partitions: int
    max_bytes: int


def close_producer(producer: KafkaProducer, *, timeout: float) -> None:
    """Close within about `timeout` seconds; what is unacknowledged then fails instead of lingering."""
    try:
        producer.close(timeout)
    except kafka_errors.KafkaError:
        # close() flushes first; when that times out or meets a split batch, it has ended nothing yet
        producer._sender.force_close()
        producer._sender.join(timeout=1.0)
        producer.close(0)
