"""The projector's loop: poll, fold, hand over; claim what is assigned, let go of what is lost.

Every step that touches the database on behalf of a partition is fenced by its claim. Passing
trouble abandons all lanes, reconnects with back-off and claims again; nothing is skipped, because
only the checkpoint in the database says where to go on.
"""

from collections.abc import Callable
from typing import Final

from services.projector.batch import Batch, Records, begin, finish
from services.projector.folding import missing, restored, take
from services.projector.lane import Lane
from services.projector.lanes import Lanes
from services.projector.observe import observe_lag
from services.projector.rows import unsigned
from services.projector.writer import Outcome, Writer
from services.runtime import metrics
from services.runtime.clock import Clock, monotonic
from services.runtime.group import GroupReader
from services.runtime.health import Health
from services.runtime.lifecycle import StopSignal
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.postgres import DatabaseError, is_passing

_ROUND_LIMIT: Final = 20_000
_BEHIND: Final = 1_000
"""A poll that brings so many at once says that more are waiting."""
_GROW_SECONDS: Final = 1.0
_POLL_LIMIT: Final = 10_000
_IDLE_POLL_MS: Final = 100
_BUSY_POLL_MS: Final = 2
_TELL_EVERY: Final = 1.0
_DRAIN_SECONDS: Final = 5.0
_log = get_logger("projector.loop")


class Projector:
    """The single consumer thread; the writer and the publishers have threads of their own."""

    def __init__(
        self,
        *,
        reader: GroupReader,
        writer: Writer,
        lanes: Lanes,
        health: Health,
        partitions: int,
        topic: str,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._lanes = lanes
        self._health = health
        self._partitions = partitions
        self._topic = topic
        self._clock = clock
        self._newest_ms: dict[int, int] = {}
        self._open: dict[int, Batch] = {}
        self._tell_at = 0.0
        self._opened_at = 0.0

    def run(self, stop: StopSignal) -> None:
        """Turn until told to stop, then write what was folded and let go."""
        while not stop.is_set():
            self.turn()
        self._drain()

    def turn(self) -> None:
        """One turn: settle, claim, poll, fold, hand over."""
        self._health.beat()
        self._settle()
        self._lanes.follow(self._reader.take_intents())
        self._forget_lost()
        if not self._lanes.connected and not self._lanes.reconnect(idle=self._writer.wait_idle(timeout=1.0)):
            self._poll(_IDLE_POLL_MS)
            return
        self._lanes.claim_due()
        self._lanes.resume_accepted()
        records = self._poll(_BUSY_POLL_MS if self._open else _IDLE_POLL_MS)
        if self._guarded(lambda: self._fold(records)):
            self._hand_over(behind=sum(map(len, records.values())) >= _BEHIND)
        self._tell()

    def _poll(self, timeout_ms: int) -> dict[int, Records]:
        try:
            return self._reader.poll(timeout_ms, _POLL_LIMIT)
        except BrokerUnavailable as error:
            metrics.RETRIES.labels(dependency="kafka").inc()
            _log.warning("poll_failed", error=str(error))
            return {}

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Whether `work` went through; PostgreSQL being away abandons everything, to be claimed again."""
        try:
            work()
        except DatabaseError as error:
            if not is_passing(error):
                raise
            self._lanes.lose_connection(error)
            return False
        return True

    def _settle(self) -> None:
        """Learn what became of the batches handed over."""
        for written in self._writer.results():
            lane = written.batch.lane
            if written.outcome is Outcome.COMMITTED:
                lane.states.trim(committed=lane.committed)
            elif written.outcome is Outcome.STALE:
                metrics.REFUSED_STALE_WRITES.labels(how="fence").inc()
                _log.warning("stale_write_refused", partition=lane.partition, epoch=lane.claimed.epoch)
                self._lanes.retry(lane)
            elif written.outcome is Outcome.FAILED:
                self._lanes.lose_connection(None)
                self._lanes.doubt(lane.claimed)
            elif lane.ended_by_group:
                metrics.REFUSED_STALE_WRITES.labels(how="dropped").inc()

    def _forget_lost(self) -> None:
        for partition, batch in list(self._open.items()):
            if batch.lane.abandoned:
                del self._open[partition]
                if batch.lane.ended_by_group and batch.records:
                    metrics.REFUSED_STALE_WRITES.labels(how="dropped").inc()

    def _fold(self, records: dict[int, Records]) -> None:
        for partition, found in records.items():
            lane = self._lanes.get(partition)
            if lane is None:
                continue
            fresh = [record for record in found if record[0] >= lane.next_offset]
            self._load(lane, fresh)
            batch = self._open.get(partition)
            if batch is None:
                batch = self._open[partition] = begin(lane)
            take(batch, fresh, partitions=self._partitions)
            self._newest_ms[partition] = found[-1][1]
            if batch.overflow is not None:
                self._lanes.pause(lane, batch.overflow)

    def _load(self, lane: Lane, records: Records) -> None:
        wanted = missing(lane, records, partitions=self._partitions)
        if not wanted:
            return
        stored = self._lanes.reads.states(lane.claimed.model, wanted)
        for key, (envelopes, said, hash_) in stored.items():
            lane.states.put(key, restored(key, envelopes, said, stored_hash=unsigned(hash_)))

    def _hand_over(self, *, behind: bool) -> None:
        """Give the open batches to the writer.

        At rest at once (latency); while much is waiting in the log they grow first (throughput), but
        for no longer than `_GROW_SECONDS`; large ones wait for room.
        """
        if not self._open:
            self._opened_at = monotonic()
            return
        full = sum(batch.records for batch in self._open.values()) >= _ROUND_LIMIT
        growing = behind and monotonic() - self._opened_at < _GROW_SECONDS
        if not full and (growing or not self._writer.has_room):
            return
        batches = [finish(batch) for batch in self._open.values()]
        self._open = {}
        self._opened_at = monotonic()
        while not self._writer.submit(batches, timeout=1.0):
            self._health.beat()
            self._writer.raise_failure()

    def _tell(self) -> None:
        """Every second: lag for the metrics, and for Kafka's dashboards offsets that do not count here."""
        now = monotonic()
        if now >= self._tell_at:
            self._tell_at = now + _TELL_EVERY
            self._lanes.tell_kafka()
            observe_lag(self._lag(), self._newest_ms, topic=self._topic, clock=self._clock)

    def _lag(self) -> dict[int, int]:
        try:
            return self._reader.lag()
        except BrokerUnavailable:
            return {}

    def _drain(self) -> None:
        _log.info("draining", open=len(self._open))
        self._forget_lost()
        if self._lanes.connected:
            self._hand_over_now()
        self._writer.wait_idle(timeout=_DRAIN_SECONDS)
        self._settle()
        self._lanes.tell_kafka()

    def _hand_over_now(self) -> None:
        batches = [finish(batch) for batch in self._open.values()]
        self._open = {}
        if batches:
            self._writer.submit(batches, timeout=_DRAIN_SECONDS)
