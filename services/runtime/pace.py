"""How far apart small pieces of work begin, so that what comes meanwhile can share the next.

A transaction costs the broker and its client the same for one record as for hundreds, and so does a batch.
On a machine at rest it takes milliseconds, and the rest is hardly felt; where everybody waits for a
processor, pieces that follow each other at once would be what they wait for.
"""

from typing import Final

from services.runtime.clock import monotonic

TIMES: Final = 9.0
"""A rest is so many times as long as what it follows: a tenth of the time is for small pieces."""


class _Rest:
    """Until when one thread, or one task, rests; `most`: its bound in seconds."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._rests_until = 0.0

    @property
    def left(self) -> float:
        """How long the rest goes on, in seconds."""
        return max(self._rests_until - monotonic(), 0.0)


class Pace(_Rest):
    """For work that is waited for: no rest behind it is longer than `most` seconds."""

    def ended(self, began: float) -> None:
        """A transaction that began at that reading of `monotonic` has ended."""
        now = monotonic()
        self._rests_until = now + min(TIMES * (now - began), self._most)


class Rounds(_Rest):
    """For work that is handed on: the next round begins when the last is through.

    No sooner than `least` seconds after that began, and no later than `most`.
    """

    _began = 0.0

    def __init__(self, *, least: float, most: float) -> None:
        super().__init__(most)
        self._least = least

    def began(self) -> None:
        """A round has been handed on."""
        self._began = monotonic()
        self._rests_until = self._began + self._most

    def through(self) -> None:
        """Nothing that was handed on is at work any more."""
        self._rests_until = self._began + self._least
