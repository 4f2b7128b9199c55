"""The publisher of a partition: in timeline order, each change once, whatever fails on the way."""

import threading
import time
from typing import Any

import orjson
import pytest

from schemas.codec import Record
from services.projector import publisher as publisher_module
from services.projector.publisher import status_record
from services.runtime.postgres import DatabaseAway
from tests.fakes import FakeSink
from tests.unit.projector.publishing import TOPIC, Scene
from tests.waiting import until


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble is over at once."""
    monkeypatch.setattr(publisher_module, "backoff", lambda attempt, jitter: 0.01)


def test_a_first_publisher_tells_every_change_in_timeline_order() -> None:
    scene = Scene(5)

    with scene.publishing():
        until(lambda: len(scene.told()) == 5)

    assert scene.told() == [1, 2, 3, 4, 5]
    assert [change["src_offset"] for change in scene.records()] == [0, 1, 2, 3, 4]
    assert scene.outbox.looked[0] == -1


@pytest.mark.parametrize("written", [1, 2, 4])
def test_it_goes_on_with_the_very_next_change_behind_the_last_that_stands_in_the_topic(written: int) -> None:
    scene = Scene(5)
    scene.put(*scene.changes[:written])

    with scene.publishing():
        until(lambda: len(scene.told()) == 5)

    assert scene.told() == [1, 2, 3, 4, 5]
    assert scene.outbox.looked[0] == written - 1


def test_what_is_handed_over_behind_the_last_change_is_told_without_asking_the_timeline() -> None:
    scene = Scene(4)
    scene.outbox.rows = scene.changes[:2]

    with scene.publishing() as publisher:
        until(lambda: scene.told() == [1, 2] and scene.outbox.looked[-1:] == [1])
        asked = len(scene.outbox.looked)
        publisher.hand_over(scene.changes[2:], newest=4)
        until(lambda: len(scene.told()) == 4)

    assert scene.told() == [1, 2, 3, 4]
    assert len(scene.outbox.looked) == asked


def test_what_is_handed_over_with_a_gap_before_it_is_read_from_the_timeline() -> None:
    scene = Scene(5)
    scene.outbox.rows = scene.changes[:1]

    with scene.publishing() as publisher:
        until(lambda: scene.told() == [1] and scene.outbox.looked[-1:] == [0])
        scene.outbox.rows = scene.changes
        publisher.hand_over(scene.changes[3:], newest=5)
        until(lambda: len(scene.told()) == 5)

    assert scene.told() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("handed", ["nothing", "too much"])
def test_what_is_not_carried_in_memory_is_read_from_the_timeline(
    handed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "_HANDED_LIMIT", 2)
    scene = Scene(4)
    scene.outbox.rows = []

    with scene.publishing() as publisher:
        until(lambda: scene.outbox.looked == [-1])
        scene.outbox.rows = scene.changes
        publisher.hand_over([] if handed == "nothing" else scene.changes[:3], newest=4)
        until(lambda: len(scene.told()) == 4)

    assert scene.told() == [1, 2, 3, 4]


def test_what_is_handed_over_twice_is_told_once() -> None:
    scene = Scene(3)

    with scene.publishing() as publisher:
        publisher.hand_over(scene.changes[:2], newest=2)
        publisher.hand_over(scene.changes, newest=3)
        until(lambda: len(scene.told()) >= 3)
        publisher.hand_over(scene.changes[1:], newest=3)
        time.sleep(0.05)

    assert scene.told() == [1, 2, 3]


@pytest.mark.parametrize("fault", ["send", "commit", "answer"])
def test_a_broker_that_goes_away_at_any_point_costs_and_doubles_no_change(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher_module, "_APPEND_LIMIT", 2)
    scene = Scene(6)
    scene.broker.faults += [fault, fault]  # type: ignore[list-item]

    with scene.publishing():
        until(lambda: len(scene.told()) >= 6)

    assert scene.told() == [1, 2, 3, 4, 5, 6]
    assert scene.broker.faults == []


def test_a_database_that_goes_away_is_waited_for() -> None:
    scene = Scene(3)
    scene.outbox.faults = [DatabaseAway("away"), DatabaseAway("away")]

    with scene.publishing():
        until(lambda: len(scene.told()) == 3)

    assert scene.told() == [1, 2, 3]


def test_a_publisher_of_a_lost_claim_ends_and_leaves_the_owners_sink_alone() -> None:
    scene = Scene(3)
    owner = FakeSink(scene.broker, TOPIC, 0, "status-0")
    owner.open()
    scene.outbox.owner = False

    with scene.publishing() as publisher:
        until(lambda: not publisher.alive)

    owner.append([status_record(scene.changes[0])])
    assert scene.told() == [1]


def test_two_publishers_at_once_tell_each_change_once() -> None:
    scene = Scene(40)

    with scene.publishing(), scene.publishing():
        until(lambda: len(scene.told()) >= 40)
        time.sleep(0.05)

    assert scene.told() == list(range(1, 41))


def test_behind_a_change_that_cannot_be_published_nothing_goes_out_and_it_says_so() -> None:
    scene = Scene(4)
    scene.broker.max_record_bytes = 10_000
    large = scene.changes[2]._replace(change=scene.changes[2].change[:-1] + b',"x":"%s"}' % (b"x" * 10_000))
    scene.outbox.rows = [*scene.changes[:2], large, scene.changes[3]]
    scene.put(*scene.changes[:2])

    with scene.publishing() as publisher:
        until(lambda: publisher.stuck == "RecordRefused")
        time.sleep(0.05)
        told = scene.told()
        scene.broker.max_record_bytes = 100_000
        until(lambda: len(scene.told()) == 4)
        until(lambda: publisher.stuck is None)

    assert told == [1, 2]
    assert scene.told() == [1, 2, 3, 4]


def test_a_publisher_that_is_stopped_tells_what_it_holds() -> None:
    scene = Scene(4)
    sending, may_send = threading.Event(), threading.Event()
    strike = scene.broker.strike

    def slow(fault: Any) -> None:
        sending.set()
        may_send.wait(10)
        strike(fault)

    scene.broker.strike = slow  # type: ignore[method-assign]
    scene.outbox.rows = scene.changes[:1]

    with scene.publishing() as publisher:
        sending.wait(10)
        publisher.hand_over(scene.changes[1:], newest=4)
        publisher.stop()
        scene.outbox.rows = scene.changes
        may_send.set()
        publisher.join(timeout=10)

    assert scene.told() == [1, 2, 3, 4]


def test_a_status_record_is_keyed_by_its_shipment_and_known_by_partition_and_offset() -> None:
    change = Scene(1).changes[0]

    record = status_record(change)

    assert isinstance(record, Record)
    assert record.key == b"acme:P1"
    assert orjson.loads(record.value) == {"seq": 1, **orjson.loads(change.change)}
    assert dict(record.headers)["ce_id"] == b"status-0-0"


class Resting:
    """A pace whose rest behind a transaction never ends."""

    left = 0.0

    def ended(self, began: float) -> None:
        """As Pace.ended."""
        self.left = 60.0


def test_what_comes_while_it_rests_is_told_in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "Pace", lambda most: Resting())
    scene = Scene(5)
    scene.outbox.rows = scene.changes[:1]

    with scene.publishing() as publisher:
        until(lambda: scene.told() == [1] and scene.outbox.looked[-1:] == [0])
        for number in range(2, 6):
            publisher.hand_over(scene.changes[number - 1 : number], newest=number)
            time.sleep(0.02)  # time enough to tell it, were there no rest

    assert scene.told() == [1, 2, 3, 4, 5]
    first, *later = [offset for offset, _ in scene.broker.committed(TOPIC, 0)]
    marker = 1
    assert later == [first + 1 + marker + n for n in range(4)]


def test_it_rests_no_longer_than_until_a_transaction_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher_module, "Pace", lambda most: Resting())
    monkeypatch.setattr(publisher_module, "_APPEND_LIMIT", 2)
    scene = Scene(3)
    scene.outbox.rows = scene.changes[:1]

    with scene.publishing() as publisher:
        until(lambda: scene.told() == [1] and scene.outbox.looked[-1:] == [0])
        publisher.hand_over(scene.changes[1:], newest=3)
        until(lambda: scene.told() == [1, 2, 3])
