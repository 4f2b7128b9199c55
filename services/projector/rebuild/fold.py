"""Folds records of one partition for a rebuild; bad ones are left out: they are in `.rejected` already."""

from services.projector.batch import Batch, Records
from services.projector.folding import take
from services.projector.lane import BadWindow


def take_all(batch: Batch, records: Records, *, partitions: int, keep: bool = False) -> None:
    """Fold all records; a brake for too many bad ones was the live projector's, and somebody let it go on."""
    while True:
        take(batch, records, partitions=partitions, keep=keep)
        batch.bad.clear()
        if batch.overflow is None:
            return
        records = [record for record in records if record[0] >= (batch.overflow or 0)]
        batch.lane.bad, batch.overflow = BadWindow(), None
