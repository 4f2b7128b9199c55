"""Where the bench plays: a stack of its own, logs filled once and kept, empty databases."""

import secrets
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import psycopg
from kafka import KafkaAdminClient

from schemas.topics import Topics, topics
from services.cli.local.stack import Stack, remove_stack, start_stack, stop_stack
from services.projector.migrate import migrate
from services.runtime.outcomes import Outcome
from services.runtime.producer import PATIENT, LogProducer
from services.runtime.topics import end_offsets, ensure_topics
from tests.bench.seeds import journey, records

PARTITIONS = 8
_CHUNK = 5_000
_ON_THEIR_WAY = 8


@dataclass(frozen=True, slots=True)
class Log:
    """A filled log: the prefix of its topics, and where each partition ends as the broker tells it."""

    prefix: str
    ends: dict[int, int]
    shipments: int

    @property
    def names(self) -> Topics:
        """Its topics."""
        return topics(prefix=self.prefix, partitions=PARTITIONS)

    @property
    def topic(self) -> str:
        """The topic of the events."""
        return self.names.events.name

    @property
    def total(self) -> int:
        """How many records it holds."""
        return sum(self.ends.values())


@dataclass(slots=True)
class Stage:
    """A running stack and the logs that were filled on it."""

    home: Path
    kafka: str
    database_url: str
    logs: dict[tuple[object, ...], Log] = field(default_factory=dict)

    def log(self, count: int, *, shipments: int, scans: int = 6, compression: str | None = "lz4") -> Log:
        """A log of `count` scans over `shipments`, `scans` of each to its end; made at the first call."""
        asked = (count, shipments, scans, compression)
        if asked not in self.logs:
            prefix = f"log{secrets.token_hex(2)}-{compression or 'plain'}-"
            topic, ends = seed(
                self.kafka, prefix, count=count, shipments=shipments, scans=scans, compression=compression
            )
            assert topic == topics(prefix=prefix, partitions=PARTITIONS).events.name
            self.logs[asked] = Log(prefix, ends, shipments)
        return self.logs[asked]

    def database(self) -> str:
        """An empty, migrated database."""
        return fresh_database(self.database_url)

    def folder(self, name: str) -> Path:
        """An empty folder of that kind, gone with the stage."""
        return Path(mkdtemp(dir=self.home, prefix=f"{name}-"))

    def topics(self, prefix: str) -> Topics:
        """Empty topics under a prefix."""
        names = topics(prefix=prefix, partitions=PARTITIONS)
        ensure_topics(self.kafka, names)
        return names


@contextmanager
def staged(*, commit_times: bool = False) -> Iterator[Stage]:
    """A stack that is gone afterwards, with all it held; `commit_times`: PostgreSQL keeps each commit's."""
    home = Path(mkdtemp(prefix="shiplog-bench-"))
    try:
        stack = start_stack(home)
        if commit_times:
            stack = _with_commit_times(stack)
        yield Stage(home, stack.kafka, stack.database_url)
    finally:
        remove_stack(home)
        rmtree(home, ignore_errors=True)


def _with_commit_times(stack: Stack) -> Stack:
    with psycopg.connect(stack.database_url, autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    stop_stack(stack.home)
    return start_stack(stack.home)


def fresh_database(url: str) -> str:
    """An empty, migrated database beside the stack's own."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
        conn.execute("CHECKPOINT")
    fresh = url.rsplit("/", 1)[0] + f"/{name}"
    migrate(fresh, partitions=PARTITIONS)
    return fresh


def drop_database(url: str) -> None:
    """End a database that is not looked at any more, so that its pages stop being written."""
    base, name = url.rsplit("/", 1)
    with psycopg.connect(f"{base}/postgres", autocommit=True) as conn:
        conn.execute(f"DROP DATABASE {name} WITH (FORCE)")


def seed(
    kafka: str, prefix: str, *, count: int, shipments: int, scans: int = 6, compression: str | None = "lz4"
) -> tuple[str, dict[int, int]]:
    """Fill a topic; its name and end offsets as the broker tells them."""
    names = topics(prefix=prefix, partitions=PARTITIONS)
    ensure_topics(kafka, names)
    producer = LogProducer(kafka, compression=compression, delivery=PATIENT)
    batch, waiting = [], deque[Future[list[Outcome]]]()
    for record in records(count, shipments=shipments, steps=journey(scans)):
        batch.append((None, record))
        if len(batch) == _CHUNK:
            waiting.append(producer.send(names.events.name, batch))
            batch = []
        if len(waiting) > _ON_THEIR_WAY:
            waiting.popleft().result(60)
    waiting.append(producer.send(names.events.name, batch))
    for future in waiting:
        future.result(60)
    producer.close()
    return names.events.name, end_offsets(kafka, names.events.name)


def drop_log(stage: Stage, log: Log) -> None:
    """Give a log's room on the disk back."""
    stage.logs = {asked: each for asked, each in stage.logs.items() if each is not log}
    admin = KafkaAdminClient(bootstrap_servers=stage.kafka)
    try:
        admin.delete_topics([topic.name for topic in log.names.all()])
    finally:
        admin.close()
