"""What a rebuild's parent tells a worker, and what that says: both import it by this name."""

from typing import NamedTuple

from services.projector.rebuild.source import Source


class Task(NamedTuple):
    """Load this partition of the model with the log's records below `upto`."""

    source: Source
    model: str
    partition: int
    upto: int


class Told(NamedTuple):
    """What a worker says: so many more records folded, the task done, or why it cannot be."""

    records: int
    done: bool = False
    failure: BaseException | None = None
