"""Answers that cost a while, kept for some seconds: counted once for all who ask, again when they are old."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from services.runtime.clock import monotonic

T = TypeVar("T")

FRESH_S: Final = 5.0
_PART: Final = 20
"""An answer is good for so many times as long as it took to count."""
_OLDEST_S: Final = 60.0
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """An answer, when it was begun and until when it is good enough."""

    value: T
    begun: float
    until: float


@dataclass(slots=True)
class Keeper(Generic[T]):
    """Answers by who they are for."""

    count: Callable[[str | None], Awaitable[T]]
    monotonic: Callable[[], float] = monotonic
    _kept: dict[str | None, Kept[T]] = field(default_factory=dict)
    _counting: dict[str | None, asyncio.Task[Kept[T]]] = field(default_factory=dict)

    async def get(self, whose: str | None) -> tuple[T, float]:
        """The answer and its age in seconds: an old one at once while a new one is counted; else a new one.

        Raises what `count` raises.
        """
        now = self.monotonic()
        kept = self._kept.get(whose)
        if kept is None or kept.until <= now:
            counting = self._begin(whose)
            if kept is None or now - kept.begun > _OLDEST_S:
                kept = await asyncio.shield(counting)
        return kept.value, max(0.0, self.monotonic() - kept.begun)

    def _begin(self, whose: str | None) -> "asyncio.Task[Kept[T]]":
        task = self._counting.get(whose)
        if task is None:
            task = self._counting[whose] = asyncio.create_task(self._count(whose))
            # one that nobody waits for may fail: the next who asks tries again
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _count(self, whose: str | None) -> Kept[T]:
        begun = self.monotonic()
        try:
            value = await self.count(whose)
        finally:
            self._counting.pop(whose, None)
        ended = self.monotonic()
        kept = Kept(value, begun, ended + max(FRESH_S, (ended - begun) * _PART))
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[whose] = kept
        return kept
