"""What a rebuild's parent tells a worker, and what that says: both import it by this name."""

from typing import NamedTuple

from services.projector.rebuild.models import Checkpoint
from services.projector.rebuild.source import Source


class Task(NamedTuple):
    """Fold the log's records below `upto` into this partition of the model.

    `since`: where it stands, in a model that has its indexes; None: the partition is empty, and so are they.
    """

    source: Source
    model: str
    partition: int
    upto: int
    since: Checkpoint | None = None

    @property
    def records(self) -> int:
        """How many offsets it goes over."""
        return self.upto - (0 if self.since is None else self.since.next_offset)


class Told(NamedTuple):
    """What a worker says: so many more records folded, the task done, or why it cannot be."""

    records: int
    done: bool = False
    failure: BaseException | None = None
