"""Batches: settled once and whole, bounded in bytes, never waited for without end."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.codec import Record
from services.runtime.batch_client import Batch, HandedOver, one_by_one
from services.runtime.batches import BatchProducer
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused, Sent


class Acknowledged:
    """One record's acknowledgement, given by the test."""

    def __init__(self, partition: int | None, number: int) -> None:
        self.partition = partition
        self.number = number
        self.is_done = False
        self.value: Any = None
        self.exception: BaseException | None = None
        self._calls: list[Callable[[Any], Any]] = []

    def add_both(self, f: Callable[..., Any], *args: Any) -> None:
        if self.is_done:
            f(None)
        else:
            self._calls.append(f)

    def done(self, exception: BaseException | None = None) -> None:
        self.is_done, self.exception, self.value = True, exception, self.number
        for call in self._calls:
            call(None)


class Wire:
    """A client that acknowledges when told to. A value `big` is refused, a value `cut` finds no broker."""

    def __init__(self, *, answers: bool = False) -> None:
        self.answers = answers
        self.sent: list[Acknowledged] = []
        self.values: list[bytes] = []
        self.closed = threading.Event()

    def partition(self, topic: str, key: bytes) -> int | None:
        return key[-1] % 2 if key else None

    def send(self, topic: str, record: Record, partition: int | None) -> Acknowledged | Refused:
        if record.value == b"big":
            return Refused("too_large", "big")
        if record.value == b"cut":
            raise BrokerUnavailable("cut")
        self.values.append(record.value)
        self.sent.append(Acknowledged(partition, len(self.sent)))
        if self.answers:
            self.sent[-1].done(ValueError("bad") if record.value == b"bad" else None)
        return self.sent[-1]

    def send_all(self, topic: str, batch: Batch) -> HandedOver:
        return one_by_one(self.send, topic, batch)

    def outcome(self, pending: Any, place: int) -> Outcome | BaseException:
        if isinstance(pending.exception, ValueError):
            return Refused("too_large", str(pending.exception))
        return pending.exception or Sent(pending.partition, pending.value)

    def is_broken(self, error: BaseException) -> bool:
        return isinstance(error, RuntimeError)

    def close(self, timeout: float) -> None:
        self.closed.set()
        for pending in self.sent:
            if not pending.is_done:
                pending.done(ConnectionError("closed"))


class Cable:
    """Connects wires, unless it is cut."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.cut = False
        self.tries = 0
        self.answers_next = False

    def __call__(self) -> Wire:
        self.tries += 1
        if self.cut:
            raise BrokerUnavailable("no broker")
        self.wires.append(Wire(answers=self.answers_next))
        return self.wires[-1]


def producer(cable: Cable, *, most: int = 100_000, delivery: float = 5.0) -> BatchProducer:
    """A producer on that cable."""
    return BatchProducer(cable, max_in_flight_bytes=most, delivery=timedelta(seconds=delivery))


def batch(*values: str, partition: int | None = 0) -> list[tuple[int | None, Record]]:
    """Records for one partition."""
    return [(partition, Record(b"k", value.encode(), [])) for value in values]


def test_a_batch_settles_when_its_last_record_is_acknowledged() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", "b", "c"))
    first, second, third = cable.wires[0].sent
    first.done()
    second.done()
    settled_early = result.done()
    third.done()

    assert not settled_early
    assert result.result(0) == [Sent(0, 0), Sent(0, 1), Sent(0, 2)]


def test_a_batch_waits_for_each_of_its_partitions() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", partition=1) + batch("b", partition=0))
    cable.wires[0].sent[1].done()
    settled_early = result.done()
    cable.wires[0].sent[0].done()

    assert not settled_early
    assert result.result(0) == [Sent(1, 0), Sent(0, 1)]


def test_an_earlier_record_that_comes_last_is_waited_for() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", "b", "c"))
    first, second, third = cable.wires[0].sent
    third.done()
    second.done()
    settled_early = result.done()
    first.done()

    assert not settled_early
    assert len(result.result(0)) == 3


def test_a_record_without_partition_goes_where_its_key_belongs() -> None:
    cable = Cable()
    sending = producer(cable)

    sending.send("events", [(None, Record(bytes([key]), b"v", [])) for key in (6, 7)])
    sending.send("events", [(None, Record(b"", b"v", []))])

    assert [each.partition for each in cable.wires[0].sent] == [0, 1, None]


def test_a_refused_record_does_not_harm_the_others() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", "big", "b"))
    for pending in cable.wires[0].sent:
        pending.done()

    assert result.result(0) == [Sent(0, 0), Refused("too_large", "big"), Sent(0, 1)]


def test_a_batch_of_refused_records_settles_at_once() -> None:
    result = producer(Cable()).send("events", batch("big"))

    assert result.result(0) == [Refused("too_large", "big")]


def test_nothing_is_sent_behind_a_failure() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", "cut", "b"))
    cable.wires[0].sent[0].done()

    with pytest.raises(BrokerUnavailable) as failed:
        result.result(0)
    assert failed.value.outcomes == (Sent(0, 0), None, None)
    assert cable.wires[0].values == [b"a"]


def test_a_batch_that_failed_in_part_tells_what_is_known() -> None:
    cable = Cable()
    sending = producer(cable)

    result = sending.send("events", batch("a", "big", "b"))
    cable.wires[0].sent[0].done()
    cable.wires[0].sent[1].done(ConnectionError("reset"))

    with pytest.raises(BrokerUnavailable, match="reset") as failed:
        result.result(0)
    assert failed.value.outcomes == (Sent(0, 0), Refused("too_large", "big"), None)


def test_passing_trouble_keeps_the_client_and_a_broken_one_is_replaced() -> None:
    cable = Cable()
    sending = producer(cable)
    sending.send("events", batch("a"))
    cable.wires[0].sent[0].done(ConnectionError("reset"))
    sending.send("events", batch("b"))
    kept = len(cable.wires)

    cable.wires[0].sent[1].done(RuntimeError("fatal"))
    sending.send("events", batch("c"))

    assert kept == 1
    assert len(cable.wires) == 2
    assert cable.wires[0].closed.wait(5)


def test_a_broker_that_is_away_is_not_asked_at_every_send() -> None:
    cable = Cable()
    cable.cut = True
    sending = producer(cable)

    for _ in range(5):
        with pytest.raises(BrokerUnavailable):
            sending.send("events", batch("a"))

    assert cable.tries == 1
    assert sending.in_flight_bytes == 0


def test_too_much_in_flight_holds_the_sender_back_until_some_is_acknowledged() -> None:
    cable = Cable()
    sending = producer(cable, most=500)
    sending.send("events", batch("a" * 300))
    with pytest.raises(BrokerUnavailable, match="in flight"):
        sending.send("events", batch("b" * 300), wait=False)

    threading.Timer(0.05, cable.wires[0].sent[0].done).start()
    sending.send("events", batch("c" * 300))

    assert [value[:1] for value in cable.wires[0].values] == [b"a", b"c"]


def test_an_oversized_batch_goes_alone() -> None:
    cable = Cable()
    sending = producer(cable, most=500)

    result = sending.send("events", batch("a" * 5_000))
    cable.wires[0].sent[0].done()

    assert result.result(0) == [Sent(0, 0)]
    assert sending.in_flight_bytes == 0


def test_an_acknowledgement_that_never_comes_is_given_up() -> None:
    cable = Cable()
    sending = producer(cable, delivery=0.1)

    result = sending.send("events", batch("a"))

    with pytest.raises(BrokerUnavailable, match="closed"):
        result.result(10)
    assert sending.in_flight_bytes == 0
    assert cable.wires[0].closed.is_set()


def test_a_closed_producer_sends_nothing() -> None:
    cable = Cable()
    sending = producer(cable)
    result = sending.send("events", batch("a"))

    sending.close()

    assert result.done()
    with pytest.raises(BrokerUnavailable, match="closed"):
        sending.send("events", batch("b"))


def test_a_cancelled_result_still_frees_its_bytes() -> None:
    cable = Cable()
    sending = producer(cable)
    result = sending.send("events", batch("a"))

    result.cancel()
    cable.wires[0].sent[0].done()

    assert sending.in_flight_bytes == 0


def fail_all(wire: Wire, error: Exception) -> None:
    """As the library does: everything under way fails with the error of the one."""
    for pending in wire.sent:
        pending.is_done, pending.exception = True, error
    for pending in wire.sent:
        pending.done(error)


def test_who_is_refused_is_found_by_sending_each_alone() -> None:
    cable = Cable()
    sending = producer(cable)
    first = sending.send("events", batch("a", "bad", "b"))
    other = sending.send("events", batch("c"))
    cable.answers_next = True

    fail_all(cable.wires[0], ValueError("bad"))

    assert [type(each) for each in first.result(5)] == [Sent, Refused, Sent]
    assert [type(each) for each in other.result(5)] == [Sent]
    assert sending.in_flight_bytes == 0


def test_a_client_that_met_a_refusal_is_not_used_again() -> None:
    cable = Cable()
    sending = producer(cable)
    refused = sending.send("events", batch("bad"))
    cable.answers_next = True
    fail_all(cable.wires[0], ValueError("bad"))
    refused.result(5)

    sending.send("events", batch("a")).result(5)

    assert cable.wires[0].values == [b"bad"]
    assert cable.wires[0].closed.wait(5)


def test_a_broker_that_goes_away_while_suspects_are_asked_leaves_them_unknown() -> None:
    cable = Cable()
    sending = producer(cable)
    result = sending.send("events", batch("bad"))
    cable.cut = True

    fail_all(cable.wires[0], ValueError("bad"))

    with pytest.raises(BrokerUnavailable) as failed:
        result.result(5)
    assert failed.value.outcomes == (None,)
