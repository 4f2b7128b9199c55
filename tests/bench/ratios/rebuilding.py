"""A rebuild against the live projector over the same log."""

import math

from services.runtime.topics import topic_facts
from tests.bench.plan import Plan
from tests.bench.ratios.projecting import live_rate
from tests.bench.results import Results
from tests.bench.stage import Stage, drop_database

NAME = "rebuild_vs_live"


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of live and rebuild; the whole rebuild counts, comparison of every row and switch included."""
    try:
        from services.projector.rebuild.source import Source
        from tests.bench.rebuild import rebuilt
    except ImportError as error:
        results.reasons[NAME] = f"no rebuild here: {error}"
        return
    log = stage.log(plan.records, shipments=plan.shipments)
    topic_id, partitions = topic_facts(stage.kafka, log.topic)
    stage.topics(log.prefix)
    for _ in range(plan.rounds):
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
        drop_database(url)
    results.compare(NAME, "rebuild", "live")
