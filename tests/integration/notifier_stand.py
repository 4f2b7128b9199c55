"""A notifier under test: status records written to a broker, a process to kill, alerts read back."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from schemas.topics import Topics, topics
from tests.unit.notifier.statuses import status

PARTITIONS = 4


def make_topics(kafka: str, prefix: str) -> Topics:
    """The topics of one test."""
    names = topics(prefix=prefix, partitions=PARTITIONS)
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics(
        [
            NewTopic(t.name, num_partitions=t.partitions, replication_factor=1, topic_configs=t.settings)
            for t in names.all()
        ]
    )
    admin.close()
    return names


@dataclass
class StatusWriter:
    """Writes status records as the publisher does: in transactions, some of which abort."""

    kafka: str
    topic: str
    name: str
    expected: list[str] = field(default_factory=list)
    _next: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    _producer: Any = None

    def write(self, count: int, *, partition: int, aborted: bool = False) -> None:
        """`count` more records of a partition in one transaction; each third announces, some twice."""
        producer = self._open()
        first = self._next[partition]
        changes = [
            status(n, partition=partition, announcements=(1, 0, 0, 2, 0, 0)[n % 6])
            for n in range(first, first + count)
        ]
        producer.begin_transaction()
        for changed in changes:
            producer.send(
                self.topic, key=changed["shipment"].encode(), value=orjson.dumps(changed), partition=partition
            )
        if aborted:
            producer.flush()
            producer.abort_transaction()
            return
        producer.commit_transaction()
        self._next[partition] += count
        self.expected += [told["alert_id"] for changed in changes for told in changed["announcements"]]

    def raw(self, key: bytes | None, value: bytes | None, *, partition: int) -> None:
        """One record as it is."""
        producer = self._open()
        producer.begin_transaction()
        producer.send(self.topic, key=key, value=value, partition=partition)
        producer.commit_transaction()

    def close(self) -> None:
        """Let go of the producer."""
        if self._producer is not None:
            self._producer.close()

    def _open(self) -> Any:
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=self.kafka, transactional_id=self.name, retry_backoff_ms=5
            )
            self._producer.init_transactions()
        return self._producer


@dataclass(frozen=True)
class Read:
    """A record read back by a consumer of the test's own."""

    partition: int
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]


class Reader:
    """A consumer of the test's own that keeps every committed record of a topic."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=kafka,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            group_id=None,
            fetch_max_wait_ms=50,
        )
        self._places = [TopicPartition(topic, p) for p in self._consumer.partitions_for_topic(topic) or ()]
        self._consumer.assign(self._places)
        self._consumer.seek_to_beginning()
        self.reads: list[Read] = []

    def read(self) -> list[Read]:
        """Everything committed by now, in the order of each partition."""
        ends = self._consumer.end_offsets(self._places)
        while any(self._consumer.position(place) < ends[place] for place in self._places):
            for records in self._consumer.poll(50, max_records=10_000).values():
                self.reads += [Read(r.partition, r.key, r.value, r.headers) for r in records]
        return self.reads

    def close(self) -> None:
        """Let go of the consumer."""
        self._consumer.close()


def read_back(kafka: str, topic: str) -> list[Read]:
    """Every committed record of a topic, by a consumer made for it."""
    reader = Reader(kafka, topic)
    try:
        return reader.read()
    finally:
        reader.close()


def alert_ids(reads: Iterable[Read]) -> Counter[str]:
    """How often each alert id was read."""
    return Counter(orjson.loads(read.value)["alert_id"] for read in reads)


class NotifierProcess:
    """`python -m services.notifier` in a process of its own."""

    def __init__(self, kafka: str, prefix: str, home: Path, **environ: str) -> None:
        self.ready_file = home / "run" / "notifier.json"
        self.log = home / "notifier.log"
        self._environ = {
            **os.environ,
            "SHIPLOG_HOME": str(home),
            "SHIPLOG_KAFKA": kafka,
            "SHIPLOG_DATABASE_URL": "postgresql://unused",
            "SHIPLOG_PARTITIONS": str(PARTITIONS),
            "SHIPLOG_TOPIC_PREFIX": prefix,
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; does not wait."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.notifier"], env=self._environ, stdout=log, stderr=log
            )

    def send(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def stop(self) -> None:
        """Kill it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)


def wait_until(seconds: float, condition: Any) -> bool:
    """Whether `condition()` became true in time."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.1)):
        if condition():
            return True
        tick.wait(0.1)
    return bool(condition())
