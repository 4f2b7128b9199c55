"""Reads the spool out to Kafka, in order, whenever Kafka is there."""

import random
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import groupby
from typing import Final

from services.ingest.accounting import count_logged_shipments
from services.ingest.publisher import Producer
from services.ingest.refusals import Refusals
from services.ingest.spool import Spool, SpoolFull
from services.ingest.spool_file import Entry, SpoolBroken, SpoolFile
from services.runtime import metrics
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger
from services.runtime.outcomes import BrokerUnavailable, Outcome, Refused

_MOST_ENTRIES: Final = 1_000
_MOST_BYTES: Final = 4 * 1024 * 1024
_IDLE_S: Final = 0.2
_ADOPT_EVERY: Final = 25
_LONGEST_PAUSE_S: Final = 2.0
_TROUBLES: Final = (BrokerUnavailable, SpoolBroken, SpoolFull, sqlite3.Error, OSError)
"""What passes, or is mended while we wait: the thread must outlive it."""
_LOG: Final = get_logger(__name__)


class Drain:
    """The thread that reads the spool out. `adopted` is told the instances whose files are read out.

    `events_topic` is the log's name: what goes there is counted by carrier.
    """

    def __init__(
        self,
        spool: Spool,
        producer: Producer,
        refusals: Refusals,
        *,
        events_topic: str,
        adopted: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:
        self._spool = spool
        self._producer = producer
        self._refusals = refusals
        self._events_topic = events_topic
        self._adopted = adopted
        self._orphans: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spool-drain", daemon=True)

    def start(self) -> None:
        """Begin; orphan files are looked for at once and then every few seconds."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch under way."""
        self._stop.set()
        self._thread.join()

    def drain_some(self) -> bool:
        """Send one batch of the oldest entries; whether there was any. Raises BrokerUnavailable."""
        file = self._spool.first()
        if file is None:
            return False
        try:
            head = file.head(most=_MOST_ENTRIES, most_bytes=_MOST_BYTES)
        except sqlite3.Error as error:
            _LOG.error("spool_file_unreadable", file=file.path.name, error=str(error))
            self._spool.abandon(file)
            return True
        entries = [entry for _, entry in head]
        refused = self._send(entries)
        if refused:
            self._refusals.settle(refused)
        self._forget(file, head[-1][0])
        _count(entries, self._events_topic)
        return True

    def _run(self) -> None:
        attempt = turns = 0
        while not self._stop.is_set():
            turns += 1
            try:
                self._turn(adopting=turns % _ADOPT_EVERY == 1)
                attempt = 0
            except _TROUBLES as error:
                metrics.RETRIES.labels("kafka" if isinstance(error, BrokerUnavailable) else "spool").inc()
                _LOG.warning("spool_waits", depth=self._spool.depth, detail=str(error))
                self._stop.wait(backoff(attempt, jitter=random.random, ceiling=_LONGEST_PAUSE_S))
                attempt += 1

    def _turn(self, *, adopting: bool) -> None:
        if adopting:
            self._orphans += self._spool.adopt()
        try:
            busy = self.drain_some()
        finally:
            _measure(self._spool)
        if not busy:
            self._rest()

    def _rest(self) -> None:
        self._spool.tidy()
        if self._orphans:
            self._adopted(self._orphans)
            self._orphans = []
        self._stop.wait(_IDLE_S)

    def _send(self, entries: Sequence[Entry]) -> list[tuple[Entry, Refused]]:
        under_way: list[tuple[list[Entry], Future[list[Outcome]]]] = []
        for topic, group in groupby(entries, key=lambda entry: entry.topic):
            batch = list(group)
            under_way.append((batch, self._producer.send(topic, [(None, entry.record) for entry in batch])))
        told = [(batch, future.result()) for batch, future in under_way]
        return [
            (entry, outcome)
            for batch, outcomes in told
            for entry, outcome in zip(batch, outcomes, strict=True)
            if isinstance(outcome, Refused)
        ]

    def _forget(self, file: SpoolFile, last_id: int) -> None:
        try:
            file.remove(last_id)
        except SpoolBroken as error:
            # it is read on from here and deleted whole at its end
            _LOG.error("spool_file_retired", file=file.path.name, error=str(error))


def _measure(spool: Spool) -> None:
    metrics.SPOOL_DEPTH.set(spool.depth)
    metrics.SPOOL_BYTES.set(spool.size)
    metrics.SPOOL_OLDEST_TIMESTAMP.set((spool.oldest_ms() or 0) / 1000)


def _count(entries: Sequence[Entry], events_topic: str) -> None:
    _LOG.info("spool_drained", entries=len(entries))
    count_logged_shipments(entry.record.key.decode() for entry in entries if entry.topic == events_topic)
