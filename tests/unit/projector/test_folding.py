"""What a batch writes: one change per event, nothing twice, the same wherever batches end."""

from dataclasses import replace

import orjson
import pytest

from services.domain.checksum import shipment_hash
from services.domain.view import view
from services.projector.batch import FEW_CHANGES, Finished
from services.projector.rows import signed
from tests.builders import Json, day, deadline_passed, hour, promise, registered, replay, retracted, scan
from tests.unit.domain.laws.histories import seeded_history
from tests.unit.projector.folded import batch_of, changes_of, new_lane, reread

PROMISED = registered(promise=promise("2026-03-03", zone="UTC"))
OVERDUE = deadline_passed("promise_overdue", day(2))
WAY = [
    PROMISED,
    scan("picked_up", at=hour(1)),
    scan("in_transit", at=hour(2), reason="customs_hold"),
    scan("out_for_delivery", at=hour(3)),
    scan("delivered", at=hour(4)),
]


def written(batches: list[Finished]) -> tuple[bytes, list[Json], object]:
    """All timeline rows, all changes and the last sums."""
    last = batches[-1]
    changes = [change for batch in batches for change in changes_of(batch)]
    return b"".join(batch.timeline for batch in batches), changes, (last.state_sum, last.history_sum)


def test_a_change_belongs_to_one_event_however_many_of_a_shipment_come_at_once() -> None:
    batch = batch_of(new_lane(), WAY)

    told = changes_of(batch)

    assert [change["cause_event_id"] for change in told] == [envelope["event_id"] for envelope in WAY]
    assert [change["src_offset"] for change in told] == [0, 1, 2, 3, 4]
    assert [change["after"]["milestone"] for change in told] == [
        "registered", "picked_up", "in_transit", "out_for_delivery", "delivered",
    ]  # fmt: skip
    assert [change["before"] and change["before"]["milestone"] for change in told] == [
        None, "registered", "picked_up", "in_transit", "out_for_delivery",
    ]  # fmt: skip
    assert [[a["kind"] for a in change["announcements"]] for change in told] == [
        [], [], ["exception_opened"], ["exception_closed", "out_for_delivery"], ["delivered"],
    ]  # fmt: skip
    assert [row.seq for row in batch.published] == [1, 2, 3, 4, 5]
    assert len(batch.rows) == 1


@pytest.mark.parametrize("size", [1, 2, 3])
def test_where_batches_end_shows_in_nothing_that_is_written(size: int) -> None:
    story = [envelope for seed in range(40) for envelope in _of_number(seeded_history(seed), seed)]
    whole = new_lane()
    at_once = [batch_of(whole, story)]

    lane = new_lane()
    in_parts = [batch_of(lane, story[n : n + size]) for n in range(0, len(story), size)]

    assert written(in_parts) == written(at_once)
    rows = {row[0]: row for batch in in_parts for row in batch.rows}
    assert {key: row[:12] + row[13:] for key, row in rows.items()} == {
        row[0]: row[:12] + row[13:] for row in at_once[0].rows
    }


@pytest.mark.parametrize("where", ["in one batch", "in the next", "read back"])
def test_an_event_that_comes_again_leaves_nothing(where: str) -> None:
    lane, event = new_lane(), scan("picked_up", at=hour(1))
    if where == "in one batch":
        batches = [batch_of(lane, [event, event, event])]
    else:
        first = batch_of(lane, [event])
        lane = reread(lane, [first]) if where == "read back" else lane
        batches = [first, batch_of(lane, [event, event])]

    timeline, changes, sums = written(batches)

    assert timeline.count(b"\n") == 1
    assert len(changes) == 1
    assert sum(batch.duplicates for batch in batches) == 2
    assert batches[-1].shipments == 1
    assert batches[-1].end == 3
    assert sums == (batches[0].state_sum, batches[0].history_sum)


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_state_that_was_read_back_folds_on_byte_for_byte(cut: int) -> None:
    held = scan("in_transit", at=hour(6), reason="on_hold")
    story = [*WAY[:2], OVERDUE, held, scan("delivered", at=hour(20)), *WAY[3:], retracted(held), held]
    one, other = new_lane(), new_lane()
    before = [batch_of(one, story[:cut])]
    batch_of(other, story[:cut])

    after = batch_of(reread(one, before), story[cut:])
    remembered = batch_of(other, story[cut:])

    assert after.timeline == remembered.timeline
    assert after.published == remembered.published
    assert after.rows == remembered.rows
    assert replace(after, claimed=remembered.claimed, number=remembered.number) == remembered


def test_the_sum_of_the_checkpoint_is_that_of_the_shipments_shown() -> None:
    numbers = ["A1", "B2", "C3"]
    lane = new_lane()
    first = batch_of(lane, [scan("picked_up", at=hour(1), number=number) for number in numbers])
    last = batch_of(lane, [scan("in_transit", at=hour(2), number=number) for number in numbers[:2]])

    rows = {row[0]: row for row in first.rows} | {row[0]: row for row in last.rows}

    assert last.shipments == 3
    assert signed(last.state_sum) == signed(sum(row[13] for row in rows.values()))
    shipment = replay([scan("picked_up", at=hour(1), number="C3")])
    assert rows["acme:C3"][13] == signed(shipment_hash(shipment, orjson.dumps(view(shipment))))


def test_bad_records_are_put_aside_and_the_good_ones_around_them_are_taken() -> None:
    lane = new_lane()

    batch = batch_of(lane, [WAY[1], b"{", WAY[2], b""])

    assert [(bad.offset, bad.error_class, bad.value) for bad in batch.bad] == [
        (1, "invalid_json", b"{"),
        (3, "invalid_json", b""),
    ]
    assert (batch.end, batch.records, batch.last_event_id) == (4, 4, None)
    assert batch.timeline.count(b"\n") == 2


def test_the_checkpoint_names_the_last_record_of_the_batch() -> None:
    lane = new_lane()

    first = batch_of(lane, WAY[:3])
    again = batch_of(lane, WAY[:1])

    assert (first.start, first.end, first.last_event_id) == (0, 3, WAY[2]["event_id"])
    assert (again.start, again.end, again.last_event_id) == (3, 4, WAY[0]["event_id"])


@pytest.mark.parametrize("count", [5, 1_000], ids=["few", "many"])
def test_shipments_are_written_in_the_order_of_their_keys_so_that_writers_never_wait_in_a_ring(
    count: int,
) -> None:
    numbers = [f"N{n:04}" for n in range(count)]

    batch = batch_of(new_lane(), [scan("picked_up", at=hour(1), number=n) for n in reversed(numbers)])

    keys = [row[0] for row in batch.rows] or [
        line.split("\t")[0] for line in batch.copied.decode().splitlines()
    ]
    assert bool(batch.rows) is (count == 5)
    assert keys == [f"acme:{number}" for number in numbers]


def test_of_more_changes_than_are_carried_the_publisher_gets_none_and_hears_how_many() -> None:
    numbers = range(FEW_CHANGES + 1)

    batch = batch_of(new_lane(), [scan("picked_up", at=hour(1), number=f"N{n}") for n in numbers])

    assert batch.published == []
    assert batch.changes == FEW_CHANGES + 1
    assert batch.next_seq == FEW_CHANGES + 2


def test_an_alarm_is_set_to_the_earliest_of_a_batch_and_exactly_behind_a_passed_deadline() -> None:
    moved = batch_of(new_lane(), [scan("picked_up", at=hour(0)), scan("in_transit", at=day(3))])
    nearer = batch_of(new_lane(), [scan("picked_up", at=hour(0)), PROMISED])
    passed = batch_of(new_lane(), [scan("picked_up", at=hour(0)), deadline_passed("stale", day(14))])

    assert (moved.rows[0][12], moved.wakes) == ("2026-03-16T00:00:00.000Z", [])
    assert (nearer.rows[0][12], nearer.wakes) == ("2026-03-04T00:00:00.000Z", [])
    assert passed.wakes == [("acme:P1", "2026-05-01T00:00:00.000Z")]


def test_a_delivery_moves_an_alarm_that_would_ring_after_it_is_settled() -> None:
    lane = new_lane()
    batch_of(lane, [scan("picked_up", at=hour(0)), scan("in_transit", at=day(1))])

    delivered = batch_of(lane, [scan("delivered", at=day(2))])

    assert delivered.rows[0][12] == "2026-03-07T00:00:00.000Z"


def _of_number(history: list[Json], seed: int) -> list[Json]:
    return [envelope | {"shipment": f"acme:S{seed}"} for envelope in history]
