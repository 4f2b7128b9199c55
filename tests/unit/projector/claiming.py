"""A consumer group, a database and publishers in memory, and lanes upon them."""

import threading
from dataclasses import dataclass, field

from services.projector.folder import Round
from services.projector.folders import Folders
from services.projector.lane import Claimed
from services.projector.lanes import Lanes
from services.projector.owned import Owned
from tests.unit.projector.folded import claim_of
from tests.unit.projector.folding_aside import RecordingFolder


@dataclass
class FakeReader:
    """The group's reader: what was released, paused and told."""

    released: list[tuple[int, int]] = field(default_factory=list)
    paused: list[int] = field(default_factory=list)
    told: list[dict[int, int]] = field(default_factory=list)

    def release(self, partition: int, offset: int) -> bool:
        """As GroupReader.release."""
        self.released.append((partition, offset))
        return True

    def pause(self, partitions: list[int]) -> None:
        """As GroupReader.pause."""
        self.paused += partitions

    def commit(self, offsets: dict[int, int]) -> None:
        """As GroupReader.commit."""
        self.told.append(offsets)


@dataclass
class FakeDatabase:
    """The reading connection, and the claims it gives: `offsets` by partition, `faults` once each."""

    offsets: dict[int, int] = field(default_factory=dict)
    faults: list[Exception] = field(default_factory=list)
    pauses: dict[int, bool] = field(default_factory=dict)
    owners: bool = True
    in_force: str = "model_1"
    epoch: int = 0
    connection: object = None

    def claim(self, partition: int) -> Claimed:
        """As `claim`."""
        if self.faults:
            raise self.faults.pop(0)
        self.epoch += 1
        return claim_of(partition=partition, epoch=self.epoch, offset=self.offsets.get(partition, 0))

    def paused(self) -> dict[int, bool]:
        """As Reads.paused."""
        return dict(self.pauses)

    def pause(self, partition: int, *, bad: int) -> None:
        """As Reads.pause."""
        self.pauses[partition] = False

    def unpause(self, partition: int) -> None:
        """As Reads.unpause."""
        del self.pauses[partition]

    def model(self) -> str:
        """As Reads.model."""
        return self.in_force

    def is_owner(self, claimed: Claimed) -> bool:
        """As Reads.is_owner."""
        return self.owners

    def close(self) -> None:
        """As Reads.close."""


@dataclass
class FakePublishers:
    """Whose publishers run."""

    running: dict[int, int] = field(default_factory=dict)

    def start(self, claimed: Claimed) -> None:
        """As Publishers.start."""
        self.running[claimed.partition] = claimed.epoch

    def stop(self, partition: int) -> None:
        """As Publishers.stop."""
        self.running.pop(partition, None)


class FakeWriter:
    """The writer's connection."""

    def connect(self) -> int:
        """As Writer.connect."""
        return 77


class Scene:
    """Lanes upon everything in memory."""

    def __init__(self, **offsets: int) -> None:
        self.reader, self.database, self.publishers = FakeReader(), FakeDatabase(), FakePublishers()
        self.folder = RecordingFolder()
        self.folders = Folders([self.folder], arrived=threading.Event())
        self.lanes = Lanes(
            reader=self.reader,  # type: ignore[arg-type]
            writer=FakeWriter(),  # type: ignore[arg-type]
            publishers=self.publishers,  # type: ignore[arg-type]
            folders=self.folders,
            log=None,  # type: ignore[arg-type]
            connect_reads=lambda: self.database,  # type: ignore[arg-type,return-value]
            topic_id="T",
            cache_limit=100,
        )

    def owned(self, partition: int) -> Owned:
        """The partition's lane."""
        lane = self.lanes.get(partition)
        assert lane is not None
        return lane

    def assign(self, *partitions: int) -> None:
        """The group gives partitions; they are claimed."""
        self.lanes.follow(({*partitions}, set(), set()))
        self.lanes.claim_due()

    def last_round(self) -> Round:
        """What the folder is told next."""
        self.folders.push()
        return self.folder.rounds[-1]
