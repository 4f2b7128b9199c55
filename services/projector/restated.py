"""What is told of a shipment that a model of other rules shows differently. No event of the log did it. Pure.

It has the form of a StatusChanged, so that who keeps shipments as they stand needs nothing new: `after` is
the shipment, `src_offset` how much of the log it knows, `seq` goes on. It announces nothing.
"""

from typing import Any, NamedTuple

import orjson

from schemas.status import AxesBefore
from services.domain.view import changed
from services.projector.batch import Published


class Restated(NamedTuple):
    """A row of `core.restated`: the event is the shipment's last; `before` and `after` are views as JSON."""

    seq: int
    shipment: str
    partition: int
    src_offset: int
    event_id: str
    type: str
    occurred_at: str | None
    before: str | None
    after: str


class Queued(NamedTuple):
    """The first and the last running number of what a switch left to tell of a partition."""

    first: int
    last: int


def with_queued(seq: int, queued: Queued | None) -> int:
    """The last number told once what is queued has been, if that follows on number `seq`; else `seq`."""
    return seq if queued is None or queued.first > seq + 1 else max(seq, queued.last)


def published(row: Restated) -> Published:
    """The row as the publisher sends it."""
    before = None if row.before is None else orjson.loads(row.before)
    after = orjson.loads(row.after)
    change = orjson.dumps(
        {
            "schema_version": 1,
            "shipment": row.shipment,
            "cause_event_id": row.event_id,
            "cause_type": row.type,
            "occurred_at": row.occurred_at,
            "src_partition": row.partition,
            "src_offset": row.src_offset,
            "before": None if before is None else _axes(before),
            "after": orjson.Fragment(row.after),
            "changes": _changes(before, after),
            "announcements": [],
            "restated": True,
        }
    )
    return Published(row.src_offset, row.seq, row.shipment, row.event_id, change)


def _axes(view: dict[str, Any]) -> dict[str, Any]:
    """The members of AxesBefore, out of a view."""
    names = [condition["name"] for condition in view["conditions"]]
    return {name: view.get(name) for name in AxesBefore.model_fields} | {"conditions": names}


def _changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[str]:
    """Which members differ; other rules may know members that these do not."""
    if before is None:
        return changed(None, tuple(after.values()))
    return [name for name in after | before if before.get(name) != after.get(name)]
