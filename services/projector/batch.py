"""One partition's batch as a value: rows, checkpoint and what is to be published. No I/O."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

import orjson

from services.domain.announce import said_json
from services.domain.moments import instant
from services.projector.lane import Claimed, Lane
from services.projector.rows import ShipmentRow, copy_line, signed
from services.projector.states import State

Records = list[tuple[int, int, bytes | None, bytes | None]]
"""(offset, log-append time in ms, key, value) of one partition, in offset order."""


FEW_RECORDS: Final = 1_000
"""Below this many, arrays beat COPY into a staging table (measured, see performance notes)."""

FEW_CHANGES: Final = 1_000
"""More than these are not carried from process to process: who is so far behind reads the timeline."""


class Published(NamedTuple):
    """A timeline row with a change, as the publisher sends it; a tuple, for many are made."""

    src_offset: int
    seq: int
    shipment: str
    event_id: str
    change: bytes


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be taken, untouched."""

    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    error_class: str
    event_id: str | None


@dataclass(slots=True)
class Batch:
    """A batch in the making. `start` is the previous batch's `end`."""

    lane: Lane
    number: int
    start: int
    records: int = 0
    duplicates: int = 0
    timeline: list[bytes] = field(default_factory=list)
    """COPY text, row by row."""
    touched: dict[str, State] = field(default_factory=dict)
    """Shipments without a row yet."""
    many: bool = False
    """Whether the shipments go by COPY: set before the first row is made."""
    rows: dict[str, ShipmentRow] = field(default_factory=dict)
    lines: dict[str, bytes] = field(default_factory=dict)
    wakes: dict[str, str | None] = field(default_factory=dict)
    published: list[Published] = field(default_factory=list)
    """The first FEW_CHANGES of them."""
    changes: int = 0
    bad: list[BadRecord] = field(default_factory=list)
    logged_ms: list[int] = field(default_factory=list)
    overflow: int | None = None
    """The offset of the bad record that was one too many: the partition pauses before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What one transaction writes: values alone, so that it can come from another process.

    `timeline` and `copied` are COPY text; shipments stand in `rows` when they are few, else in `copied`.
    """

    claimed: Claimed
    number: int
    start: int
    end: int
    next_seq: int
    last_event_id: str | None
    shipments: int
    state_sum: int
    history_sum: int
    records: int
    duplicates: int
    timeline: bytes
    rows: list[ShipmentRow]
    copied: bytes
    wakes: list[tuple[str, str | None]]
    published: list[Published]
    """The changes, to be handed to the publisher at once; of many none, it finds them in the timeline."""
    changes: int
    bad: list[BadRecord]
    bad_lately: int
    logged_ms: list[int]
    overflow: int | None

    @property
    def partition(self) -> int:
        """The partition's number."""
        return self.claimed.partition


def begin(lane: Lane) -> Batch:
    """An empty batch that starts where the lane stands."""
    batch = Batch(lane=lane, number=lane.batch, start=lane.next_offset)
    lane.batch += 1
    return batch


def finish(batch: Batch) -> Finished:
    """The closed batch: sorted shipment rows and the checkpoint as they are after it."""
    lane = batch.lane
    for key, state in batch.touched.items():
        close_row(batch, key, state)
    return Finished(
        claimed=lane.claimed,
        number=batch.number,
        start=batch.start,
        end=lane.next_offset,
        next_seq=lane.next_seq,
        last_event_id=lane.last_event_id,
        shipments=lane.shipments,
        state_sum=lane.state_sum,
        history_sum=lane.history_sum,
        records=batch.records,
        duplicates=batch.duplicates,
        timeline=b"".join(batch.timeline),
        rows=[batch.rows[key] for key in sorted(batch.rows)],
        copied=b"".join([batch.lines[key] for key in sorted(batch.lines)]),
        wakes=sorted(batch.wakes.items()),
        published=batch.published if batch.changes <= FEW_CHANGES else [],
        changes=batch.changes,
        bad=batch.bad,
        bad_lately=len(lane.bad.offsets),
        logged_ms=batch.logged_ms,
        overflow=batch.overflow,
    )


def close_row(batch: Batch, key: str, state: State) -> None:
    """Make the shipment's row: after its last event in the batch, while the state is hot."""
    row = _shipment_row(key, state, partition=batch.lane.partition)
    if batch.many:
        batch.lines[key] = copy_line(row).encode()
    else:
        batch.rows[key] = row
    if state.wake_exact:
        batch.wakes[key] = row[12]
    state.wake_ms, state.wake_exact = None, False
    state.view_json = b""


def _shipment_row(key: str, state: State, *, partition: int) -> ShipmentRow:
    shipment, said = state.shipment, said_json(state.said)
    track, order = shipment.track, shipment.order
    return (
        key,
        partition,
        state.version,
        key.partition(":")[0],
        track.milestone,
        shipment.status,
        track.leg_no,
        shipment.use_no,
        order.order_id,
        order.customer_id,
        state.view_json.decode(),
        None if said is None else orjson.dumps(said).decode(),
        None if state.wake_ms is None else instant(state.wake_ms),
        signed(state.hash),
    )
