"""The watchdog's clock: the earlier of this machine's and the database's.

A watchdog whose machine runs ahead would tell deadlines that have not come, and the fold believes it:
only the passing of time is its to tell. One that is late is only late.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from schemas.instants import datetime_of
from services.runtime.clock import Clock
from services.runtime.log import get_logger

log = get_logger(__name__)

ALARMING_MS: Final = 5_000


class CautiousClock:
    """A Clock; reading it raises what `server_ms` raises."""

    def __init__(self, own: Clock, server_ms: Callable[[], int]) -> None:
        self._own = own
        self._server_ms = server_ms
        self._alarmed = False

    def now(self) -> datetime:
        """The earlier instant, aware, UTC."""
        return datetime_of(self.now_ms())

    def now_ms(self) -> int:
        """The earlier instant in milliseconds since 1970; a clock that is ahead is told of once."""
        own_ms, server_ms = self._own.now_ms(), self._server_ms()
        ahead = own_ms - server_ms > ALARMING_MS
        if ahead and not self._alarmed:
            log.error("clock_ahead", by_s=round((own_ms - server_ms) / 1000, 1))
        self._alarmed = ahead
        return min(own_ms, server_ms)
