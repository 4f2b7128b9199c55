"""Where the sink contract is played: a partition of a fake broker, a partition of the real one."""

from collections.abc import Callable, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.codec import Record
from services.runtime.sink import FencedSink
from tests.contracts.sink_contract import Sink
from tests.fakes import FakeBroker, FakeSink

LIMIT_BYTES = 10_000
"""max.message.bytes of the topic a BrokerStage plays on."""


class FakeStage:
    """A partition in memory."""

    def __init__(self) -> None:
        self.broker = FakeBroker(max_record_bytes=LIMIT_BYTES)

    def sink(self) -> Sink:
        """A fake sink."""
        return FakeSink(self.broker, "status", 0, "status-0")

    def die_midway(self, records: Sequence[Record]) -> None:
        """Leave a transaction open."""
        owner = "status-0", self.broker.init_transactions("status-0")
        for record in records:
            self.broker.send(owner, "status", 0, record)

    def abort(self, records: Sequence[Record]) -> None:
        """Abort a transaction."""
        owner = "status-0", self.broker.init_transactions("status-0")
        for record in records:
            self.broker.send(owner, "status", 0, record)
        self.broker.abort(owner)

    def committed(self) -> list[bytes]:
        """The broker's own view."""
        return [record.value for _, record in self.broker.committed("status", 0)]

    def oversized(self) -> Record:
        """Above the broker's limit."""
        return Record(b"dhl:1", b"x" * (LIMIT_BYTES + 1), [])


class BrokerStage:
    """Partition 1 of a real topic made with max.message.bytes = LIMIT_BYTES; `make` builds the sink."""

    def __init__(
        self, bootstrap: str, topic: str, make: Callable[[str, str, int, str], Sink] = FencedSink
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._make = make
        self._tp = TopicPartition(topic, 1)
        self._made: list[Any] = []

    def sink(self) -> Sink:
        """A sink of the kind under test."""
        sink = self._make(self._bootstrap, self._topic, 1, self._transactional_id)
        self._made.append(sink)
        return sink

    def die_midway(self, records: Sequence[Record]) -> None:
        """Leave a transaction open, without a word to the broker."""
        producer = self._send(records)
        producer._sender.force_close()
        producer._sender.join(timeout=5)

    def abort(self, records: Sequence[Record]) -> None:
        """Abort a transaction."""
        producer = self._send(records)
        producer.abort_transaction()
        producer.close(timeout=5)

    def committed(self) -> list[bytes]:
        """By the stock consumer."""
        consumer = KafkaConsumer(
            bootstrap_servers=self._bootstrap, isolation_level="read_committed", enable_auto_commit=False
        )
        consumer.assign([self._tp])
        consumer.seek(self._tp, 0)
        end = consumer.end_offsets([self._tp])[self._tp]
        values: list[bytes] = []
        while consumer.position(self._tp) < end:
            for polled in consumer.poll(timeout_ms=100).values():
                values += [each.value for each in polled]
        consumer.close()
        return values

    def oversized(self) -> Record:
        """Above the topic's limit, and no compressor can help."""
        noise = b"".join(((number * 2654435761) % 2**32).to_bytes(4, "big") for number in range(LIMIT_BYTES))
        return Record(b"dhl:1", noise, [])

    def close(self) -> None:
        """Close every sink made here."""
        for sink in self._made:
            sink.close()

    @property
    def _transactional_id(self) -> str:
        return f"{self._topic}-1"

    def _send(self, records: Sequence[Record]) -> Any:
        producer = KafkaProducer(
            bootstrap_servers=self._bootstrap, transactional_id=self._transactional_id, retry_backoff_ms=5
        )
        producer.init_transactions()
        producer.begin_transaction()
        for record in records:
            producer.send(self._topic, record.value, record.key, partition=1)
        producer.flush()
        return producer
