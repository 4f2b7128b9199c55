"""Up to which instant everything that could still bear on a deadline has been folded.

A sample says: what had arrived before `until_ms` stood in the log at the latest at `ends`. Once the
projector's checkpoint has reached a sample's end, deadlines before the sample's instant may be proposed:
an outage of ours, or a projector that is behind, never turns into false alerts.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.notifier.due import IngestState

KEPT_SAMPLES: Final = 900
LIVING_MS: Final = 60_000
"""An instance that has not written its row for so long is held to be gone, unless it holds something."""


@dataclass(frozen=True, slots=True)
class Sample:
    """End offsets of the log, and the instant before which everything that had arrived lies below them."""

    until_ms: int
    ends: Mapping[int, int]


def sample(now_ms: int, instances: Iterable[IngestState], ends: Mapping[int, int]) -> Sample:
    """A sample from facts that were read in this order: the clock, the instances, the ends.

    The other order would let an event slip from a spool into the log between two readings.
    """
    known = list(instances)
    held = [i.oldest_unlogged_ms for i in known if i.oldest_unlogged_ms is not None]
    # what came since a living instance last wrote its row may be in its memory alone
    told = [i.seen_ms for i in known if i.seen_ms is not None and now_ms - i.seen_ms < LIVING_MS]
    return Sample(min([now_ms, *held, *told]), ends)


class Coverage:
    """The samples not reached yet, and per partition the instant that is covered."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        self._until: dict[int, int] = {}

    def add(self, taken: Sample) -> None:
        """Remember a sample; the oldest is forgotten when there are too many."""
        self._samples.append(taken)

    def reach(self, checkpoints: Mapping[int, int]) -> None:
        """The projector has come to these offsets (the next one of each partition)."""
        for taken in self._samples:
            for partition, end in taken.ends.items():
                if checkpoints.get(partition, -1) >= end:
                    self._until[partition] = max(self._until.get(partition, taken.until_ms), taken.until_ms)
        while self._samples and self._spent(self._samples[0]):
            self._samples.popleft()

    def covers(self, partition: int, deadline_ms: int) -> bool:
        """Whether everything that arrived up to the deadline has been folded."""
        return deadline_ms < self._until.get(partition, deadline_ms)

    def _spent(self, taken: Sample) -> bool:
        return all(self._until.get(p, taken.until_ms - 1) >= taken.until_ms for p in taken.ends)
