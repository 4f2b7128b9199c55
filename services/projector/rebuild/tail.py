"""Folds a model that has its indexes on to given offsets, batch by batch, as a projector does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from services.projector.batch import Finished, Records, begin, finish
from services.projector.folding import missing, restored
from services.projector.lane import Claimed, Lane, lane_of
from services.projector.rebuild.fold import take_all
from services.projector.rebuild.models import NAME, Checkpoint
from services.projector.rebuild.source import CannotRebuild, Source
from services.projector.rebuild.task import Task
from services.projector.rows import unsigned
from services.projector.store import Reads, Store
from services.runtime.clock import monotonic
from services.runtime.records import LogReader

_POLL_MS: Final = 100
_CHUNK: Final = 5_000
_SILENCE: Final = 60.0
_CACHED: Final = 50_000


class Tail:
    """Writes a model that the pointer does not name, alone in its partitions. One thread."""

    def __init__(self, source: Source, model: str, checkpoints: list[Checkpoint]) -> None:
        """Go on from the model's checkpoints; raises psycopg.Error, BrokerUnavailable."""
        self.source, self.model = source, model
        self._lanes: dict[int, Lane] = {}
        self.start_at(checkpoints)
        # by this name the next rebuild ends what a killed one left
        self._store = Store(source.database_url, name=NAME)
        self._reads = Reads(source.database_url, name=NAME)
        self._reader = LogReader(source.kafka, source.topic)

    def start_at(self, checkpoints: list[Checkpoint]) -> None:
        """Go on from there: somebody else has written meanwhile."""
        self._lanes = {c.partition: lane_of(_claimed(self.model, c), limit=_CACHED) for c in checkpoints}

    def behind(self, targets: Mapping[int, int]) -> int:
        """How many offsets are missing to the targets."""
        return sum(max(0, offset - self._lanes[p].next_offset) for p, offset in targets.items())

    def advance(self, targets: Mapping[int, int], *, told: Callable[[int], None] = lambda _: None) -> None:
        """Fold and write every partition up to exactly its target; never beyond."""
        self._reader.assign({p: self._lanes[p].next_offset for p in targets if self._is_short(p, targets)})
        heard = monotonic()
        while any(self._is_short(p, targets) for p in targets):
            for partition, found in self._reader.poll(_POLL_MS, _CHUNK).items():
                records = [record for record in found if record[0] < targets[partition]]
                if records:
                    self._write(self._lanes[partition], records)
                    told(len(records))
                    heard = monotonic()
            if monotonic() - heard > _SILENCE:
                raise CannotRebuild(f"the log could not be read up to {dict(targets)}")

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()
        self._reads.close()
        self._store.close()

    def _is_short(self, partition: int, targets: Mapping[int, int]) -> bool:
        return self._lanes[partition].next_offset < targets[partition]

    def _write(self, lane: Lane, records: Records) -> None:
        wanted = missing(lane, records, partitions=self.source.partitions)
        for key, (envelopes, said, hash_) in self._reads.states(lane.claimed.model, wanted).items():
            lane.states.put(key, restored(key, envelopes, said, stored_hash=unsigned(hash_)))
        batch = begin(lane)
        take_all(batch, records, partitions=self.source.partitions)
        finished: Finished = finish(batch)
        self._store.write(replace(finished, published=[]))
        lane.states.trim(committed=finished.number)


def go_on(task: Task, since: Checkpoint, *, told: Callable[[int], None]) -> None:
    """Fold one partition on from where it stands; `told` hears how many records were since it last did."""
    tail = Tail(task.source, task.model, [since])
    try:
        tail.advance({task.partition: task.upto}, told=told)
    finally:
        tail.close()


def _claimed(model: str, checkpoint: Checkpoint) -> Claimed:
    return Claimed(
        model=model,
        partition=checkpoint.partition,
        epoch=checkpoint.owner_epoch,
        next_offset=checkpoint.next_offset,
        next_seq=checkpoint.next_seq,
        last_event_id=checkpoint.last_event_id,
        shipments=checkpoint.shipments,
        state_sum=checkpoint.state_sum,
        history_sum=checkpoint.history_sum,
    )
