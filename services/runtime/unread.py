"""What stands still: there is something to do, nobody is in its way, and nothing is done."""

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


class Unanswered:
    """A group that a member has asked to be taken in, and that says nothing."""

    def __init__(self, *, patience: timedelta, monotonic: Callable[[], float] = monotonic) -> None:
        self._patience = patience.total_seconds()
        self._monotonic = monotonic
        self._since: float | None = None

    def look(self, *, is_waiting: bool) -> str | None:
        """What is wrong, in a few words, once it has been waited for so long without a break."""
        now = self._monotonic()
        self._since = (now if self._since is None else self._since) if is_waiting else None
        if self._since is None or now - self._since < self._patience:
            return None
        return f"the group does not take this member in for {now - self._since:.0f} s"
