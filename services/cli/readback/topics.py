"""Topics as commands read them: committed records, from the start to the end there is when they begin."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, NamedTuple

import orjson

from services.cli.output import DependencyAway
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.records import LogReader

Json = dict[str, Any]

_POLL_MS: Final = 200
_STALLED_POLLS: Final = 150
"""Empty polls in a row (30 s) after which a topic counts as unreadable."""


class Row(NamedTuple):
    """One record; `timestamp` is the broker's, in milliseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


@contextmanager
def kafka_away() -> Iterator[None]:
    """Tells of Kafka's absence as DependencyAway."""
    try:
        yield
    except BrokerUnavailable as error:
        raise DependencyAway(f"Kafka is away: {error}") from error


@contextmanager
def reader_of(bootstrap: str, topic: str) -> Iterator[LogReader]:
    """A consumer of its own on `topic`, read committed; raises DependencyAway, also while it is used."""
    with kafka_away(), closing(LogReader(bootstrap, topic, isolation="read_committed")) as reader:
        yield reader


def ends_of(bootstrap: str, topic: str) -> dict[int, int]:
    """By partition the offset behind the last committed record; raises DependencyAway."""
    with reader_of(bootstrap, topic) as reader:
        return {p: end for p, (_, end) in reader.bounds(reader.partitions()).items()}


def read_topic(bootstrap: str, topic: str) -> Iterator[Row]:
    """Every committed record, partitions interleaved, each in offset order; raises DependencyAway."""
    with reader_of(bootstrap, topic) as reader:
        bounds = reader.bounds(reader.partitions())
        unread = {p: end for p, (start, end) in bounds.items() if start < end}
        reader.assign({p: bounds[p][0] for p in unread})
        idle = 0
        while unread:
            polled = reader.poll(_POLL_MS)
            idle = 0 if polled else idle + 1
            if idle > _STALLED_POLLS:
                raise DependencyAway(f"{topic} could not be read up to {unread}")
            for partition, records in polled.items():
                yield from (Row(partition, *each) for each in records if each[0] < bounds[partition][1])
            unread = {p: end for p, end in unread.items() if reader.position(p) < end}


def last_values(reader: LogReader) -> dict[int, tuple[int, bytes | None]]:
    """By partition offset and value of the last committed record; partitions without any are left out."""
    found = {partition: reader.last_record(partition) for partition in reader.partitions()}
    return {partition: (record[0], record[3]) for partition, record in found.items() if record is not None}


def json_object(value: bytes | None) -> Json | None:
    """The JSON object in a record's value; None when there is none."""
    try:
        members = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    return members if isinstance(members, dict) else None
