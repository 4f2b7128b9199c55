"""Readers on a real broker: alone and in a group."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from typing import Protocol
from uuid import uuid4

import pytest
from kafka import KafkaProducer

from schemas.codec import Record
from schemas.topics import topics
from services.runtime.clock import monotonic
from services.runtime.fetched import LogRecord
from services.runtime.group import GroupReader
from services.runtime.producer import LogProducer
from services.runtime.records import LogDiverged, LogReader, MemberFenced
from services.runtime.topics import ensure_topics

PARTITIONS = 3
PATIENCE = 60.0
"""Seconds for a group to settle: on a machine that does much else at once it takes more than ten."""


@pytest.fixture
def topic(kafka: str) -> str:
    """A log of this test's own."""
    wanted = topics(prefix=f"r{uuid4().hex[:8]}-", partitions=PARTITIONS)
    ensure_topics(kafka, wanted)
    return wanted.events.name


@pytest.fixture
def write(kafka: str, topic: str) -> Iterator[Callable[[int, int], None]]:
    """write(partition, count) appends records `v0`, `v1`, …"""
    producer = LogProducer(kafka)

    def append(partition: int, count: int) -> None:
        batch = [(partition, Record(b"k", b"v%d" % number, [])) for number in range(count)]
        producer.send(topic, batch).result(20)

    yield append
    producer.close()


class Join(Protocol):
    """Joins this test's group under an instance id, with a session of so many seconds."""

    def __call__(self, instance: str, *, session: float = 3) -> GroupReader:
        """The member; closed at the end."""


@pytest.fixture
def member(kafka: str, topic: str) -> Iterator[Join]:
    """member(instance) joins this test's group; closed at the end."""
    group = f"g{uuid4().hex[:8]}"
    with ExitStack() as stack:

        def join(instance: str, *, session: float = 3) -> GroupReader:
            reader = GroupReader(
                kafka,
                topic,
                group_id=group,
                group_instance_id=instance,
                session_timeout=timedelta(seconds=session),
            )
            stack.callback(reader.close)
            return reader

        yield join


def read_all(reader: LogReader, partitions: int = PARTITIONS) -> dict[int, list[LogRecord]]:
    """Everything up to the present ends, polled in small pieces."""
    got: dict[int, list[LogRecord]] = {partition: [] for partition in range(partitions)}
    ends = {partition: end for partition, (_, end) in reader.bounds(range(partitions)).items()}
    deadline = monotonic() + 20
    while any(reader.position(partition) < end for partition, end in ends.items()):
        for partition, records in reader.poll(100, 700).items():
            got[partition] += records
        assert monotonic() < deadline
    return got


def until_assigned(*readers: GroupReader, of: GroupReader, within: float = 20) -> set[int]:
    """Poll all members until `of` is given something; what that is."""
    deadline = monotonic() + within
    while monotonic() < deadline:
        for reader in readers:
            reader.poll(50)
        if assigned := of.take_intents()[0]:
            return assigned
    raise AssertionError("nothing was assigned")


def offsets(records: list[LogRecord]) -> list[int]:
    """Their offsets."""
    return [offset for offset, *_ in records]


@pytest.mark.parametrize("isolation", ["read_committed", "read_uncommitted"])
def test_the_compiled_parser_reads_what_the_plain_one_reads(
    kafka: str, topic: str, write: Callable[[int, int], None], isolation: str
) -> None:
    write(0, 2_000)
    write(1, 10)
    transactional = KafkaProducer(
        bootstrap_servers=kafka, transactional_id=f"x-{topic}", compression_type="lz4", retry_backoff_ms=5
    )
    transactional.init_transactions()
    for end in ("commit_transaction", "abort_transaction", "commit_transaction"):
        transactional.begin_transaction()
        for number in range(300):
            transactional.send(topic, b"t%d" % number, b"k", partition=1)
        transactional.flush()
        getattr(transactional, end)()
    transactional.close()
    read = []
    for compiled in (True, False):
        reader = LogReader(kafka, topic, isolation=isolation, compiled=compiled)
        reader.assign({0: 7, 1: 3, 2: 0})
        read.append(read_all(reader))
        reader.close()

    fast, plain = read
    assert fast == plain
    assert offsets(fast[0]) == list(range(7, 2_000))
    assert len(fast[1]) == 7 + (600 if isolation == "read_committed" else 900)


def test_a_reader_goes_where_it_is_told(kafka: str, topic: str, write: Callable[[int, int], None]) -> None:
    write(0, 20)
    write(1, 20)
    with closing(LogReader(kafka, topic)) as reader:
        reader.assign({0: 0, 1: 15})
        reader.pause([0])
        only_one = read_all_of(reader, 1, 20)
        reader.resume([0])
        reader.seek(0, 18)
        only_zero = read_all_of(reader, 0, 20)

        assert offsets(only_one) == [15, 16, 17, 18, 19]
        assert offsets(only_zero) == [18, 19]
        assert reader.bounds([0, 2]) == {0: (0, 20), 2: (0, 0)}
        assert reader.lag()[0] == 0
        assert reader.partitions() == [0, 1, 2]


def read_all_of(reader: LogReader, partition: int, end: int) -> list[LogRecord]:
    """What one partition delivers up to `end`; any other must stay silent."""
    got: list[LogRecord] = []
    deadline = monotonic() + 20
    while reader.position(partition) < end:
        for found, records in reader.poll(100).items():
            assert found == partition
            got += records
        assert monotonic() < deadline
    return got


def test_one_record_is_read_without_moving(kafka: str, topic: str, write: Callable[[int, int], None]) -> None:
    write(0, 5)
    with closing(LogReader(kafka, topic)) as reader:
        reader.assign({0: 2})

        found, below, behind = (reader.read_one(0, offset) for offset in (4, -1, 5))

        assert found is not None
        assert (found[0], found[3]) == (4, b"v4")
        assert (below, behind) == (None, None)
        assert reader.position(0) == 2


def test_a_position_the_log_does_not_have_is_an_error(
    kafka: str, topic: str, write: Callable[[int, int], None]
) -> None:
    write(0, 5)
    with closing(LogReader(kafka, topic)) as reader:
        reader.assign({0: 99})

        with pytest.raises(LogDiverged):
            read_all_of(reader, 0, 100)


def released(reader: GroupReader, partition: int, offset: int) -> bool:
    """Release a partition that is ours; the group may have assigned it anew since it was last asked."""
    for _ in range(50):
        if reader.release(partition, offset):
            return True
        reader.poll(50)
        reader.take_intents()
    return False


def test_no_record_comes_before_its_partition_is_released(
    member: Join, write: Callable[[int, int], None]
) -> None:
    for partition in range(PARTITIONS):
        write(partition, 5)
    reader = member("a")
    assert until_assigned(reader, of=reader) == {0, 1, 2}
    before = [reader.poll(100) for _ in range(5)]

    assert released(reader, 1, 3)
    after = read_all_of(reader, 1, 5)

    assert before == [{}] * 5
    assert offsets(after) == [3, 4]


def test_a_second_member_gets_its_share_and_the_first_starts_anew(
    member: Join, write: Callable[[int, int], None]
) -> None:
    for partition in range(PARTITIONS):
        write(partition, 5)
    first = member("a")
    until_assigned(first, of=first)
    for partition in range(PARTITIONS):
        first.release(partition, 0)

    second = member("b")
    given = until_assigned(first, second, of=second)
    deadline = monotonic() + PATIENCE
    kept: set[int] = set()
    revoked: set[int] = set()
    while not kept and monotonic() < deadline:
        first.poll(50)
        second.poll(50)
        assigned, gone, _ = first.take_intents()
        kept |= assigned
        revoked |= gone

    assert given | kept == {0, 1, 2}
    assert not given & kept
    assert revoked == {0, 1, 2}
    assert not first.release(min(given), 0)
    assert first.poll(200) == {}


def test_a_static_member_that_comes_back_gets_the_same_partitions(
    member: Join,
) -> None:
    # who is away for longer than the session is missed: a slow machine takes seconds to connect again
    first, second = member("a", session=30), member("b", session=30)
    held = settled(first, second)
    first.close()

    back = member("a", session=30)
    got = until_assigned(back, second, of=back)

    assert got == held
    assert second.take_intents() == (set(), set(), set())


def settled(first: GroupReader, second: GroupReader) -> set[int]:
    """Poll both until both have partitions and the group is quiet; what the first one holds."""
    held: list[set[int]] = [set(), set()]
    quiet_since, deadline = monotonic(), monotonic() + PATIENCE
    while not all(held) or monotonic() < quiet_since + 1:
        for index, reader in enumerate((first, second)):
            reader.poll(50)
            assigned, revoked, lost = reader.take_intents()
            if assigned or revoked or lost:
                held[index] = assigned
                quiet_since = monotonic()
        assert monotonic() < deadline
    return held[0]


def test_a_member_whose_name_was_taken_learns_it_by_committing(
    member: Join, write: Callable[[int, int], None]
) -> None:
    write(0, 5)
    old = member("a")
    until_assigned(old, of=old)
    new = member("a")
    until_assigned(new, of=new)

    with pytest.raises(MemberFenced):
        commit_until_told(old)

    assert new.poll(100) == {}


def commit_until_told(reader: GroupReader) -> None:
    """Commit and poll, as a loop does, until the group says something."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        reader.commit({0: 1})
        reader.poll(50)
