"""Worked examples of every kind of id, for whoever computes them in another language.

The parts are written out by hand from the rule; the tests compare them with what `schemas.ids`
computes and with ids that stand there as literals.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from schemas.ids import ABSENT, NAMESPACE, SEPARATOR, uuid5_text

Json = dict[str, Any]

REGISTRATION_DATA: Final = {
    "order_id": "O-1",
    "customer_id": "C-9",
    "promise": {"kind": "order_promised", "to": "2026-11-24", "zone": "Asia/Almaty"},
}
REGISTRATION_CANONICAL: Final = (
    '{"customer_id":"C-9","order_id":"O-1",'
    '"promise":{"kind":"order_promised","to":"2026-11-24","zone":"Asia/Almaty"}}'
)
_CAUSE: Final = "0b7c1f6e-4a52-5d3e-9c11-2f64a8d0e9b3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One id: what it is of, the parts of the hashed string (None = absent) and the result."""

    about: str
    given: Json
    parts: tuple[str | None, ...]

    @property
    def name(self) -> str:
        """The hashed string itself."""
        return SEPARATOR.join(ABSENT if part is None else part for part in self.parts)

    @property
    def id(self) -> str:
        """The UUIDv5 of `name`."""
        return uuid5_text(*self.parts)


EVENT_VECTORS: Final = (
    Vector(
        about="a scan without an id of the carrier's; no piece and no facility, so two absent parts",
        given={
            "event_type": "ScanRecorded",
            "shipment": ("acme", "AB123"),
            "time": "2026-11-21T13:04:00.000Z",
            "raw_code": "PU",
            "data": {"milestone": "picked_up", "location": {"city": "Almaty", "country": "KZ"}},
        },
        parts=("ScanRecorded", "acme", "AB123", "fact", "2026-11-21T13:04:00.000Z", "PU", None, None),
    ),
    Vector(
        about="a scan with the carrier's own event id: nothing else counts",
        given={
            "event_type": "ScanRecorded",
            "shipment": ("acme", "AB123"),
            "time": "2026-11-21T18:04:00.000",
            "carrier_event_id": "ev-77",
            "data": {"milestone": "in_transit", "substatus": "hub_arrived"},
        },
        parts=("ScanRecorded", "acme", "AB123", "id", "ev-77"),
    ),
    Vector(
        about="a registration: no code, and the sha256 of its canonical data at the end",
        given={
            "event_type": "ShipmentRegistered",
            "shipment": ("acme", "AB123"),
            "time": "2026-11-20T04:00:00.000Z",
            "data": REGISTRATION_DATA,
        },
        parts=(
            "ShipmentRegistered",
            "acme",
            "AB123",
            "fact",
            "2026-11-20T04:00:00.000Z",
            None,
            None,
            None,
            hashlib.sha256(REGISTRATION_CANONICAL.encode()).hexdigest(),
        ),
    ),
)

DEADLINE_VECTORS: Final = (
    Vector(
        about="the end of a promised day has come",
        given={
            "shipment": ("acme", "AB123"),
            "kind": "promise_overdue",
            "deadline": "2026-11-24T19:00:00.000Z",
        },
        parts=(
            "DeadlinePassed",
            "acme",
            "AB123",
            "deadline",
            "promise_overdue",
            "2026-11-24T19:00:00.000Z",
        ),
    ),
)

ALERT_VECTORS: Final = (
    Vector(
        about="delivered, said for the first time",
        given={"shipment": "acme:AB123", "kind": "delivered", "cause": _CAUSE, "n": 1},
        parts=("Alert", "acme:AB123", "delivered", _CAUSE, "1"),
    ),
    Vector(
        about="the same, said again after a correction",
        given={"shipment": "acme:AB123", "kind": "delivered", "cause": _CAUSE, "n": 2},
        parts=("Alert", "acme:AB123", "delivered", _CAUSE, "2"),
    ),
    Vector(
        about="overdue, caused by the vector of DeadlinePassed",
        given={
            "shipment": "acme:AB123",
            "kind": "delay_overdue",
            "cause": DEADLINE_VECTORS[0].id,
            "n": 1,
        },
        parts=("Alert", "acme:AB123", "delay_overdue", DEADLINE_VECTORS[0].id, "1"),
    ),
)


def identity_document() -> Json:
    """What another language needs to compute our ids, with the vectors."""
    return {
        "algorithm": "UUIDv5 (RFC 9562) of the parts joined by the separator, in UTF-8",
        "namespace": str(NAMESPACE),
        "namespace_is": "UUIDv5 of urn:shiplog:ids in the URL namespace of RFC 9562",
        "separator": _character(SEPARATOR),
        "absent": _character(ABSENT),
        "canonical_data": (
            "sha256 in lower-case hex of `data` as JSON with sorted keys and no spaces, UTF-8 unescaped, "
            "without null members and without recipient, address and proof (sealed), number_valid and "
            "carrier_determined (ours)"
        ),
        "event_id": {
            "parts": [
                "type",
                "carrier",
                "tracking number: upper case, without spaces, dots and dashes",
                "`id` and the carrier's own event id; or `fact`, time, code, piece, facility_id",
                "EventRetracted: the retracted id in lower case. ShipmentRegistered, DeliveryDateRevised, "
                "ShipmentCancelled, AddressChange*, Case*: the hash of the canonical data",
            ],
            "time": (
                "YYYY-MM-DDTHH:MM:SS.mmmZ when the payload itself states an offset, else the local time as "
                "written in the same form without Z, else the date, else absent"
            ),
            "code": "the raw code, else milestone and sub-status joined by `/`, else absent",
            "vectors": [_vector(vector) for vector in EVENT_VECTORS],
        },
        "deadline_event_id": {
            "parts": ["DeadlinePassed", "carrier", "tracking number", "`deadline`", "kind", "deadline"],
            "vectors": [_vector(vector) for vector in DEADLINE_VECTORS],
        },
        "alert_id": {
            "parts": ["`Alert`", "shipment key", "kind", "cause: an event id", "n: how often it was raised"],
            "vectors": [_vector(vector) for vector in ALERT_VECTORS],
        },
    }


def _character(character: str) -> Json:
    return {"code_point": f"U+{ord(character):04X}", "character": character}


def _vector(vector: Vector) -> Json:
    return {
        "about": vector.about,
        "given": vector.given,
        "parts": list(vector.parts),
        "hashed": vector.name,
        "id": vector.id,
    }
