"""A lane knows from batch to batch how far it has come: what it has told it tells no more, gaps are seen."""

import asyncio
from collections.abc import Sequence
from typing import Any

from schemas.codec import Record
from services.runtime import metrics
from services.runtime.sink import LastRecord, SinkLost
from tests.unit.notifier.statuses import status
from tests.unit.notifier.test_lane import FakeRejects, FakeSink, _lane, changes, event, fetched, finished


class StrictSink(FakeSink):
    """A sink that takes nothing while it is closed, as the real one, and closes at a failure."""

    is_open = False

    async def open(self) -> LastRecord | None:
        self.is_open = True
        return await super().open()

    async def append(self, records: Sequence[Record]) -> int | None:
        if not self.is_open:
            raise SinkLost("the sink is closed")
        try:
            return await super().append(records)
        except SinkLost:
            self.is_open = False
            raise


def one_by_one(sink: FakeSink, told: list[dict[str, Any]]) -> list[int]:
    """What a lane acknowledges when each record comes after the one before is finished."""
    acknowledged: list[int] = []

    async def play() -> None:
        lane = _lane(sink, FakeRejects())
        lane.start(lambda task: None)
        for offset, changed in enumerate(told):
            await lane.put(event([fetched(changed, offset=offset)], acknowledged))
            await finished(lane)
        await lane.close()

    asyncio.run(play())
    return acknowledged


def gaps() -> float:
    """Missing running numbers of partition 0, counted so far."""
    found: float = metrics.SEQUENCE_GAPS.labels(partition="0")._value.get()
    return found


def test_a_status_that_comes_again_in_a_later_batch_is_acknowledged_and_not_told_again() -> None:
    sink = FakeSink()
    first, second, third = changes(3)

    acknowledged = one_by_one(sink, [first, second, first, second, third])

    assert sink.told() == [0, 3, 6]
    assert acknowledged == [0, 1, 2, 3, 4]


def test_a_sink_that_is_lost_midway_is_opened_again_and_nothing_is_lost_or_doubled() -> None:
    sink = StrictSink(faults=[None, SinkLost("away"), None])

    acknowledged = one_by_one(sink, changes(4))

    assert sink.told() == [0, 3, 6, 9]
    assert acknowledged == [0, 1, 2, 3]
    assert sink.opened == 2


def test_running_numbers_that_are_missing_between_batches_are_counted() -> None:
    before = gaps()

    one_by_one(FakeSink(), [status(n, partition=0, announcements=1) for n in (0, 1, 5)])

    assert gaps() - before == 3
