"""One claimed partition as its fold sees it: where it stands, what it holds, how many bad records it met."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from services.projector.states import States

BAD_LIMIT: Final = 500
BAD_WINDOW: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a claim returned: from here the partition is ours, until somebody raises the epoch."""

    model: str
    partition: int
    epoch: int
    next_offset: int
    next_seq: int
    last_event_id: str | None
    shipments: int
    state_sum: int
    history_sum: int


@dataclass(slots=True)
class BadWindow:
    """How many of the last `BAD_WINDOW` records were bad; a window not yet full counts the rest as good."""

    offsets: deque[int] = field(default_factory=deque)

    def would_exceed(self, offset: int) -> bool:
        """Whether one more bad record at `offset` is one too many."""
        while self.offsets and self.offsets[0] <= offset - BAD_WINDOW:
            self.offsets.popleft()
        return len(self.offsets) >= BAD_LIMIT

    def add(self, offset: int) -> None:
        """Count a bad record."""
        self.offsets.append(offset)


@dataclass(slots=True)
class Lane:
    """The mutable fold position of one claimed partition; ahead of the database by the batches in flight."""

    claimed: Claimed
    states: States
    next_offset: int
    next_seq: int
    last_event_id: str | None
    shipments: int
    state_sum: int
    history_sum: int
    batch: int = 1
    bad: BadWindow = field(default_factory=BadWindow)
    overflowed: bool = False
    """Whether a bad record was one too many: nothing more is folded until the partition is claimed anew."""

    @property
    def partition(self) -> int:
        """The partition's number."""
        return self.claimed.partition


def lane_of(claimed: Claimed, *, limit: int) -> Lane:
    """A lane that starts where the claim says, holding nothing."""
    states = States(limit=limit)
    states.complete = claimed.next_offset == 0
    return Lane(
        claimed=claimed,
        states=states,
        next_offset=claimed.next_offset,
        next_seq=claimed.next_seq,
        last_event_id=claimed.last_event_id,
        shipments=claimed.shipments,
        state_sum=claimed.state_sum,
        history_sum=claimed.history_sum,
    )
