"""The clock: a port, because a replay of history must be able to stand at any instant."""

import time
from datetime import UTC, datetime
from typing import Protocol

from schemas.instants import datetime_of

monotonic = time.monotonic
"""Seconds of a clock that never goes back: for durations, never for instants."""


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def now_ms(self) -> int:
        """The present instant in milliseconds since 1970."""
        ...


class WallClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.now(UTC)

    def now_ms(self) -> int:
        """The present instant in milliseconds since 1970."""
        return time.time_ns() // 1_000_000


class VirtualClock:
    """A clock that stands where it was put; it is moved forward by hand and never goes back."""

    def __init__(self, ms: int) -> None:
        self._ms = ms

    def now(self) -> datetime:
        """The instant the clock stands at, aware, UTC."""
        return datetime_of(self._ms)

    def now_ms(self) -> int:
        """The instant the clock stands at, in milliseconds since 1970."""
        return self._ms

    def advance_to(self, ms: int) -> None:
        """Move to `ms` (milliseconds since 1970); raises ValueError when that lies in the past."""
        if ms < self._ms:
            raise ValueError(f"the clock stands at {self._ms} and does not go back to {ms}")
        self._ms = ms
