"""Listens whether carriers still say anything at all, and raises the alarm when one does not."""

from collections.abc import Mapping
from typing import Final, Protocol

from schemas.instants import instant_text
from services.notifier.store import Heard
from services.notifier.watchdog.silence import SilenceRules, silent_carriers
from services.runtime import metrics
from services.runtime.log import get_logger

log = get_logger(__name__)

EVERY_MS: Final = 60_000
TAIL_RECORDS: Final = 50_000
"""How far back the first look goes; only a carrier not heard in it is asked for by itself."""


class FeedStore(Protocol):
    """What is asked of PostgreSQL (`services.notifier.store`)."""

    def open_parcels(self) -> dict[str, int]: ...
    def heard(self, offsets: Mapping[int, int], *, tail: int) -> Heard: ...
    def heard_of(self, carrier: str) -> int | None: ...


class Feeds:
    """The carriers whose feeds are silent, looked at once a minute; one alarm when a silence begins."""

    def __init__(self, store: FeedStore, rules: SilenceRules) -> None:
        self._store = store
        self._rules = rules
        self._looked_ms: int | None = None
        self._heard: dict[str, int] = {}
        self._offsets: Mapping[int, int] = {}
        self._silent: frozenset[str] = frozenset()

    def silent(self, now_ms: int) -> frozenset[str]:
        """The silent carriers; raises DatabaseAway."""
        if self._looked_ms is None or now_ms - self._looked_ms >= EVERY_MS:
            self._look(now_ms)
            self._looked_ms = now_ms
        return self._silent

    def _look(self, now_ms: int) -> None:
        heard = self._store.heard(self._offsets, tail=TAIL_RECORDS)
        for carrier, newest_ms in heard.newest_ms.items():
            self._heard[carrier] = max(self._heard.get(carrier, newest_ms), newest_ms)
        self._offsets = heard.offsets
        parcels = self._store.open_parcels()
        for carrier in parcels.keys() - self._heard.keys():
            if (newest := self._store.heard_of(carrier)) is not None:
                self._heard[carrier] = newest
        self._tell(silent_carriers(self._heard, parcels, now_ms=now_ms, rules=self._rules))

    def _tell(self, silent: frozenset[str]) -> None:
        for carrier in silent - self._silent:
            metrics.CARRIER_SILENT.labels(carrier=carrier).set(1)
            log.error("carrier_silent", carrier=carrier, since=instant_text(self._heard[carrier]))
        for carrier in self._silent - silent:
            metrics.CARRIER_SILENT.labels(carrier=carrier).set(0)
            log.info("carrier_heard_again", carrier=carrier)
        self._silent = silent
