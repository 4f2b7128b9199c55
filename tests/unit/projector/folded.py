"""Envelopes folded into a batch of a lane, with neither Kafka nor PostgreSQL."""

from collections.abc import Sequence

import orjson

from schemas.codec import event_record
from services.projector.batch import Finished, Records, begin, finish
from services.projector.folding import restored, take
from services.projector.lane import Claimed, Lane, lane_of
from services.projector.rows import unsigned
from tests.builders import Json

LOGGED_MS = 1_000


def claim_of(*, partition: int = 0, epoch: int = 1, offset: int = 0, seq: int = 1) -> Claimed:
    """A claim, by default of the start of partition 0."""
    return Claimed("model_1", partition, epoch, offset, seq, None, 0, 0, 0)


def new_lane(*, limit: int = 1_000) -> Lane:
    """A lane at the start of its log."""
    return lane_of(claim_of(), limit=limit)


def records_of(envelopes: Sequence[Json | bytes], *, start: int = 0) -> Records:
    """One record each, from offset `start`; bytes are the value of a record that is no event."""
    made: Records = []
    for offset, envelope in enumerate(envelopes, start=start):
        if isinstance(envelope, bytes):
            made.append((offset, LOGGED_MS, b"acme:BAD", envelope))
        else:
            record = event_record(envelope)
            made.append((offset, LOGGED_MS, record.key, record.value))
    return made


def batch_of(lane: Lane, envelopes: Sequence[Json | bytes]) -> Finished:
    """The finished batch of these envelopes, behind what the lane has had."""
    batch = begin(lane)
    take(batch, records_of(envelopes, start=lane.next_offset), partitions=1)
    return finish(batch)


def reread(lane: Lane, batches: Sequence[Finished]) -> Lane:
    """The lane of a process that starts behind these batches and reads everything back from their rows."""
    last = batches[-1]
    claimed = Claimed(
        model=lane.claimed.model,
        partition=lane.claimed.partition,
        epoch=2,
        next_offset=last.end,
        next_seq=last.next_seq,
        last_event_id=last.last_event_id,
        shipments=last.shipments,
        state_sum=last.state_sum,
        history_sum=last.history_sum,
    )
    fresh = lane_of(claimed, limit=1_000)
    events: dict[str, list[str]] = {}
    for line in b"".join(batch.timeline for batch in batches).decode().splitlines():
        columns = line.split("\t")
        events.setdefault(columns[2], []).append(columns[8].replace("\\\\", "\\"))
    rows = {row[0]: row for batch in batches for row in batch.rows}
    for key, row in rows.items():
        fresh.states.put(key, restored(key, events[key], row[11], stored_hash=unsigned(row[13])))
    return fresh


def changes_of(batch: Finished) -> list[Json]:
    """What is to be published, as members."""
    return [orjson.loads(row.change) for row in batch.published]
