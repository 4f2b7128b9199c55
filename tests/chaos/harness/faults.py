"""Faults that last for a while beside a kill; each begins, is seen to do something, and ends."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from kafka.errors import KafkaError
from psycopg import Error as DatabaseError

from tests.chaos.harness.plan import KAFKA, NETWORK, NOTIFIERS, PROJECTORS, Fault, Kind
from tests.chaos.harness.stage import Stage
from tests.e2e.running import until

T = TypeVar("T")
_SESSIONS = {**dict.fromkeys(PROJECTORS, 4.0), **dict.fromkeys(NOTIFIERS, 10.0)}
_SPOOLING_WITHIN = 15.0
_SEEN_WITHIN = 20.0
_ERRORS = ("EIO", "ENOSPC")


class Seen:
    """How often each fault was seen to have happened; `skipped` are those this machine cannot do."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.skipped: dict[str, str] = {}

    def add(self, kind: str, count: int) -> None:
        """Note it."""
        self.counts[kind] = self.counts.get(kind, 0) + count


@contextmanager
def lasting(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    """The fault lasts at least as long as the block, and its own time."""
    began = time.monotonic()
    makers = {Kind.STOP: _stopped, Kind.TERM: _ended, Kind.FSYNC: _disk_broken, Kind.SKEW: _skewed}
    with (_network if fault.kind in NETWORK else makers[fault.kind])(stage, fault, seen):
        yield
        left = fault.seconds - (time.monotonic() - began)
        if fault.kind in NETWORK or fault.kind is Kind.SKEW:
            time.sleep(max(0.0, left))


@contextmanager
def _network(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    links = stage.kafka_links if fault.target == KAFKA else [fault.target]
    before = stage.network.seen(fault.kind)
    stage.network.turn(links, fault.kind, fault.amount)
    try:
        yield
        # whoever it is for may have been starting all the while
        deadline = time.monotonic() + _SEEN_WITHIN
        while stage.network.seen(fault.kind) == before and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        seen.add(fault.kind, stage.network.seen(fault.kind) - before)
        stage.network.turn(links, "pass")


@contextmanager
def _stopped(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    """SIGSTOP past the session's end: seen when somebody else has taken what it had."""
    fleet, sight, name = stage.fleet, stage.sight, fault.target
    fleet.wait_ready(name, within=60)
    own: set[int] = set()
    epochs: dict[int, int] = {}

    def holds() -> bool:
        # after a kill of the database nothing is claimed for a moment, and nothing can be asked
        own.update(_asked(lambda: sight.claimed(name) if name in PROJECTORS else sight.assigned(name), set()))
        epochs.update(_asked(sight.epochs, {}))
        return bool(own and epochs)

    until(holds, within=60, what=f"{name} holds a partition")
    pid = fleet.pid(name)
    fleet.send(pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        yield
        past = _SESSIONS[name] + 1.5 - (time.monotonic() - began)
        time.sleep(max(0.0, past))

        def taken() -> bool:
            if name in PROJECTORS:
                now = _asked(sight.epochs, epochs)
                return any(now[p] > epochs.get(p, 0) for p in own)
            return not _asked(lambda: sight.assigned(name), own)

        until(taken, within=30, what=f"{name}'s partitions taken over")
        seen.add(fault.kind, 1)
    finally:
        fleet.send(pid, signal.SIGCONT)


@contextmanager
def _ended(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    """SIGTERM: seen when the process has drained and another one stands in its place."""
    pid = stage.fleet.pid(fault.target)
    sent = stage.fleet.send(pid, signal.SIGTERM)
    yield
    until(lambda: stage.fleet.pid(fault.target) not in (pid, None), within=40, what=f"{fault.target} anew")
    seen.add(fault.kind, int(sent))


@contextmanager
def _skewed(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    """A process whose clock is a day off: seen by the heartbeat it tells."""
    fleet, name = stage.fleet, fault.target
    fleet.skew(name, fault.amount)
    try:
        _replaced(stage, name)

        def shows() -> bool:
            told = fleet.metric(name, "shiplog_heartbeat_timestamp_seconds")
            return abs(told - time.time() - fault.amount * 3_600) < 60

        until(shows, within=30, what=f"{name} tells a time that is off by {fault.amount} hours")
        seen.add(fault.kind, 1)
        yield
    finally:
        fleet.skew(name, 0)
        _replaced(stage, name)


def _replaced(stage: Stage, name: str) -> None:
    pid = stage.fleet.pid(name)
    stage.fleet.send(pid, signal.SIGKILL)
    until(lambda: stage.fleet.pid(name) not in (pid, None), within=20, what=f"{name} anew")
    stage.fleet.wait_ready(name, within=60)


@contextmanager
def _disk_broken(stage: Stage, fault: Fault, seen: Seen) -> Iterator[None]:
    """No way to Kafka, so that ingest spools, and then a disk that fails each fsync."""
    if shutil.which("strace") is None:
        seen.skipped[fault.kind] = "no strace here: fsync errors were not injected"
        yield
        return
    # one that was killed a moment ago may take as long to start as the spool is waited for
    stage.fleet.wait_ready("ingest", within=60)
    stage.network.turn(stage.kafka_links, "refused")
    try:
        until(lambda: _spooling(stage), within=_SPOOLING_WITHIN, what="ingest spools")
        for error in _ERRORS:
            seen.add(f"fsync {error}", _inject(stage, error))
        yield
    finally:
        stage.network.turn(stage.kafka_links, "pass")


def _spooling(stage: Stage) -> bool:
    try:
        return stage.fleet.metric("ingest", "shiplog_spool_depth_records") > 0
    except httpx.HTTPError:
        return False


def _inject(stage: Stage, error: str) -> int:
    """Every fsync of ingest fails with `error` for a second; how many did."""
    told = Path(stage.place.home / f"strace-{error}-{time.monotonic_ns()}")
    calls = "fsync,fdatasync"
    tracer = subprocess.Popen(
        ["strace", "-f", "-q", "-o", told, "-e", f"trace={calls}", "-e", f"inject={calls}:error={error}",
         "-p", str(stage.fleet.pid("ingest"))],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    time.sleep(1.5)
    tracer.terminate()
    tracer.wait(10)
    return told.read_text().count("(INJECTED)") if told.exists() else 0


def _asked(look: Callable[[], T], otherwise: T) -> T:
    try:
        return look()
    except (KafkaError, DatabaseError, OSError):
        return otherwise
