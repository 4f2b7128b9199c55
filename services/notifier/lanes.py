"""The partitions a notifier has at the moment, one lane each."""

import asyncio
from collections.abc import Callable

from faust.types import EventT

from services.notifier.lane import Lane
from services.runtime.log import get_logger

log = get_logger(__name__)


class Lanes:
    """Hands each event to its partition's lane, opened at the partition's first event."""

    def __init__(self, new_lane: Callable[[int], Lane]) -> None:
        self._new_lane = new_lane
        self._lanes: dict[int, Lane] = {}
        self._failure: BaseException | None = None
        self._closed = False

    async def feed(self, event: EventT) -> None:
        """Queue one event; never raises for trouble of the lane, whose event then stays unacknowledged.

        After a bug (`failure`) and after `close` everything is discarded: a later event of the partition
        must not be told before the one that failed or was dropped, for it would never be told then.
        """
        if self._failure is not None or self._closed:
            return
        partition = event.message.partition
        lane = self._lanes.get(partition)
        if lane is None:
            lane = self._lanes[partition] = self._new_lane(partition)
            lane.start(self._ended)
        # A lane that is closed while this waits swallows the event: it is read again.
        await lane.put(event)

    async def close(self) -> None:
        """Close every lane for good: the service ends, whatever the stream still brings."""
        self._closed = True
        await self.drop()

    async def drop(self) -> None:
        """Close every lane: the partitions are being handed out anew.

        Nothing may be fed that was read before: Faust clears its queues first and refuses what is left.
        """
        lanes, self._lanes = list(self._lanes.values()), {}
        await asyncio.gather(*(lane.close() for lane in lanes))

    @property
    def failure(self) -> BaseException | None:
        """The bug that ended a lane, if one did."""
        return self._failure

    def trouble(self) -> str | None:
        """What keeps lanes from telling alerts at the moment; safe to call from another thread."""
        for partition, lane in list(self._lanes.items()):
            if lane.trouble is not None:
                return f"partition {partition}: {lane.trouble}"
        return None

    def in_trouble(self, partition: int) -> bool:
        """Whether the partition's lane waits for something that is away."""
        lane = self._lanes.get(partition)
        return lane is not None and lane.trouble is not None

    def next_offsets(self) -> dict[int, int]:
        """Behind the last finished record, by partition."""
        return {p: lane.next_offset for p, lane in list(self._lanes.items()) if lane.next_offset is not None}

    def idle(self, partition: int) -> bool:
        """Whether the partition's lane has finished all it was given."""
        return partition in self._lanes and self._lanes[partition].idle

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            log.error("lane_failed", lane=task.get_name(), exc_info=error)
