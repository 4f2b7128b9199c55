"""Where the sink contract is played: a partition of a fake broker, a partition of the real one."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import InvalidTxnStateError

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

    def forget(self, records: Sequence[Record]) -> None:
        """Leave records behind that no transaction of the coordinator's covers."""
        owner = "status-0", self.broker.init_transactions("status-0")
        for record in records:
            self.broker.send(owner, "status", 0, record)
        self.broker.forget(owner)

    def committed(self) -> list[bytes]:
        """The broker's own view."""
        return [record.value for _, record in self.broker.committed("status", 0)]

    def unreachable(self) -> int:
        """All behind the last that is committed, but for its marker."""
        seen = self.broker.committed("status", 0)
        return len(self.broker.log("status", 0)) - (seen[-1][0] + 2 if seen else 0)

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
        self._watchers: list[Any] = []

    def sink(self) -> Sink:
        """A sink of the kind under test."""
        self.unreachable()  # the consumers are connected before there is anything to see
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

    def forget(self, records: Sequence[Record]) -> None:
        """Records in a transaction that the coordinator was never told of: the same to readers.

        The broker only takes them while it does not verify transactions.
        """
        self._verify_transactions(False)
        try:
            while not self._sent_untold(records):
                Event().wait(0.05)
        finally:
            self._verify_transactions(True)

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

    def unreachable(self) -> int:
        """By two stock consumers, the one that reaches less asked first."""
        ends = [consumer.end_offsets([self._tp])[self._tp] for consumer in self._watching()]
        return int(ends[1] - ends[0])

    def oversized(self) -> Record:
        """Above the topic's limit, and no compressor can help."""
        noise = b"".join(((number * 2654435761) % 2**32).to_bytes(4, "big") for number in range(LIMIT_BYTES))
        return Record(b"dhl:1", noise, [])

    def close(self) -> None:
        """Close every sink and consumer made here."""
        for each in (*self._made, *self._watchers):
            each.close()

    def _watching(self) -> list[Any]:
        if not self._watchers:
            self._watchers = [
                KafkaConsumer(bootstrap_servers=self._bootstrap, isolation_level=isolation)
                for isolation in ("read_committed", "read_uncommitted")
            ]
        return self._watchers

    @property
    def _transactional_id(self) -> str:
        return f"{self._topic}-1"

    def _verify_transactions(self, on: bool) -> None:
        admin = KafkaAdminClient(bootstrap_servers=self._bootstrap)
        settings = {"transaction.partition.verification.enable": str(on).lower()}
        brokers = [str(broker["broker_id"]) for broker in admin.describe_cluster()["brokers"]]
        admin.alter_configs([ConfigResource(ConfigResourceType.BROKER, each, settings) for each in brokers])
        admin.close()

    def _sent_untold(self, records: Sequence[Record]) -> bool:
        producer = KafkaProducer(
            bootstrap_servers=self._bootstrap, transactional_id=self._transactional_id, retry_backoff_ms=5
        )
        producer.init_transactions()
        producer.begin_transaction()
        producer._transaction_manager._partitions_in_transaction.add(self._tp)
        try:
            for sent in [producer.send(self._topic, r.value, r.key, partition=1) for r in records]:
                sent.get(timeout=10)
        except InvalidTxnStateError:  # the broker has not heard of its new setting yet
            return False
        finally:
            producer._sender.force_close()
            producer._sender.join(timeout=5)
        return True

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
