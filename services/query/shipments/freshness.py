"""A snapshot and the index that answers, which has all that was committed when it was asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from services.query.index.follower import Follower
from services.query.parts import Parts
from services.query.shipments.store import IndexMissing, Standing, has_reached, standing
from services.query.store import Snapshot
from services.runtime.clock import monotonic

_TO_CATCH_UP: Final = timedelta(milliseconds=300)
_TO_BE_MADE: Final = timedelta(seconds=2)
_LOOK_AGAIN: Final = 0.01


@asynccontextmanager
async def indexed(parts: Parts, *, whole: bool = False) -> AsyncIterator[tuple[Snapshot, int, bool]]:
    """The current model, the number of the index, and whether it is behind; raises StoreAway.

    An index that is behind is waited for, for a short while. `whole`: all statements see one moment.
    """
    if parts.index is None:
        raise IndexMissing
    is_behind = False
    async with parts.store.latest() as snapshot:
        there = await _made(snapshot, parts.index)
        if there.is_current and not whole:
            yield snapshot, there.number, False
            return
    if not there.is_current:
        is_behind = not await _caught_up(parts, parts.index, there)
    async with parts.store.snapshot() if whole else parts.store.latest() as snapshot:
        yield snapshot, there.number, is_behind


async def _made(snapshot: Snapshot, follower: Follower) -> Standing:
    """How the index stands; one that is being made for the first time is waited for."""
    until = monotonic() + _TO_BE_MADE.total_seconds()
    while True:
        try:
            there = await standing(snapshot, follower.number)
        except IndexMissing:
            if monotonic() >= until:
                raise
            await asyncio.sleep(5 * _LOOK_AGAIN)
        else:
            follower.number = there.number
            return there


async def _caught_up(parts: Parts, follower: Follower, there: Standing) -> bool:
    """Whether the index came in a short while to where the model stood."""
    until = monotonic() + _TO_CATCH_UP.total_seconds()
    while monotonic() < until:
        follower.kick()
        await asyncio.sleep(_LOOK_AGAIN)
        if follower.reached.has(there.number, there.partitions, there.offsets):
            return True
        if not follower.reached.is_told(there.number) and await _has_come(parts, there):
            return True
    return await _has_come(parts, there)


async def _has_come(parts: Parts, there: Standing) -> bool:
    async with parts.store.latest() as snapshot:
        return await has_reached(snapshot, there)
