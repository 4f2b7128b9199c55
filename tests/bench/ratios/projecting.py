"""The projector against its own writer alone, and against others' projectors with the same fold."""

from collections.abc import Callable
from contextlib import closing
from functools import partial

from tests.bench.arena import child, ours, rate
from tests.bench.plan import Plan
from tests.bench.progress import Checkpoints
from tests.bench.ratios.rounds import interleave
from tests.bench.results import Results
from tests.bench.stage import Log, Stage, drop_database

ALL = 100_000_000
"""Shipments held in memory: as many as there are."""

_GATHER_SECONDS = 900.0

Contestant = Callable[[str], list[str]]
"""The command of a contestant, given the address of its empty database."""


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of projector, writer alone, per event, batched stock, batched best."""
    log = stage.log(plan.records, shipments=plan.shipments)
    kept = str(stage.folder("kept") / "batches")
    _gather(stage, _projector(stage, log, keep=kept))
    contestants = {
        "projector": _projector(stage, log),
        "writer_only": lambda url: ours("ours.write_only", database_url=url, kept=kept),
        "per_event": _rival(stage, log, "rivals.per_event"),
        "stock_batched": _rival(stage, log, "rivals.batched", most=500),
        "best_batched": _rival(stage, log, "rivals.batched", most=10_000, relaxed=True),
    }
    runs = {
        name: partial(_one, stage, name, contestant, goal=log.total, window=plan.window)
        for name, contestant in contestants.items()
    }
    interleave(results, plan.rounds, runs)
    results.compare("projector_vs_writer", "projector", "writer_only")
    results.compare("projector_vs_per_event", "projector", "per_event")
    results.compare("projector_vs_stock_batched", "projector", "stock_batched")


def projector_rate(stage: Stage, log: Log, *, window: float, held: int = ALL) -> float:
    """Records per second of our projector over a log; `held`: shipments that it may hold in memory."""
    return _one(stage, "projector", _projector(stage, log, held=held), goal=log.total, window=window)


def live_rate(stage: Stage, log: Log, url: str, *, window: float) -> float:
    """The same into a database that is kept."""
    with closing(Checkpoints(url)) as progress:
        return rate("projector", _projector(stage, log)(url), progress, goal=log.total, window=window)


def _projector(stage: Stage, log: Log, *, held: int = ALL, keep: str | None = None) -> Contestant:
    return lambda url: ours(
        "ours.project", kafka=stage.kafka, topic=log.topic, database_url=url, ends=log.ends, held=held,
        keep=keep,
    )  # fmt: skip


def _rival(stage: Stage, log: Log, module: str, **how: object) -> Contestant:
    return lambda url: ours(
        module, kafka=stage.kafka, topic=log.topic, database_url=url, ends=log.ends, **how
    )


def _gather(stage: Stage, contestant: Contestant) -> None:
    """A run that counts for nothing but the file of its batches."""
    url = stage.database()
    with child("gather", contestant(url)) as gathering:
        gathering.hear("ready", within=_GATHER_SECONDS)
        gathering.go()
        gathering.hear("done", within=_GATHER_SECONDS)
    drop_database(url)


def _one(stage: Stage, name: str, contestant: Contestant, *, goal: int, window: float) -> float:
    url = stage.database()
    try:
        with closing(Checkpoints(url)) as progress:
            return rate(name, contestant(url), progress, goal=goal, window=window)
    finally:
        drop_database(url)
