"""Status records as the projector's publisher writes them."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson

from schemas.ids import alert_id
from services.notifier.plan import StatusRecord


def status(
    number: int, *, partition: int, announcements: int, src_offset: int | None = None
) -> dict[str, Any]:
    """The `number`-th StatusChanged of a partition, with that many announcements."""
    shipment = f"acme:P{partition}N{number}"
    cause = str(uuid5(NAMESPACE_URL, shipment))
    view = {
        "shipment": shipment,
        "carrier": "acme",
        "tracking_number": shipment[5:],
        "milestone": "delivered",
        "status": "delivered",
        "leg_no": 1,
        "use_no": 1,
        "conditions": [],
        "tracking_state": "active",
        "order_id": f"O-{number}",
    }
    told = [
        {
            "alert_id": alert_id(shipment, kind="delivered", cause=cause, n=n),
            "kind": "delivered",
            "cause": cause,
            "n": n,
            "occurred_at": "2026-11-20T09:00:00.000Z",
            "leg_no": 1,
            "use_no": 1,
        }
        for n in range(1, announcements + 1)
    ]
    return {
        "schema_version": 1,
        "shipment": shipment,
        "cause_event_id": cause,
        "cause_type": "ScanRecorded",
        "src_partition": partition,
        "src_offset": number * 3 if src_offset is None else src_offset,
        "seq": number + 1,
        "before": None,
        "after": view,
        "changes": ["milestone"],
        "announcements": told,
    }


def record(changed: dict[str, Any], *, offset: int = 0) -> StatusRecord:
    """The record of a StatusChanged, on its own partition."""
    return StatusRecord(
        changed["src_partition"], offset, changed["shipment"].encode(), orjson.dumps(changed), 1_000
    )
