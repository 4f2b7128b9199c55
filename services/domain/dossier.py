"""A shipment with its timeline as readers are given it: what is sealed is named, not shown."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from schemas.ids import SEALED_FIELDS

Json = dict[str, Any]
Told = tuple[Json, Json | None, str]
"""A row of the timeline: envelope, StatusChanged or None, least recorded_at."""

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


def dossier(view: Json, timeline: Sequence[Told]) -> Json:
    """The view with its timeline, oldest first."""
    return view | {"timeline": entries(timeline)}


def entries(timeline: Sequence[Told]) -> list[Json]:
    """The timeline's entries, oldest first."""
    ordered = sorted(timeline, key=lambda told: (_when(told[0], told[2]), told[0]["event_id"]))
    return [_entry(*told) for told in ordered]


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
