"""Writes that failed without a word: whether they were stale is asked once the database is there again."""

from typing import Final

from services.projector.lane import Claimed
from services.projector.store import Reads
from services.runtime import metrics
from services.runtime.log import get_logger

_log: Final = get_logger(__name__)


class Doubts:
    """Claims whose last write failed: perhaps because another owner had our backend ended."""

    def __init__(self) -> None:
        self._claims: list[Claimed] = []

    def add(self, claimed: Claimed) -> None:
        """A write under this claim failed."""
        self._claims.append(claimed)

    def settle(self, reads: Reads) -> None:
        """Failed writes of claims that are over by now were stale ones; raises DatabaseError."""
        for claimed in self._claims:
            if not reads.is_owner(claimed):
                metrics.REFUSED_STALE_WRITES.labels(how="ended").inc()
                _log.warning("stale_write_ended", partition=claimed.partition, epoch=claimed.epoch)
        self._claims.clear()
