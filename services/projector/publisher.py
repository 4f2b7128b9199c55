"""Publishes one partition's changes to `shipment-status`, in timeline order, each exactly once.

The sink's last committed record is the checkpoint: a publisher that starts looks at what it has
already written and goes on behind it. Rows are handed over in memory after their commit when they
follow on; otherwise they are read from the timeline, which is the outbox.
"""

import random
import threading
from collections.abc import Callable
from typing import Final

import orjson

from schemas.codec import Record, cloud_headers
from services.projector.batch import Published
from services.projector.lane import Claimed
from services.projector.store import Outbox
from services.runtime.clock import monotonic
from services.runtime.lifecycle import backoff
from services.runtime.log import get_logger
from services.runtime.metrics import PUBLISHED, PUBLISHER_LAG, SINK_LOST
from services.runtime.outcomes import BrokerUnavailable, RecordRefused
from services.runtime.pace import Pace
from services.runtime.postgres import DatabaseError, is_passing
from services.runtime.sink import FencedSink, SinkLost

_HANDED_LIMIT: Final = 20_000
_SCAN_LIMIT: Final = 2_000
_APPEND_LIMIT: Final = 1_000
_IDLE_WAIT: Final = 0.2
_REST: Final = 1.0
_STUCK: Final = (RecordRefused, ValueError, TypeError, AttributeError, LookupError)
_log = get_logger("projector.publisher")


def status_record(row: Published) -> Record:
    """The record of `shipment-status`: the change with its running number in front.

    What a switch of rules tells is of no event of its own, so that its id needs the number, too.
    """
    change = orjson.loads(row.change)
    restated = change.get("restated", False)
    place = f"{change['src_partition']}-{row.src_offset}"
    headers = cloud_headers(
        event_id=f"status-{place}-{row.seq}" if restated else f"status-{place}",
        kind="StatusRestated" if restated else "StatusChanged",
        source="projector",
        time=change["occurred_at"],
        key=row.shipment,
    )
    return Record(row.shipment.encode(), b'{"seq":%d,' % row.seq + row.change[1:], headers)


class Publisher:
    """A thread that owns the partition's sink for as long as the claim holds."""

    def __init__(
        self, claimed: Claimed, *, outbox: Callable[[], Outbox], sink: Callable[[int], FencedSink]
    ) -> None:
        self._claimed = claimed
        self._outbox = outbox
        self._sink = sink
        self._wake = threading.Condition()
        self._handed: list[Published] = []
        self._must_scan = True
        self._stop = False
        self._position = -1
        self._seq = 0
        self._newest = 0
        self._pace = Pace(_REST)
        self._attempt = 0
        self.stuck: str | None = None
        """What keeps the next row from being published, when it is not the broker's being away."""
        self._thread = threading.Thread(target=self._run, name=f"publish-{claimed.partition}", daemon=True)
        self._thread.start()

    def hand_over(self, rows: list[Published], *, newest: int) -> None:
        """Rows of a committed batch up to number `newest`; any thread. Too many are left to the timeline."""
        with self._wake:
            if not rows or len(self._handed) + len(rows) > _HANDED_LIMIT:
                self._handed, self._must_scan = [], True
            else:
                self._handed += rows
            self._newest = newest
            self._wake.notify()

    def stop(self) -> None:
        """Ask the thread to end after what it is sending."""
        with self._wake:
            self._stop = True
            self._wake.notify()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; it ends by itself when the partition is no longer ours, or by a bug."""
        return self._thread.is_alive()

    def join(self, *, timeout: float) -> None:
        """Wait for the thread to end."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop:
            try:
                if not self._session():
                    _log.info("publisher_ended", partition=self._claimed.partition, why="epoch")
                    return
            except _STUCK as error:
                # a row nobody can publish: nothing behind it may go out, so it alarms until it is mended
                _log.error("publisher_stuck", partition=self._claimed.partition, error=repr(error)[:500])
                self.stuck = type(error).__name__
            except (SinkLost, BrokerUnavailable) as error:
                SINK_LOST.labels(topic="shipment-status").inc()
                _log.warning("sink_lost", partition=self._claimed.partition, error=str(error))
            except DatabaseError as error:
                if not is_passing(error):
                    raise
                _log.warning("outbox_lost", partition=self._claimed.partition, error=type(error).__name__)
            with self._wake:
                self._must_scan = True
                if not self._stop:
                    self._wake.wait(backoff(self._attempt, jitter=random.random))
            self._attempt += 1

    def _session(self) -> bool:
        """Open the sink, publish until told to stop; False when the partition is no longer ours."""
        claimed = self._claimed
        outbox = self._outbox()
        try:
            if not outbox.is_owner(claimed):
                return False
            sink = self._sink(claimed.partition)
            try:
                self._resume(sink)
                while (rows := self._next(outbox)) is not None:
                    self._send(sink, rows)
            finally:
                sink.close()
        finally:
            outbox.close()
        return True

    def _resume(self, sink: FencedSink) -> None:
        last = sink.open()
        self._position, self._seq = -1, 0
        if last is not None:
            change = orjson.loads(last[2] or b"")
            self._position, self._seq = change["src_offset"], change["seq"]

    def _next(self, outbox: Outbox) -> list[Published] | None:
        """The rows that follow the last one sent; waits for them; None: stop."""
        while True:
            with self._wake:
                if self._stop and not self._handed and not self._must_scan:
                    return None
                if self._rests():
                    continue
                handed, self._handed = self._handed, []
                scan, self._must_scan = self._must_scan, False
                if not handed and not scan:
                    self._wake.wait(_IDLE_WAIT)
                    continue
            rows = [row for row in handed if row.seq > self._seq]
            if not scan and rows and rows[0].seq == self._seq + 1:
                return rows
            rows = outbox.unpublished(
                self._claimed.model, self._claimed.partition,
                position=self._position, seq=self._seq, limit=_SCAN_LIMIT,
            )  # fmt: skip
            if rows:
                self._must_scan = True
                return rows

    def _rests(self) -> bool:
        """Wait for more behind a transaction that has just been; whether that is worth another look."""
        rest = self._pace.left
        if not rest or self._stop or len(self._handed) >= _APPEND_LIMIT or self._must_scan:
            return False
        self._wake.wait(rest)
        return True

    def _send(self, sink: FencedSink, rows: list[Published]) -> None:
        for start in range(0, len(rows), _APPEND_LIMIT):
            part = rows[start : start + _APPEND_LIMIT]
            began = monotonic()
            sink.append([status_record(row) for row in part])
            self._pace.ended(began)
            self._position, self._seq = part[-1].src_offset, part[-1].seq
            self.stuck, self._attempt = None, 0
            PUBLISHED.inc(len(part))
            PUBLISHER_LAG.labels(partition=str(self._claimed.partition)).set(max(self._newest - self._seq, 0))
