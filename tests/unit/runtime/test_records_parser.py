"""The compiled parser delivers what the library's own does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.protocol.consumer import IsolationLevel
from kafka.record import MemoryRecords

from services.runtime.fetched import CompiledRecords, FastRecords, LogRecord, PlainRecords
from tests.unit.runtime.batch_bytes import AbortedTransaction, Batch, batch_bytes

COMMITTED = IsolationLevel.READ_COMMITTED
UNCOMMITTED = IsolationLevel.READ_UNCOMMITTED

pytestmark = pytest.mark.skipif(CompiledRecords is None, reason="aiokafka's compiled parser is not here")


def parsed(
    kind: type[PlainRecords] | type[FastRecords],
    raw: bytes,
    *,
    start: int = 0,
    take: int | None = None,
    isolation: IsolationLevel = UNCOMMITTED,
    aborted: tuple[tuple[int, int], ...] = (),
) -> tuple[list[LogRecord], int, int]:
    """(records, position behind them, leader epoch) of a whole fetch, taken in pieces of `take`."""
    part = kind(
        start,
        TopicPartition("events", 0),
        MemoryRecords(raw),
        isolation_level=isolation,
        aborted_transactions=[
            AbortedTransaction(producer_id=producer, first_offset=first) for producer, first in aborted
        ],
    )
    taken: list[LogRecord] = []
    while part:
        piece = part.take(take)
        assert take is None or len(piece) <= take
        if piece:
            assert part.next_fetch_offset > piece[-1][0]
        taken += piece
    return taken, part.next_fetch_offset, part.leader_epoch


def both(raw: bytes, **settings: object) -> list[LogRecord]:
    """The records, once both parsers agree."""
    fast = parsed(FastRecords, raw, **settings)
    assert fast == parsed(PlainRecords, raw, **settings)
    return fast[0]


def joined(*batches: Batch) -> bytes:
    """A fetch of several batches."""
    return b"".join(map(batch_bytes, batches))


@st.composite
def fetches(draw: st.DrawFn) -> tuple[bytes, int, tuple[tuple[int, int], ...]]:
    """(bytes, start offset, aborted transactions): plain and transactional batches, markers, holes."""
    batches, aborted, at = [], [], draw(st.integers(0, 20))
    first = at
    open_since: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 8))):
        producer = draw(st.sampled_from([-1, 7, 8]))
        if producer in open_since and draw(st.booleans()):
            end = draw(st.sampled_from(["commit", "abort"]))
            if end == "abort":
                aborted.append((producer, open_since[producer]))
            del open_since[producer]
            batches.append(Batch((at,), producer=producer, transactional=True, control=end))
        else:
            steps = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
            offsets = tuple(at + sum(steps[: index + 1]) - steps[0] for index in range(len(steps)))
            batches.append(
                Batch(
                    offsets,
                    epoch=draw(st.integers(0, 5)),
                    codec=draw(st.sampled_from([0, 1, 3])),
                    producer=producer,
                    transactional=producer >= 0,
                    log_append=draw(st.booleans()),
                )
            )
            if producer >= 0:
                open_since.setdefault(producer, at)
        at = batches[-1].offsets[-1] + 1
    start = draw(st.integers(first, batches[0].offsets[-1]))
    return joined(*batches), start, tuple(aborted)


@given(fetches(), st.sampled_from([COMMITTED, UNCOMMITTED]), st.sampled_from([None, 1, 2, 5]))
def test_both_parsers_deliver_the_same(
    fetch: tuple[bytes, int, tuple[tuple[int, int], ...]], isolation: IsolationLevel, take: int | None
) -> None:
    raw, start, aborted = fetch

    both(raw, start=start, take=take, isolation=isolation, aborted=aborted)


def test_a_start_within_a_batch_delivers_nothing_before_it() -> None:
    raw = joined(Batch((10, 11, 12, 13), codec=3), Batch((14, 15)))

    records = both(raw, start=12)

    assert [offset for offset, *_ in records] == [12, 13, 14, 15]


def test_markers_are_not_records() -> None:
    raw = joined(Batch((0, 1), producer=7, transactional=True), Batch((2,), producer=7, control="commit"))

    assert [offset for offset, *_ in both(raw)] == [0, 1]
    assert parsed(FastRecords, raw)[1] == 3


def test_aborted_records_are_hidden_from_those_who_read_committed_only() -> None:
    raw = joined(
        Batch((0, 1), producer=7, transactional=True),
        Batch((2,), producer=8, transactional=True),
        Batch((3,), producer=7, transactional=True, control="abort"),
        Batch((4,), producer=7, transactional=True),
    )
    aborted = ((7, 0),)

    assert [offset for offset, *_ in both(raw, isolation=COMMITTED, aborted=aborted)] == [2, 4]
    assert [offset for offset, *_ in both(raw, aborted=aborted)] == [0, 1, 2, 4]


def test_the_brokers_time_goes_before_the_producers() -> None:
    records = both(joined(Batch((1, 2), log_append=True)))

    assert {timestamp for _, timestamp, _, _ in records} == {1_800_000_000_000}


def test_missing_keys_and_values_stay_missing() -> None:
    records = both(joined(Batch((34, 35, 36))))

    assert records[1] == (35, 1_700_000_000_035, None, None)


@pytest.mark.parametrize("take", [None, 2])
def test_a_damaged_batch_is_an_error_after_the_good_ones(take: int | None) -> None:
    raw = bytearray(joined(Batch((0, 1, 2)), Batch((3, 4))))
    raw[-1] ^= 0xFF
    part = FastRecords(0, TopicPartition("events", 0), MemoryRecords(bytes(raw)))

    good = part.take(take)
    while (position := part.next_fetch_offset) < 3:
        good += part.take(take)

    assert [offset for offset, *_ in good] == [0, 1, 2]
    assert position == 3
    with pytest.raises(kafka_errors.CorruptRecordError):
        part.take(take)
