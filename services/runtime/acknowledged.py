"""Hands records of one partition to kafka-python's producer and waits until the broker has them all."""

from collections.abc import Sequence
from threading import Event
from typing import Any, Final

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors

from schemas.codec import Record
from services.runtime.clock import monotonic
from services.runtime.outcomes import Sent
from services.runtime.quick_append import Span, append_all, fits

_SURELY_SMALL: Final = 256 * 1024
"""Key and value of so many bytes are below every limit of the library, which looks at larger ones itself."""


def acknowledged(
    producer: KafkaProducer, place: TopicPartition, records: Sequence[Record], *, timeout: float
) -> int:
    """The offset of the last one, once all of them are acknowledged; there is at least one.

    Raises what the first that failed met, a KafkaError; KafkaTimeoutError after `timeout` seconds.
    """
    sent = _handed_over(producer, place, records)
    deadline = monotonic() + timeout
    for future in sent:
        done = Event()
        future.add_both(lambda _, done=done: done.set())
        if not done.wait(max(0.0, deadline - monotonic())):
            raise kafka_errors.KafkaTimeoutError(f"no acknowledgement from {place} in {timeout:.0f} s")
        if future.exception is not None:
            raise future.exception
    last = sent[-1]
    if not isinstance(last, Span):
        return int(last.value.offset)
    told = last.result(last.count - 1)
    assert isinstance(told, Sent)
    return told.offset


def _handed_over(producer: KafkaProducer, place: TopicPartition, records: Sequence[Record]) -> list[Any]:
    transactions = producer._transaction_manager
    is_known = fits(producer) and hasattr(transactions, "maybe_add_partition_to_transaction")
    if is_known and all(len(record.key) + len(record.value) <= _SURELY_SMALL for record in records):
        transactions.maybe_add_partition_to_transaction(place)
        return append_all(producer, place, records)
    return [
        producer.send(
            place.topic,
            record.value,
            record.key or None,
            headers=record.headers,
            partition=place.partition,
        )
        for record in records
    ]
