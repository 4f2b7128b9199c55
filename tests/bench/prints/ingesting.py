"""Ingest as a service: canonical NDJSON over HTTP, 1,000 lines a body, until the broker has every event."""

import secrets
from contextlib import closing

from services.cli.run import Service
from tests.bench.arena import ours, rate
from tests.bench.plan import Plan
from tests.bench.progress import Ends
from tests.bench.results import Results
from tests.bench.services import address, place, running
from tests.bench.stage import Stage


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of one ingest process under four clients."""
    for _ in range(plan.rounds):
        prefix = f"ingest-{secrets.token_hex(3)}-"
        names = stage.topics(prefix)
        where = place(stage, prefix)
        with running(where, Service.INGEST), closing(Ends(stage.kafka, names.events.name)) as progress:
            load = ours(
                "load", url=address(where, Service.INGEST), count=plan.enough, shipments=plan.shipments,
                name="ING", per_request=1_000, pace=None,
            )  # fmt: skip
            results.add("ingest_ndjson", rate("ingest", load, progress, goal=plan.enough, window=plan.window))
