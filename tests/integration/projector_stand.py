"""A migrated database and lanes claimed on it, without Kafka: for tests of what a batch writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.codec import event_record
from services.projector.batch import Batch, Records, begin, finish
from services.projector.claim import claim
from services.projector.folding import missing, restored, take
from services.projector.lane import Claimed, Lane, lane_of
from services.projector.rows import unsigned
from services.projector.store import Reads, Store
from services.runtime.kafka import partition_for

Json = dict[str, Any]
PARTITIONS = 4
TOPIC_ID = "topic-1"


@dataclass(frozen=True, slots=True)
class ShortLog:
    """What the claim asks of a log: ends, and the event id of one record."""

    end: int = 1_000_000
    start: int = 0
    event_id: str | None = None

    def bounds(self, partition: int) -> tuple[int, int]:
        """First offset and end offset."""
        return self.start, self.end

    def event_id_at(self, partition: int, offset: int) -> str | None:
        """The event id of the record before the checkpoint."""
        return self.event_id


def claimed(reads: Reads, store: Store, partition: int, *, log: ShortLog | None = None) -> Claimed:
    """The partition, claimed for the store's connection."""
    log = log or ShortLog(event_id=last_event_id(reads, partition))
    return claim(reads.connection, partition, writer_pid=store.backend_pid, topic_id=TOPIC_ID, log=log)


def last_event_id(reads: Reads, partition: int) -> str | None:
    """The event id the checkpoint holds."""
    row = reads.connection.execute(
        "SELECT last_event_id::text FROM model_1.checkpoints WHERE partition = %s", (partition,)
    ).fetchone()
    return None if row is None else row[0]


def lane(reads: Reads, store: Store, partition: int) -> Lane:
    """A lane that starts where the database says."""
    return lane_of(claimed(reads, store, partition), limit=10_000)


def folded(lane: Lane, reads: Reads, envelopes: Sequence[Json], *, at: int | None = None) -> Batch:
    """The finished batch of these envelopes, at consecutive offsets from where the lane stands."""
    first = lane.next_offset if at is None else at
    records: Records = [
        (first + n, 0, record.key, record.value)
        for n, record in enumerate(event_record(envelope) for envelope in envelopes)
    ]
    stored = reads.states(lane.claimed.model, missing(lane, records, partitions=PARTITIONS))
    for key, (events, said, hash_) in stored.items():
        lane.states.put(key, restored(key, events, said, stored_hash=unsigned(hash_)))
    batch = begin(lane)
    take(batch, records, partitions=PARTITIONS)
    return finish(batch)


def numbers_of(partition: int, count: int) -> list[str]:
    """Tracking numbers of carrier acme whose shipments lie in the partition."""
    found, n = [], 0
    while len(found) < count:
        if partition_for(f"acme:N{n}".encode(), PARTITIONS) == partition:
            found.append(f"N{n}")
        n += 1
    return found
