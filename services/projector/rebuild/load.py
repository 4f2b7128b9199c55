"""Loads one partition into an empty model: folded in memory from offset 0, one transaction, no index yet."""

from collections.abc import Callable
from typing import Final

from services.projector.batch import Batch, begin, finish
from services.projector.lane import Claimed, lane_of
from services.projector.rebuild.fold import take_all
from services.projector.rebuild.models import Loading
from services.projector.rebuild.source import CannotRebuild
from services.projector.rebuild.task import Task
from services.runtime.clock import monotonic
from services.runtime.records import LogReader

_POLL_MS: Final = 200
_CHUNK: Final = 5_000
_SILENCE: Final = 60.0
_EVERYTHING: Final = 1 << 60


def load(task: Task, reader: LogReader, *, told: Callable[[int], None]) -> None:
    """Fill the partition's part of the model with the log's records below `upto`; all of it or nothing.

    `told` hears how many records were folded since it last did. Raises what Kafka and PostgreSQL do.
    """
    source, model, partition, upto, _ = task
    lane = lane_of(Claimed(model, partition, 0, 0, 1, None, 0, 0, 0), limit=_EVERYTHING)
    batch = begin(lane)
    batch.many = True
    loading = Loading(source.database_url, model)
    try:
        reader.assign({partition: 0})
        heard = monotonic()
        while reader.position(partition) < upto:
            found = reader.poll(_POLL_MS, _CHUNK).get(partition, [])
            records = [record for record in found if record[0] < upto]
            if records:
                take_all(batch, records, partitions=source.partitions, keep=True)
                loading.timeline(_drained(batch))
                told(len(records))
                heard = monotonic()
            elif monotonic() - heard > _SILENCE:
                raise CannotRebuild(f"partition {partition} could not be read up to {upto}")
        loading.close_partition(finish(batch), topic_id=source.topic_id)
    finally:
        loading.close()


def _drained(batch: Batch) -> bytes:
    """The timeline rows made since the last call; nothing else of the batch grows but its shipments."""
    rows = b"".join(batch.timeline)
    batch.timeline.clear()
    batch.published.clear()
    batch.logged_ms.clear()
    return rows
