"""What every fenced sink promises, whatever it is built on: one suite over fake and real.

A test class inherits `SinkContract` and gives it the fixture `stage`. The notifier's asynchronous sink
joins by an adapter whose `open`, `append` and `close` run the coroutines to their end.
"""

from collections.abc import Sequence
from typing import Protocol

import pytest

from schemas.codec import Record
from services.runtime.outcomes import RecordRefused
from services.runtime.sink import LastRecord, SinkLost


class Sink(Protocol):
    """The surface under contract."""

    def open(self) -> LastRecord | None:
        """Fence, settle, tell the last committed data record."""
        ...

    def append(self, records: Sequence[Record]) -> object:
        """Commit the records in one transaction."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Stage(Protocol):
    """One empty partition, its only transactional id, and the means to disturb."""

    def sink(self) -> Sink:
        """A new sink on the partition, not opened."""
        ...

    def die_midway(self, records: Sequence[Record]) -> None:
        """Another writer takes the transactional id, sends `records` in a transaction and vanishes."""
        ...

    def abort(self, records: Sequence[Record]) -> None:
        """Another writer takes the transactional id, sends `records` and aborts."""
        ...

    def forget(self, records: Sequence[Record]) -> None:
        """Another writer takes the transactional id and sends `records`; the broker then forgets that a
        transaction is open, as it may in a crash."""
        ...

    def committed(self) -> list[bytes]:
        """The values a read-committed reader sees, in log order, read by other means than the sink's."""
        ...

    def unreachable(self) -> int:
        """How many offsets at the end readers of committed records do not reach at this moment."""
        ...

    def oversized(self) -> Record:
        """A record the broker will never take."""
        ...


def record(value: str, *, key: str = "dhl:1") -> Record:
    """A small record."""
    return Record(key.encode(), value.encode(), [("ce_id", value.encode())])


def records(*values: str) -> list[Record]:
    """Small records of one key."""
    return [record(value) for value in values]


def opened(stage: Stage) -> Sink:
    """A new sink, open."""
    sink = stage.sink()
    sink.open()
    return sink


def append_as_owner(stage: Stage, sink: Sink, batch: Sequence[Record]) -> Sink:
    """Append as an owner does: when the sink is lost, go on from what stands in the partition."""
    for _ in range(3):
        try:
            sink.append(batch)
        except SinkLost:
            sink = stage.sink()
            last = sink.open()
            if last is not None and last[2] == batch[-1].value:
                return sink
        else:
            return sink
    raise AssertionError("the owner never got through")


class SinkContract:
    """Inherit, and define the fixture `stage`."""

    def test_an_empty_partition_opens_with_nothing(self, stage: Stage) -> None:
        sink = stage.sink()

        assert sink.open() is None

    def test_the_next_opening_finds_the_last_record(self, stage: Stage) -> None:
        first = opened(stage)
        first.append(records("a", "b"))
        first.append([record("c", key="ups:2")])
        first.close()

        last = stage.sink().open()

        assert last is not None
        assert last[1:] == (b"ups:2", b"c")
        assert last[0] > 1
        assert stage.committed() == [b"a", b"b", b"c"]

    def test_an_empty_append_writes_nothing(self, stage: Stage) -> None:
        sink = opened(stage)

        sink.append([])

        assert stage.committed() == []

    def test_what_a_dead_writer_left_open_is_settled_and_never_seen(self, stage: Stage) -> None:
        opened(stage).append(records("a"))
        stage.die_midway(records("x", "y"))

        sink = stage.sink()
        last = sink.open()
        sink.append(records("b"))

        assert last is not None
        assert last[2] == b"a"
        assert stage.committed() == [b"a", b"b"]

    def test_the_last_record_is_found_behind_many_aborted_ones(self, stage: Stage) -> None:
        opened(stage).append(records("a", "b"))
        stage.abort(records(*(f"x{number}" for number in range(150))))
        stage.die_midway(records("y"))

        last = stage.sink().open()

        assert last is not None
        assert last[1:] == (b"dhl:1", b"b")

    def test_a_partition_of_nothing_but_aborted_records_opens_with_nothing(self, stage: Stage) -> None:
        stage.abort(records(*(f"x{number}" for number in range(40))))

        assert stage.sink().open() is None

    def test_a_transaction_that_the_broker_forgot_holds_up_nobody_and_is_not_seen(self, stage: Stage) -> None:
        opened(stage).append(records("a"))
        stage.forget(records("x", "y"))

        sink = stage.sink()
        last = sink.open()
        sink.append(records("b"))

        assert last is not None
        assert last[2] == b"a"
        assert stage.committed() == [b"a", b"b"]

    def test_a_record_is_seen_by_readers_when_the_append_returns(self, stage: Stage) -> None:
        sink = opened(stage)
        for number in range(20):
            sink.append(records(str(number)))

            assert stage.unreachable() == 0

    def test_a_fenced_writer_is_lost_and_writes_nothing(self, stage: Stage) -> None:
        zombie = opened(stage)
        zombie.append(records("a"))
        opened(stage).append(records("b"))

        with pytest.raises(SinkLost):
            zombie.append(records("zombie"))

        assert stage.committed() == [b"a", b"b"]

    def test_a_lost_sink_stays_lost(self, stage: Stage) -> None:
        zombie = opened(stage)
        opened(stage)
        with pytest.raises(SinkLost):
            zombie.append(records("zombie"))

        with pytest.raises(SinkLost):
            zombie.append(records("zombie again"))

        assert stage.committed() == []

    def test_a_zombie_costs_the_owner_at_most_a_new_start(self, stage: Stage) -> None:
        zombie = opened(stage)
        owner = opened(stage)
        owner = append_as_owner(stage, owner, records("a"))
        for attempt in range(2):
            with pytest.raises(SinkLost):
                zombie.append(records(f"zombie {attempt}"))

        owner = append_as_owner(stage, owner, records("b", "c"))
        append_as_owner(stage, owner, records("d"))

        assert stage.committed() == [b"a", b"b", b"c", b"d"]

    def test_a_refused_record_keeps_its_whole_batch_out(self, stage: Stage) -> None:
        sink = opened(stage)
        sink.append(records("a"))

        with pytest.raises(RecordRefused) as refused:
            sink.append([record("b"), stage.oversized(), record("c")])

        assert refused.value.error_class == "too_large"
        assert stage.committed() == [b"a"]

    def test_nothing_is_sent_behind_a_failure(self, stage: Stage) -> None:
        sink = opened(stage)
        with pytest.raises(RecordRefused):
            sink.append([stage.oversized()])

        with pytest.raises(SinkLost):
            sink.append(records("behind"))

        assert stage.committed() == []

    def test_a_new_sink_goes_on_after_a_failure(self, stage: Stage) -> None:
        sink = opened(stage)
        with pytest.raises(RecordRefused):
            sink.append([record("a"), stage.oversized()])

        opened(stage).append(records("b"))

        assert stage.committed() == [b"b"]

    def test_a_sink_that_was_never_opened_takes_nothing(self, stage: Stage) -> None:
        sink = stage.sink()

        with pytest.raises(SinkLost):
            sink.append(records("a"))

        assert stage.committed() == []

    def test_closing_twice_is_harmless_and_closes(self, stage: Stage) -> None:
        sink = opened(stage)

        sink.close()
        sink.close()

        with pytest.raises(SinkLost):
            sink.append(records("a"))
