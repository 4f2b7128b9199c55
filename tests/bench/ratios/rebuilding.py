"""A rebuild against the live projector over the same log."""

import math
import os
import time

from services.projector.rebuild.act import rebuild
from services.projector.rebuild.report import Report
from services.projector.rebuild.source import Source
from services.runtime.topics import topic_facts
from tests.bench.plan import Plan
from tests.bench.ratios.projecting import live_rate
from tests.bench.results import Results
from tests.bench.stage import Stage, drop_database

NAME = "rebuild_vs_live"


class Stages:
    """Progress that keeps how long each stage took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._began = "start", time.perf_counter()

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins."""
        self.end()
        self._name = name

    def moved(self, records: int) -> None:
        """Not looked at."""

    def end(self) -> None:
        """The last stage is over."""
        now = time.perf_counter()
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._began
        self._began = now


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of live and rebuild; the whole rebuild counts, comparison of every row and switch included."""
    # a parcel's journey is as long as its scans: one that goes on behind its end is another use of the number
    scans = max(6, math.ceil(plan.records / plan.shipments))
    log = stage.log(plan.records, shipments=plan.shipments, scans=scans)
    topic_id, partitions = topic_facts(stage.kafka, log.topic)
    stage.topics(log.prefix)
    for turn in range(plan.rounds):
        url = stage.database()
        results.add("live", live_rate(stage, log, url, window=math.inf))
        source = Source(
            kafka=stage.kafka, topic=log.topic, status_topic=log.names.status.name, topic_id=topic_id,
            partitions=partitions, database_url=url,
        )  # fmt: skip
        stages, report = rebuilt(source)
        assert report.switched
        assert report.equal
        whole = sum(stages.seconds.values())
        results.add("rebuild", log.total / whole)
        results.add("rebuild_less_comparing_rows", log.total / (whole - stages.seconds["comparing rows"]))
        if not turn:
            for name, seconds in [*stages.seconds.items(), ("whole", whole)]:
                results.figure(f"rebuild of {log.total:,}", name, seconds, "s")
        drop_database(url)
    results.compare(NAME, "rebuild", "live")


def rebuilt(source: Source) -> tuple[Stages, Report]:
    """Rebuild and switch; how long each stage took."""
    stages = Stages()
    report = rebuild(source, accept=False, processes=os.cpu_count() or 1, progress=stages)
    stages.end()
    return stages, report
