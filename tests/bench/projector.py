"""Our projector against the mere writing of the same batches: the share of the database's rate left."""

import gc
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg

from services.projector.batch import Finished, begin, finish
from services.projector.fold_process import FoldProcess
from services.projector.folders import Folders
from services.projector.folding import take
from services.projector.lane import Claimed, lane_of
from services.projector.lanes import Lanes
from services.projector.log_facts import ReaderFacts
from services.projector.loop import Projector
from services.projector.store import Reads, Store
from services.projector.writer import Writer
from services.runtime.clock import WallClock
from services.runtime.health import Health
from services.runtime.records import LogReader
from services.runtime.topics import topic_facts

_CHUNK = 5_000


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


def projected(kafka: str, topic: str, database_url: str, *, ends: dict[int, int], cache: int) -> float:
    """Seconds from the first claim until PostgreSQL says every record is committed."""
    topic_id, partitions = topic_facts(kafka, topic)
    reader = AllPartitions(kafka, topic, partitions=partitions)
    arrived = threading.Event()
    writer = Writer(database_url, bury=lambda batch: True, committed=lambda batch: None, moved=arrived)
    children = [
        FoldProcess(f"fold-{n}", partitions=partitions, database_url=database_url, arrived=arrived)
        for n in range(os.cpu_count() or 1)
    ]
    folders = Folders(children, arrived=arrived)
    lanes = Lanes(
        reader=reader, writer=writer, publishers=NoPublishers(), folders=folders, log=ReaderFacts(reader),
        connect_reads=lambda: Reads(database_url), topic_id=topic_id, cache_limit=cache // partitions,
    )  # fmt: skip
    projector = Projector(
        reader=reader, folders=folders, writer=writer, lanes=lanes, health=Health(timedelta(seconds=60)),
        topic=topic, clock=WallClock(),
    )  # fmt: skip
    gc.collect()
    time.sleep(1.0)  # the children's imports are no part of the rate
    started = time.perf_counter()
    while any(lanes.written(p) < end for p, end in ends.items()):
        projector.turn()
    taken = time.perf_counter() - started
    assert checkpoints(database_url) == ends
    reader.close()
    writer.close()
    for child in children:
        child.close()
    return taken


def encoded(kafka: str, topic: str, *, ends: dict[int, int]) -> Iterator[list[Finished]]:
    """The same batches as the projector would write, folded beforehand."""
    reader = AllPartitions(kafka, topic, partitions=len(ends))
    lanes = {p: lane_of(Claimed("model_1", p, 0, 0, 1, None, 0, 0, 0), limit=10_000_000) for p in ends}
    for partition in ends:
        reader.release(partition, 0)
    while any(lane.next_offset < ends[p] for p, lane in lanes.items()):
        round_ = []
        for partition, records in reader.poll(500, _CHUNK * len(ends)).items():
            batch = begin(lanes[partition])
            take(batch, records, partitions=len(ends))
            round_.append(finish(batch))
        yield round_
    reader.close()


def written(database_url: str, rounds: list[list[Finished]]) -> float:
    """Seconds to write the batches and do nothing else."""
    store = Store(database_url)
    started = time.perf_counter()
    for round_ in rounds:
        for batch in round_:
            store.write(batch)
    taken = time.perf_counter() - started
    store.close()
    return taken


def checkpoints(database_url: str) -> dict[int, int]:
    """Where PostgreSQL says each partition stands."""
    with psycopg.connect(database_url) as conn:
        return dict(conn.execute("SELECT partition, next_offset FROM model_1.read_checkpoints").fetchall())
