"""The whole sets that can be exported, page by page: from the read model in one snapshot, or from a topic."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson

from schemas.codec import UndecodableRecord
from schemas.topics import topics
from services.cli.output import DependencyAway, UsageError
from services.cli.readback.topics import json_object, kafka_away, reader_of
from services.projector.decode import decoded
from services.query.exports.pages import BadCursor, Line, Taken, pages, place_of
from services.query.exports.what import What
from services.query.store import ReadStore, Snapshot, StoreAway
from services.runtime.config import Settings
from services.runtime.fetched import LogRecord
from services.runtime.records import LogReader

Json = dict[str, Any]

_STRETCH: Final = 5_000
_PLACE: Final = re.compile(r"([0-9]{1,6})-([0-9]{1,18})").fullmatch


async def pages_of(
    what: What, settings: Settings, *, after: str, skipped: Callable[[str], None]
) -> AsyncIterator[list[Line]]:
    """The set's rows behind the cursor `after`; raises DependencyAway, UsageError.

    Records that are no events (the projector puts them aside) are left out; `skipped` hears how many.
    """
    if what in (What.ALERTS, What.EVENTS):
        for page in _of_topic(what, settings, after=after, skipped=skipped):
            yield page
        return
    taken = Taken(what, after=after)
    try:
        place_of(taken)
    except BadCursor as error:
        raise UsageError(str(error)) from error
    store = ReadStore(settings.database_url, connections=1)
    try:
        async with store.opened(), store.snapshot() as snapshot:
            async for page in pages(lambda: _same(snapshot), taken):
                yield page
    except StoreAway as error:
        raise DependencyAway(str(error)) from error


@asynccontextmanager
async def _same(snapshot: Snapshot) -> AsyncIterator[tuple[Snapshot, int]]:
    yield snapshot, 0


def _of_topic(
    what: What, settings: Settings, *, after: str, skipped: Callable[[str], None]
) -> Iterator[list[Line]]:
    """Committed records, partition by partition, in log order; the cursor is `PARTITION-OFFSET`."""
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    topic, read = (names.alerts, _alert) if what is What.ALERTS else (names.events, _envelope)
    place = _place(after)
    left_out = 0
    with kafka_away(), reader_of(settings.kafka, topic.name) as reader:
        for partition, (start, end) in sorted(reader.bounds(reader.partitions()).items()):
            if (partition, end) <= place:
                continue
            start = max(start, place[1]) if partition == place[0] else start
            for records in _stretches(reader, partition, start, end):
                told = [(offset, read(key, value)) for offset, _, key, value in records]
                left_out += sum(1 for _, row in told if row is None)
                page = [Line(f"{partition}-{offset}", row) for offset, row in told if row is not None]
                if page:
                    yield page
    if left_out:
        skipped(f"{left_out} records of {topic.name} are none of its values and were left out")


def _place(after: str) -> tuple[int, int]:
    """Partition and offset from which it goes on."""
    if not after:
        return 0, 0
    found = _PLACE(after)
    if found is None:
        raise UsageError("--after is PARTITION-OFFSET here")
    return int(found[1]), int(found[2]) + 1


def _stretches(reader: LogReader, partition: int, start: int, end: int) -> Iterator[list[LogRecord]]:
    for first in range(start, end, _STRETCH):
        yield list(reader.between(partition, first, min(first + _STRETCH, end)))


def _alert(_: bytes | None, value: bytes | None) -> bytes | None:
    members = json_object(value)
    return None if members is None else orjson.dumps(members)


def _envelope(key: bytes | None, value: bytes | None) -> bytes | None:
    try:
        return orjson.dumps(decoded(key, value)[1])
    except UndecodableRecord:
        return None
