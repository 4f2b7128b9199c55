"""A rebuilt model equals the live one row by row; what differs is named; what may be switched to."""

import threading

import psycopg
import pytest

from schemas.codec import Record, event_record
from services.projector.claim import claim
from services.projector.lane import Claimed
from services.projector.log_facts import ReaderFacts
from services.projector.rebuild import switch as switch_module
from services.projector.rebuild.act import check, rebuild, rollback
from services.projector.rebuild.build import build
from services.projector.rebuild.models import Models
from services.projector.rebuild.source import CannotRebuild, Source
from services.projector.rebuild.switch import Switch
from services.projector.store import Reads, Store
from services.runtime.records import LogReader
from tests.bench.seeds import records
from tests.builders import day, deadline_passed, hour, promise, registered, scan
from tests.e2e.running import until
from tests.integration.rebuild_stand import Watched, append, fold_live, query, rows, seeded


def stories() -> list[Record]:
    """What the seeds lack: promises, passed deadlines, copies, texts to be escaped, records that are bad."""
    told = [
        registered(number="P1", promise=promise("2026-03-03", zone="UTC")),
        scan("picked_up", at=hour(1), number="P1", location={"name": "back\\slash\ttab\nline"}),
        deadline_passed("promise_overdue", day(2), number="P1"),
        scan("picked_up", at=hour(1), number="P1", location={"name": "back\\slash\ttab\nline"}),
        scan("delivered", at=hour(60), number="P1"),
        scan("exception", reason="damaged", at=hour(2), number="P2"),
        scan("picked_up", at=hour(1), number="P2"),
    ]
    bad = [Record(b"acme:P1", b"no JSON", []), Record(b"acme:P3", b"null", [])]
    return [event_record(each) for each in told[:3]] + bad + [event_record(each) for each in told[3:]]


@pytest.fixture
def source(kafka: str, database: str) -> Source:
    """A log and the live model folded from all of it."""
    source = seeded(kafka, database, count=1_200, shipments=200)
    append(source, stories())
    fold_live(source)
    return source


def test_rows_sums_and_numbers_are_those_of_the_live_model(source: Source) -> None:
    live = rows(source.database_url, "model_1")
    watched = Watched()

    report = rebuild(source, accept=False, processes=2, progress=watched)

    assert report.switched
    assert report.equal
    assert rows(source.database_url, "model_2") == live
    assert len(live["timeline"]) > 1_100
    assert watched.records == 1_209
    assert [name for name, _ in watched.stages] == ["folding", "indexes", "comparing rows", "switch"]
    assert query(source.database_url, "SELECT current FROM core.pointer") == [(2,)]


def test_the_model_switched_to_is_claimed_and_folded_on_and_so_is_the_old_one_after_a_rollback(
    source: Source,
) -> None:
    rebuild(source, accept=False, processes=2, progress=Watched())
    append(source, records(1_500, shipments=300, seed=2))
    fold_live(source)
    switched = rows(source.database_url, "model_2")

    report = rollback(source, processes=2, progress=Watched())

    assert report.switched
    assert rows(source.database_url, "model_1") == switched
    assert query(source.database_url, "SELECT current FROM core.pointer") == [(1,)]
    append(source, records(500, shipments=300, seed=3))
    fold_live(source)
    assert check(source, processes=2, progress=Watched()).equal


def test_owners_of_both_models_have_lost_their_partitions_after_a_switch(source: Source) -> None:
    epochs = "SELECT max(owner_epoch) FROM model_1.checkpoints"
    ((before,),) = query(source.database_url, epochs)

    rebuild(source, accept=False, processes=1, progress=Watched())

    new = query(source.database_url, "SELECT DISTINCT owner_epoch, owner_pid FROM model_2.checkpoints")
    assert new == [(before + 1, None)]
    assert query(source.database_url, epochs) == [(before + 1,)]


def test_a_claim_that_waited_for_the_switch_owns_the_model_switched_to(source: Source) -> None:
    models, store, reads = Models(source.database_url), Store(source.database_url), Reads(source.database_url)
    built = build(source, models, processes=1, progress=Watched())
    switch = Switch(source.database_url, live="model_1", other=built.model)
    log = ReaderFacts(LogReader(source.kafka, source.topic))
    claimed: list[Claimed] = []

    def take() -> None:
        claimed.append(
            claim(reads.connection, 0, writer_pid=store.backend_pid, topic_id=source.topic_id, log=log)
        )

    with switch.meeting(built.tail) as meeting:
        claiming = threading.Thread(target=take)
        claiming.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: query(source.database_url, waiting) == [(1,)], within=10, what="the claim waits")
        switch.flip(meeting)
    claiming.join(10)

    assert [each.model for each in claimed] == [built.model]
    for each in (switch, built.tail, models, store, reads):
        each.close()


_DAMAGE = (
    ("UPDATE model_1.shipments SET milestone = 'lost' WHERE shipment = '{}'", "milestone"),
    ("UPDATE model_1.shipments SET view = replace(view, '\"scans\":', '\"scans\":1') WHERE shipment = '{}'",
     "view.scans"),
    ("UPDATE model_1.shipments SET said = 'x' WHERE shipment = '{}'", "said"),
    ("UPDATE model_1.shipments SET wake_at = '2199-01-01Z' WHERE shipment = '{}'", "wake_at"),
    ("UPDATE model_1.shipments SET version = version + 1 WHERE shipment = '{}'", "version"),
    ("DELETE FROM model_1.shipments WHERE shipment = '{}'", "row"),
    ("UPDATE model_1.timeline SET recorded_at = '2001-01-01Z' WHERE shipment = '{}'", "recorded_at"),
    ("UPDATE model_1.timeline SET event = replace(event, 'arer', '') WHERE shipment = '{}'", "event.source"),
    ("DELETE FROM model_1.timeline WHERE shipment = '{}'", "row"),
)  # fmt: skip


def test_every_kind_of_damage_is_named_by_shipment_and_field_and_mended(source: Source) -> None:
    sound = rows(source.database_url, "model_1")
    keys = [
        key for (key,) in query(
            source.database_url,
            f"SELECT shipment FROM model_1.shipments WHERE wake_at < '2100-01-01' LIMIT {len(_DAMAGE)}",
        )
    ]  # fmt: skip
    for key, (statement, _) in zip(keys, _DAMAGE, strict=True):
        query(source.database_url, statement.format(key))

    report = check(source, processes=2, progress=Watched())
    mended = rebuild(source, accept=False, processes=2, progress=Watched())

    named: dict[str, set[str]] = {}
    for each in report.differences.first:
        named.setdefault(each.shipment, set()).add(each.field.rpartition(" ")[2])
    assert named == {key: {field} for key, (_, field) in zip(keys, _DAMAGE, strict=True)}
    assert not report.switched
    assert mended.switched
    assert rows(source.database_url, mended.other) == sound


def test_alarms_that_the_watchdog_moved_on_are_no_damage(source: Source) -> None:
    append(source, [event_record(scan("picked_up", at=hour(0), number="W")),
                    event_record(scan("in_transit", at=day(3), number="W"))])  # fmt: skip
    fold_live(source)
    alarm = "UPDATE model_1.shipments SET wake_at = wake_at + interval '{} days' WHERE shipment = 'acme:W'"
    query(source.database_url, alarm.format(3))

    moved = check(source, processes=1, progress=Watched())
    query(source.database_url, alarm.format(1))
    too_far = check(source, processes=1, progress=Watched())

    assert moved.equal
    assert [each.field for each in too_far.differences.first] == ["wake_at"]


def test_other_sums_by_the_same_rules_are_switched_to_only_when_accepted(source: Source) -> None:
    query(source.database_url, "UPDATE model_1.checkpoints SET state_sum = state_sum + 1 WHERE partition = 2")

    refused = rebuild(source, accept=False, processes=1, progress=Watched())
    there = query(source.database_url, "SELECT current FROM core.pointer")
    accepted = rebuild(source, accept=True, processes=1, progress=Watched())

    assert (refused.switched, refused.sums_equal) == (False, False)
    assert "--accept-difference" in refused.why
    assert there == [(1,)]
    assert accepted.switched
    assert check(source, processes=1, progress=Watched()).equal


def test_a_half_built_model_is_gone_on_with(source: Source) -> None:
    sound = rows(source.database_url, "model_1")
    for stage in ("indexes", "comparing rows"):
        with pytest.raises(Killed):
            rebuild(source, accept=False, processes=1, progress=KilledAt(stage))
        assert rows(source.database_url, "model_1") == sound
    watched = Watched()

    report = rebuild(source, accept=False, processes=1, progress=watched)

    assert report.resumed
    assert report.switched
    assert watched.records == 0
    assert report.other == "model_2"
    assert rows(source.database_url, "model_2") == sound


def test_a_log_that_is_not_the_models_is_refused(source: Source) -> None:
    query(
        source.database_url,
        "UPDATE model_1.checkpoints SET next_offset = next_offset + 1 WHERE partition = 0",
    )

    with pytest.raises(CannotRebuild, match="partition 0"):
        check(source, processes=1, progress=Watched())


def test_two_rebuilds_at_once_are_refused(source: Source) -> None:
    first = Models(source.database_url)
    assert first.lock()

    with pytest.raises(CannotRebuild, match="another rebuild"):
        rebuild(source, accept=False, processes=1, progress=Watched())
    first.close()


def test_without_a_model_before_there_is_no_way_back(source: Source) -> None:
    with pytest.raises(CannotRebuild, match="no model before"):
        rollback(source, processes=2, progress=Watched())


def test_models_older_than_the_one_before_are_dropped(source: Source) -> None:
    for _ in range(2):
        rebuild(source, accept=False, processes=1, progress=Watched())

    schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'model%' ORDER BY 1"
    assert query(source.database_url, schemas) == [("model_2",), ("model_3",)]


def test_an_owner_frozen_in_the_middle_of_a_write_does_not_keep_the_switch_out(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch_module, "_LOCK_PATIENCE", "100ms")
    reads, reader = Reads(source.database_url), LogReader(source.kafka, source.topic)
    with psycopg.connect(source.database_url) as owner:
        claim(
            reads.connection, 1, writer_pid=owner.info.backend_pid, topic_id=source.topic_id,
            log=ReaderFacts(reader),
        )  # fmt: skip
        owner.execute("SELECT FROM model_1.checkpoints WHERE partition = 1 FOR UPDATE")

        report = rebuild(source, accept=False, processes=1, progress=Watched())

        assert report.switched
        with pytest.raises(psycopg.OperationalError):
            owner.execute("SELECT 1")
    for each in (reads, reader):
        each.close()


def test_who_holds_a_checkpoint_without_owning_it_is_left_alone_and_the_live_model_stays(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch_module, "_LOCK_PATIENCE", "100ms")
    with psycopg.connect(source.database_url) as stranger:
        stranger.execute("SELECT FROM model_1.checkpoints WHERE partition = 1 FOR UPDATE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            rebuild(source, accept=False, processes=1, progress=Watched())

        assert stranger.execute("SELECT 1").fetchall() == [(1,)]
    assert query(source.database_url, "SELECT current FROM core.pointer") == [(1,)]
    assert rebuild(source, accept=False, processes=1, progress=Watched()).switched


class Killed(Exception):
    """Stands for a death."""


class KilledAt(Watched):
    """Dies when a stage begins."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def stage(self, name: str, total: int | None) -> None:
        """Die at the one."""
        if name == self._stage:
            raise Killed(name)
