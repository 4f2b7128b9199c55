"""Our notifier against Faust agents: from a status topic to alerts that the broker has acknowledged."""

import secrets
from contextlib import closing
from functools import partial

from services.cli.run import Service
from tests.bench.arena import ours, rate
from tests.bench.plan import Plan
from tests.bench.progress import Readable
from tests.bench.ratios.rounds import interleave
from tests.bench.results import Results
from tests.bench.services import Place, command
from tests.bench.stage import Stage
from tests.bench.statuses import Status, fill, status_records

_HOW = {"stock_faust": "send", "acked_faust": "ack", "taking_faust": "take"}


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of ours and three ways of Faust; alerts are counted by a reader of the topic."""
    statuses = list(status_records(plan.enough // 2, shipments=plan.shipments))
    interleave(
        results,
        plan.rounds,
        {name: partial(_one, stage, plan, statuses, name) for name in ("notifier", *_HOW)},
    )
    results.compare("notifier_vs_stock_faust", "notifier", "stock_faust")


def _one(stage: Stage, plan: Plan, statuses: list[Status], name: str) -> float:
    """Alerts per second. Each has topics of its own: what is written into them is the result."""
    prefix = f"{name}-{secrets.token_hex(3)}-"
    names = stage.topics(prefix)
    told = fill(stage.kafka, names, statuses)
    env = None
    if name == "notifier":
        start = command(Service.NOTIFIER)
        env = Place(stage, stage.folder("home"), prefix, stage.database_url).env(instance="notifier-1")
    else:
        start = ours(
            "rivals.stock_faust", kafka=stage.kafka, status=names.status.name, alerts=names.alerts.name,
            group=f"{prefix}faust", folder=str(stage.folder("faust")), how=_HOW[name],
        )  # fmt: skip
    with closing(Readable(stage.kafka, names.alerts.name)) as alerts:
        return rate(name, start, alerts, goal=told, window=plan.window, env=env, waits=env is None)
