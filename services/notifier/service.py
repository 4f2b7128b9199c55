"""One life of the notifier's stream: started, watched, stopped; trouble with the broker ends it.

The caller begins another life after a pause: everything is resumed from Kafka, nothing is kept.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import faust
from aiokafka.errors import KafkaError
from faust.types import TP

from services.notifier.agents import bind
from services.notifier.app import AppSettings, build_app
from services.notifier.lanes import Lanes
from services.runtime import metrics
from services.runtime.lifecycle import StopSignal
from services.runtime.unread import StandsStill

TICK_S: Final = 0.1
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 7.0
STILL_AFTER: Final = timedelta(seconds=12)
UNFINISHED_AFTER: Final = timedelta(seconds=20)
"""Longer than a sink waits for a broker before it says that it is away."""
MARKERS: Final = 100
"""A lag of no more than this may be all markers; a greater one is shown without asking."""


class StreamEnded(Exception):
    """The stream stopped by itself: passing trouble with the broker, to be tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the life tells outside while it lasts."""

    beat: Callable[[], None]
    assigned: Callable[[], None]
    stands_still: Callable[[str | None], None]
    ends: Callable[[], Mapping[int, int]]
    """Where the status topic ends, asked on another way than the stream's own."""


async def live(settings: AppSettings, lanes: Lanes, *, stop: StopSignal, watch: Watch) -> None:
    """Run the stream until `stop` is set; raises StreamEnded, or the bug that ended a lane."""
    app, status = build_app(settings)
    bind(app, status, lanes)
    app.finalize()
    try:
        await _start(app, stop, watch)
        await _watch(app, lanes, stop=stop, watch=watch, topic=settings.status_topic)
    finally:
        await lanes.close()
        await _end(app)


async def _start(app: faust.App, stop: StopSignal, watch: Watch) -> None:
    starting = asyncio.create_task(app.start())
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            while not starting.done() and not stop.is_set():
                watch.beat()
                await asyncio.wait([starting], timeout=TICK_S)
        if starting.done():
            await starting
        else:
            starting.cancel()
    except (KafkaError, OSError, TimeoutError) as error:
        starting.cancel()
        raise StreamEnded(f"start: {type(error).__name__}: {error}") from error


async def _watch(app: faust.App, lanes: Lanes, *, stop: StopSignal, watch: Watch, topic: str) -> None:
    told = False
    shown: set[int] = set()
    still = _Still()
    while not stop.is_set():
        watch.beat()
        if lanes.failure is not None:
            raise lanes.failure
        if app.crashed or app.should_stop:
            reason = app.crash_reason
            if reason is not None and not isinstance(reason, KafkaError | OSError | TimeoutError):
                raise reason
            raise StreamEnded(f"{type(reason).__name__}: {reason}")
        assignment = app.consumer.assignment()
        if assignment and not told:
            told = True
            watch.assigned()
        partitions = {place.partition for place in assignment}
        _forget(shown - partitions, topic=topic)
        shown = partitions
        await _measure(app, lanes, topic=topic, assignment=assignment)
        stalled = await still.look(app, lanes, assignment=assignment, ends=watch.ends())
        watch.stands_still(stalled)
        if stalled is not None:
            raise StreamEnded(stalled)
        await asyncio.sleep(TICK_S)


class _Still:
    """Whether the stream fetches what there is, and whether its agent and lanes finish what was fetched."""

    def __init__(self) -> None:
        self._fetched = StandsStill("fetches", patience=STILL_AFTER)
        self._told = StandsStill("finishes", patience=UNFINISHED_AFTER)

    async def look(
        self, app: faust.App, lanes: Lanes, *, assignment: set[TP], ends: Mapping[int, int]
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
        fetching = self._fetched.look(at=at, ends=ends)
        return fetching or self._told.look(at={p: done.get(p, -1) for p in waits}, ends=brought)


def _forget(partitions: Iterable[int], *, topic: str) -> None:
    """The lag of partitions that others have now is theirs to tell."""
    for partition in partitions:
        metrics.LAG_RECORDS.labels(topic=topic, partition=str(partition)).set(0)


async def _measure(app: faust.App, lanes: Lanes, *, topic: str, assignment: set[TP]) -> None:
    done = lanes.next_offsets()
    for place in assignment & {TP(topic, partition) for partition in done}:
        end = app.consumer.highwater(place) or 0
        behind = max(0, end - done[place.partition])
        if lanes.idle(place.partition) and behind <= MARKERS and await app.consumer.position(place) == end:
            behind = 0  # what lies between is a transaction's marker, no record
        metrics.LAG_RECORDS.labels(topic=topic, partition=str(place.partition)).set(behind)


async def _end(app: faust.App) -> None:
    stopping = asyncio.create_task(app.stop())
    await asyncio.wait([stopping], timeout=STOP_TIMEOUT_S)
    if not stopping.done():
        stopping.cancel()
