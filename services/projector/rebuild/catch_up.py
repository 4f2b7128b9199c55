"""Folds a model on to where the live one stands: by workers while much is missing, then by its one writer."""

from typing import Final

from services.projector.rebuild.crew import work_off
from services.projector.rebuild.models import Models, targets_of
from services.projector.rebuild.progress import Progress
from services.projector.rebuild.tail import Tail
from services.projector.rebuild.task import Task

_ENOUGH: Final = 1_000
"""So few are folded while the live model waits."""
_MUCH: Final = 20_000
"""From here on workers are worth their start, and one process might never catch up with a busy log."""
_ROUNDS: Final = 20


def catch_up(tail: Tail, models: Models, *, processes: int, progress: Progress, much: int = _MUCH) -> None:
    """Fold on until few records are missing, as far as that can be had.

    Raises CannotRebuild, WorkerDied, and what Kafka and PostgreSQL do.
    """
    for _ in range(_ROUNDS):
        targets = targets_of(models.checkpoints(models.current()))
        missing = tail.behind(targets)
        if missing < _ENOUGH:
            return
        progress.stage("tail", missing)
        if missing < much:
            tail.advance(targets, told=progress.moved)
        else:
            _by_workers(tail, models, targets, processes=processes, progress=progress)


def _by_workers(
    tail: Tail, models: Models, targets: dict[int, int], *, processes: int, progress: Progress
) -> None:
    stands = models.checkpoints(tail.model)
    tasks = [
        Task(tail.source, tail.model, stand.partition, targets[stand.partition], stand)
        for stand in stands
        if stand.next_offset < targets[stand.partition]
    ]
    work_off(tasks, processes=processes, moved=progress.moved)
    tail.start_at(models.checkpoints(tail.model))
