"""Folds rounds of records of several partitions into finished batches; holds their states.

One folder runs in a process of its own (`fold_process`), so that folds use every core; it knows the
log only by what it is handed, and PostgreSQL only to load states that are not in memory.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from services.projector.batch import Finished, Records, begin, finish
from services.projector.folding import missing, restored, take
from services.projector.lane import Claimed, Lane, lane_of
from services.projector.rows import unsigned
from services.projector.store import Reads
from services.runtime.postgres import DatabaseError, is_passing


@dataclass(frozen=True, slots=True)
class Opening:
    """A claim begins: from here its records come, and about `limit` of its shipments are held."""

    number: int
    claimed: Claimed
    limit: int


@dataclass(slots=True)
class Round:
    """What a folder is told at once. Claims go by their number; `committed` are batch numbers."""

    closed: list[int] = field(default_factory=list)
    opened: list[Opening] = field(default_factory=list)
    committed: dict[int, int] = field(default_factory=dict)
    records: dict[int, Records] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.closed or self.opened or self.committed or self.records)


@dataclass(frozen=True, slots=True)
class Folded:
    """The answer to one round: a batch by claim, or why every claim of the folder is forgotten."""

    batches: list[tuple[int, Finished]]
    away: str | None = None


class Folder(Protocol):
    """Takes rounds, answers each in its order."""

    @property
    def outstanding(self) -> int:
        """Rounds not answered yet."""
        ...

    @property
    def silent_for(self) -> float:
        """Seconds without an answer while one is awaited."""
        ...

    def submit(self, round_: Round) -> None:
        """Hand over a round; never waits for its fold."""
        ...

    def results(self) -> list[Folded]:
        """The answers since the last call; raises what the folder died of."""
        ...

    def close(self) -> None:
        """End; what is being folded is lost, as in a crash."""
        ...


class Folding:
    """The folder's work, wherever it runs. One thread."""

    def __init__(self, *, partitions: int, connect: Callable[[], Reads]) -> None:
        """`partitions`: of the log; `connect` may raise psycopg.OperationalError."""
        self._partitions = partitions
        self._connect = connect
        self._reads: Reads | None = None
        self._lanes: dict[int, Lane] = {}

    def fold(self, round_: Round) -> Folded:
        """Do what the round says; raises psycopg.Error for what does not pass by itself.

        When PostgreSQL is away every claim is forgotten: none can go on without its states.
        """
        for number in round_.closed:
            self._lanes.pop(number, None)
        for opening in round_.opened:
            self._lanes[opening.number] = lane_of(opening.claimed, limit=opening.limit)
        for number, batch in round_.committed.items():
            if number in self._lanes:
                self._lanes[number].states.trim(committed=batch)
        try:
            batches = [(number, self._batch(lane, records)) for number, lane, records in self._work(round_)]
        except DatabaseError as error:
            if not is_passing(error):
                raise
            self._lanes.clear()
            self.close()
            return Folded([], away=type(error).__name__)
        return Folded(batches)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._reads is not None:
            self._reads.close()
            self._reads = None

    def _work(self, round_: Round) -> list[tuple[int, Lane, Records]]:
        work = [(number, self._lanes.get(number), records) for number, records in round_.records.items()]
        return [(n, lane, records) for n, lane, records in work if lane is not None and not lane.overflowed]

    def _batch(self, lane: Lane, records: Records) -> Finished:
        self._load(lane, records)
        batch = begin(lane)
        take(batch, records, partitions=self._partitions)
        lane.overflowed = batch.overflow is not None
        return finish(batch)

    def _load(self, lane: Lane, records: Records) -> None:
        wanted = missing(lane, records, partitions=self._partitions)
        if not wanted:
            return
        if self._reads is None:
            self._reads = self._connect()
        for key, (envelopes, said, hash_) in self._reads.states(lane.claimed.model, wanted).items():
            lane.states.put(key, restored(key, envelopes, said, stored_hash=unsigned(hash_)))


class InlineFolder:
    """A folder in the caller's own thread: for one core, and for tests of the loop."""

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        self._answers: list[Folded] = []

    @property
    def outstanding(self) -> int:
        """Nothing is ever left to wait for."""
        return 0

    @property
    def silent_for(self) -> float:
        """Never silent."""
        return 0.0

    def submit(self, round_: Round) -> None:
        """Fold it at once."""
        self._answers.append(self._folding.fold(round_))

    def results(self) -> list[Folded]:
        """The answers since the last call."""
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        """Close its connection."""
        self._folding.close()
