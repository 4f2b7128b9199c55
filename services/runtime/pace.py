"""How far apart small transactions begin: whoever has just made one rests in proportion to what it took.

A transaction costs the broker and its client the same for one record as for hundreds. On a machine at rest
it takes milliseconds, and the rest is hardly felt; where everybody waits for a processor, transactions that
follow each other at once would be what they wait for.
"""

from typing import Final

from services.runtime.clock import monotonic

TIMES: Final = 3.0
"""A rest is so many times as long as what it follows: a quarter of the time is for transactions."""


class Pace:
    """One thread's, or one task's. No rest is longer than `most` seconds."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._rests_until = 0.0

    def ended(self, began: float) -> None:
        """A transaction that began at that reading of `monotonic` has ended."""
        now = monotonic()
        self._rests_until = now + min(TIMES * (now - began), self._most)

    @property
    def left(self) -> float:
        """How long the rest goes on, in seconds."""
        return max(self._rests_until - monotonic(), 0.0)
