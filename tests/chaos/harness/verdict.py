"""The end of a run: everything compared with a fold of the raw log, told in one line."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from tests.chaos.deadlines import false_deadlines
from tests.chaos.harness.plan import NOTIFIERS, OWN, PROJECTORS
from tests.chaos.harness.stage import Stage
from tests.e2e.running import PARTITIONS
from tests.oracle import Finding, findings, read_topic, rejections, truth_of

_LOST = ("acknowledged missing", "shipments missing", "timeline rows missing", "rejected records missing")
_DOUBLED = ("timeline rows doubled", "timeline rows too many", "running numbers not 1..n in partitions")
_ZERO: Mapping[str, tuple[str, ...]] = {
    "shiplog_lag_records": (*PROJECTORS, *NOTIFIERS),
    "shiplog_sequence_gaps_total": NOTIFIERS,
    "shiplog_paused_partitions": PROJECTORS,
    "shiplog_spool_depth_records": ("ingest",),
    "shiplog_watchdog_backlog": ("watchdog",),
    "shiplog_watchdog_held": ("watchdog",),
}
"""What the metrics of a Shiplog at rest must tell, by who tells it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the log, and everything made of it, shows."""

    acknowledged: int
    logged: int
    alerts: int
    findings: list[Finding]

    def count(self, *kinds: str) -> int:
        """How many were found of these kinds."""
        return sum(each.count for each in self.findings if each.kind in kinds)

    def line(self, kills: int) -> str:
        """The run in one line."""
        return (
            f"{kills} kills, {self.acknowledged} acknowledged: {self.count(*_LOST)} lost, "
            f"{self.count(*_DOUBLED)} doubled, {self.count('alerts missing')} alerts missing, "
            f"{self.count('alerts doubled')} alerts doubled"
        )


def judge(stage: Stage) -> Verdict:
    """Compare; nothing is under way any more."""
    place = stage.place
    log = read_topic(place.kafka, place.names.events.name)
    truth = truth_of(log)
    found = findings(truth, kafka=place.kafka, database_url=place.database_url, names=place.names)
    found += rejections(truth, kafka=place.kafka, names=place.names)
    found += false_deadlines(log)
    missing = sorted(stage.sender.acknowledged - truth.events)
    if missing:
        found.append(Finding("acknowledged missing", len(missing), missing[:3]))
    found += _metrics(stage)
    return Verdict(len(stage.sender.acknowledged), len(log), len(truth.alerts), found)


def _metrics(stage: Stage) -> list[Finding]:
    texts = {name: _sums(httpx.get(f"{stage.fleet.url(name)}/metrics", timeout=10).text) for name in OWN}
    wrong = [
        (name, metric, value)
        for metric, tellers in _ZERO.items()
        for name in tellers
        if (value := texts[name].get(metric, 0.0)) != 0.0
    ]
    owned = sum(texts[name].get("shiplog_partitions_owned", 0.0) for name in PROJECTORS)
    if owned != PARTITIONS:
        wrong.append(("projectors", "shiplog_partitions_owned", owned))
    return [Finding("metrics not at rest", len(wrong), wrong)] if wrong else []


def _sums(text: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name = line.partition("{")[0].partition(" ")[0]
            sums[name] = sums.get(name, 0.0) + float(line.rsplit(" ", 1)[1])
    return sums
