"""Copies of a shipment's events that only the log has: those that added nothing when they came."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from schemas.codec import UndecodableRecord, decode_event, lifted, read_json
from schemas.topics import topics
from services.domain.cuts import Copy, Unsure
from services.domain.facts import InvalidFact, fact_of
from services.runtime.config import Settings
from services.runtime.fetched import LogRecord
from services.runtime.records import LogReader

Json = dict[str, Any]

_STRETCH: Final = 50_000
"""So many offsets are read at a time: each stretch has the reader's time limit for itself."""


def copies_in_log(settings: Settings, shipment: str, partition: int, unsure: Unsure, end: int) -> list[Copy]:
    """The copies of the unsure events in the log before `end`; raises LogDiverged, BrokerUnavailable."""
    names = topics(prefix=settings.topic_prefix, partitions=settings.partitions)
    key = shipment.encode()
    with closing(LogReader(settings.kafka, names.events.name)) as reader:
        records = _records(reader, partition, unsure.start, end)
        read = [_copy(offset, value) for offset, _, found, value in records if found == key]
    return [copy for copy in read if copy is not None and _is_wanted(copy.envelope, shipment, unsure)]


def _is_wanted(envelope: Json, shipment: str, unsure: Unsure) -> bool:
    return envelope["shipment"] == shipment and envelope["event_id"] in unsure.event_ids


def _records(reader: LogReader, partition: int, start: int, end: int) -> Iterator[LogRecord]:
    for first in range(start, end, _STRETCH):
        yield from reader.between(partition, first, min(first + _STRETCH, end))


def _copy(offset: int, value: bytes | None) -> Copy | None:
    """What the projector would have read; None for what it put aside."""
    try:
        decode_event(value)
        envelope = lifted(read_json(value))
        fact_of(envelope)
    except (UndecodableRecord, InvalidFact):
        return None
    return Copy(offset, envelope)
