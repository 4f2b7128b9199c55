"""Kills that count: stopped, seen to have unfinished work, and only then killed."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kafka.errors import KafkaError
from psycopg import Error as DatabaseError

from services.cli.local.faults import kill_postgres, start_postgres
from tests.chaos.harness.plan import BROKER, NOTIFIERS, POSTGRES, PROJECTORS
from tests.chaos.harness.stage import Stage
from tests.e2e.running import until

_BUSY_WITHIN = 8.0
_UNSEEN = (KafkaError, DatabaseError, OSError)
"""What a look raises while the broker or the database is away."""


@dataclass(frozen=True, slots=True)
class Killed:
    """A kill: how much was unfinished (0: it does not count); seconds until that was done, step by step."""

    target: str
    unfinished: int
    steps: dict[str, float]

    @property
    def recovered(self) -> float:
        """Seconds until all was done; 0 where nobody waited for it."""
        return sum(self.steps.values())


def kill(stage: Stage, target: str, *, within: float, wait: bool) -> Killed:
    """Kill a process in mid-work; `wait` until its work is done, by itself or whoever took it over."""
    if target == BROKER:
        unfinished = _kill_broker(stage)
    elif target == POSTGRES:
        unfinished = _kill_postgres(stage)
    else:
        unfinished = _kill_own(stage, target)
    steps = _wait_recovered(stage, target, within=within) if unfinished and wait else {}
    return Killed(target, unfinished, steps)


def _kill_own(stage: Stage, target: str) -> int:
    """Stop it, see what was there for it before and is not done, and kill it if that is anything."""
    deadline = time.monotonic() + _BUSY_WITHIN
    while time.monotonic() < deadline:
        pid = stage.fleet.pid(target)
        try:
            left = _left_before(stage, target)
        except _UNSEEN:
            time.sleep(0.1)
            continue
        if not stage.fleet.send(pid, signal.SIGSTOP):
            time.sleep(0.1)
            continue
        unfinished = _quietly(left)
        if unfinished:
            stage.fleet.send(pid, signal.SIGKILL)
            until(partial(_is_another, stage, target, pid), within=10, what=f"{target} gone")
            return unfinished
        stage.fleet.send(pid, signal.SIGCONT)
        time.sleep(0.02)
    return 0


def _is_another(stage: Stage, target: str, pid: int | None) -> bool:
    return stage.fleet.pid(target) != pid


def _left_before(stage: Stage, target: str) -> Callable[[], int]:
    """How much of what is there for the target now is not done, whenever it is asked. Raises _UNSEEN."""
    sight = stage.sight
    if target in PROJECTORS:
        ends, own = sight.log_ends(), sight.claimed(target)
        return lambda: sight.unfolded(ends, own)
    if target in NOTIFIERS:
        given = sight.assigned(target)
        announced = sight.untold(given)
        return lambda: len(announced & sight.untold(given))
    if target == "ingest":
        return lambda: stage.sender.in_flight
    return sight.due


def _quietly(look: Callable[[], int]) -> int:
    """What cannot be seen does not count."""
    try:
        return look()
    except _UNSEEN:
        return 0


def _kill_broker(stage: Stage) -> int:
    """SIGKILL whoever leads a partition of the log while requests wait for it, and start it again."""
    broker = stage.leader()
    stage.brokers.send(broker, signal.SIGSTOP)
    deadline = time.monotonic() + 2.0
    while not (unfinished := stage.sender.in_flight) and time.monotonic() < deadline:
        time.sleep(0.02)
    # a request that is stopped half way waits for this broker, or for nobody any more
    time.sleep(0.2)
    unfinished = min(unfinished, stage.sender.in_flight)
    stage.brokers.send(broker, signal.SIGKILL)
    # for as long as a restart by hand takes: the others lead meanwhile, where there are others
    time.sleep(stage.outage)
    stage.brokers.launch(broker)
    stage.brokers.wait_ready(broker)
    return unfinished


def _kill_postgres(stage: Stage) -> int:
    deadline = time.monotonic() + _BUSY_WITHIN
    unfinished = 0
    while not unfinished and time.monotonic() < deadline:
        unfinished = _quietly(lambda: stage.sight.unfolded(stage.sight.log_ends()))
    kill_postgres(stage.postgres_home)
    time.sleep(stage.outage / 2)
    start_postgres(stage.postgres_home)
    return unfinished


def _wait_recovered(stage: Stage, target: str, *, within: float) -> dict[str, float]:
    """Until what stood in the log is folded, what was announced is told, and the target is ready.

    Seconds that each step took.
    """
    ends: list[dict[int, int]] = []
    took: dict[str, float] = {}

    def step(what: str, check: Callable[[], bool]) -> None:
        began = time.monotonic()
        until(check, within=within, what=f"{what} after {target}")
        took[what] = time.monotonic() - began

    def sampled() -> bool:
        ends[:] = [stage.sight.log_ends()]
        return True

    def folded() -> bool:
        return stage.sight.unfolded(ends[0]) == 0

    def announced() -> bool:
        wanted.update(stage.sight.untold())
        return True

    def told() -> bool:
        wanted.intersection_update(stage.sight.untold())
        return not wanted

    step("the log answers", lambda: _seen(sampled))
    wanted: set[str] = set()
    if target not in ("ingest", "watchdog"):
        step("the log is folded", lambda: _seen(folded))
        step("the announcements are read", lambda: _seen(announced))
        step("the announcements are told", lambda: _seen(told))
    if target not in (BROKER, POSTGRES):
        step("it is ready", lambda: stage.fleet.is_ready(target))
    return took


def _seen(look: Callable[[], bool]) -> bool:
    try:
        return look()
    except _UNSEEN:
        return False
