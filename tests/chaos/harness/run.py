"""A run from its first round to its verdict."""

import math
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from tests.chaos.harness.clocks import how
from tests.chaos.harness.faults import Seen, lasting
from tests.chaos.harness.kills import Killed, kill
from tests.chaos.harness.plan import BROKER, OWN, POSTGRES, Kind, Round, plan
from tests.chaos.harness.rest import wait_rest
from tests.chaos.harness.stage import Stage, staged
from tests.chaos.harness.verdict import Verdict, judge

_SLOW_STEP = 5.0


@dataclass(frozen=True, slots=True)
class Course:
    """What a run is told. `longest`: seconds of a network fault; `recover`: the p95 allowed for
    recovery; None: nobody waits for it, the next kill comes as soon as its target is alive again.
    """

    seed: int
    kills: int
    acknowledged: int
    brokers: int = 3
    events: int = 25
    every: float = 0.06
    longest: float = 12.0
    recover: float | None = 10.0


@dataclass(slots=True)
class Report:
    """What happened."""

    course: Course
    killed: list[Killed] = field(default_factory=list)
    undisturbed: list[Killed] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    verdict: Verdict | None = None
    refusals: list[str] = field(default_factory=list)

    @property
    def p95(self) -> float:
        """Seconds from the kill of a process of ours to everything of then done, nothing else being wrong."""
        times = sorted(k.recovered for k in self.undisturbed if k.target not in (BROKER, POSTGRES))
        return times[math.ceil(0.95 * len(times)) - 1] if times else 0.0

    def troubles(self) -> list[str]:
        """Everything for which the run fails."""
        assert self.verdict is not None
        found = [str(each) for each in self.verdict.findings]
        if len(self.killed) < self.course.kills:
            found.append(f"only {len(self.killed)} of {self.course.kills} kills counted")
        wanted = {f"fsync {error}" for error in ("EIO", "ENOSPC")} | set(Kind) - {Kind.FSYNC, Kind.KILL}
        found += [
            f"{kind} was never seen to happen"
            for kind in sorted(wanted)
            if not self.seen.counts.get(kind) and kind.split()[0] not in self.seen.skipped
        ]
        found += self.refusals
        if self.course.recover is not None and self.p95 > self.course.recover:
            found.append(f"p95 of recovery {self.p95:.1f} s, allowed {self.course.recover:.0f} s")
        return found


def run(course: Course, home: Path, *, say: Callable[[str], None]) -> Report:
    """Play the whole schedule, wait until all is at rest, judge."""
    report = Report(course)
    rounds = plan(seed=course.seed, kills=course.kills, longest=course.longest)
    say(f"seed {course.seed}: {len(rounds)} rounds; clocks are shifted by {how()}")
    began = time.monotonic()
    with staged(
        home, seed=course.seed, brokers=course.brokers, events=course.events, every=course.every
    ) as stage:
        say(f"{time.monotonic() - began:6.1f} s  ready: {course.brokers} brokers, PostgreSQL, 6 processes")
        stage.sender.start()
        for each in rounds:
            before = len(report.killed)
            _play(stage, each, report)
            say(f"{time.monotonic() - began:6.1f} s  {_told(each, report, before)}")
        for target in islice(cycle(OWN), course.kills):
            # in the place of kills that found nothing unfinished
            if len(report.killed) < course.kills:
                _play(stage, Round(0, 0.2, target, None), report)
        while len(stage.sender.acknowledged) < course.acknowledged:
            time.sleep(0.5)
        stage.sender.stop()
        took = wait_rest(stage, within=180)
        say(f"{time.monotonic() - began:6.1f} s  at rest {took:.1f} s after the last request")
        report.verdict = judge(stage)
        report.refusals = stage.sender.wrong_answers()
    say(f"{time.monotonic() - began:6.1f} s  judged {report.verdict.logged} records of the log")
    _tell(report, say)
    return report


def _play(stage: Stage, each: Round, report: Report) -> None:
    time.sleep(each.pause)
    with lasting(stage, each.beside, report.seen) if each.beside else nullcontext():
        if each.kill is None:
            return
        if each.kill in OWN:
            stage.fleet.wait_alive(each.kill, within=90)
        patient = each.beside is None and report.course.recover is not None
        killed = kill(stage, each.kill, within=90, wait=patient)
        if not killed.unfinished:
            report.missed.append(each.kill)
            return
        report.killed.append(killed)
        if patient:
            report.undisturbed.append(killed)


def _told(each: Round, report: Report, before: int) -> str:
    beside = f" during {each.beside.kind} of {each.beside.target}" if each.beside else ""
    if each.kill is None:
        return f"round {each.number}:{beside}"
    if len(report.killed) == before:
        return f"round {each.number}: {each.kill} had nothing to do{beside}"
    last = report.killed[-1]
    took = f", {last.recovered:.1f} s{_long(last.steps)}" if last in report.undisturbed else ""
    return f"round {each.number}: {each.kill}: {last.unfinished} unfinished{took}{beside}"


def _long(steps: dict[str, float]) -> str:
    """The steps of a recovery that took their time."""
    slow = [f"{what} {took:.1f} s" for what, took in steps.items() if took >= _SLOW_STEP]
    return f" ({', '.join(slow)})" if slow else ""


def _tell(report: Report, say: Callable[[str], None]) -> None:
    assert report.verdict is not None
    say(f"kills that counted: {dict(Counter(k.target for k in report.killed))}; not: {report.missed}")
    say(f"faults seen: {report.seen.counts}")
    for kind, why in report.seen.skipped.items():
        say(f"skipped {kind}: {why}")
    worst = max((k.recovered for k in report.undisturbed), default=0.0)
    say(f"recovery of own processes p95 {report.p95:.1f} s, of any at worst {worst:.1f} s")
    say(f"{report.verdict.alerts} alerts, {report.verdict.logged} records in the log")
    for trouble in report.troubles():
        say(f"WRONG {trouble}")
    say(report.verdict.line(len(report.killed)))
