"""The order of facts: by when they happened, never by when they came (rule R1)."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from services.domain.facts import INSTANT, UNDATED, Fact
from services.domain.moments import HOUR_MS, RANK, earliest, pos

SortKey: TypeAlias = tuple[int, bool, int, int, str]
Zones: TypeAlias = tuple[tuple[int, int], ...]
"""How many scans have which offset: (offset in milliseconds, scans), by offset."""

FUTURE_MS: Final = 48 * HOUR_MS
EARLIEST_TYPES: Final = ("ShipmentRegistered", "DeliveryDateRevised")
_PLACED: Final = frozenset(
    {
        "ShipmentRegistered",
        "ScanRecorded",
        "DeliveryDateRevised",
        "ShipmentCancelled",
        "CaseOpened",
        "CaseResolved",
    }
)


def is_future(fact: Fact) -> bool:
    """R17: a scan dated, at the earliest, more than 48 h after it was first recorded."""
    begins = fact.at if fact.kind == INSTANT else earliest(fact)
    return begins > fact.recorded_ms + FUTURE_MS and fact.type == "ScanRecorded"


def is_placed(fact: Fact) -> bool:
    """Whether the fact has a place in the order: dated, of a type that acts by its time, not future."""
    return fact.kind != UNDATED and fact.type in _PLACED and not is_future(fact)


def zones_of(placed: Iterable[Fact], gone: tuple[str, ...]) -> Zones:
    """The offsets among the scans that have a place; those of ids in `gone` are out of every rule."""
    counts: dict[int, int] = {}
    for fact in placed:
        if fact.offset is not None and fact.type == "ScanRecorded" and fact.event_id not in gone:
            counts[fact.offset] = counts.get(fact.offset, 0) + 1
    return tuple(sorted(counts.items()))


def usual_zone(zones: Zones) -> int:
    """Z: the most frequent offset; of equals the smallest absolute, then the smallest value; 0 if none."""
    if not zones:
        return 0
    if len(zones) == 1:
        return zones[0][0]
    return min(zones, key=lambda zone: (-zone[1], abs(zone[0]), zone[0]))[0]


def sort_key(fact: Fact, zone_ms: int) -> SortKey:
    """Where a fact that has a place stands among a shipment's facts."""
    return (
        pos(fact, zone_ms),
        fact.hint is not None,
        fact.hint or 0,
        RANK[fact.milestone],
        fact.event_id,
    )


def needs_zone(fact: Fact) -> bool:
    """Whether the place of a fact that has one moves with Z."""
    return fact.kind != INSTANT and fact.offset is None
