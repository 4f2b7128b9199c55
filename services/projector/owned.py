"""One owned partition as the loop sees it: what was taken of the log, what is written, whether it is lost."""

from dataclasses import dataclass

from services.projector.batch import Finished
from services.projector.lane import Claimed


@dataclass(slots=True)
class Owned:
    """A claim at work. The fold of its records happens elsewhere (`folders`), under `number`."""

    number: int
    """Unlike any other claim's of this process, so that nothing of an earlier one is mistaken for ours."""
    claimed: Claimed
    taken_offset: int
    """Where the log was read up to for this claim; ahead of the database by what is being folded."""
    written_offset: int
    """The `next_offset` of the last commit: what Kafka is told."""
    ended_by_group: bool = False
    """Whether the group took the partition away: what was not written by then is another owner's."""
    abandoned: bool = False
    """Set once, by whoever sees first that the claim is lost; nothing of it is written after that."""

    @property
    def partition(self) -> int:
        """The partition's number."""
        return self.claimed.partition


@dataclass(frozen=True, slots=True)
class Handed:
    """A finished batch on its way to PostgreSQL, and whose it is."""

    owned: Owned
    batch: Finished
