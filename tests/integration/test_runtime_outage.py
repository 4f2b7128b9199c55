"""A broker that dies and comes back: nothing hangs, nothing is lost, nothing stays behind."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.codec import Record
from schemas.topics import topics
from services.cli.local.faults import kill_kafka, start_kafka
from services.cli.local.stack import Stack, remove_stack, start_stack
from services.runtime.clock import monotonic
from services.runtime.outcomes import BrokerUnavailable, Sent
from services.runtime.producer import LogProducer
from services.runtime.records import LogReader, scan
from services.runtime.sink import FencedSink, SinkLost
from services.runtime.topics import ensure_topics, topic_facts

TOPICS = topics(partitions=2)

pytestmark = pytest.mark.chaos


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack that nobody else uses, for killing."""
    try:
        yield start_stack(tmp_path)
    finally:
        remove_stack(tmp_path)


def batch(*values: str) -> list[tuple[int | None, Record]]:
    """Records for partition 0."""
    return [(0, Record(b"k", value.encode(), [])) for value in values]


def until_sent(producer: LogProducer, value: str) -> None:
    """Send as an ingest does: again and again."""
    deadline = monotonic() + 30
    while True:
        try:
            producer.send(TOPICS.events.name, batch(value)).result(20)
        except BrokerUnavailable:
            assert monotonic() < deadline
        else:
            return


def test_clients_outlive_their_broker(own_stack: Stack, tmp_path: Path) -> None:
    ensure_topics(own_stack.kafka, TOPICS)
    producer = LogProducer(own_stack.kafka)
    sink = FencedSink(own_stack.kafka, TOPICS.status.name, 0, "status-0")
    with closing(LogReader(own_stack.kafka, TOPICS.events.name)) as reader:
        reader.assign({0: 0})
        assert producer.send(TOPICS.events.name, batch("a")).result(10) == [Sent(0, 0)]
        sink.open()
        sink.append([Record(b"k", b"first", [])])

        kill_kafka(tmp_path)
        began = monotonic()
        waiting = producer.send(TOPICS.events.name, batch("b"))
        with pytest.raises(BrokerUnavailable):
            waiting.result(20)
        producer_took = monotonic() - began
        with pytest.raises(SinkLost):
            sink.append([Record(b"k", b"second", [])])
        threads = threading.active_count()
        for _ in range(2):
            with pytest.raises(BrokerUnavailable):
                topic_facts(own_stack.kafka, TOPICS.events.name)
        left_behind = threading.active_count() - threads
        held = producer.in_flight_bytes

        start_kafka(tmp_path)
        until_sent(producer, "c")
        sink = FencedSink(own_stack.kafka, TOPICS.status.name, 0, "status-0")
        last = sink.open()
        read: list[bytes | None] = []
        while b"c" not in read:
            read += [value for *_, value in reader.poll(500).get(0, [])]

    sink.close()
    producer.close()
    assert producer_took < 8
    assert held == 0
    assert left_behind <= 0
    assert last is not None
    assert last[2] == b"first"
    assert [value for value in read if value != b"b"] == [b"a", b"c"]


@dataclass
class Numbers:
    """Appends 0, 1, 2 ... to a sink that is opened anew whenever it is lost, as a publisher does."""

    kafka: str
    acknowledged: int = -1

    def opened(self) -> tuple[FencedSink, int]:
        """A new sink and the number it found last."""
        deadline = monotonic() + 60
        while True:
            sink = FencedSink(self.kafka, TOPICS.status.name, 0, "status-0")
            try:
                last = sink.open()
            except SinkLost:
                assert monotonic() < deadline
            else:
                return sink, -1 if last is None else int(last[2] or b"")

    def append_until_lost(self, sink: FencedSink, number: int) -> None:
        """One number per transaction, from `number`, as fast as it goes."""
        try:
            while True:
                sink.append([Record(b"k", str(number).encode(), [])])
                self.acknowledged = number
                number += 1
        except SinkLost:
            sink.close()


def test_a_broker_that_dies_in_mid_append_leaves_no_gap_and_nothing_twice(
    own_stack: Stack, tmp_path: Path
) -> None:
    ensure_topics(own_stack.kafka, TOPICS)
    numbers = Numbers(own_stack.kafka)

    for _ in range(3):
        sink, found = numbers.opened()
        assert found >= numbers.acknowledged
        appending = threading.Thread(target=numbers.append_until_lost, args=[sink, found + 1])
        appending.start()
        while numbers.acknowledged < found + 5:
            assert appending.is_alive()
            threading.Event().wait(0.01)
        kill_kafka(tmp_path)
        appending.join()
        start_kafka(tmp_path)
    sink, found = numbers.opened()
    sink.append([Record(b"k", str(found + 1).encode(), [])])
    sink.close()

    values = [int(each.value or b"") for each in scan(own_stack.kafka, TOPICS.status.name, start={0: 0})]
    assert found >= numbers.acknowledged
    assert values == list(range(found + 2))


def test_a_producer_may_start_before_its_broker(own_stack: Stack, tmp_path: Path) -> None:
    ensure_topics(own_stack.kafka, TOPICS)
    kill_kafka(tmp_path)
    producer = LogProducer(own_stack.kafka)
    with pytest.raises(BrokerUnavailable):
        producer.send(TOPICS.events.name, batch("a"))

    start_kafka(tmp_path)
    until_sent(producer, "b")

    assert producer.in_flight_bytes == 0
    producer.close()
