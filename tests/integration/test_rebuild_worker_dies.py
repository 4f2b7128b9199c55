"""A worker of a rebuild is killed: the command says so, the live model stays, the next rebuild completes."""

import os
import signal
from pathlib import Path

import orjson
import pytest

from services.projector.rebuild.build import build
from services.projector.rebuild.models import Models
from services.projector.rebuild.source import Source
from services.projector.rebuild.worker import Worker, WorkerDied
from tests.integration.rebuild_stand import Watched, fold_live, rows, seeded, started
from tests.waiting import until


def workers_of(parent: int) -> list[int]:
    """The worker processes of a rebuild."""
    children = Path(f"/proc/{parent}/task/{parent}/children")
    numbers = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [n for n in numbers if b"rebuild.worker" in Path(f"/proc/{n}/cmdline").read_bytes()]


def first_workers_of(parent: int) -> list[int]:
    """Those that are there as soon as there are any."""
    until(lambda: bool(workers_of(parent)), within=60)
    return workers_of(parent)


class Killer(Watched):
    """Kills a worker as soon as one has told of what it folded."""

    def moved(self, records: int) -> None:
        """Once."""
        if not self.records:
            os.kill(workers_of(os.getpid())[0], signal.SIGKILL)
        super().moved(records)


def test_a_worker_killed_at_work_ends_the_rebuild_and_the_next_one_completes(
    kafka: str, database: str
) -> None:
    source: Source = seeded(kafka, database, count=4_000, shipments=500)
    fold_live(source)
    models = Models(source.database_url)
    before = rows(database, "model_1")

    with pytest.raises(WorkerDied):
        build(source, models, processes=2, progress=Killer())
    left = rows(database, "model_1")
    built = build(source, models, processes=2, progress=Watched())

    assert left == before
    assert rows(database, built.model) == before
    built.tail.close()
    models.close()


def test_a_worker_that_died_idle_takes_no_task(kafka: str, database: str) -> None:
    source = seeded(kafka, database, count=10, shipments=2)
    worker = Worker()
    (pid,) = first_workers_of(os.getpid())
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    with pytest.raises(WorkerDied):
        worker.start(source)  # type: ignore[arg-type]  # nobody reads it
    worker.close()


def test_the_command_says_that_a_process_died_and_what_to_do(
    kafka: str, database: str, tmp_path: Path
) -> None:
    source = seeded(kafka, database, count=2_000, shipments=500)
    fold_live(source)
    rebuild = started(source, tmp_path)
    os.kill(first_workers_of(rebuild.pid)[0], signal.SIGKILL)

    out, told = rebuild.communicate(timeout=60)

    assert rebuild.returncode == 1
    assert b"Traceback" not in told
    assert orjson.loads(told)["error"] == "worker_died"
    assert "run it again" in orjson.loads(told)["detail"]
    assert out == b""
    again = started(source, tmp_path)
    again.communicate(timeout=60)
    assert again.returncode == 0
