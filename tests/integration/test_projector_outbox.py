"""What stands and falls with the checkpoint on a real PostgreSQL, and what is read behind it."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from services.projector.rows import signed
from services.projector.store import Outbox, Reads, Store
from tests.builders import day, deadline_passed, hour, registered, scan
from tests.integration.projector_stand import claimed, folded, lane, numbers_of


@pytest.fixture
def outbox(url: str) -> Iterator[Outbox]:
    """The publisher's connection."""
    outbox = Outbox(url)
    yield outbox
    outbox.close()


def checkpoint(reads: Reads) -> list[tuple[object, ...]]:
    """Offset and running number of partition 0, and how many timeline rows there are."""
    statement = (
        "SELECT next_offset, next_seq, (SELECT count(*) FROM model_1.timeline) FROM model_1.checkpoints"
    )
    return reads.connection.execute(f"{statement} WHERE partition = 0").fetchall()


@pytest.mark.parametrize(
    ("few", "part"),
    [(9, "timeline"), (9, "shipments"), (1, "timeline"), (1, "shipments"), (1, "alarms")],
)
def test_rows_that_cannot_be_written_leave_the_checkpoint_where_it_was(
    store: Store, reads: Reads, few: int, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.projector.folding.FEW_RECORDS", few)
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    store.write(folded(here, reads, [scan("picked_up", at=hour(0), number=number)]))
    before = checkpoint(reads)
    passed = folded(here, reads, [deadline_passed("stale", day(14), number=number)])
    assert bool(passed.rows) == (few > 1)
    broken = {
        "timeline": replace(passed, timeline=passed.timeline.replace(b"Z\t{", b"never\t{")),
        "shipments": replace(
            passed,
            rows=[(*row[:12], "never", row[13]) for row in passed.rows],
            copied=passed.copied and b"not\ta\trow\n",
        ),
        "alarms": replace(passed, wakes=[(passed.wakes[0][0], "never")]),
    }

    with pytest.raises(psycopg.Error):
        store.write(broken[part])

    assert checkpoint(reads) == before
    store.write(passed)
    assert checkpoint(reads) == [(2, 3, 2)]


def test_what_is_written_is_there_for_others_when_the_write_returns(
    store: Store, reads: Reads, outbox: Outbox
) -> None:
    number = numbers_of(0, 1)[0]

    store.write(folded(lane(reads, store, 0), reads, [scan("picked_up", at=hour(1), number=number)]))

    assert checkpoint(reads) == [(1, 2, 1)]
    assert [row.seq for row in outbox.unpublished("model_1", 0, position=-1, seq=0, limit=9)] == [1]


def test_the_outbox_holds_the_changes_behind_a_position_in_their_order_and_nothing_else(
    store: Store, reads: Reads, outbox: Outbox
) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    scans = [scan("in_transit", at=hour(n), code=f"C{n}", number=number) for n in range(5)]
    again = scans[0]
    batch = folded(here, reads, [*scans[:2], again, *scans[2:]])
    store.write(batch)

    behind_all = outbox.unpublished("model_1", 0, position=-1, seq=0, limit=100)
    behind_second = outbox.unpublished("model_1", 0, position=1, seq=2, limit=100)
    first_two = outbox.unpublished("model_1", 0, position=-1, seq=0, limit=2)

    assert behind_all == batch.published
    assert [(row.src_offset, row.seq) for row in behind_all] == [(0, 1), (1, 2), (3, 3), (4, 4), (5, 5)]
    assert behind_second == batch.published[2:]
    assert first_two == batch.published[:2]
    assert outbox.unpublished("model_1", 1, position=-1, seq=0, limit=100) == []


def test_the_outbox_ends_at_the_checkpoint(store: Store, reads: Reads, outbox: Outbox) -> None:
    number = numbers_of(0, 1)[0]
    scans = [scan("in_transit", at=hour(n), code=f"C{n}", number=number) for n in range(3)]
    store.write(folded(lane(reads, store, 0), reads, scans))

    reads.connection.execute("UPDATE model_1.checkpoints SET next_offset = 2 WHERE partition = 0")

    assert [row.src_offset for row in outbox.unpublished("model_1", 0, position=-1, seq=0, limit=9)] == [0, 1]


def test_what_a_switch_has_to_tell_comes_behind_what_came_before_it_and_is_forgotten_when_told(
    store: Store, reads: Reads, outbox: Outbox
) -> None:
    number = numbers_of(0, 1)[0]
    scans = [scan("in_transit", at=hour(n), code=f"C{n}", number=number) for n in range(2)]
    store.write(folded(lane(reads, store, 0), reads, scans))
    view = reads.connection.execute("SELECT view FROM model_1.shipments").fetchall()[0][0]
    for partition, seq in ((0, 3), (0, 4), (1, 3)):
        reads.connection.execute(
            "INSERT INTO core.restated SELECT %s, %s, shipment, 1, event_id, type, NULL, NULL, %s"
            " FROM model_1.timeline WHERE src_offset = 1",
            (partition, seq, view),
        )

    def told(*, position: int, seq: int) -> list[int]:
        rows = outbox.unpublished("model_1", 0, position=position, seq=seq, limit=9)
        return [row.seq for row in rows]

    def kept() -> list[tuple[object, ...]]:
        return reads.connection.execute("SELECT partition, seq FROM core.restated ORDER BY 1, 2").fetchall()

    assert told(position=-1, seq=0) == [1, 2]
    assert kept() == [(0, 3), (0, 4), (1, 3)]
    assert told(position=1, seq=2) == [3, 4]
    assert told(position=1, seq=3) == [4]
    assert kept() == [(0, 4), (1, 3)]
    assert told(position=1, seq=4) == []
    assert kept() == [(1, 3)]
    # a topic that has lost its end is told what there is, though numbers are missing
    assert [row.seq for row in outbox.unpublished("model_1", 1, position=-1, seq=0, limit=9)] == [3]


def test_a_claim_holds_until_the_next_one(store: Store, reads: Reads, outbox: Outbox) -> None:
    first = claimed(reads, store, 0)
    held = (reads.is_owner(first), outbox.is_owner(first))

    second = claimed(reads, store, 0)

    assert held == (True, True)
    assert (second.epoch, second.next_offset) == (first.epoch + 1, first.next_offset)
    assert (reads.is_owner(first), outbox.is_owner(first)) == (False, False)
    assert (reads.is_owner(second), outbox.is_owner(second)) == (True, True)


def test_a_pause_is_kept_until_it_was_accepted(reads: Reads) -> None:
    reads.pause(2, bad=501)
    reads.pause(2, bad=502)
    reads.unpause(2)
    waiting = reads.paused()

    reads.connection.execute("UPDATE core.paused_partitions SET accepted = true")
    accepted = reads.paused()
    reads.unpause(2)

    assert (waiting, accepted) == ({2: False}, {2: True})
    assert reads.paused() == {}


def test_a_shipments_row_is_that_of_its_last_batch(store: Store, reads: Reads) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    store.write(folded(here, reads, [scan("picked_up", at=hour(1), number=number)]))
    last = folded(
        here,
        reads,
        [
            registered(order_id="O-7", number=number, at=hour(2)),
            scan("delivered", at=hour(4), number=number),
            scan("returning", at=hour(9), number=number),
        ],
    )
    store.write(last)

    row = reads.connection.execute(
        "SELECT shipment, partition, version, carrier, milestone, status, leg_no, use_no, order_id,"
        " customer_id, view, said, hash FROM model_1.shipments"
    ).fetchone()

    assert len(last.rows) == 1
    assert row == last.rows[0][:12] + last.rows[0][13:]
    assert row[4:9] == ("returning", "returning", 2, 1, "O-7")


@pytest.mark.parametrize("batches", [1, 2])
def test_a_state_read_back_knows_what_was_said(store: Store, reads: Reads, batches: int) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    if batches == 2:
        store.write(folded(here, reads, [scan("picked_up", at=hour(1), number=number)]))
    store.write(folded(here, reads, [scan("delivered", at=hour(4), number=number)]))

    restarted = lane(reads, store, 0)
    later = folded(restarted, reads, [scan("in_transit", at=hour(2), code="L", number=number)])

    remembered = folded(here, reads, [scan("in_transit", at=hour(2), code="L", number=number)])
    assert b'"announcements":[]' in later.published[0].change
    assert later.published == remembered.published
    assert signed(later.state_sum) == signed(remembered.state_sum)
    assert signed(later.history_sum) == signed(remembered.history_sum)
    assert later.rows == remembered.rows
