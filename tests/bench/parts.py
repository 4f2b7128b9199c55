"""The parts of a bench by name, in the order in which they matter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.bench.plan import Plan
from tests.bench.prints import deadlines, ingesting, latency, memory, pair, parsing, scaling
from tests.bench.ratios import consuming, notifying, producing, projecting, rebuilding, streaming
from tests.bench.results import Results
from tests.bench.stage import Stage

Measure = Callable[[Stage, Plan, Results], None]


@dataclass(frozen=True, slots=True)
class Part:
    """What it measures, and the ratios that come of it.

    `alone`: on a stack of its own, whose PostgreSQL keeps the time of every commit.
    """

    measure: Measure
    ratios: tuple[str, ...] = ()
    alone: bool = False


PARTS: Final[dict[str, Part]] = {
    "projector": Part(
        projecting.measure,
        ("projector_vs_writer", "projector_vs_per_event", "projector_vs_stock_batched"),
    ),
    "streams": Part(streaming.measure, ("projector_vs_quix", "projector_vs_kafka_streams")),
    "consume": Part(consuming.measure, ("consume_vs_stock",)),
    "produce": Part(producing.measure, ("produce_vs_default",)),
    "notifier": Part(notifying.measure, ("notifier_vs_stock_faust",)),
    "rebuild": Part(rebuilding.measure, ("rebuild_vs_live",)),
    "latency": Part(latency.measure, alone=True),
    "ingest": Part(ingesting.measure),
    "two": Part(pair.measure),
    "shipments": Part(scaling.shipments),
    "scans": Part(scaling.scans),
    "memory": Part(memory.measure),
    "deadlines": Part(deadlines.measure),
    "parsing": Part(parsing.measure),
}
