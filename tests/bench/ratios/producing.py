"""The way ingest writes the log against kafka-python's defaults and librdkafka, each into an empty topic."""

import pickle
import secrets
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.bench.arena import OTHER_PYTHON, ours, rate, theirs
from tests.bench.plan import Plan
from tests.bench.progress import Ends
from tests.bench.ratios.rounds import interleave
from tests.bench.results import Results
from tests.bench.seeds import records
from tests.bench.stage import Stage


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of ours, defaults, best known."""
    file = stage.folder("records") / "records"
    _write(file, plan)
    runs = {
        "produce": partial(_one, stage, plan, file, "ours.produce", ours),
        "default_send": partial(_one, stage, plan, file, "rivals.default_send", ours),
    }
    if OTHER_PYTHON.exists():
        runs["confluent_send"] = partial(_one, stage, plan, file, "rivals.confluent_send", theirs)
    interleave(results, plan.rounds, runs)
    results.compare("produce_vs_default", "produce", "default_send")


def _one(stage: Stage, plan: Plan, file: Path, module: str, command: Callable[..., list[str]]) -> float:
    topic = stage.topics(f"{module}-{secrets.token_hex(3)}-").events.name
    facts = {"kafka": stage.kafka, "topic": topic, "records": str(file)}
    if module == "ours.produce":
        facts["spool"] = str(stage.folder("spool"))
    with closing(Ends(stage.kafka, topic)) as progress:
        return rate(module, command(module, **facts), progress, goal=plan.enough, window=plan.window)


def _write(file: Path, plan: Plan) -> None:
    """The records as plain tuples: the rivals' environment knows nothing of ours."""
    made = records(plan.enough, shipments=max(plan.shipments // 5, 1))
    with file.open("wb") as target:
        pickle.dump([(each.key, each.value, each.headers) for each in made], target)
