"""Builds a model up to where the live one stands: partitions in parallel, indexes last, then the tail."""

from dataclasses import dataclass

from services.projector.rebuild.catch_up import catch_up
from services.projector.rebuild.crew import work_off
from services.projector.rebuild.models import Models, targets_of
from services.projector.rebuild.progress import Progress
from services.projector.rebuild.source import Source, same_rules
from services.projector.rebuild.tail import Tail
from services.projector.rebuild.task import Task


@dataclass(slots=True)
class Built:
    """A model that nobody is pointed at yet, and its one writer."""

    tail: Tail
    resumed: bool

    @property
    def model(self) -> str:
        """Its name."""
        return self.tail.model


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
        catch_up(tail, models, processes=processes, progress=progress)
    except BaseException:
        tail.close()
        raise
    return Built(tail, resumed)


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
    progress.stage("folding", sum(task.records for task in todo))
    work_off(todo, processes=processes, moved=progress.moved)
