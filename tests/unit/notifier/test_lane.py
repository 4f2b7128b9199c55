"""One partition's lane: nothing is acknowledged before its alerts stand, whatever fails."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import orjson
import pytest

from schemas.codec import Record
from services.notifier import lane as lane_module
from services.notifier.lane import Lane
from services.notifier.lanes import Lanes
from services.notifier.plan import Rejected
from services.notifier.rejects import RejectsAway
from services.notifier.sink import SinkFenced
from services.runtime.clock import VirtualClock
from services.runtime.outcomes import RecordRefused
from services.runtime.sink import LastRecord, SinkLost
from tests.unit.notifier.statuses import status


@dataclass
class FakeRecord:
    partition: int
    offset: int
    key: bytes
    value: bytes
    timestamp: int = 1_000


@dataclass
class FakeRun:
    records: list[FakeRecord]

    @property
    def partition(self) -> int:
        return self.records[0].partition


@dataclass
class FakeEvent:
    message: FakeRun
    acknowledged: list[int]

    def ack(self) -> None:
        self.acknowledged += [record.offset for record in self.message.records]


def event(records: Sequence[FakeRecord], acknowledged: list[int]) -> Any:
    """A run of records as Faust hands it over."""
    return FakeEvent(FakeRun(list(records)), acknowledged)


def fetched(changed: dict[str, Any] | bytes, *, offset: int) -> FakeRecord:
    """A record of partition 0."""
    if isinstance(changed, bytes):
        return FakeRecord(0, offset, b"acme:bad", changed)
    return FakeRecord(0, offset, changed["shipment"].encode(), orjson.dumps(changed))


@dataclass
class FakeSink:
    """A sink in memory; `faults` are raised by appends, in turn, `kept` of them after writing."""

    written: list[Record] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    in_doubt: bool = False
    too_large: bytes = b"\0"
    opened: int = 0
    before_append: Callable[[], None] = lambda: None

    async def open(self) -> LastRecord | None:
        self.opened += 1
        last = self.written[-1] if self.written else None
        return None if last is None else (len(self.written) - 1, last.key, last.value)

    async def append(self, records: Sequence[Record]) -> int | None:
        self.before_append()
        if any(record.key == self.too_large for record in records):
            raise RecordRefused("too_large", "by the broker")
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or self.in_doubt:
            self.written += records
        if fault is not None:
            raise fault
        return len(self.written) - 1

    async def close(self) -> None: ...

    def told(self) -> list[int]:
        return [orjson.loads(record.value)["src_offset"] for record in self.written]


@dataclass
class FakeRejects:
    """Dead letters in memory."""

    kept: list[Rejected] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def send(self, rejected: Sequence[Rejected]) -> None:
        if rejected and self.faults:
            raise self.faults.pop(0)
        self.kept += rejected


def played(
    sink: FakeSink, changes: Sequence[dict[str, Any] | bytes], rejects: FakeRejects | None = None
) -> list[int]:
    """What a lane acknowledges when it is given these records; returns when all are or after a second."""
    acknowledged: list[int] = []

    async def play() -> None:
        lanes = Lanes(lambda partition: _lane(sink, rejects or FakeRejects()))
        for offset, changed in enumerate(changes):
            await lanes.feed(event([fetched(changed, offset=offset)], acknowledged))
        for _ in range(200):
            if len(acknowledged) == len(changes) or lanes.failure:
                break
            await asyncio.sleep(0.005)
        await lanes.drop()

    asyncio.run(play())
    return acknowledged


def _lane(sink: FakeSink, rejects: FakeRejects) -> Lane:
    return Lane(
        sink,  # type: ignore[arg-type]
        rejects,  # type: ignore[arg-type]
        partition=0,
        clock=VirtualClock(2_000),
        pause=lambda attempt: 0.0,
    )


async def finished(lane: Lane) -> None:
    """Wait until the lane has nothing left to do, for a second."""
    for _ in range(200):
        if lane.idle:
            return
        await asyncio.sleep(0.005)


def changes(count: int) -> list[dict[str, Any]]:
    """That many changes of partition 0, each with one announcement."""
    return [status(n, partition=0, announcements=1) for n in range(count)]


def test_alerts_are_told_and_then_acknowledged() -> None:
    sink = FakeSink()

    acknowledged = played(sink, changes(3))

    assert sink.told() == [0, 3, 6]
    assert acknowledged == [0, 1, 2]


def test_nothing_is_acknowledged_before_the_sink_has_it() -> None:
    acknowledged: list[int] = []
    seen: list[int] = []
    sink = FakeSink(before_append=lambda: seen.extend(acknowledged))

    async def play() -> None:
        lane = _lane(sink, FakeRejects())
        lane.start(lambda task: None)
        await lane.put(event([fetched(changes(1)[0], offset=5)], acknowledged))
        for _ in range(100):
            await asyncio.sleep(0)
        await lane.close()

    asyncio.run(play())
    assert seen == []
    assert acknowledged == [5]


def test_a_run_longer_than_a_batch_is_told_in_batches_and_acknowledged_as_one(monkeypatch: Any) -> None:
    monkeypatch.setattr(lane_module, "BATCH_RECORDS", 2)
    acknowledged: list[int] = []
    batches: list[int] = []
    sink = FakeSink(before_append=lambda: batches.append(len(acknowledged)))

    async def play() -> None:
        lane = _lane(sink, FakeRejects())
        lane.start(lambda task: None)
        run = [fetched(changed, offset=offset) for offset, changed in enumerate(changes(5))]
        await lane.put(event(run, acknowledged))
        await finished(lane)
        assert lane.next_offset == 5
        await lane.close()

    asyncio.run(play())
    assert sink.told() == [0, 3, 6, 9, 12]
    assert batches == [0, 0, 0]
    assert acknowledged == [0, 1, 2, 3, 4]


def test_a_full_lane_takes_no_more_until_it_has_room(monkeypatch: Any) -> None:
    monkeypatch.setattr(lane_module, "WAITING_RECORDS", 2)
    sink = FakeSink()

    async def play() -> bool:
        lane = _lane(sink, FakeRejects())
        run = [fetched(changed, offset=offset) for offset, changed in enumerate(changes(3))]
        await lane.put(event(run[:2], []))
        third = asyncio.create_task(lane.put(event(run[2:], [])))
        await asyncio.sleep(0.02)
        waited = not third.done()
        lane.start(lambda task: None)
        await third
        await finished(lane)
        await lane.close()
        return waited

    assert asyncio.run(play())
    assert sink.told() == [0, 3, 6]


def test_a_lane_that_is_closed_lets_go_of_who_waits_for_room(monkeypatch: Any) -> None:
    monkeypatch.setattr(lane_module, "WAITING_RECORDS", 1)

    async def play() -> None:
        lane = _lane(FakeSink(), FakeRejects())
        run = [fetched(changed, offset=offset) for offset, changed in enumerate(changes(2))]
        await lane.put(event(run[:1], []))
        second = asyncio.create_task(lane.put(event(run[1:], [])))
        await asyncio.sleep(0)
        await lane.close()
        async with asyncio.timeout(1):
            await second

    asyncio.run(play())


def test_the_sink_is_opened_at_the_first_announcement_only() -> None:
    sink = FakeSink()

    acknowledged = played(sink, [status(n, partition=0, announcements=0) for n in range(3)])

    assert acknowledged == [0, 1, 2]
    assert sink.opened == 0


def test_it_goes_on_behind_the_last_alert() -> None:
    sink = FakeSink()
    played(sink, changes(3))

    played(sink, changes(5))

    assert sink.told() == [0, 3, 6, 9, 12]


def test_a_lost_sink_is_opened_again_and_nothing_is_lost() -> None:
    sink = FakeSink(faults=[SinkLost("away"), SinkLost("away")])

    acknowledged = played(sink, changes(3))

    assert sink.told() == [0, 3, 6]
    assert acknowledged == [0, 1, 2]
    assert sink.opened == 3


def test_a_batch_whose_answer_was_lost_is_not_told_twice() -> None:
    sink = FakeSink(faults=[SinkLost("no answer")], in_doubt=True)

    acknowledged = played(sink, changes(3))

    assert sink.told() == [0, 3, 6]
    assert acknowledged == [0, 1, 2]


def test_a_fenced_lane_waits_longer_before_it_takes_the_sink_back(monkeypatch: Any) -> None:
    monkeypatch.setattr(lane_module, "FENCED_PAUSE_S", 60.0)
    sink = FakeSink(faults=[SinkFenced("another owner")])

    assert played(sink, changes(1)) == []
    assert sink.opened == 1


def test_dead_letters_are_kept_before_anything_behind_them_is_acknowledged() -> None:
    sink, rejects = FakeSink(), FakeRejects(faults=[RejectsAway("away")])

    acknowledged = played(sink, [*changes(2), b"broken"], rejects)

    assert [(one.record.offset, one.error_class) for one in rejects.kept] == [(2, "invalid_json")]
    assert sink.told() == [0, 3]
    assert acknowledged == [0, 1, 2]


def test_an_alert_that_the_broker_refuses_is_set_aside_and_the_others_are_told() -> None:
    sink, rejects = FakeSink(too_large=b"acme:P0N1"), FakeRejects()

    acknowledged = played(sink, changes(3), rejects)

    assert sink.told() == [0, 6]
    assert [(one.record.offset, one.error_class) for one in rejects.kept] == [(1, "too_large")]
    assert acknowledged == [0, 1, 2]


def test_when_it_has_ended_nothing_that_comes_is_told_before_what_was_dropped() -> None:
    sink = FakeSink()
    acknowledged: list[int] = []

    async def play() -> None:
        lanes = Lanes(lambda partition: _lane(sink, FakeRejects()))
        run = [fetched(changed, offset=offset) for offset, changed in enumerate(changes(2))]
        await lanes.feed(event(run[:1], acknowledged))
        await lanes.close()
        await lanes.feed(event(run[1:], acknowledged))
        await asyncio.sleep(0.05)

    asyncio.run(play())
    assert sink.told() == []
    assert acknowledged == []


def test_behind_a_bug_nothing_more_is_acknowledged() -> None:
    sink = FakeSink(faults=[None, ZeroDivisionError("a bug")])

    async def play() -> list[int]:
        acknowledged: list[int] = []
        lanes = Lanes(lambda partition: _lane(sink, FakeRejects()))
        for offset, changed in enumerate(changes(4)):
            await lanes.feed(event([fetched(changed, offset=offset)], acknowledged))
            await asyncio.sleep(0.01)
            if offset == 2:
                assert isinstance(lanes.failure, ZeroDivisionError)
                await lanes.drop()  # a rebalance gives the partition a new lane, were it asked for
        return acknowledged

    assert asyncio.run(play()) == [0]
    assert sink.told() == [0]


class Resting:
    """A pace that rests a moment behind each transaction."""

    left = 0.0

    def ended(self, began: float) -> None:
        """As Pace.ended."""
        self.left = 0.1


@pytest.mark.parametrize(("full", "transactions"), [(500, [1, 3]), (1, [1, 1, 1, 1])])
def test_what_comes_while_a_lane_rests_is_told_in_one_transaction_unless_that_is_full(
    full: int, transactions: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "Pace", lambda most: Resting())
    monkeypatch.setattr(lane_module, "BATCH_RECORDS", full)
    written: list[int] = []
    sink = FakeSink(before_append=lambda: written.append(len(sink.written)))

    async def play() -> None:
        lane = _lane(sink, FakeRejects())
        lane.start(lambda task: None)
        for offset, changed in enumerate(changes(4)):
            await lane.put(event([fetched(changed, offset=offset)], []))
            for _ in range(10):
                await asyncio.sleep(0)
        await finished(lane)
        await lane.close()

    asyncio.run(play())
    written.append(len(sink.written))
    assert [after - before for before, after in pairwise(written)] == transactions
