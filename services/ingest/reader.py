"""One shipment as it is answered: the view that the projector keeps, with its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from schemas.ids import SEALED_FIELDS

Json = dict[str, Any]

_SHOWN: Final = (
    "event_id",
    "type",
    "occurred_at",
    "occurred_local",
    "utc_offset",
    "tz_confidence",
    "time_precision",
    "order_hint",
    "source",
    "raw",
    "mapping_version",
)


class StoreAway(Exception):
    """The read model cannot be asked now."""


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """A row of the read model; `timeline` as (envelope, StatusChanged or None, least recorded_at)."""

    view: Json
    timeline: Sequence[tuple[Json, Json | None, str]]


class Store(Protocol):
    """Where shipments are read."""

    def shipment(self, key: str) -> ShipmentRow | None:
        """The shipment; None when there is none; raises StoreAway."""
        ...


def answer(row: ShipmentRow) -> Json:
    """The shipment with its timeline, oldest first; what is sealed is named, not shown."""
    entries = sorted(row.timeline, key=lambda told: (_when(told[0], told[2]), told[0]["event_id"]))
    return row.view | {"timeline": [_entry(*told) for told in entries]}


def _entry(event: Mapping[str, Any], change: Mapping[str, Any] | None, recorded_at: str) -> Json:
    data = event["data"]
    shown = {name: event.get(name) for name in _SHOWN}
    return shown | {
        "recorded_at": recorded_at,
        "data": {name: value for name, value in data.items() if name not in SEALED_FIELDS},
        "sealed": sorted(SEALED_FIELDS & data.keys()),
        "changes": change["changes"] if change is not None else [],
    }


def _when(event: Mapping[str, Any], recorded_at: str) -> str:
    return event.get("occurred_at") or event.get("occurred_local") or recorded_at
