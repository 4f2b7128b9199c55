"""One life of the notifier's stream: started, watched, stopped; trouble with the broker ends it.

The caller begins another life after a pause: everything is resumed from Kafka, nothing is kept.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import faust
from aiokafka.errors import KafkaError
from faust.types import TP

from services.notifier.agents import bind
from services.notifier.app import AppSettings, build_app
from services.notifier.lanes import Lanes
from services.notifier.still import Still
from services.runtime import metrics
from services.runtime.lifecycle import StopSignal

TICK_S: Final = 0.1
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 7.0
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
    committed: Callable[[], Mapping[int, int] | None]
    """The group's offsets in it, asked likewise; None while nobody answers."""


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
    still = Still()
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
        stalled = await still.look(
            app, lanes, assignment=assignment, ends=watch.ends(), committed=watch.committed()
        )
        watch.stands_still(stalled)
        if stalled is not None:
            raise StreamEnded(stalled)
        await asyncio.sleep(TICK_S)


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
