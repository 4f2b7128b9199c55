"""How many requests are let in at once: as many as are through within a short wait, by the rate of work.

They share the cores, so what a request waits for is its own work as often as there are others beside it.
Who would wait too long is sent away at once, and everybody who is let in is quick. A few large bodies are
always let in: they take their time anyway, and small ones pass them.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from services.runtime.clock import monotonic

_WAIT: Final = timedelta(milliseconds=200)
_LEAST: Final = 32.0
"""Units let in whatever the rate seems to be: it is learned from what is let in."""
_ALWAYS: Final = 8
"""Requests let in whatever they cost."""
_REQUEST: Final = 1.0
_BYTES: Final = 1 / 2048
"""What a byte costs, in requests: a line of 300 bytes about a seventh of a request of its own."""
_WINDOW_S: Final = 0.5
_KEPT: Final = 0.7
"""Of the rate known before, when a window ends."""


class Admission:
    """Counts requests, and work in units of one small request; used from one thread only."""

    def __init__(
        self, *, wait: timedelta = _WAIT, least: float = _LEAST, monotonic: Callable[[], float] = monotonic
    ) -> None:
        self._wait_s = wait.total_seconds()
        self._least = least
        self._monotonic = monotonic
        self._held = 0
        self._done = 0.0
        self._busy_s = 0.0
        self._since = 0.0
        self._rate = 0.0

    def lets_in(self, cost: float) -> bool:
        """Whether another request of that cost would be through in time."""
        most = max(self._least, self._rate * self._wait_s) / cost + _ALWAYS
        return self._held < most

    def enter(self) -> None:
        """A request begins."""
        if not self._held:
            self._since = self._monotonic()
        self._held += 1

    def leave(self, cost: float) -> None:
        """A request has ended; what ended while there was any tells the rate."""
        now = self._monotonic()
        self._busy_s += now - self._since
        self._since = now
        self._held -= 1
        self._done += cost
        if self._busy_s >= _WINDOW_S:
            rate = self._done / self._busy_s
            self._rate = self._rate * _KEPT + rate * (1 - _KEPT) if self._rate else rate
            self._done = self._busy_s = 0.0


def cost_of(size: int) -> float:
    """What a request with a body of `size` bytes costs, in units."""
    return _REQUEST + size * _BYTES
