"""What a batch writes, and what the fence refuses, on a real PostgreSQL."""

import psycopg
import pytest

from schemas.instants import datetime_of
from services.projector.claim import LogDiverged, RulesDiffer
from services.projector.migrate import migrate
from services.projector.store import Reads, StaleWrite, Store
from tests.builders import day, deadline_passed, hour, promise, registered, scan
from tests.e2e.running import until
from tests.integration.projector_stand import PARTITIONS, ShortLog, claimed, folded, lane, numbers_of

_ROWS = """SELECT shipment, version, milestone, status, view, said, wake_at, hash FROM model_1.shipments
ORDER BY shipment"""
_TIMELINE = "SELECT t::text FROM model_1.timeline t ORDER BY partition, src_offset"
_SUMS = "SELECT state_sum, history_sum FROM model_1.checkpoints ORDER BY partition"


@pytest.fixture(params=["few", "many"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """By which way batches are written, whatever their size."""
    monkeypatch.setattr(
        "services.projector.folding.FEW_RECORDS", {"few": 1_000_000, "many": 1}[request.param]
    )
    return str(request.param)


def query(reads: Reads, statement: str) -> list[tuple[object, ...]]:
    """Rows."""
    return reads.connection.execute(statement).fetchall()


def test_a_write_after_another_claim_is_refused_and_leaves_nothing(store: Store, reads: Reads) -> None:
    number = numbers_of(0, 1)[0]
    zombie = lane(reads, store, 0)
    batch = folded(zombie, reads, [scan("picked_up", at=hour(1), number=number)])
    lane(reads, store, 0)

    with pytest.raises(StaleWrite):
        store.write(batch)

    assert query(reads, "SELECT count(*) FROM model_1.timeline") == [(0,)]
    assert query(reads, "SELECT next_offset FROM model_1.checkpoints WHERE partition = 0") == [(0,)]


def test_a_batch_that_repeats_or_skips_records_is_refused(store: Store, reads: Reads) -> None:
    number = numbers_of(0, 1)[0]
    first = lane(reads, store, 0)
    batch = folded(first, reads, [scan("picked_up", at=hour(1), number=number)])
    store.write(batch)

    with pytest.raises(StaleWrite):
        store.write(batch)

    first.next_offset += 5
    skipping = folded(first, reads, [scan("in_transit", at=hour(2), number=number)])
    with pytest.raises(StaleWrite):
        store.write(skipping)
    assert query(reads, "SELECT count(*) FROM model_1.timeline") == [(1,)]


def test_small_and_large_batches_leave_the_same_rows(
    store: Store, reads: Reads, url: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = numbers_of(1, 300)
    steps = ("info_received", "picked_up", "in_transit")
    envelopes = [
        scan(step, at=hour(n), number=number, location={"name": "back\\slash\ttab\nline"})
        for n, step in enumerate(steps)
        for number in numbers
    ]
    large = lane(reads, store, 1)
    for n in range(len(steps)):
        batch = folded(large, reads, envelopes[n * 300 : (n + 1) * 300])
        assert bool(batch.rows) == (way == "few")
        store.write(batch)
    rows, timeline, sums = (query(reads, statement) for statement in (_ROWS, _TIMELINE, _SUMS))

    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("DROP SCHEMA model_1 CASCADE; DELETE FROM core.pointer")
    migrate(url, partitions=PARTITIONS)
    monkeypatch.setattr("services.projector.folding.FEW_RECORDS", 80 if way == "few" else 100)
    small = lane(reads, store, 1)
    for n in range(0, len(envelopes), 90):
        store.write(folded(small, reads, envelopes[n : n + 90]))

    assert query(reads, _ROWS) == rows
    assert query(reads, _TIMELINE) == timeline
    assert query(reads, _SUMS) == sums
    assert (len(rows), len(timeline)) == (300, 900)


def test_states_read_back_fold_on_as_if_they_had_never_left_memory(store: Store, reads: Reads) -> None:
    number = numbers_of(2, 1)[0]
    story = [
        registered(number=number, promise=promise("2026-03-03", zone="UTC")),
        scan("picked_up", at=hour(1), number=number),
        scan("out_for_delivery", at=hour(5), number=number),
        scan("delivered", at=hour(3), number=number),
        deadline_passed("promise_overdue", day(2), number=number),
    ]
    remembering = lane(reads, store, 2)
    for envelope in story:
        store.write(folded(remembering, reads, [envelope]))
    kept = query(reads, _ROWS)

    number_ = numbers_of(3, 1)[0]
    for envelope in story:
        forgetting = lane(reads, store, 3)
        other = envelope | {"shipment": f"acme:{number_}"}
        store.write(folded(forgetting, reads, [other]))
    reread = query(reads, _ROWS)

    assert len(kept) == 1
    told = [row[2:4] for row in reread]
    assert told == [kept[0][2:4]] * 2


def test_an_ordinary_event_moves_the_alarm_only_to_the_earlier(store: Store, reads: Reads) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    store.write(folded(here, reads, [scan("picked_up", at=hour(0), number=number)]))
    first = query(reads, "SELECT wake_at FROM model_1.shipments")
    store.write(folded(here, reads, [scan("in_transit", at=day(3), number=number)]))

    assert first == [(datetime_of(day(14)),)]
    assert query(reads, "SELECT wake_at FROM model_1.shipments") == first


def test_a_passed_deadline_sets_the_next_alarm_exactly(store: Store, reads: Reads) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    store.write(folded(here, reads, [scan("picked_up", at=hour(0), number=number)]))
    store.write(folded(here, reads, [deadline_passed("stale", day(14), number=number)]))

    assert query(reads, "SELECT wake_at FROM model_1.shipments") == [(datetime_of(day(60)),)]


def test_a_claim_ends_the_backend_of_an_owner_that_holds_the_row(
    store: Store, reads: Reads, url: str
) -> None:
    stopped = Store(url)
    claimed(reads, stopped, 0)
    stopped._conn.execute("BEGIN")
    stopped._conn.execute("UPDATE model_1.checkpoints SET next_offset = next_offset WHERE partition = 0")

    taken = claimed(reads, store, 0)

    assert taken.epoch == 2
    ended = f"SELECT count(*) FROM pg_stat_activity WHERE pid = {stopped.backend_pid}"
    until(lambda: query(reads, ended) == [(0,)], within=10, what="the owner's backend is gone")
    stopped.close()


@pytest.mark.parametrize(
    "log",
    [
        pytest.param(ShortLog(end=0), id="the log is shorter than the checkpoint"),
        pytest.param(ShortLog(start=5, end=9), id="the log begins behind the checkpoint"),
        pytest.param(ShortLog(event_id="another"), id="the record before is another event"),
        pytest.param(ShortLog(event_id=None), id="the record before is none of ours"),
    ],
)
def test_a_log_that_is_not_the_folded_one_is_refused(store: Store, reads: Reads, log: ShortLog) -> None:
    number = numbers_of(0, 1)[0]
    here = lane(reads, store, 0)
    store.write(folded(here, reads, [scan("picked_up", at=hour(1), number=number)]))

    with pytest.raises(LogDiverged):
        claimed(reads, store, 0, log=log)


def test_another_topic_id_is_refused(store: Store, reads: Reads) -> None:
    claimed(reads, store, 0)
    reads.connection.execute("UPDATE model_1.checkpoints SET topic_id = 'recreated' WHERE partition = 0")

    with pytest.raises(LogDiverged):
        claimed(reads, store, 0)


def test_a_model_of_other_rules_is_refused(store: Store, reads: Reads) -> None:
    reads.connection.execute("UPDATE model_1.rules SET rules_version = rules_version + 1")

    with pytest.raises(RulesDiffer):
        claimed(reads, store, 0)


def test_a_record_on_another_partition_is_refused_though_its_shipment_is_stored(
    store: Store, reads: Reads
) -> None:
    number = numbers_of(0, 1)[0]
    store.write(folded(lane(reads, store, 0), reads, [scan("picked_up", at=hour(1), number=number)]))
    reads.connection.execute("UPDATE model_1.checkpoints SET next_offset = 7 WHERE partition = 1")

    elsewhere = folded(lane(reads, store, 1), reads, [scan("in_transit", at=hour(2), number=number)])

    assert [bad.error_class for bad in elsewhere.bad] == ["wrong_partition"]
    assert elsewhere.timeline == b""
