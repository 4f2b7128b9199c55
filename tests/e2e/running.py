"""A running `shiplog up` with topics and a database of its own on the session's stack."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import Topics, topics

PARTITIONS = 4
_LIBRARIES = ("kafka.", "aiokafka.")
_TURNS = ("service_", "partition_")
_TOLD_LINES = 60
_LAST_LINES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Shiplog of its own lives: folder, prefix of topics, database, on somebody's stack."""

    home: Path
    kafka: str
    database_url: str
    prefix: str

    @property
    def names(self) -> Topics:
        """The topics."""
        return topics(prefix=self.prefix, partitions=PARTITIONS)

    @property
    def env(self) -> dict[str, str]:
        """The environment its commands and services run with."""
        return {k: v for k, v in os.environ.items() if not k.startswith("SHIPLOG_")} | {
            "SHIPLOG_HOME": str(self.home),
            "SHIPLOG_KAFKA": self.kafka,
            "SHIPLOG_DATABASE_URL": self.database_url,
            "SHIPLOG_TOPIC_PREFIX": self.prefix,
            "SHIPLOG_PARTITIONS": str(PARTITIONS),
        }

    def shiplog(self, *arguments: str, timeout: float = 300) -> "Answer":
        """Run a command with `--json`."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", *arguments, "--json"],
            env=self.env, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a statement."""
        with psycopg.connect(self.database_url, autocommit=True) as conn:
            return conn.execute(statement).fetchall()


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """What it printed, as JSON."""
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.err[-3000:]}"
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """What it printed, as NDJSON."""
        assert self.code == 0, f"exit {self.code}\n{self.err[-3000:]}"
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(slots=True)
class Up:
    """The process `shiplog up` and what it said when it was ready."""

    place: Place
    process: subprocess.Popen[bytes]
    ready: dict[str, Any]
    log: Path
    extra: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def ingest(self) -> str:
        """Base URL of ingest."""
        return str(self.ready["ingest"])

    def pid(self, service: str) -> int:
        """The service's process now: `up` starts dead ones again, each tells its own."""
        told = json.loads((self.place.home / "run" / f"{service}.json").read_bytes())
        return int(told["pid"])

    def metric(self, service: str, name: str) -> float:
        """The sum of a metric's samples as the service tells them now."""
        return metric(self.metrics(service), name)

    def metrics(self, service: str) -> str:
        """The URL of the service's metrics now."""
        told = json.loads((self.place.home / "run" / f"{service}.json").read_bytes())
        return str(told["metrics"])

    def stop(self) -> None:
        """Ask it to drain, and see that it leaves nothing behind."""
        for process in self.extra:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.extra:
            process.wait(20)
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(40)


def metric(url: str, name: str) -> float:
    """The sum of a metric's samples at a /metrics URL."""
    return sum(sample.value for sample in samples(url) if sample.name == name)


def samples(url: str) -> list[Any]:
    """All samples at a /metrics URL: `name`, `labels`, `value`."""
    import httpx

    families = text_string_to_metric_families(httpx.get(url, timeout=5).text)
    return [sample for family in families for sample in family.samples]


def new_place(home: Path, *, kafka: str, database_url: str) -> Place:
    """A folder, a prefix and an empty database that nobody else uses."""
    name = f"t_{secrets.token_hex(5)}"
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name}")
    base, _, _ = database_url.rpartition("/")
    home.mkdir(parents=True, exist_ok=True)
    return Place(home, kafka, f"{base}/{name}", f"{name}-")


@contextlib.contextmanager
def running(place: Place, *, clock: str = "virtual") -> Iterator[Up]:
    """`shiplog up` until the block ends, then what troubled it and its services' last words; fails when one
    logged an exception that nobody expected."""
    log = place.home / "up.log"
    with log.open("ab") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "up", "--clock", clock, "--json"],
            env=place.env, stdout=subprocess.PIPE, stderr=err, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"up ended: {log.read_text()[-4000:]}"
        up = Up(place, process, json.loads(line), log)
    except BaseException:
        process.terminate()
        process.wait(40)
        raise
    try:
        yield up
    finally:
        # pytest shows it beside a failure
        print("\n".join([*troubles(log)[-_TOLD_LINES:], "last heard of each:", *last_words(log)]))  # noqa: T201
        up.stop()
    assert not (broken := bugs(log)), "\n".join(broken)


def troubles(log: Path) -> list[str]:
    """The lines that are no plain news, and what became of the services' processes."""
    return [
        line
        for line, told in _lines(log)
        if told.get("level") != "info" or str(told.get("event")).startswith(_TURNS)
    ]


def last_words(log: Path) -> list[str]:
    """The last lines of each service, whatever they say: where one stands that does nothing."""
    heard: dict[str, deque[str]] = {}
    for line, told in _lines(log):
        heard.setdefault(str(told.get("service")), deque(maxlen=_LAST_LINES)).append(line)
    return [line for lines in heard.values() for line in lines]


def bugs(log: Path) -> list[str]:
    """The exceptions that our services logged: trouble that they expect is told in a line, without one.

    Kafka's clients log every connection that was reset with its traceback: that is no bug of ours.
    """
    return [
        f"{each.get('service')} {each.get('event')}: {each['exception']}"
        for _, each in _lines(log)
        if "exception" in each and not str(each.get("logger")).startswith(_LIBRARIES)
    ]


def _lines(log: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line and what it says; nothing of a library's own line, or of one that a kill cut off."""
    for line in log.read_text(errors="replace").splitlines():
        told: dict[str, Any] = {}
        with contextlib.suppress(json.JSONDecodeError):
            told = json.loads(line) if line.startswith("{") else {}
        yield line, told


def until(check: Callable[[], bool], *, within: float, what: str) -> None:
    """Wait until `check` holds; fails the test after `within` seconds."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.1)
