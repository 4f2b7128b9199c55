"""The projector against stream processors that keep their state in RocksDB and a changelog topic."""

import secrets
from collections.abc import Callable
from contextlib import closing
from functools import partial

from services.cli.output import DependencyAway
from tests.bench.arena import OTHER_PYTHON, rate, theirs
from tests.bench.plan import Plan
from tests.bench.progress import Committed
from tests.bench.ratios.projecting import projector_rate
from tests.bench.ratios.rounds import interleave
from tests.bench.results import Results
from tests.bench.rivals import kafka_streams
from tests.bench.stage import Log, Stage

Command = Callable[[str], list[str]]
"""The command of a contestant, given its consumer group."""


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of projector, Quix Streams, Kafka Streams; a rival that cannot run is left out with a reason."""
    log = stage.log(plan.records, shipments=plan.shipments)
    rivals = _quix(stage, log, results) | _streams(stage, log, results)
    runs = {"projector_beside_streams": partial(projector_rate, stage, log, window=plan.window)}
    for name, command in rivals.items():
        runs[name] = partial(_one, stage, log, name, command, window=plan.window)
    interleave(results, plan.rounds, runs)
    results.compare("projector_vs_quix", "projector_beside_streams", "quix")
    results.compare("projector_vs_kafka_streams", "projector_beside_streams", "kafka_streams")


def _quix(stage: Stage, log: Log, results: Results) -> dict[str, Command]:
    if not OTHER_PYTHON.exists():
        results.reasons["projector_vs_quix"] = "no .venv-bench: run by `make bench`"
        return {}
    return {
        "quix": lambda group: theirs(
            "rivals.quix", kafka=stage.kafka, topic=log.topic, group=group, folder=str(stage.folder("quix"))
        )
    }


def _streams(stage: Stage, log: Log, results: Results) -> dict[str, Command]:
    try:
        classpath = kafka_streams.compiled(stage.folder("classes"))
    except (kafka_streams.NoJava, DependencyAway) as error:
        results.reasons["projector_vs_kafka_streams"] = str(error)
        return {}
    return {
        "kafka_streams": lambda group: kafka_streams.command(
            classpath, kafka=stage.kafka, topic=log.topic, group=group, folder=stage.folder("streams")
        )
    }


def _one(stage: Stage, log: Log, name: str, command: Command, *, window: float) -> float:
    group = f"bench-{name}-{secrets.token_hex(3)}"
    with closing(Committed(stage.kafka, group, log.topic)) as progress:
        return rate(name, command(group), progress, goal=log.total, window=window)
