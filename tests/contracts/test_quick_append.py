"""The quick way into the accumulator: the batches of kafka-python's own way, and the same outcomes."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.producer.record_accumulator import RecordAccumulator
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder

from schemas.codec import Record
from services.runtime.outcomes import Sent
from services.runtime.quick_append import Span, append_all, fits
from services.runtime.quick_records import QuickRecords, varint

PLACE = TopicPartition("events", 2)
NAMES = ("ce_id", "ce_type", "content-type", "traceparent", "имя", "")
UNCOMPRESSED, LZ4 = 0, 3

texts = st.binary(max_size=20) | st.binary(min_size=60, max_size=70) | st.just(b"v" * 9_000)
headers = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=4)
written = st.tuples(st.none() | texts, texts, headers, st.integers(-2, 40))


class Producer:
    """What of KafkaProducer is used: a real accumulator, and a sender that only counts."""

    def __init__(self, batch_size: int = 2_000) -> None:
        self.woken = 0
        self._accumulator: Any = RecordAccumulator(
            batch_size=batch_size, compression_attrs=UNCOMPRESSED, message_version=2
        )
        self._sender = SimpleNamespace(wakeup=self._wakeup)

    def batches(self) -> list[Any]:
        """The batches that wait for the sender."""
        return list(self._accumulator._batches[PLACE])

    def _wakeup(self) -> None:
        self.woken += 1


def records(count: int, size: int = 100) -> list[Record]:
    """So many records of about that size."""
    return [Record(b"k%d" % n, b"v" * size, [("ce_id", b"%d" % n)]) for n in range(count)]


def results(spans: list[Span]) -> list[Any]:
    """What became of each record."""
    return [span.result(place) for span in spans for place in range(span.count)]


def close(batch: Any) -> None:
    """As the sender does before it sends."""
    batch.records.set_producer_state(7, 1, 0, False)
    batch.records.close()


@settings(max_examples=300, deadline=None)
@given(st.lists(written, min_size=1, max_size=12), st.sampled_from([UNCOMPRESSED, LZ4]))
def test_a_batch_is_the_librarys_byte_for_byte(told: list[Any], compression: int) -> None:
    ours, theirs = QuickRecords(compression, 10_000), MemoryRecordsBuilder(2, compression, 10_000)
    at = 1_770_000_000_000

    for key, value, named, step in told:
        at += step
        assert repr(ours.append(at, key, value, named)) == repr(theirs.append(at, key, value, named))
    for each in (ours, theirs):
        each.set_producer_state(7, 1, 0, False)
        each.close()

    assert bytes(ours.buffer()) == bytes(theirs.buffer())


@pytest.mark.parametrize(
    ("number", "encoded"), [(0, "00"), (1, "02"), (63, "7e"), (64, "8001"), (8_192, "808001")]
)
def test_numbers_are_zigzag_of_seven_bits_a_byte(number: int, encoded: str) -> None:
    assert varint(number).hex() == encoded


def test_records_stand_in_their_order_and_each_gets_its_own_offset() -> None:
    producer = Producer()

    spans = append_all(producer, PLACE, records(50))
    first, *others = producer.batches()
    for base, batch in ((100, first), *((1_000 * n, each) for n, each in enumerate(others, start=1))):
        batch.complete(base, -1)

    assert len(others) >= 2
    assert all(span.is_done for span in spans)
    told = results(spans)
    assert told[: spans[0].count] == [Sent(2, 100 + n) for n in range(spans[0].count)]
    assert [each.offset for each in told[spans[0].count : spans[0].count + 2]] == [1_000, 1_001]
    assert len(told) == 50
    assert producer.woken == 1


def test_every_record_keeps_its_key_its_value_and_its_headers() -> None:
    producer = Producer()
    sent = [*records(3), Record(b"", b"without a key", [])]

    append_all(producer, PLACE, sent)
    (batch,) = producer.batches()
    close(batch)

    (read,) = MemoryRecords(bytes(batch.records.buffer()))
    assert [(each.key, each.value, each.headers) for each in read] == [
        (record.key or None, record.value, record.headers) for record in sent
    ]


def test_a_second_call_goes_on_in_the_same_batch() -> None:
    producer = Producer()

    first = append_all(producer, PLACE, records(3))
    second = append_all(producer, PLACE, records(4))
    (batch,) = producer.batches()
    batch.complete(10, -1)

    assert results(first) == [Sent(2, offset) for offset in (10, 11, 12)]
    assert results(second) == [Sent(2, offset) for offset in (13, 14, 15, 16)]
    assert producer.woken == 1


def test_the_librarys_own_way_and_ours_share_a_batch() -> None:
    producer = Producer()

    ours = append_all(producer, PLACE, records(2))
    future = producer._accumulator.append(PLACE, None, b"k", b"v", [])[0]
    later = append_all(producer, PLACE, records(1))
    (batch,) = producer.batches()
    batch.complete(10, -1)

    assert (results(ours), future.value.offset, results(later)) == (
        [Sent(2, 10), Sent(2, 11)],
        12,
        [Sent(2, 13)],
    )


def test_a_batch_that_the_library_began_is_left_to_it() -> None:
    producer = Producer()

    producer._accumulator.append(PLACE, None, b"k", b"v", [])
    append_all(producer, PLACE, records(2))

    assert [batch.record_count for batch in producer.batches()] == [1, 2]


def test_each_record_learns_why_it_was_refused() -> None:
    producer, bad, beside = Producer(), ValueError("bad"), ValueError("beside a bad one")
    spans = append_all(producer, PLACE, records(3))
    (batch,) = producer.batches()

    batch.complete_exceptionally(bad, lambda index: bad if index == 1 else beside)

    assert results(spans) == [beside, bad, beside]
    assert spans[0].failed()


def test_a_batch_given_up_fails_all_its_records() -> None:
    producer, away = Producer(), kafka_errors.KafkaTimeoutError("away")
    spans = append_all(producer, PLACE, records(2))
    (batch,) = producer.batches()

    batch.abort(away)

    assert results(spans) == [away, away]


def test_a_batch_that_is_split_and_split_again_still_tells_each_record_its_offset() -> None:
    producer = Producer()
    spans = [*append_all(producer, PLACE, records(5)), *append_all(producer, PLACE, records(2))]
    whole = producer._accumulator._batches[PLACE].popleft()
    close(whole)

    producer._accumulator.split_and_reenqueue(whole)
    half = producer._accumulator._batches[PLACE].popleft()
    close(half)
    producer._accumulator.split_and_reenqueue(half)
    done_early = spans[0].is_done
    for base, each in zip((10, 20, 30), producer.batches(), strict=True):
        each.complete(base, -1)

    assert not done_early
    assert [(each.partition, each.offset) for each in results(spans)] == [
        (2, offset) for offset in (10, 11, 20, 21, 30, 31, 32)
    ]


def test_half_of_a_split_batch_may_be_refused() -> None:
    producer, bad = Producer(), ValueError("bad")
    spans = append_all(producer, PLACE, records(4))
    whole = producer._accumulator._batches[PLACE].popleft()
    close(whole)

    producer._accumulator.split_and_reenqueue(whole)
    first, second = producer.batches()
    first.complete(10, -1)
    second.complete_exceptionally(bad, lambda _: bad)

    assert results(spans) == [Sent(2, 10), Sent(2, 11), bad, bad]
    assert spans[0].exception is bad


def test_a_closed_producer_takes_nothing() -> None:
    producer = Producer()
    producer._accumulator.close()

    with pytest.raises(kafka_errors.KafkaError, match="closed"):
        append_all(producer, PLACE, records(1))

    assert producer._accumulator._appends_in_progress.get() == 0


@pytest.mark.parametrize("missing", ["_incomplete", "_tp_lock", "_batches"])
def test_a_library_that_has_changed_is_not_known(missing: str) -> None:
    producer, changed = Producer(), Producer()
    parts = vars(changed._accumulator) | {"_tp_lock": None}
    changed._accumulator = SimpleNamespace(**{name: part for name, part in parts.items() if name != missing})

    assert fits(producer)
    assert not fits(changed)
