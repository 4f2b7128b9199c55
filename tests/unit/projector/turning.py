"""A reader, a writer and one claimed partition in memory, and the loop upon them."""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta

from services.projector.batch import Records
from services.projector.folder import Folding, InlineFolder
from services.projector.folders import Folders
from services.projector.loop import Projector
from services.projector.owned import Handed, Owned
from services.projector.writer import Outcome, Written
from services.runtime.clock import VirtualClock
from services.runtime.health import Health
from tests.unit.projector.folded import claim_of


@dataclass
class FakeReader:
    """Polls in turn, then nothing; an exception among them is raised."""

    polls: list[dict[int, Records] | Exception] = field(default_factory=list)
    is_answered: bool = True

    def poll(self, timeout_ms: int, max_records: int) -> dict[int, Records]:
        """As GroupReader.poll."""
        found = self.polls.pop(0) if self.polls else {}
        if isinstance(found, Exception):
            raise found
        return found

    def take_intents(self) -> tuple[set[int], set[int], set[int]]:
        """As GroupReader.take_intents."""
        return set(), set(), set()

    def lag(self) -> dict[int, int]:
        """As LogReader.lag."""
        return {}


@dataclass
class FakeWriter:
    """Writes at once, in rounds; `outcomes` by end offset where it is not COMMITTED."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    written: list[Handed] = field(default_factory=list)
    done: deque[Written] = field(default_factory=deque)
    has_room: bool = True
    idle: bool = True

    def submit(self, round_: list[Handed], *, timeout: float) -> bool:
        """As Writer.submit."""
        for handed in round_:
            outcome = self.outcomes.get(handed.batch.end, Outcome.COMMITTED)
            if outcome is Outcome.COMMITTED:
                self.written.append(handed)
                handed.owned.written_offset = handed.batch.end
            self.done.append(Written(handed, outcome))
        return True

    def results(self) -> list[Written]:
        """As Writer.results."""
        found = [*self.done]
        self.done.clear()
        return found

    def wait_idle(self, *, timeout: float) -> bool:
        """As Writer.wait_idle."""
        return self.idle

    def ends(self) -> list[tuple[int, int]]:
        """(start, end) of what was written."""
        return [(handed.batch.start, handed.batch.end) for handed in self.written]

    def offsets(self) -> list[int]:
        """The records that have a row in the timeline."""
        rows = b"".join(handed.batch.timeline for handed in self.written).splitlines()
        return [int(row.split(b"\t")[1]) for row in rows]


@dataclass
class FakeLanes:
    """One claimed partition, 0; what the loop asks for is kept."""

    owned: Owned
    connected: bool = True
    asked: list[str] = field(default_factory=list)
    told: int = 0

    def get(self, partition: int) -> Owned | None:
        """As Lanes.get."""
        return self.owned if partition == 0 else None

    def follow(self, intents: object) -> None:
        """As Lanes.follow."""

    def claim_due(self) -> None:
        """As Lanes.claim_due."""

    def resume_accepted(self) -> None:
        """As Lanes.resume_accepted."""

    def reconnect(self, *, idle: bool) -> bool:
        """As Lanes.reconnect."""
        self.asked.append("reconnect")
        return False

    def retry(self, owned: Owned) -> None:
        """As Lanes.retry."""
        self.asked.append(f"retry {owned.number}")

    def doubt(self, claimed: object) -> None:
        """As Lanes.doubt."""
        self.asked.append("doubt")

    def lose_connection(self, error: Exception | None) -> None:
        """As Lanes.lose_connection."""
        self.asked.append("lose connection")

    def pause(self, owned: Owned, offset: int, *, bad: int) -> None:
        """As Lanes.pause."""
        self.asked.append(f"pause at {offset}, {bad} bad")

    def unoccupied(self) -> dict[int, int]:
        """As Lanes.unoccupied."""
        owned = self.owned
        return {0: owned.taken_offset} if owned.taken_offset == owned.written_offset else {}

    def tell_kafka(self) -> None:
        """As Lanes.tell_kafka."""
        self.told = self.owned.written_offset


class Scene:
    """A projector of one claimed partition upon everything in memory."""

    def __init__(self) -> None:
        self.reader, self.writer = FakeReader(), FakeWriter()
        self.folding = Folding(partitions=1, connect=_no_database)
        self.folder = InlineFolder(self.folding)
        self.folders = Folders([self.folder], arrived=threading.Event())
        self.owned = Owned(self.folders.number(), claim_of(), taken_offset=0, written_offset=0)
        self.folders.open(self.owned, limit=100)
        self.lanes = FakeLanes(self.owned)
        self.seconds = [0.0]
        self.ends: dict[int, int] = {}
        self.health = Health(timedelta(seconds=30), monotonic=lambda: self.seconds[0])
        self.projector = Projector(
            reader=self.reader,  # type: ignore[arg-type]
            folders=self.folders,
            writer=self.writer,  # type: ignore[arg-type]
            lanes=self.lanes,  # type: ignore[arg-type]
            health=self.health,
            topic="events",
            clock=VirtualClock(2_000),
            ends=lambda: self.ends,
        )

    def turns(self, *polls: dict[int, Records] | Exception) -> None:
        """A turn for each poll, and one more to settle."""
        self.reader.polls = [*polls]
        for _ in range(len(polls) + 1):
            self.projector.turn()


def _no_database() -> None:
    raise AssertionError("a state was asked for that must be in memory")
