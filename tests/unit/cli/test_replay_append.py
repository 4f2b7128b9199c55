"""How replay hands records to the broker: one order, bounded, nothing forgotten."""

from concurrent.futures import Future

import pytest

from schemas.codec import Record
from services.cli.output import AnswerIsNo, DependencyAway
from services.cli.replay.append import LogAppender
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused, Sent


class FakeProducer:
    """Acknowledges a batch when it is asked for its outcome; keys are single digits, the partition."""

    def __init__(self, *, trouble: BrokerUnavailable | None = None, refused: bytes = b"") -> None:
        self.log: dict[int, list[bytes]] = {}
        self.batches: list[int] = []
        self._trouble, self._refused = trouble, refused

    def send(self, topic: str, records: list[tuple[int | None, Record]]) -> "Future[list[Outcome]]":
        result: Future[list[Outcome]] = Future()
        self.batches.append(len(records))
        if self._trouble is not None:
            result.set_exception(self._trouble)
        else:
            result.set_result([self._appended(record) for _, record in records])
        return result

    def _appended(self, record: Record) -> Outcome:
        if record.value == self._refused:
            return Refused("too_large", "more than the topic takes")
        partition = int(record.key)
        self.log.setdefault(partition, []).append(record.value)
        return Sent(partition, len(self.log[partition]) - 1)


def record(partition: int, value: bytes) -> Record:
    return Record(str(partition).encode(), value, [])


def test_records_of_a_partition_keep_their_order_and_the_ends_tell_the_offset_behind_the_last() -> None:
    producer = FakeProducer()
    appender = LogAppender(producer, topic="log", batch=2)

    for value in (b"a", b"b", b"c"):
        appender.add_record(record(0, value))
        appender.add_record(record(1, value.upper()))
    appender.settle()

    assert producer.log == {0: [b"a", b"b", b"c"], 1: [b"A", b"B", b"C"]}
    assert appender.ends == {0: 3, 1: 3}
    assert appender.appended == 6


def test_what_is_less_than_a_batch_is_sent_when_the_appender_settles() -> None:
    producer = FakeProducer()
    appender = LogAppender(producer, topic="log", batch=500)

    appender.add_record(record(0, b"a"))
    before = list(producer.batches)
    appender.settle()

    assert before == []
    assert producer.batches == [1]


def test_a_broker_that_does_not_acknowledge_is_a_dependency_away() -> None:
    appender = LogAppender(FakeProducer(trouble=BrokerUnavailable("no answer")), topic="log")
    appender.add_record(record(0, b"a"))

    with pytest.raises(DependencyAway, match="no answer"):
        appender.settle()


def test_a_record_the_broker_refuses_for_good_ends_the_replay() -> None:
    appender = LogAppender(FakeProducer(refused=b"huge"), topic="log")
    appender.add_record(record(0, b"huge"))

    with pytest.raises(AnswerIsNo, match="too_large"):
        appender.settle()
