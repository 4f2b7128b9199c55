"""Which partitions are assigned, claimed, paused or stopped; claims, retries and the loss of the database."""

import random
from collections.abc import Callable
from typing import Final

from services.projector.claim import LogDiverged, LogFacts, RulesDiffer, claim
from services.projector.doubts import Doubts
from services.projector.folders import Folders
from services.projector.lane import Claimed
from services.projector.owned import Owned
from services.projector.pauses import Pauses
from services.projector.pointer import Pointer
from services.projector.publishers import Publishers
from services.projector.store import Reads
from services.projector.writer import Writer
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.group import GroupReader
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.postgres import DatabaseAway, DatabaseError, is_passing

_RETRY_SECONDS: Final = 0.5
_log = get_logger("projector.lanes")


class Lanes:
    """The partitions of this process. Used by the loop's thread alone."""

    def __init__(
        self,
        *,
        reader: GroupReader,
        writer: Writer,
        publishers: Publishers,
        folders: Folders,
        log: LogFacts,
        connect_reads: Callable[[], Reads],
        topic_id: str,
        cache_limit: int,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._publishers = publishers
        self._folders = folders
        self._log = log
        self._connect_reads = connect_reads
        self._topic_id = topic_id
        self._cache_limit = cache_limit
        self._assigned: dict[int, float] = {}
        self._lanes: dict[int, Owned] = {}
        self._pauses = Pauses(reader)
        self._pointer = Pointer()
        self._reads: Reads | None = None
        self._writer_pid = 0
        self._attempt = 0
        self._connect_at = 0.0
        self._doubts = Doubts()
        self.has_joined = False
        """Whether the group has ever given this process a partition."""
        self.stopped: dict[int, str] = {}
        """Partitions that need an operator, and why."""

    @property
    def connected(self) -> bool:
        """Whether PostgreSQL is held to be there."""
        return self._reads is not None

    @property
    def reads(self) -> Reads:
        """The reading connection; raises DatabaseAway when there is none."""
        if self._reads is None:
            raise DatabaseAway("not connected")
        return self._reads

    def get(self, partition: int) -> Owned | None:
        """The partition's lane, when it is claimed and takes records."""
        lane = self._lanes.get(partition)
        return None if lane is None or lane.abandoned or partition in self._pauses else lane

    def holds(self, lane: Owned) -> bool:
        """Whether this very lane is still the partition's."""
        return self._lanes.get(lane.partition) is lane

    def written(self, partition: int) -> int:
        """The offset up to which the partition is committed; 0 while it is not claimed."""
        lane = self._lanes.get(partition)
        return 0 if lane is None else lane.written_offset

    def unoccupied(self) -> dict[int, int]:
        """Where the partitions read on that have nothing in hand and are not paused."""
        return {
            partition: lane.taken_offset
            for partition, lane in self._lanes.items()
            if lane.taken_offset == lane.written_offset and partition not in self._pauses
        }

    def waiting(self) -> list[int]:
        """Assigned partitions that are not claimed."""
        return [p for p in self._assigned if p not in self._lanes]

    def follow(self, intents: tuple[set[int], set[int], set[int]]) -> None:
        """Do what Kafka's IO thread noted: let go of what is gone, plan to claim what is new."""
        assigned, revoked, lost = intents
        self.has_joined = self.has_joined or bool(assigned)
        for partition in revoked | lost:
            if partition in self._lanes:
                self._end_by_group(self._lanes[partition])
            self._let_go(partition)
            self._assigned.pop(partition, None)
            self.stopped.pop(partition, None)
        for partition in assigned:
            self._let_go(partition)
            self._assigned[partition] = 0.0

    def retry(self, lane: Owned) -> None:
        """After a refused write: forget all, poll on, claim again after a random while if still ours."""
        if self.holds(lane):
            self._let_go(lane.partition)
            if lane.partition in self._assigned:
                self._assigned[lane.partition] = monotonic() + _RETRY_SECONDS * random.random()

    def lose_connection(self, error: DatabaseError | None) -> None:
        """PostgreSQL is away: everything in memory is worthless until it is claimed again."""
        if self._reads is None:
            return
        _log.warning("database_away", error=type(error).__name__ if error else "write failed")
        metrics.RETRIES.labels(dependency="postgres").inc()
        for partition in list(self._lanes):
            self._let_go(partition)
            self._assigned[partition] = 0.0
        self._reads.close()
        self._reads = None

    def doubt(self, claimed: Claimed) -> None:
        """A write under this claim failed: perhaps because another owner had our backend ended."""
        self._doubts.add(claimed)

    def reconnect(self, *, idle: bool) -> bool:
        """Try again when it is time and nothing is in flight; whether PostgreSQL is there."""
        if not idle or monotonic() < self._connect_at:
            return False
        try:
            self._writer_pid = self._writer.connect()
            self._reads = self._connect_reads()
            self._doubts.settle(self._reads)
        except DatabaseError as error:
            if not is_passing(error):
                raise
            self._reads = None
            self._connect_at = monotonic() + backoff(self._attempt, jitter=random.random, ceiling=2.0)
            self._attempt += 1
            return False
        self._attempt = 0
        return True

    def claim_due(self) -> None:
        """Claim the assigned partitions whose time has come."""
        for partition, due in list(self._assigned.items()):
            if partition in self._lanes or partition in self.stopped or monotonic() < due:
                continue
            try:
                self._start(self._claim(partition))
            except (LogDiverged, RulesDiffer) as error:
                self.stopped[partition] = str(error)
                metrics.CLAIMS.labels(outcome="stopped").inc()
                _log.error("partition_stopped", partition=partition, why=str(error))
                continue
            except DatabaseError as error:
                if not is_passing(error):
                    raise
                metrics.CLAIMS.labels(outcome="failed").inc()
                self.lose_connection(error)
                return
            except BrokerUnavailable as error:
                metrics.RETRIES.labels(dependency="kafka").inc()
                _log.warning("claim_waits", partition=partition, error=str(error))
                self._let_go(partition)
                self._assigned[partition] = monotonic() + _RETRY_SECONDS

    def pause(self, lane: Owned, offset: int, *, bad: int) -> None:
        """Stop before `offset` once what came before it is committed: too many records were bad."""
        if self.holds(lane):
            self._pauses.plan(lane, offset, bad=bad)

    def resume_accepted(self) -> None:
        """Write down pauses, go on where bad records were accepted, and where another model is in force."""
        try:
            accepted = self._pauses.settle(self.reads)
            model = self._pointer.moved_to(self.reads)
        except DatabaseError as error:
            if not is_passing(error):
                raise
            self.lose_connection(error)
            return
        if model is not None:
            self.stopped.clear()
            accepted += [p for p, lane in self._lanes.items() if lane.claimed.model != model]
        for partition in accepted:
            self._let_go(partition)
            self._assigned[partition] = 0.0

    def tell_kafka(self) -> None:
        """Commit what is committed, for lag dashboards; best effort."""
        offsets = {p: lane.written_offset for p, lane in self._lanes.items() if lane.written_offset}
        if offsets:
            self._reader.commit(offsets)

    def _claim(self, partition: int) -> Claimed:
        return claim(
            self.reads.connection,
            partition,
            writer_pid=self._writer_pid,
            topic_id=self._topic_id,
            log=self._log,
        )

    def _start(self, claimed: Claimed) -> None:
        partition = claimed.partition
        metrics.CLAIMS.labels(outcome="claimed").inc()
        offset = claimed.next_offset
        owned = Owned(self._folders.number(), claimed, taken_offset=offset, written_offset=offset)
        self._lanes[partition] = owned
        self._folders.open(owned, limit=self._cache_limit)
        self._publishers.start(claimed)
        metrics.PARTITIONS_OWNED.set(len(self._lanes))
        _log.info("partition_claimed", partition=partition, epoch=claimed.epoch, offset=claimed.next_offset)
        if partition in self.reads.paused():
            self._pauses.found(partition)
            return
        self._reader.release(partition, claimed.next_offset)

    def _end_by_group(self, lane: Owned) -> None:
        """What is folded and not written will not be: its records are another owner's now."""
        lane.ended_by_group = True
        if lane.taken_offset > lane.written_offset:
            metrics.REFUSED_STALE_WRITES.labels(how="dropped").inc()

    def _let_go(self, partition: int) -> None:
        lane = self._lanes.pop(partition, None)
        self._pauses.forget(partition)
        if lane is not None:
            lane.abandoned = True
            self._folders.close(lane)
            self._publishers.stop(partition)
        metrics.PARTITIONS_OWNED.set(len(self._lanes))
