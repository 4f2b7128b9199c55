"""One partition of `shipment-status` on its way to alerts, in order and in batches.

An event is a run of records (`services.notifier.transport`), acknowledged as one.

Nothing is acknowledged to the stream before the broker has acknowledged what it asked for, so the
group's offset never runs ahead of the alerts; after a failure the same events are planned again from
the sink's end.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from aiokafka import ConsumerRecord
from faust.types import EventT

from services.notifier.plan import Plan, Position, Rejected, StatusRecord, plan, told_up_to
from services.notifier.rejects import Rejects, RejectsAway
from services.notifier.sink import FencedSink, SinkFenced
from services.notifier.transport import FetchedRecords
from services.runtime import metrics
from services.runtime.clock import Clock, monotonic
from services.runtime.log import get_logger
from services.runtime.outcomes import RecordRefused
from services.runtime.pace import Pace
from services.runtime.sink import SinkLost

log = get_logger(__name__)

BATCH_RECORDS: Final = 500
WAITING_RECORDS: Final = 2_000
REST_S: Final = 0.5
"""Costs a notifier that catches up nothing (docs/adr/0028): full transactions do not wait."""
FENCED_PAUSE_S: Final = 4.0
"""Longer than a heartbeat: a process that lost its partition learns so before it fences the new owner."""


class Pause(Protocol):
    """Seconds to wait before a repetition, by its number from 0."""

    def __call__(self, attempt: int) -> float: ...


class Lane:
    """Takes events with `put`, handles them in a task of its own, acknowledges them when they are done."""

    def __init__(
        self, sink: FencedSink, rejects: Rejects, *, partition: int, clock: Clock, pause: Pause
    ) -> None:
        self._sink = sink
        self._rejects = rejects
        self._partition = partition
        self._clock = clock
        self._pause = pause
        self._waiting: asyncio.Queue[EventT] = asyncio.Queue()
        self._waiting_records = 0
        self._room = asyncio.Event()
        self._room.set()
        self._position = Position()
        self._pace = Pace(REST_S)
        self._opened = False
        self._unfinished = 0
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None
        self.next_offset: int | None = None

    def start(self, on_end: Callable[[asyncio.Task[None]], None]) -> None:
        """Begin handling events; `on_end` hears how the task ended."""
        self._task = asyncio.create_task(self._run(), name=f"lane-{self._partition}")
        self._task.add_done_callback(on_end)

    async def put(self, event: EventT) -> None:
        """Take the next event of the partition; waits while many records do."""
        self._unfinished += 1
        await self._room.wait()
        self._queued(len(_records(event)))
        self._waiting.put_nowait(event)

    @property
    def idle(self) -> bool:
        """Whether every event that was put is finished."""
        return self._unfinished == 0

    async def close(self) -> None:
        """Stop at once. What is not acknowledged is read again by whoever has the partition next."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._room.set()  # lets go of a `put` that waits: nobody takes its event
        await self._sink.close()

    async def _run(self) -> None:
        while True:
            events = await self._batch()
            records = [_status_record(record) for event in events for record in _records(event)]
            for start in range(0, len(records), BATCH_RECORDS):
                await self._settle(records[start : start + BATCH_RECORDS])
            for event in events:
                event.ack()
            self._unfinished -= len(events)
            self.next_offset = records[-1].offset + 1
            metrics.PROGRESS_TIMESTAMP.set(self._clock.now_ms() / 1000)

    async def _batch(self) -> list[EventT]:
        events = [await self._waiting.get()]
        if self._waiting_records < BATCH_RECORDS:
            await asyncio.sleep(self._pace.left)
        count = len(_records(events[0]))
        while count < BATCH_RECORDS and not self._waiting.empty():
            events.append(self._waiting.get_nowait())
            count += len(_records(events[-1]))
        self._queued(-count)
        return events

    def _queued(self, more: int) -> None:
        self._waiting_records += more
        if self._waiting_records < WAITING_RECORDS:
            self._room.set()
        else:
            self._room.clear()

    async def _settle(self, records: list[StatusRecord]) -> None:
        attempt = 0
        while True:
            try:
                await self._try(records)
            except (SinkLost, RejectsAway) as error:
                await self._wait_after(error, attempt)
                attempt += 1
            else:
                self.trouble = None
                return

    async def _try(self, records: list[StatusRecord]) -> None:
        step = plan(self._position, records)
        if step.alerts and not self._opened:
            await self._open()
            step = plan(self._position, records)
        await self._rejects.send(step.rejected)
        try:
            if step.alerts:
                began = monotonic()
                await self._sink.append([alert.record for alert in step.alerts])
                self._pace.ended(began)
        except RecordRefused as error:
            self._opened = False
            await self._set_aside(records, error)
        else:
            self._position = step.position
            self._count(step)

    async def _set_aside(self, records: list[StatusRecord], error: RecordRefused) -> None:
        # Whichever it is, the others must be told: one by one, the refused one goes to `.rejected`.
        if len(records) > 1:
            for record in records:
                await self._settle([record])
        else:
            await self._rejects.send([Rejected(records[0], error.error_class, error.detail)])

    async def _open(self) -> None:
        # Here and not when the partition is assigned: agents run before that callback has ended.
        end = await self._sink.open()
        told = told_up_to(end[2]) if end else self._position.seen
        self._position = Position(max(told, self._position.seen), self._position.seq)
        self._opened = True
        log.info("alerts_resumed", partition=self._partition, src_offset=told)

    async def _wait_after(self, error: SinkLost | RejectsAway, attempt: int) -> None:
        fenced = isinstance(error, SinkFenced)
        self.trouble = str(error)
        if isinstance(error, SinkLost):
            self._opened = False
            metrics.SINK_LOST.labels(topic="shipment-alerts").inc()
        metrics.RETRIES.labels(dependency="kafka").inc()
        pause = self._pause(attempt) + (FENCED_PAUSE_S if fenced else 0.0)
        log.warning("alerts_delayed", partition=self._partition, reason=str(error), fenced=fenced)
        await asyncio.sleep(pause)

    def _count(self, step: Plan) -> None:
        metrics.STATUS_SKIPPED.inc(step.repeated)
        if step.missing:
            metrics.SEQUENCE_GAPS.labels(partition=str(self._partition)).inc(step.missing)
            log.error(
                "status_sequence_gap", partition=self._partition, missing=step.missing, seq=step.position.seq
            )
        now_ms = self._clock.now_ms()
        for alert in step.alerts:
            metrics.ALERTED.labels(kind=alert.kind).inc()
            metrics.ALERTED_LATENCY.observe(max(0, now_ms - alert.stored_ms) / 1000)


def _records(event: EventT) -> FetchedRecords:
    records: FetchedRecords = event.message.records  # type: ignore[attr-defined]  # a Run
    return records


def _status_record(record: ConsumerRecord[bytes, bytes]) -> StatusRecord:
    return StatusRecord(record.partition, record.offset, record.key, record.value, record.timestamp)
