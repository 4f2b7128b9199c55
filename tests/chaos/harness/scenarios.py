"""Runs of one kind of trouble each: zombies, a broker that is away, projectors that are, too much at once."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos.harness.faults import Seen, lasting
from tests.chaos.harness.kills import kill
from tests.chaos.harness.plan import NOTIFIERS, PROJECTORS, Fault, Kind
from tests.chaos.harness.rest import wait_rest
from tests.chaos.harness.stage import Stage, staged
from tests.chaos.harness.verdict import Verdict, judge
from tests.e2e.running import until

Say = Callable[[str], None]
Json = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What a scenario shows; `troubles` is empty when it went as it must."""

    verdict: Verdict
    answers: Counter[int]
    troubles: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def zombies(home: Path, *, seed: int, runs: int, seconds: float, brokers: int, say: Say) -> Outcome:
    """Projectors and notifiers stopped for so long in turn, under load: what they wake up with is refused."""
    seen = Seen()
    with staged(home, seed=seed, brokers=brokers, events=20, every=0.1) as stage:
        stage.sender.start()
        for number in range(runs):
            target = (*PROJECTORS, *NOTIFIERS)[number % 4]
            with lasting(stage, Fault(Kind.STOP, target, seconds, 1.0), seen):
                time.sleep(seconds)
            stage.fleet.wait_ready(target, within=90)
            say(f"run {number + 1}: {target} stopped for {seconds:.0f} s; taken over {seen.counts}")
        outcome = _end(stage)
    if seen.counts.get(Kind.STOP, 0) < runs:
        outcome.troubles.append(f"only {seen.counts} of {runs} zombies had lost their partitions")
    return outcome


def broker_away(
    home: Path, *, seed: int, seconds: float, kills: int, every: float, brokers: int, say: Say
) -> Outcome:
    """No way to Kafka for `seconds`, a request each `every`, ingest killed `kills` times while it spools."""
    with staged(home, seed=seed, brokers=brokers, events=2, every=every, workers=16) as stage:
        stage.sender.start()
        time.sleep(1.0)
        stage.network.turn(stage.kafka_links, "refused")
        began, counted, before = time.monotonic(), 0, stage.sender.answers[202]
        for number in range(kills):
            time.sleep(max(0.0, began + seconds * (number + 0.5) / kills - time.monotonic()))
            counted += kill(stage, "ingest", within=60, wait=False).unfinished > 0
            stage.fleet.wait_alive("ingest", within=60)
            say(f"kill {number + 1} of ingest; answers {dict(stage.sender.answers)}")
        time.sleep(max(0.0, began + seconds - time.monotonic()))
        # while nobody reaches Kafka, what is taken is spooled
        spooled = stage.sender.answers[202] - before
        stage.network.turn(stage.kafka_links, "pass")
        outcome = _end(stage)
    outcome.facts |= {"taken while away": spooled, "kills": counted}
    if counted < kills:
        outcome.troubles.append(f"only {counted} of {kills} kills counted")
    if not spooled:
        outcome.troubles.append("nothing was spooled")
    return outcome


def projector_away(
    home: Path, *, seed: int, seconds: float, deadlines: int, brokers: int, say: Say
) -> Outcome:
    """No projector for `seconds`, in which every promise falls due: only late parcels are called overdue."""
    with staged(home, seed=seed, brokers=brokers, events=1, every=1.0) as stage:
        sent = _Promised(stage, deadlines, falls_due_in=seconds)
        sent.register()
        until(
            lambda: stage.sight.unfolded(stage.sight.log_ends()) == 0, within=120, what="registrations folded"
        )
        say(f"{deadlines} promises registered, falling due at {sent.due:%H:%M:%S}; projectors stop")
        pids = [stage.fleet.pid(name) for name in PROJECTORS]
        for pid in pids:
            stage.fleet.send(pid, signal.SIGSTOP)
        sent.deliver_half()
        delivered_in_time = datetime.now(UTC) < sent.due
        time.sleep(max(0.0, (sent.due - datetime.now(UTC)).total_seconds() + seconds / 2))
        for pid in pids:
            stage.fleet.send(pid, signal.SIGCONT)
        say("projectors go on")
        outcome = _end(stage)
        overdue = stage.sight.told_of("delay_overdue")
    outcome.facts |= {"overdue": overdue}
    if not delivered_in_time:
        outcome.troubles.append("the machine was too slow: deliveries were sent after the deadline")
    if overdue != deadlines - deadlines // 2:
        outcome.troubles.append(f"{overdue} overdue alerts, not {deadlines - deadlines // 2}")
    return outcome


class _Promised:
    """Parcels promised for one instant, of which every second one is delivered before it."""

    def __init__(self, stage: Stage, count: int, *, falls_due_in: float) -> None:
        self._stage = stage
        self._count = count
        self.due = datetime.now(UTC) + timedelta(seconds=falls_due_in)

    def register(self) -> None:
        """All of them."""
        promise = {"kind": "order_promised", "to": self.due.isoformat(timespec="milliseconds")}
        began = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
        self._post(
            {
                "type": "ShipmentRegistered",
                "occurred_at": began,
                "data": {"order_id": f"O-{n}", "promise": promise},
            }
            | _parcel(n)
            for n in range(self._count)
        )

    def deliver_half(self) -> None:
        """Those with even numbers."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._post(
            {"type": "ScanRecorded", "occurred_at": now, "data": {"milestone": "delivered"}} | _parcel(n)
            for n in range(0, self._count, 2)
        )

    def _post(self, events: Iterator[Json]) -> None:
        self._stage.sender.post_all(events, at_once=500)


def _parcel(number: int) -> Json:
    return {"carrier": "acme", "tracking_number": f"D{number:06d}"}


def _end(stage: Stage) -> Outcome:
    """Send no more, wait until all is at rest, judge."""
    sender = stage.sender
    sender.stop()
    wait_rest(stage, within=240)
    verdict = judge(stage)
    outcome = Outcome(verdict, sender.answers, [str(each) for each in verdict.findings])
    outcome.facts["refused"] = sum(
        stage.fleet.metric(name, "shiplog_refused_stale_writes_total") for name in PROJECTORS
    )
    outcome.troubles += sender.wrong_answers()
    return outcome
