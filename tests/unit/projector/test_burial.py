"""Bad records are buried when Kafka has acknowledged them, and not before."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

import pytest

from schemas.codec import Record
from services.projector import burial as burial_module
from services.projector.burial import Burial
from services.projector.owned import Handed, Owned
from services.runtime.deadletter import read_dead_letter
from services.runtime.lifecycle import StopSignal
from services.runtime.outcomes import BrokerUnavailable, Outcome
from tests.fakes import FakeBroker, FakeProducer
from tests.unit.projector.folded import batch_of, claim_of, new_lane


class SlowProducer(FakeProducer):
    """A producer whose broker acknowledges when it is told to."""

    def __init__(self, broker: FakeBroker) -> None:
        super().__init__(broker)
        self.asked = threading.Event()
        self.answers: list[Future[list[Outcome]]] = []

    def send(
        self, topic: str, records: Sequence[tuple[int | None, Record]], *, wait: bool = True
    ) -> "Future[list[Outcome]]":
        """As LogProducer.send."""
        answer: Future[list[Outcome]] = Future()
        self.answers.append(answer)
        self.asked.set()
        return answer


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trouble is over at once."""
    monkeypatch.setattr(burial_module, "backoff", lambda attempt, jitter: 0.005)


def burial(producer: FakeProducer, stop: StopSignal | None = None) -> Burial:
    """A burial into the topic `rejected`."""
    return Burial(
        producer,  # type: ignore[arg-type]
        topic="rejected",
        original_topic="events",
        code_version="1",
        stop=stop or StopSignal(handle_signals=False),
    )


def bad_batch() -> Handed:
    """A batch of two bad records of partition 0."""
    batch = batch_of(new_lane(), [b"{", b"[]"])
    return Handed(Owned(1, claim_of(), taken_offset=2, written_offset=0), batch)


def letters(broker: FakeBroker) -> list[tuple[int | None, bytes]]:
    """Offset and value of what lies in the topic."""
    found = [record for p in range(broker.partitions) for _, record in broker.committed("rejected", p)]
    read = [read_dead_letter(record.key, record.value, record.headers) for record in found]
    return [(letter.offset, letter.value) for letter in read]


def test_a_letter_holds_the_bytes_and_says_where_they_were() -> None:
    broker = FakeBroker(partitions=1)

    assert burial(FakeProducer(broker)).bury(bad_batch()) is True

    assert letters(broker) == [(0, b"{"), (1, b"[]")]
    first = broker.committed("rejected", 0)[0][1]
    letter = read_dead_letter(first.key, first.value, first.headers)
    assert (letter.original_topic, letter.partition, letter.error_class) == ("events", 0, "invalid_json")
    assert (letter.key, letter.first_failure) == (b"acme:BAD", "1970-01-01T00:00:01.000Z")


def test_it_waits_until_kafka_has_acknowledged() -> None:
    producer = SlowProducer(FakeBroker())
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(burial(producer).bury(bad_batch())))

    thread.start()
    assert producer.asked.wait(10)
    thread.join(0.1)
    waited = not done
    producer.answers[0].set_result([])
    thread.join(10)

    assert waited
    assert done == [True]


def test_a_letter_that_was_not_acknowledged_is_sent_again() -> None:
    broker = FakeBroker(partitions=1)
    broker.faults += ["send"]

    assert burial(FakeProducer(broker)).bury(bad_batch()) is True

    assert letters(broker) == [(0, b"{"), (1, b"[]")]


def test_a_letter_that_is_refused_is_waited_with_not_skipped() -> None:
    broker, stop = FakeBroker(partitions=1, max_record_bytes=0), StopSignal(handle_signals=False)
    done: list[bool] = []
    thread = threading.Thread(
        target=lambda: done.append(burial(FakeProducer(broker), stop).bury(bad_batch()))
    )

    thread.start()
    thread.join(0.1)
    waited = not done
    stop.set()
    thread.join(10)

    assert waited
    assert done == [False]
    assert letters(broker) == []


@pytest.mark.parametrize("why", ["told to stop", "claim lost"])
def test_what_could_not_be_buried_before_the_end_is_not_said_to_be(why: str) -> None:
    broker, stop, handed = FakeBroker(), StopSignal(handle_signals=False), bad_batch()
    broker.away = True
    if why == "told to stop":
        stop.set()
    else:
        handed = replace(handed, owned=replace(handed.owned, abandoned=True))

    assert burial(FakeProducer(broker), stop).bury(handed) is False


def test_the_broker_in_memory_fails_as_it_should() -> None:
    broker = FakeBroker()
    broker.away = True

    with pytest.raises(BrokerUnavailable):
        FakeProducer(broker).send("rejected", [])
