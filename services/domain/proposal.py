"""The passing of time as an event: what the watchdog, or a replay in its place, proposes."""

from typing import Any

from schemas.event import SCHEMA_VERSION
from schemas.ids import deadline_event_id
from schemas.vocabulary import EventType
from services.domain.deadlines import Deadline
from services.domain.moments import instant


def deadline_passed(shipment_key: str, deadline: Deadline, *, recorded_at: str) -> dict[str, Any]:
    """The envelope of DeadlinePassed; its id depends on shipment, kind and deadline alone.

    `recorded_at` is `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    """
    at = instant(deadline.at_ms)
    return {
        "event_id": deadline_id(shipment_key, deadline.kind, at_ms=deadline.at_ms),
        "type": str(EventType.DEADLINE_PASSED),
        "schema_version": SCHEMA_VERSION,
        "shipment": shipment_key,
        "occurred_at": at,
        "utc_offset": "+00:00",
        "tz_confidence": "exact",
        "time_precision": "instant",
        "recorded_at": recorded_at,
        "source": {"channel": "watchdog", "trust": "manual"},
        "data": {"kind": deadline.kind, "deadline": at},
        "mapping_version": 1,
    }


def deadline_id(shipment_key: str, kind: str, *, at_ms: int) -> str:
    """The event id of DeadlinePassed, which is also the cause of the alert it raises."""
    carrier, _, number = shipment_key.partition(":")
    return deadline_event_id((carrier, number), kind=kind, deadline=instant(at_ms))
