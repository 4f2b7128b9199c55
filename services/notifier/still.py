"""Whether a stream stands still, as seen from beside it: each of its parts may stop without a word."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import faust
from faust.types import TP

from services.notifier.lanes import Lanes
from services.runtime.clock import monotonic
from services.runtime.unread import StandsStill, Unanswered

STILL_AFTER: Final = timedelta(seconds=12)
UNFINISHED_AFTER: Final = timedelta(seconds=20)
"""Longer than a sink waits for a broker before it says that it is away."""
OUTSIDE_AFTER: Final = timedelta(seconds=30)
"""Longer than a rebalance takes whose members come back only when their session has expired."""


class Still:
    """Whether the group takes it in, it fetches what there is, lanes finish it, and offsets are told."""

    def __init__(self, *, monotonic: Callable[[], float] = monotonic) -> None:
        self._outside = Unanswered(patience=OUTSIDE_AFTER, monotonic=monotonic)
        self._fetched = StandsStill("fetches", patience=STILL_AFTER, monotonic=monotonic)
        self._told = StandsStill("finishes", patience=UNFINISHED_AFTER, monotonic=monotonic)
        self._committed = StandsStill("commits", patience=UNFINISHED_AFTER, monotonic=monotonic)

    async def look(
        self,
        app: faust.App,
        lanes: Lanes,
        *,
        assignment: set[TP],
        ends: Mapping[int, int],
        committed: Mapping[int, int] | None,
    ) -> str | None:
        """What stands still; None when all moves, has nothing to do, or waits for a broker that is away."""
        free = {place.partition: place for place in assignment if not lanes.in_trouble(place.partition)}
        if not ends:
            free = {}  # the broker is away: nothing can move
        consumer: Any = app.consumer
        brought = {p: end for p, end in consumer.fetched.items() if p in free}
        done = lanes.next_offsets()
        waits = {p for p, end in brought.items() if done.get(p, -1) < end}
        positions = {p: await app.consumer.position(place) for p, place in free.items() if p not in waits}
        at = {p: position for p, position in positions.items() if position is not None}
        known = {} if committed is None else {p: committed.get(p, 0) for p in free if p in done}
        return (
            self._outside.look(is_waiting=bool(ends) and consumer.is_outside)
            or self._fetched.look(at=at, ends=ends)
            or self._told.look(at={p: done.get(p, -1) for p in waits}, ends=brought)
            or self._committed.look(at=known, ends=done)
        )
