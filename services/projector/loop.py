"""The projector's loop: poll, have it folded, hand over; claim what is assigned, let go of what is lost.

Every step that touches the database on behalf of a partition is fenced by its claim. Passing
trouble abandons all lanes, reconnects with back-off and claims again; nothing is skipped, because
only the checkpoint in the database says where to go on.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from services.projector.batch import Records
from services.projector.folders import Folders
from services.projector.lanes import Lanes
from services.projector.observe import observe_lag
from services.projector.writer import Outcome, Writer
from services.runtime import metrics
from services.runtime.clock import Clock, monotonic
from services.runtime.group import GroupReader
from services.runtime.health import Health
from services.runtime.lifecycle import StopSignal
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.pace import Rounds
from services.runtime.postgres import DatabaseAway
from services.runtime.unread import StandsStill, Unanswered

_POLL_LIMIT: Final = 10_000
_IDLE_POLL_MS: Final = 100
_BUSY_POLL_MS: Final = 2
_FULL_WAIT: Final = 0.05
_ROUND_LEAST: Final = 0.03
_ROUND_MOST: Final = 0.1
_MANY: Final = 1_000
"""Behind fewer records, what comes next waits until they are through, and shares a batch (docs/adr/0029)."""
_TELL_EVERY: Final = 1.0
_PATIENCE: Final = 1.0
"""A folder silent for longer stops the beat, so that a stall of either is seen in the same way."""
_DRAIN_SECONDS: Final = 5.0
_STILL_AFTER: Final = timedelta(seconds=12)
_UNANSWERED_AFTER: Final = timedelta(seconds=20)
"""Well above the time that a group waits for a member that was killed."""
_log = get_logger("projector.loop")


class Projector:
    """The single consumer thread; folders have processes, writer and publishers threads of their own."""

    def __init__(
        self,
        *,
        reader: GroupReader,
        folders: Folders,
        writer: Writer,
        lanes: Lanes,
        health: Health,
        topic: str,
        clock: Clock,
        ends: Callable[[], Mapping[int, int]],
    ) -> None:
        self._reader = reader
        self._folders = folders
        self._writer = writer
        self._lanes = lanes
        self._health = health
        self._topic = topic
        self._clock = clock
        self._ends = ends
        self._still = StandsStill("takes", patience=_STILL_AFTER)
        self._unanswered = Unanswered(patience=_UNANSWERED_AFTER)
        self._polled = False
        self._rounds = Rounds(least=_ROUND_LEAST, most=_ROUND_MOST)
        self._newest_ms: dict[int, int] = {}
        self._tell_at = 0.0

    def run(self, stop: StopSignal) -> None:
        """Turn until told to stop, then write what was taken and let go."""
        while not stop.is_set():
            self.turn()
        self._drain()

    def turn(self) -> None:
        """One turn: settle, claim, poll, have it folded, hand over what is folded."""
        if self._folders.silent_for < _PATIENCE:
            self._health.beat()
        self._settle()
        self._lanes.follow(self._reader.take_intents())
        if not self._lanes.connected and not self._lanes.reconnect(idle=self._writer.wait_idle(timeout=1.0)):
            self._poll(_IDLE_POLL_MS)
            return
        self._lanes.claim_due()
        self._lanes.resume_accepted()
        if self._folders.full:
            self._folders.wait(_FULL_WAIT)
        elif rest := self._rest():
            self._folders.wait(rest)
        else:
            self._polled = True
            self._take(self._poll(_BUSY_POLL_MS if self._folders.busy else _IDLE_POLL_MS))
        self._move()
        self._tell()

    def _rest(self) -> float:
        """For how many seconds the log is left alone."""
        at_work = self._folders.busy or self._folders.ready
        if self._rounds.left and not at_work and self._writer.wait_idle(timeout=0.0):
            self._rounds.through()
        return self._rounds.left

    def _poll(self, timeout_ms: int) -> dict[int, Records]:
        try:
            return self._reader.poll(timeout_ms, _POLL_LIMIT)
        except BrokerUnavailable as error:
            metrics.RETRIES.labels(dependency="kafka").inc()
            _log.warning("poll_failed", error=str(error))
            return {}

    def _settle(self) -> None:
        """Learn what became of the batches handed over."""
        for written in self._writer.results():
            owned = written.handed.owned
            if written.outcome is Outcome.COMMITTED:
                self._folders.committed(owned, written.handed.batch.number)
            elif written.outcome is Outcome.STALE:
                metrics.REFUSED_STALE_WRITES.labels(how="fence").inc()
                _log.warning("stale_write_refused", partition=owned.partition, epoch=owned.claimed.epoch)
                self._lanes.retry(owned)
            elif written.outcome is Outcome.FAILED:
                self._lanes.lose_connection(None)
                self._lanes.doubt(owned.claimed)

    def _take(self, records: dict[int, Records]) -> None:
        """Give the folders what follows on; what a claim has had already is left out."""
        taken = 0
        for partition, found in records.items():
            owned = self._lanes.get(partition)
            if owned is None:
                continue
            if found[0][0] < owned.taken_offset:
                found = [record for record in found if record[0] >= owned.taken_offset]
            if found:
                self._folders.take(owned, found)
                self._newest_ms[partition] = found[-1][1]
                taken += len(found)
        if 0 < taken < _MANY:
            self._rounds.began()

    def _move(self) -> None:
        """Rounds to the folders, finished batches to the writer as it has room."""
        self._folders.push()
        if (away := self._folders.collect()) is not None:
            self._lanes.lose_connection(DatabaseAway(away))
        ready = self._folders.ready
        while ready and self._writer.has_room:
            handed = ready.popleft()
            for each in handed:
                if each.batch.overflow is not None:
                    self._lanes.pause(each.owned, each.batch.overflow, bad=each.batch.bad_lately)
            self._writer.submit(handed, timeout=0.0)
        self._folders.push()

    def _tell(self) -> None:
        """Every second: lag for the metrics, and for Kafka's dashboards offsets that do not count here."""
        now = monotonic()
        if now >= self._tell_at:
            self._tell_at = now + _TELL_EVERY
            self._lanes.tell_kafka()
            self._observe_lag()
            # who waits for PostgreSQL does not poll, and stands still for a reason
            at = self._lanes.unoccupied() if self._polled else {}
            self._polled = False
            ends = self._ends()
            # a broker that does not tell where the log ends is trouble that is told elsewhere
            waits = self._unanswered.look(is_waiting=bool(ends) and not self._reader.is_answered)
            self._health.stands_still(waits or self._still.look(at=at, ends=ends))

    def _observe_lag(self) -> None:
        try:
            lag = self._reader.lag()
        except BrokerUnavailable:
            return
        # what another owner reads by now is no lag of ours
        gone = dict.fromkeys(self._newest_ms.keys() - lag.keys(), 0)
        observe_lag(gone | lag, self._newest_ms, topic=self._topic, clock=self._clock)

    def _drain(self) -> None:
        """Fold and write what was taken, for a while; what is left is taken again by the next owner."""
        _log.info("draining", busy=self._folders.busy)
        until = monotonic() + _DRAIN_SECONDS
        while self._lanes.connected and (self._folders.busy or self._folders.ready) and monotonic() < until:
            self._settle()
            self._move()
            self._folders.wait(_FULL_WAIT)
        self._writer.wait_idle(timeout=max(until - monotonic(), 0.0))
        self._settle()
        self._lanes.tell_kafka()
