"""A shipment as its readers see it: the members of `schemas.status.ShipmentView`."""

from functools import lru_cache
from itertools import compress
from operator import ne
from typing import Any, Final

from services.domain.facts import Fact
from services.domain.legs import inferred
from services.domain.moments import instant, shown
from services.domain.promise import Judged
from services.domain.shipment import Condition, Shipment

_FIELDS: Final = (
    "shipment",
    "carrier",
    "tracking_number",
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
_NOTHING: Final[dict[str, Any]] = {
    "conditions": [],
    "leg_no": 0,
    "use_no": 0,
    "attempts": 0,
    "inferred": [],
    "scans": 0,
    "late_scans": 0,
    "undated_scans": 0,
    "unknown_codes": 0,
}
_BEFORE_ALL: Final = tuple(_NOTHING.get(name) for name in _FIELDS)
"""The values of a view of which nothing is known: those that are not told as changed."""
_MOST_PIECES: Final = 500
"""More are folded like any others, and not shown: a status record has a size limit."""


def view(shipment: Shipment) -> dict[str, Any]:
    """The newest use of the number, JSON members; times are UTC with `Z`, or local without."""
    track = shipment.track
    order_id, customer_id, merchant, service = shipment.order
    scans, late_scans, undated_scans, unknown_codes = shipment.counts
    carrier, _, number = shipment.key.partition(":")
    deliveries = track.deliveries
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
        "order_id": order_id,
        "customer_id": customer_id,
        "merchant": merchant,
        "service": service,
        "promise": None if shipment.promise is None else _promise(shipment.promise),
        "expected": shipment.expected,
        "delivered_at": shown(deliveries[-1].cause) if deliveries else None,
        "late_by": None if shipment.promise is None else shipment.promise.late_by,
        "attempts": track.attempts,
        "inferred": list(inferred(track.top, track.seen, track.leg_no == 1, track.forward)),
        "pieces": _pieces(track.pieces) if track.pieces else None,
        "scans": scans,
        "late_scans": late_scans,
        "undated_scans": undated_scans,
        "unknown_codes": unknown_codes,
    }


def axes(shipment: Shipment) -> dict[str, Any]:
    """Where the shipment stands: the members of `schemas.status.AxesBefore`."""
    track, conditions = shipment.track, shipment.conditions
    return {
        "milestone": track.milestone,
        "substatus": track.substatus,
        "status": shipment.status,
        "leg_no": track.leg_no,
        "use_no": shipment.use_no,
        "tracking_state": shipment.tracking_state,
        "conditions": [condition.name for condition in conditions] if conditions else [],
    }


def changed(before: tuple[Any, ...] | None, after: tuple[Any, ...]) -> list[str]:
    """The names of the members that differ; without a before, of all that are not null or empty.

    Both are the values of views of one shipment, in the order of the members.
    """
    if before is None:
        # whose shipment it is never changes, so it is not told at the first time either
        before = after[:3] + _BEFORE_ALL[3:]
    return list(compress(_FIELDS, map(ne, before, after)))


def _shown(fact: Fact | None) -> str | None:
    return None if fact is None else shown(fact)


def _place(fact: Fact | None) -> dict[str, Any] | None:
    return None if fact is None or fact.place is None else dict(fact.place)


_deadline: Final = lru_cache(maxsize=4096)(instant)


def _pieces(pieces: tuple[tuple[str, str | None], ...]) -> dict[str, str]:
    return {name: milestone or "unknown" for name, milestone in pieces[:_MOST_PIECES]}


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
