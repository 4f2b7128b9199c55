"""Records are safe before anybody is told so: in Kafka, or on the disk behind what waits there already."""

import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.codec import Record
from services.ingest import drain as drain_module
from services.ingest.drain import Drain
from services.ingest.publisher import Overloaded
from services.runtime.deadletter import read_dead_letter
from services.runtime.outcomes import BrokerUnavailable, Outcome
from tests.counted import counted
from tests.unit.ingest.stand import TOPICS, Stand, make_stand
from tests.waiting import until

EVENTS = TOPICS.events.name


def record(value: str) -> Record:
    return Record(b"acme:P1", value.encode(), [("ce_id", value[:10].encode())])


def publish(stand: Stand, *values: str, since_ms: int = 1) -> bool:
    return stand.publisher.publish(EVENTS, [record(value) for value in values], since_ms=since_ms)


def drain(stand: Stand) -> Drain:
    return Drain(stand.spool, stand.producer, stand.refusals, events_topic=EVENTS)


def test_with_kafka_there_records_go_straight_into_the_log(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)

    assert publish(stand, "a", "b") is True
    assert (stand.values(), stand.spool.depth) == ([b"a", b"b"], 0)


@pytest.mark.parametrize("fault", ["away", "send"])
def test_without_kafka_they_go_into_the_spool(tmp_path: Path, fault: str) -> None:
    stand = make_stand(tmp_path)
    if fault == "away":
        stand.broker.away = True
    else:
        stand.broker.faults.append("send")

    assert publish(stand, "a", "b") is False
    assert (stand.values(), stand.spool.depth) == ([], 2)


def test_new_records_queue_behind_what_waits_and_are_drained_in_order(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    stand.broker.away = True
    publish(stand, "a")
    stand.broker.away = False

    publish(stand, "b")
    assert stand.values() == []
    assert drain(stand).drain_some() is True

    assert (stand.values(), stand.spool.depth) == ([b"a", b"b"], 0)
    publish(stand, "c")
    assert stand.values() == [b"a", b"b", b"c"]


def test_a_drain_that_finds_kafka_away_leaves_everything_where_it_is(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    stand.broker.away = True
    publish(stand, "a")

    with pytest.raises(BrokerUnavailable):
        drain(stand).drain_some()

    assert stand.spool.depth == 1


def test_what_waits_on_disk_is_told_in_events_and_bytes_and_by_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> list[float]:
        names = ("depth_records", "bytes", "oldest_timestamp_seconds")
        return [counted(f"spool_{name}") for name in names]

    monkeypatch.setattr(drain_module, "_LONGEST_PAUSE_S", 0.01)
    stand = make_stand(tmp_path)
    stand.broker.away = True
    publish(stand, "a", since_ms=7_500)
    publish(stand, "b", since_ms=9_000)
    draining = drain(stand)
    draining.start()
    until(lambda: told() == [2, stand.spool.size, 7.5])
    assert stand.spool.size > 0

    stand.broker.away = False
    until(lambda: told() == [0, 0, 0])
    draining.stop()
    assert stand.values() == [b"a", b"b"]


def test_what_kafka_did_not_acknowledge_stays_in_the_spool(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    stand.broker.away = True
    publish(stand, "a", "b")
    stand.broker.away = False
    stand.broker.faults.append("send")

    with pytest.raises(BrokerUnavailable):
        drain(stand).drain_some()

    held = stand.spool.depth
    drain(stand).drain_some()
    assert held == 2
    assert (stand.values(), stand.spool.depth) == ([b"a", b"b"], 0)


def test_nobody_is_told_before_kafka_has_acknowledged_or_the_spool_is_on_the_disk(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    sending = stand.publisher.begin(EVENTS, [record("a")], since_ms=1)
    unanswered: Future[list[Outcome]] = Future()
    told: list[bool] = []
    waiting = threading.Thread(
        target=lambda: told.append(stand.publisher.settle(replace(sending, outcomes=unanswered)))
    )

    waiting.start()
    waiting.join(0.1)
    early = list(told)
    unanswered.set_exception(BrokerUnavailable("away"))
    waiting.join(10)

    assert early == []
    assert told == [False]
    assert stand.spool.depth == 1


def test_neither_kafka_nor_room_on_the_disk_is_an_overload(tmp_path: Path) -> None:
    stand = make_stand(tmp_path, spool_bytes=100)
    stand.broker.away = True

    with pytest.raises(Overloaded):
        publish(stand, "x" * 200)


@pytest.mark.parametrize("way", ["straight", "through the spool"])
def test_a_record_refused_for_good_is_kept_and_told_in_rejected(tmp_path: Path, way: str) -> None:
    stand = make_stand(tmp_path)
    before = counted("records_refused_total", error_class="too_large")
    stand.broker.max_record_bytes = 100
    stand.broker.away = way != "straight"
    publish(stand, "x" * 200, "good", since_ms=0)
    stand.broker.away = False
    stand.broker.max_record_bytes = 10_000 if way == "straight" else 100
    drain(stand).drain_some()
    stand.broker.max_record_bytes = 10_000
    drain(stand).drain_some()

    rejected = stand.broker.committed(TOPICS.rejected.name, 0)
    letter = read_dead_letter(rejected[0][1].key, rejected[0][1].value, rejected[0][1].headers)
    kept = next(iter(stand.spool._files)).refusals()
    assert stand.values() == [b"good"]
    assert counted("records_refused_total", error_class="too_large") == before + 1
    assert (letter.key, letter.attempt) == (b"acme:P1", 1)
    assert (letter.value, letter.error_class, letter.event_id) == (b"x" * 200, "too_large", "x" * 10)
    assert (letter.original_topic, letter.first_failure) == (EVENTS, "1970-01-01T00:00:00.000Z")
    assert [(entry.record.value, error_class) for entry, error_class, _ in kept] == [
        (b"x" * 200, "too_large")
    ]


def test_the_oldest_unlogged_event_is_that_of_requests_and_spool_together(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    publisher = stand.publisher
    assert publisher.oldest_unlogged_ms() is None

    with publisher.unlogged.holding(50), publisher.unlogged.holding(40):
        assert publisher.oldest_unlogged_ms() == 40
        stand.broker.away = True
        publish(stand, "a", since_ms=30)
        assert publisher.oldest_unlogged_ms() == 30

    assert publisher.oldest_unlogged_ms() == 30
    stand.broker.away = False
    drain(stand).drain_some()
    assert publisher.oldest_unlogged_ms() is None
