"""The thread that copies `shipment-alerts` into PostgreSQL: one of all query processes, others stand by."""

import random
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import Final

from anyio import to_thread

from services.query.alerts.store import AlertStore, passes
from services.runtime.clock import Clock, monotonic
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable
from services.runtime.postgres import DatabaseError
from services.runtime.records import LogDiverged, LogReader

KEPT: Final = timedelta(days=90)
"""As long as the topic keeps them."""
_LOG: Final = get_logger(__name__)
_POLL_MS: Final = 200
_MOST: Final = 1_000
_STAND_BY_S: Final = 1.0
_FORGET_EVERY_S: Final = 3_600.0


class Feeder:
    """Reads the topic from where the tables stand."""

    def __init__(self, database_url: str, kafka: str, topic: str, *, clock: Clock) -> None:
        self._url, self._kafka, self._topic, self._clock = database_url, kafka, topic, clock
        self._stopped = threading.Event()
        self._attempt = 0
        self._forgot = 0.0
        self._broken: str | None = None

    def trouble(self) -> str | None:
        """For health: what ended the thread, if something has."""
        return self._broken

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Copying, until the block ends."""
        thread = threading.Thread(target=self._run, name="alerts", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            await to_thread.run_sync(thread.join)

    def _run(self) -> None:
        try:
            self._keep_feeding()
        except BaseException as error:
            self._broken = f"alerts are not copied ({error!r:.200})"
            _LOG.exception("alerts_feeder_broke")
            raise

    def _keep_feeding(self) -> None:
        while not self._stopped.is_set():
            try:
                with closing(AlertStore(self._url)) as store:
                    self._feed(store)
            except DatabaseError as error:
                if not passes(error):
                    raise
                _LOG.warning("alerts_store_away", error=type(error).__name__)
            except BrokerUnavailable as error:
                # once; that it is still so is worth no warning every second
                tell = _LOG.info if self._attempt else _LOG.warning
                tell("alerts_unreadable", error=str(error))
            self._stopped.wait(backoff(self._attempt, jitter=random.random))
            self._attempt += 1

    def _feed(self, store: AlertStore) -> None:
        while not store.take():
            if self._stopped.wait(_STAND_BY_S):
                return
        with closing(LogReader(self._kafka, self._topic, isolation="read_committed")) as reader:
            reader.assign(_start(store, reader))
            try:
                while not self._stopped.is_set():
                    self._turn(store, reader)
            except LogDiverged as error:
                _LOG.warning("alerts_log_diverged", error=str(error))
                store.start_anew()

    def _turn(self, store: AlertStore, reader: LogReader) -> None:
        for partition, records in reader.poll(_POLL_MS, _MOST).items():
            store.add(partition, records)
        self._attempt = 0
        if monotonic() - self._forgot > _FORGET_EVERY_S:
            self._forgot = monotonic()
            store.forget(before_ms=self._clock.now_ms() - KEPT // timedelta(milliseconds=1))


def _start(store: AlertStore, reader: LogReader) -> dict[int, int]:
    """Where to go on; everything is made anew where the topic ends before that: it is another one."""
    bounds = reader.bounds(reader.partitions())
    progress = store.progress()
    if any(progress.get(partition, 0) > end for partition, (_, end) in bounds.items()):
        store.start_anew()
        progress = {}
    return {partition: max(first, progress.get(partition, 0)) for partition, (first, _) in bounds.items()}
