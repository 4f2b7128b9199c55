"""Our projector over a log that ends: real folders, writer and loop, no group to wait for, no publishing."""

import gc
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from services.projector.batch import Finished
from services.projector.fold_process import FoldProcess
from services.projector.folders import Folders
from services.projector.lane import Claimed
from services.projector.lanes import Lanes
from services.projector.log_facts import ReaderFacts
from services.projector.loop import Projector
from services.projector.store import Reads
from services.projector.writer import Writer
from services.runtime.clock import WallClock
from services.runtime.health import Health
from services.runtime.records import LogReader
from services.runtime.topics import topic_facts


class AllPartitions(LogReader):
    """A reader that owns every partition from the start: the bench has no group to wait for."""

    def __init__(self, kafka: str, topic: str, *, partitions: int) -> None:
        super().__init__(kafka, topic)
        self._left = set(range(partitions))
        self.assign(dict.fromkeys(range(partitions), 0))
        self.pause(range(partitions))

    def take_intents(self) -> tuple[set[int], set[int], set[int]]:
        """Everything, once."""
        assigned, self._left = self._left, set()
        return assigned, set(), set()

    def release(self, partition: int, offset: int) -> bool:
        """Deliver the partition from `offset`."""
        self.seek(partition, offset)
        self.resume([partition])
        return True

    def commit(self, offsets: object) -> None:
        """Nobody watches the lag of a bench."""


class NoPublishers:
    """Stands where the publishers stand; publishing is measured by itself."""

    def start(self, claimed: Claimed) -> None:
        """Nothing to start."""

    def stop(self, partition: int) -> None:
        """Nothing to stop."""


class Projecting:
    """The projector of one process, made ready over a log that ends; `run` brings it there."""

    def __init__(
        self,
        kafka: str,
        topic: str,
        database_url: str,
        *,
        ends: dict[int, int],
        cache: int,
        committed: Callable[[Finished], None] = lambda batch: None,
    ) -> None:
        topic_id, partitions = topic_facts(kafka, topic)
        self._ends = ends
        self._reader = AllPartitions(kafka, topic, partitions=partitions)
        arrived = threading.Event()
        self._writer = Writer(database_url, bury=lambda batch: True, committed=committed, moved=arrived)
        self._children = [
            FoldProcess(f"fold-{n}", partitions=partitions, database_url=database_url, arrived=arrived)
            for n in range(os.cpu_count() or 1)
        ]
        folders = Folders(self._children, arrived=arrived)
        self._lanes = Lanes(
            reader=self._reader, writer=self._writer, publishers=NoPublishers(), folders=folders,
            log=ReaderFacts(self._reader), connect_reads=lambda: Reads(database_url), topic_id=topic_id,
            cache_limit=cache // partitions,
        )  # fmt: skip
        self._projector = Projector(
            reader=self._reader, folders=folders, writer=self._writer, lanes=self._lanes,
            health=Health(timedelta(seconds=60)), topic=topic, clock=WallClock(), ends=dict,
        )  # fmt: skip
        gc.collect()
        time.sleep(1.0)  # the children's imports are no part of the rate

    def run(self) -> None:
        """Turn until every record is committed."""
        while any(self._lanes.written(p) < end for p, end in self._ends.items()):
            self._projector.turn()

    def close(self) -> None:
        """Let go of everything."""
        self._reader.close()
        self._writer.close()
        for child in self._children:
            child.close()
