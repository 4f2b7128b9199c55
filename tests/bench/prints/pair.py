"""The projector as a service, publishing, in its group: one process against two on the same log."""

from contextlib import ExitStack, closing

from services.cli.run import Service
from tests.bench.arena import child, rate
from tests.bench.plan import Plan
from tests.bench.progress import Checkpoints
from tests.bench.results import Results
from tests.bench.services import Place, command
from tests.bench.stage import Log, Stage, drop_database, drop_log


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Rounds of one and two; each run has a copy of the log under a prefix of its own, for its group."""
    for _ in range(plan.rounds):
        for name, extra in (("projector_service", 0), ("projector_service_two", 1)):
            log = stage.log(plan.enough, shipments=max(plan.shipments // 5, 1))
            results.add(name, _one(stage, plan, log, extra))
            drop_log(stage, log)
    one, two = results.median("projector_service"), results.median("projector_service_two")
    if one and two:
        results.figure("two projectors", "rate of two / of one", two / one, "")


def _one(stage: Stage, plan: Plan, log: Log, extra: int) -> float:
    where = Place(stage, stage.folder("home"), log.prefix, stage.database())
    with ExitStack() as stack:
        progress = stack.enter_context(closing(Checkpoints(where.database_url)))
        for number in range(extra):
            beside = Place(stage, stage.folder("home"), log.prefix, where.database_url)
            env = beside.env(instance=f"projector-{number + 2}")
            stack.enter_context(child("beside", command(Service.PROJECTOR), env=env))
        found = rate(
            "projector", command(Service.PROJECTOR), progress, goal=log.total,
            window=plan.window * 5, env=where.env(instance="projector-1"), waits=False,
        )  # fmt: skip
    drop_database(where.database_url)
    return found
