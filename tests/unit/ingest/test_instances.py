"""The row that tells the watchdog how old the oldest event is that no log has yet."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from schemas.codec import Record
from schemas.instants import datetime_of
from services.ingest import drain as drain_module
from services.ingest.drain import Drain
from services.ingest.instances import InstanceRow, RowsAway
from services.ingest.spool import Spool
from services.ingest.spool_file import Entry
from services.runtime.clock import VirtualClock
from services.runtime.outcomes import Refused
from tests.builders import ORIGIN, hour
from tests.unit.ingest.stand import TOPICS, make_stand
from tests.waiting import until


class FakeRows:
    """core.ingest_instances in memory; `away` as if PostgreSQL were."""

    def __init__(self) -> None:
        self.away = False
        self.rows: dict[str, tuple[datetime | None, datetime]] = {"dead": (None, datetime_of(0))}

    def write(self, instance: str, *, oldest_unlogged: datetime | None, seen_at: datetime) -> None:
        """As InstanceStore.write."""
        if self.away:
            raise RowsAway("away")
        self.rows[instance] = (oldest_unlogged, seen_at)

    def remove(self, instances: Sequence[str]) -> None:
        """As InstanceStore.remove."""
        if self.away:
            raise RowsAway("away")
        for each in instances:
            self.rows.pop(each, None)


def row(rows: FakeRows, *, clock: VirtualClock, oldest: Callable[[], int | None]) -> InstanceRow:
    return InstanceRow("me", rows, clock=clock, oldest_unlogged_ms=oldest)


def test_the_row_tells_the_oldest_event_as_of_a_time_not_later_than_it_was_asked() -> None:
    rows, clock = FakeRows(), VirtualClock(ORIGIN)

    def asked() -> int:
        clock.advance_to(hour(2))
        return hour(1)

    row(rows, clock=clock, oldest=asked).write()

    assert rows.rows["me"] == (datetime_of(hour(1)), datetime_of(ORIGIN))


def test_nothing_unlogged_is_told_as_null() -> None:
    rows = FakeRows()

    row(rows, clock=VirtualClock(ORIGIN), oldest=lambda: None).write()

    assert rows.rows["me"] == (None, datetime_of(ORIGIN))


def test_rows_of_the_gone_are_removed_as_soon_as_the_database_is_there() -> None:
    rows = FakeRows()
    kept = row(rows, clock=VirtualClock(ORIGIN), oldest=lambda: None)
    kept.forget(["dead"])
    rows.away = True
    kept.write()
    assert set(rows.rows) == {"dead"}

    rows.away = False
    kept.write()

    assert set(rows.rows) == {"me"}


def test_the_row_leaves_with_its_process_unless_a_spool_stays_behind() -> None:
    rows, clock = FakeRows(), VirtualClock(ORIGIN)
    clean = row(rows, clock=clock, oldest=lambda: None)
    clean.start()
    clean.stop()
    assert "me" not in rows.rows

    left = row(rows, clock=clock, oldest=lambda: hour(1))
    left.start()
    left.stop()

    assert rows.rows["me"] == (datetime_of(hour(1)), datetime_of(ORIGIN))


def test_a_drain_adopts_reads_out_and_tells_whose_files_they_were(tmp_path: Path) -> None:
    orphan = Spool(tmp_path / "spool", instance="gone")
    orphan.append([Entry(TOPICS.events.name, Record(b"acme:P1", b"{}", []), 1)])
    orphan.close()
    stand = make_stand(tmp_path)
    told: list[str] = []
    drain = Drain(
        stand.spool, stand.producer, stand.refusals, events_topic=TOPICS.events.name, adopted=told.extend
    )

    drain.start()
    until(lambda: told == ["gone"])
    drain.stop()

    assert stand.values() == [b"{}"]
    assert list((tmp_path / "spool").glob("*.spool")) == []


def test_a_drain_goes_on_when_kafka_comes_back(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    stand.broker.away = True
    drain = Drain(stand.spool, stand.producer, stand.refusals, events_topic=TOPICS.events.name)
    drain.start()
    stand.publisher.publish(TOPICS.events.name, [Record(b"acme:P1", b"{}", [])], since_ms=1)

    time.sleep(0.5)
    held = stand.spool.depth
    stand.broker.away = False
    until(lambda: stand.spool.depth == 0)
    drain.stop()

    assert (held, stand.values()) == (1, [b"{}"])


def test_a_drain_outlives_trouble_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand = make_stand(tmp_path)
    failures = iter([OSError("disk"), sqlite3.OperationalError("disk I/O error")])
    adopt = stand.spool.adopt

    def failing() -> list[str]:
        for failure in failures:
            raise failure
        return adopt()

    monkeypatch.setattr(stand.spool, "adopt", failing)
    drain = Drain(stand.spool, stand.producer, stand.refusals, events_topic=TOPICS.events.name)
    monkeypatch.setattr(drain_module, "_ADOPT_EVERY", 2)
    monkeypatch.setattr(drain_module, "_LONGEST_PAUSE_S", 0.01)
    stand.spool.append([Entry(TOPICS.events.name, Record(b"acme:P1", b"{}", []), 1)])

    drain.start()
    until(lambda: stand.values() == [b"{}"])
    drain.stop()

    assert stand.spool.depth == 0


def test_a_dead_letter_is_queued_even_when_the_spool_is_full(tmp_path: Path) -> None:
    stand = make_stand(tmp_path, spool_bytes=1)
    entry = Entry(TOPICS.events.name, Record(b"acme:P1", b"{}", []), 1)

    stand.refusals.settle([(entry, Refused("too_large", "2 MiB"))])

    assert stand.spool.depth == 1
