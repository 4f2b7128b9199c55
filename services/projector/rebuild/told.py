"""How far the status topic has been written: what a switch to other running numbers has to wait for."""

from collections.abc import Mapping

import orjson

from services.projector.rebuild.models import Checkpoint
from services.projector.rebuild.source import CannotRebuild, Source
from services.projector.restated import Queued, with_queued
from services.runtime.clock import monotonic
from services.runtime.records import LogReader

_PATIENCE = 20.0


def positions_when_told(
    source: Source, live: list[Checkpoint], queued: Mapping[int, Queued]
) -> dict[int, int]:
    """By partition the offset of the last change told of, once all of them are; -1 where there is none.

    What an earlier switch has `queued` may still be told after this one, by whoever has the partition then.
    Raises CannotRebuild when the publishers do not get there.
    """
    reader = LogReader(source.kafka, source.status_topic, isolation="read_committed")
    until = monotonic() + _PATIENCE
    try:
        while True:
            last = {c.partition: _last(reader, c.partition) for c in live}
            behind = [
                c.partition
                for c in live
                if with_queued(last[c.partition][1], queued.get(c.partition)) < c.next_seq - 1
            ]
            if not behind:
                return {partition: offset for partition, (offset, _) in last.items()}
            if monotonic() > until:
                raise CannotRebuild(f"the publishers of {behind} have changes to tell: start the projector")
    finally:
        reader.close()


def _last(reader: LogReader, partition: int) -> tuple[int, int]:
    """Offset and running number of the last record; (-1, 0): none."""
    record = reader.last_record(partition)
    if record is None:
        return -1, 0
    change = orjson.loads(record[3] or b"")
    return change["src_offset"], change["seq"]
