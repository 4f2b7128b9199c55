"""One partition's batch as a value: rows, checkpoint and what is to be published. No I/O."""

from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from services.domain.announce import said_json
from services.domain.moments import instant
from services.projector.lane import Lane
from services.projector.rows import ShipmentRow, signed
from services.projector.states import State

Records = list[tuple[int, int, bytes | None, bytes | None]]
"""(offset, log-append time in ms, key, value) of one partition, in offset order."""


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
    """What one transaction writes. `start` is the previous batch's `end`."""

    lane: Lane
    number: int
    start: int
    end: int = 0
    next_seq: int = 0
    last_event_id: str | None = None
    shipments: int = 0
    state_sum: int = 0
    history_sum: int = 0
    records: int = 0
    duplicates: int = 0
    timeline: list[bytes] = field(default_factory=list)
    """COPY text in pieces, several to a row."""
    touched: dict[str, State] = field(default_factory=dict)
    rows: list[ShipmentRow] = field(default_factory=list)
    wakes: list[tuple[str, str | None]] = field(default_factory=list)
    published: list[Published] = field(default_factory=list)
    bad: list[BadRecord] = field(default_factory=list)
    logged_ms: list[int] = field(default_factory=list)
    overflow: int | None = None
    """The offset of the bad record that was one too many: the partition pauses before it."""


def begin(lane: Lane) -> Batch:
    """An empty batch that starts where the lane stands."""
    batch = Batch(lane=lane, number=lane.batch, start=lane.next_offset)
    lane.batch += 1
    return batch


def finish(batch: Batch) -> Batch:
    """Close the batch: sorted shipment rows and the checkpoint as they are after it."""
    lane = batch.lane
    batch.end, batch.next_seq, batch.last_event_id = lane.next_offset, lane.next_seq, lane.last_event_id
    batch.shipments, batch.state_sum, batch.history_sum = lane.shipments, lane.state_sum, lane.history_sum
    for key in sorted(batch.touched):
        state = batch.touched[key]
        row = _shipment_row(key, state, partition=lane.partition)
        batch.rows.append(row)
        if state.wake_exact:
            batch.wakes.append((key, row[12]))
        state.wake_ms, state.wake_exact = None, False
        state.view_json = b""
    batch.touched.clear()
    return batch


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
