"""`make profile`: one of ours under load, and a flame graph of it with its children (py-spy)."""

import os
import secrets
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from services.cli.run import Service
from tests.bench.arena import OTHER_PYTHON, child, ours
from tests.bench.plan import Plan
from tests.bench.prints.wait import until
from tests.bench.progress import Checkpoints, Ends, Readable
from tests.bench.ratios.projecting import ALL
from tests.bench.services import Place, address, command, place, running
from tests.bench.stage import Stage
from tests.bench.statuses import fill, status_records

_READY_SECONDS = 120.0
_MOST_SECONDS = 600.0
_PER_SECOND: Final = "200"


def profile(stage: Stage, plan: Plan, target: str) -> Path:
    """The flame graph's file; raises FileNotFoundError without the bench's own environment."""
    spy = OTHER_PYTHON.with_name("py-spy")
    if not spy.exists():
        raise FileNotFoundError(f"{spy}: run `make profile`")
    file = Path("build") / f"profile-{target}.svg"
    file.parent.mkdir(exist_ok=True)
    record = [
        str(spy), "record", "--subprocesses", "--rate", _PER_SECOND, "--format", "flamegraph",
        "--output", str(file.absolute()), "--",
    ]  # fmt: skip
    _TARGETS[target](stage, plan, record)
    return file


def _projector(stage: Stage, plan: Plan, record: list[str]) -> None:
    log = stage.log(plan.records, shipments=plan.shipments)
    url = stage.database()
    command_ = ours(
        "ours.project", kafka=stage.kafka, topic=log.topic, database_url=url, ends=log.ends, held=ALL
    )
    with child("projector", [*record, *command_]) as recorded, closing(Checkpoints(url)) as done:
        recorded.hear("ready", within=_READY_SECONDS)
        recorded.go()
        until(lambda: done() >= log.total, seconds=_MOST_SECONDS)
        recorded.process.wait(_READY_SECONDS)  # it ends by itself, then the graph is drawn


def _notifier(stage: Stage, plan: Plan, record: list[str]) -> None:
    prefix = f"profile-{secrets.token_hex(3)}-"
    names = stage.topics(prefix)
    told = fill(stage.kafka, names, list(status_records(plan.enough, shipments=plan.shipments)))
    where = Place(stage, stage.folder("home"), prefix, stage.database_url)
    env = where.env(instance="notifier-1")
    with (
        closing(Readable(stage.kafka, names.alerts.name)) as alerts,
        child("notifier", [*record, *command(Service.NOTIFIER)], env=env) as recorded,
    ):
        until(lambda: alerts() >= told, seconds=_MOST_SECONDS)
        _end(recorded.process.pid, recorded.process.wait)


def _ingest(stage: Stage, plan: Plan, record: list[str]) -> None:
    prefix = f"profile-{secrets.token_hex(3)}-"
    names = stage.topics(prefix)
    where = place(stage, prefix)
    with (
        running(where, Service.INGEST, recorder=record) as services,
        closing(Ends(stage.kafka, names.events.name)) as done,
    ):
        load = ours(
            "load", url=address(where, Service.INGEST), count=plan.records, shipments=plan.shipments,
            name="ING", per_request=1_000, pace=None,
        )  # fmt: skip
        with child("load", load) as sending:
            sending.hear("ready", within=_READY_SECONDS)
            sending.go()
            until(lambda: done() >= plan.records, seconds=_MOST_SECONDS)
        recorded = services[Service.INGEST].process
        _end(recorded.pid, recorded.wait)


def _end(pid: int, wait: Callable[[float], int]) -> None:
    """Tell the recorded process to stop: it is py-spy's only child; the graph is drawn then."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    os.kill(int(children[0]), signal.SIGTERM)
    wait(_READY_SECONDS)


_TARGETS: Final[dict[str, Callable[[Stage, Plan, list[str]], None]]] = {
    "projector": _projector,
    "notifier": _notifier,
    "ingest": _ingest,
}
TARGETS: Final = tuple(_TARGETS)
