"""Memory of each process once it has taken in five times the plan's shipments, a scan or two of each."""

from contextlib import closing
from pathlib import Path

from services.cli.run import Service
from tests.bench.arena import Child
from tests.bench.plan import Plan
from tests.bench.prints.wait import until
from tests.bench.progress import Checkpoints
from tests.bench.results import Results
from tests.bench.services import Place, running
from tests.bench.stage import Stage, drop_database, drop_log

_PROC = Path("/proc")
_MIB = 1024.0
_LIVE = 5
_STEPS_TAKEN = 3


def measure(stage: Stage, plan: Plan, results: Results) -> None:
    """Projector with its folders, notifier and watchdog; RSS as the kernel tells it."""
    part = "memory"
    if not _PROC.is_dir():
        results.figure(part, "every process", None, "", "no /proc on this system")
        return
    live = plan.shipments * _LIVE
    log = stage.log(live * _STEPS_TAKEN // 2, shipments=live)
    where = Place(stage, stage.folder("home"), log.prefix, stage.database())
    services = (Service.PROJECTOR, Service.NOTIFIER, Service.WATCHDOG)
    held = str(2 * live)
    with (
        closing(Checkpoints(where.database_url)) as done,
        running(where, *services, SHIPLOG_CACHED_SHIPMENTS=held) as found,
    ):
        until(lambda: done() >= log.total, seconds=log.total / 1_000 + 60)
        note = f"{live:,} live shipments"
        for name, each in found.items():
            for process, mib in family(each).items():
                results.figure(part, f"{name}{process}", mib, "MiB", note)
    drop_database(where.database_url)
    drop_log(stage, log)


def family(service: Child) -> dict[str, float]:
    """RSS of the process and of each of its children, in MiB."""
    pids = [service.process.pid, *_children(service.process.pid)]
    return {"" if n == 0 else f", child {n}": _rss(pid) for n, pid in enumerate(pids)}


def _children(pid: int) -> list[int]:
    found = []
    for task in (_PROC / str(pid) / "task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return sorted(found)


def _rss(pid: int) -> float:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / _MIB
    return 0.0
