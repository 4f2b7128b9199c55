"""Partitions that stand still because too many of their last records were bad, until an operator accepts."""

from typing import Final

from services.projector.owned import Owned
from services.projector.store import Reads
from services.runtime import metrics
from services.runtime.clock import monotonic
from services.runtime.group import GroupReader
from services.runtime.log import get_logger

_LOOK_EVERY: Final = 1.0
_log = get_logger("projector.pauses")


class Pauses:
    """Planned pauses, which wait for what came before them to be committed, and standing ones."""

    def __init__(self, reader: GroupReader) -> None:
        self._reader = reader
        self._planned: dict[int, tuple[Owned, int, int]] = {}
        self._standing: set[int] = set()
        self._look_at = 0.0

    def __contains__(self, partition: int) -> bool:
        return partition in self._planned or partition in self._standing

    def plan(self, owned: Owned, offset: int, *, bad: int) -> None:
        """Take nothing from `offset` on; the pause stands when what came before it is committed."""
        self._reader.pause([owned.partition])
        self._planned[owned.partition] = (owned, offset, bad)
        _log.error("partition_paused", partition=owned.partition, offset=offset)

    def found(self, partition: int) -> None:
        """The database says that the partition was paused before we claimed it."""
        self._standing.add(partition)
        metrics.PAUSED_PARTITIONS.set(len(self._standing))

    def forget(self, partition: int) -> None:
        """The partition is let go."""
        self._planned.pop(partition, None)
        self._standing.discard(partition)
        metrics.PAUSED_PARTITIONS.set(len(self._standing))

    def settle(self, reads: Reads) -> list[int]:
        """Write down pauses that stand now; the partitions that may go on. Raises psycopg.Error."""
        if not (self._planned or self._standing) or monotonic() < self._look_at:
            return []
        self._look_at = monotonic() + _LOOK_EVERY
        for partition, (owned, offset, bad) in list(self._planned.items()):
            if owned.written_offset == offset:
                reads.pause(partition, bad=bad)
                del self._planned[partition]
                self.found(partition)
        accepted = [p for p, ok in reads.paused().items() if ok and p in self._standing]
        for partition in accepted:
            reads.unpause(partition)
            self.forget(partition)
            _log.info("partition_accepted", partition=partition)
        return accepted
