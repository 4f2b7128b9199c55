"""A running ingest for tests: a process of its own on a stack of the test's, and a reader of the log."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson

from schemas.topics import Topics, topics
from services.projector.migrate import migrate
from services.runtime.records import LogReader
from services.runtime.topics import ensure_topics

Json = dict[str, Any]
PARTITIONS = 2


@dataclass(slots=True)
class Place:
    """Where a test's ingest lives; topics and database are its own."""

    home: Path
    kafka: str
    database_url: str
    prefix: str = field(default_factory=lambda: f"t{uuid4().hex[:8]}-")
    host: str = "127.0.0.1"
    api_key: str = ""

    @property
    def names(self) -> Topics:
        """The topics of this place."""
        return topics(prefix=self.prefix, partitions=PARTITIONS)

    def prepare(self) -> "Place":
        """Create topics and tables."""
        ensure_topics(self.kafka, self.names)
        migrate(self.database_url, partitions=PARTITIONS)
        return self

    def environment(self) -> dict[str, str]:
        """What the process is told."""
        return os.environ | {
            "SHIPLOG_HOME": str(self.home),
            "SHIPLOG_KAFKA": self.kafka,
            "SHIPLOG_DATABASE_URL": self.database_url,
            "SHIPLOG_TOPIC_PREFIX": self.prefix,
            "SHIPLOG_PARTITIONS": str(PARTITIONS),
            "SHIPLOG_HOST": self.host,
            "SHIPLOG_API_KEY": self.api_key,
            "SHIPLOG_INGEST_PORT": "0",
        }

    def log(self, topic: str) -> list[tuple[bytes | None, bytes]]:
        """Every record of a topic, as (key, value)."""
        found: list[tuple[bytes | None, bytes]] = []
        with closing(LogReader(self.kafka, topic)) as reader:
            ends = {each: end for each, (_, end) in reader.bounds(reader.partitions()).items()}
            reader.assign(dict.fromkeys(ends, 0))
            deadline = time.monotonic() + 30
            while any(reader.position(each) < end for each, end in ends.items()):
                assert time.monotonic() < deadline
                for records in reader.poll(500, 10_000).values():
                    found += [(key, value or b"") for _, _, key, value in records]
        return found

    def logged_ids(self) -> list[str]:
        """The event ids in the log, copies included."""
        return [orjson.loads(value)["event_id"] for _, value in self.log(self.names.events.name)]


@dataclass(slots=True)
class Running:
    """An ingest that answers at `url`."""

    process: "subprocess.Popen[bytes]"
    url: str

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.wait(10)

    def post(self, *lines: Json) -> httpx.Response:
        """Send events as NDJSON."""
        body = b"\n".join(orjson.dumps(line) for line in lines)
        headers = {"content-type": "application/x-ndjson"}
        return httpx.post(f"{self.url}/v1/events", content=body, headers=headers, timeout=30)


@contextmanager
def running_ingest(place: Place) -> Iterator[Running]:
    """An ingest from when it answers until SIGTERM has ended it."""
    told = place.home / "run" / "ingest.json"
    told.unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, "-m", "services.ingest"], env=place.environment())
    try:
        deadline = time.monotonic() + 90
        while not told.exists():
            assert process.poll() is None, "ingest ended"
            assert time.monotonic() < deadline, "ingest does not answer"
            time.sleep(0.05)
        yield Running(process, orjson.loads(told.read_bytes())["http"])
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(15)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
