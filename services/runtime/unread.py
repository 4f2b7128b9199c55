"""Partitions that stand still: there is more to do, nobody is in its way, and nothing is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.runtime.clock import monotonic


@dataclass(frozen=True, slots=True)
class _Seen:
    at: int
    end: int
    since: float


class StandsStill:
    """Compares, each time it is asked, how far partitions are with how far they could be.

    A partition stands still when it was behind an end that was known `patience` ago and has not moved
    since. Partitions that are left out of `at` (paused, not claimed, in trouble that is told elsewhere) are
    forgotten, so that their time begins anew.
    """

    def __init__(self, what: str, *, patience: timedelta, monotonic: Callable[[], float] = monotonic) -> None:
        self._what = what
        self._patience = patience.total_seconds()
        self._monotonic = monotonic
        self._seen: dict[int, _Seen] = {}

    def look(self, *, at: Mapping[int, int], ends: Mapping[int, int]) -> str | None:
        """What stands still, in a few words; None when everything moves or has nothing to do."""
        now = self._monotonic()
        seen: dict[int, _Seen] = {}
        for partition, position in at.items():
            end = ends.get(partition, position)
            if position < end:
                known = self._seen.get(partition)
                moved = known is None or known.at != position
                seen[partition] = _Seen(position, end, now) if moved or known is None else known
        self._seen = seen
        for partition, known in seen.items():
            if now - known.since >= self._patience:
                where = f"nothing behind offset {known.at} for {now - known.since:.0f} s"
                return f"partition {partition} {self._what} {where}"
        return None
