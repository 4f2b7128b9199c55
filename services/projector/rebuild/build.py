"""Builds a model up to where the live one stands: partitions in parallel, indexes last, then the tail."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Protocol

from services.projector.rebuild.models import Checkpoint, Models
from services.projector.rebuild.source import Source, same_rules
from services.projector.rebuild.tail import Tail
from services.projector.rebuild.task import Task
from services.projector.rebuild.worker import Worker


class WorkerDied(RuntimeError):
    """A worker is gone: somebody killed it. What it was loading is loaded again by the next rebuild."""


class Progress(Protocol):
    """Who watches a rebuild."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` records are to be folded in it, None: it has no count."""
        ...

    def moved(self, records: int) -> None:
        """So many more."""
        ...


@dataclass(slots=True)
class Built:
    """A model that nobody is pointed at yet, and its one writer."""

    model: str
    tail: Tail
    resumed: bool


def build(source: Source, models: Models, *, processes: int, progress: Progress) -> Built:
    """A model with all the live one holds; goes on with a half-built one of the same rules and log.

    Raises CannotRebuild, WorkerDied, and what Kafka and PostgreSQL do.
    """
    model, resumed = _half_built(source, models)
    if model is None:
        model = models.create(partitions=source.partitions)
    if not models.is_indexed(model):
        _load(source, models, model, processes=processes, progress=progress)
        progress.stage("indexes", None)
        models.index(model)
    tail = Tail(source, model, models.checkpoints(model))
    try:
        catch_up(tail, models, progress=progress)
    except BaseException:
        tail.close()
        raise
    return Built(model, tail, resumed)


def catch_up(tail: Tail, models: Models, *, progress: Progress, enough: int = 1_000) -> None:
    """Fold on until fewer than `enough` records are missing, as far as that can be had."""
    for _ in range(20):
        targets = targets_of(models.checkpoints(models.current()))
        missing = tail.behind(targets)
        if missing < enough:
            return
        progress.stage("tail", missing)
        tail.advance(targets, told=progress.moved)


def targets_of(checkpoints: list[Checkpoint]) -> dict[int, int]:
    """By partition the offset that a model stands at."""
    return {c.partition: c.next_offset for c in checkpoints}


def _half_built(source: Source, models: Models) -> tuple[str | None, bool]:
    """The model to go on with, if any; the others that a killed rebuild left are dropped."""
    live = targets_of(models.checkpoints(models.current()))
    found = None
    for model in models.unfinished():
        checkpoints = models.checkpoints(model)
        ours = same_rules(models.rules_version(model)) and len(checkpoints) == source.partitions
        whole = all(c.next_offset <= live.get(c.partition, 0) for c in checkpoints)
        if found is None and ours and whole and {c.topic_id for c in checkpoints} <= {None, source.topic_id}:
            found = model
        else:
            models.drop(model)
    return found, found is not None


def _load(source: Source, models: Models, model: str, *, processes: int, progress: Progress) -> None:
    upto = targets_of(models.checkpoints(models.current()))
    loaded = {c.partition for c in models.checkpoints(model) if c.next_offset > 0}
    todo = [Task(source, model, p, end) for p, end in upto.items() if end > 0 and p not in loaded]
    # the largest last in the list, and so first at work: no core idles for long at the end
    todo.sort(key=lambda task: task.upto)
    progress.stage("folding", sum(task.upto for task in todo))
    workers = [Worker() for _ in range(min(max(processes, 1), len(todo)))]
    try:
        _work_off(workers, todo, moved=progress.moved)
    finally:
        for worker in workers:
            worker.close()


def _work_off(workers: list[Worker], todo: list[Task], *, moved: Callable[[int], None]) -> None:
    busy: dict[Any, Worker] = {}
    for worker in workers:
        worker.start(todo.pop())
        busy[worker.pipe] = worker
    while busy:
        for pipe in wait(list(busy)):
            try:
                told = busy[pipe].hear()
            except (EOFError, ConnectionError) as error:
                raise WorkerDied("a process of the rebuild has died") from error
            if told.failure is not None:
                raise told.failure
            moved(told.records)
            if told.done and todo:
                busy[pipe].start(todo.pop())
            elif told.done:
                del busy[pipe]
