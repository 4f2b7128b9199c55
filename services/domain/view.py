"""A shipment as its readers see it: the members of `schemas.status.ShipmentView`."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from services.domain.facts import Fact
from services.domain.legs import inferred
from services.domain.moments import instant, shown
from services.domain.promise import Judged
from services.domain.shipment import Condition, Shipment

_AXES: Final = ("milestone", "substatus", "status", "leg_no", "use_no", "tracking_state")
_FIELDS: Final = (
    "milestone",
    "substatus",
    "status",
    "direction",
    "leg_no",
    "use_no",
    "conditions",
    "tracking_state",
    "since",
    "last_at",
    "place",
    "order_id",
    "customer_id",
    "merchant",
    "service",
    "promise",
    "expected",
    "delivered_at",
    "late_by",
    "attempts",
    "inferred",
    "pieces",
    "scans",
    "late_scans",
    "undated_scans",
    "unknown_codes",
)


def view(shipment: Shipment) -> dict[str, Any]:
    """The newest use of the number, JSON members; times are UTC with `Z`, or local without."""
    track, order, counts = shipment.track, shipment.order, shipment.counts
    carrier, _, number = shipment.key.partition(":")
    last = _shown(track.last)
    since = last if track.since is track.last else _shown(track.since)
    return {
        "shipment": shipment.key,
        "carrier": carrier,
        "tracking_number": number,
        "milestone": track.milestone,
        "substatus": track.substatus,
        "status": shipment.status,
        "direction": "forward" if track.forward else "return",
        "leg_no": track.leg_no,
        "use_no": shipment.use_no,
        "conditions": [_condition(c) for c in shipment.conditions] if shipment.conditions else [],
        "tracking_state": shipment.tracking_state,
        "since": since,
        "last_at": last,
        "place": _place(track.last),
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "merchant": order.merchant,
        "service": order.service,
        "promise": None if shipment.promise is None else _promise(shipment.promise),
        "expected": shipment.expected,
        "delivered_at": shown(track.deliveries[-1].cause) if track.deliveries else None,
        "late_by": None if shipment.promise is None else shipment.promise.late_by,
        "attempts": track.attempts,
        "inferred": list(inferred(track.top, track.seen, track.leg_no == 1, track.forward)),
        "pieces": _pieces(track.pieces) if track.pieces else None,
        "scans": counts.scans,
        "late_scans": counts.late,
        "undated_scans": counts.undated,
        "unknown_codes": counts.unknown,
    }


def axes(shown_view: Mapping[str, Any]) -> dict[str, Any]:
    """The axes of a view: the members of `schemas.status.AxesBefore`."""
    before = {name: shown_view[name] for name in _AXES}
    before["conditions"] = [condition["name"] for condition in shown_view["conditions"]]
    return before


def changed(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """The names of the members that differ; without a before, of all that are not null or empty."""
    if before is None:
        return [name for name in _FIELDS if after[name] not in (None, [], 0)]
    return [name for name in _FIELDS if before[name] != after[name]]


def _shown(fact: Fact | None) -> str | None:
    return None if fact is None else shown(fact)


def _place(fact: Fact | None) -> dict[str, str | float] | None:
    return None if fact is None or fact.place is None else dict(fact.place)


_deadline: Final = lru_cache(maxsize=4096)(instant)


def _pieces(pieces: tuple[tuple[str, str | None], ...]) -> dict[str, str]:
    return {name: milestone or "unknown" for name, milestone in pieces}


def _condition(condition: Condition) -> dict[str, str | None]:
    return dict(zip(Condition._fields, condition, strict=True))


def _promise(judged: Judged) -> dict[str, str | None]:
    force = judged.force
    return {
        "kind": force.kind,
        "from": force.start,
        "to": force.end,
        "zone": force.zone,
        "deadline": _deadline(force.deadline),
        "kept": judged.kept,
        "first_to": judged.first.end,
        "first_kept": judged.first_kept,
    }
