"""LaserShip (now OnTrac): an order with its pieces and events, as JSON. Each time has its twin in UTC.

Events are those of the whole order: each of its pieces gets them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.reading import scans
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, iso, with_twin
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "OrderReceived": Meaning("info_received", "manifest_received"),
    "OrderCreated": Meaning("info_received", "manifest_received"),
    "Received": Meaning("picked_up", "accepted"),
    "Arrived": Meaning("in_transit", "hub_arrived"),
    "OutForDelivery": Meaning("out_for_delivery"),
    "Delivered": Meaning("delivered"),
    # left without a signature
    "Released": Meaning("delivered", "safe_place"),
}


class LaserShip:
    """LaserShip's parcels."""

    code: Final = "lasership"
    title: Final = "LaserShip"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("LaserShip track API, /track/{number}/json: EventType (2015)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event and piece, one revision per estimate; raises InvalidPayload."""
        warnings: list[str] = []
        orders = objects(read_json(payload), warnings=warnings)
        errors = [error for order in orders if (error := _error(order))]
        events = [event for order in orders for event in _events(order, warnings)]
        if not errors and not any("Events" in order for order in orders):
            raise InvalidPayload("no Events")
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(order: Json) -> CarrierError | None:
    told: Any = order.get("ErrorMessage") or order.get("Error")
    if not told or "Events" in order:
        return None
    return CarrierError(word(order, "ErrorCode"), word(told) or "an error without a message")


def _events(order: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    pieces = objects(order, "Pieces", warnings=warnings)
    numbers = [number for piece in pieces if (number := word(piece, "TrackingNumber"))]
    dated = [(each, _when(each)) for each in objects(order, "Events", warnings=warnings)]
    if not numbers and dated:
        warnings.append("an order without a TrackingNumber among its Pieces is left out")
    newest = scans.newest(when for _, when in dated)
    expected = word(order, "EstimatedDeliveryDate")
    for number in numbers:
        for event, when in dated:
            yield _scan(number, event, when)
        if expected:
            yield scans.revision(
                LaserShip.code, number, kind="carrier_estimate", to=expected, at=newest, source=expected
            )


def _when(event: Json) -> When:
    return with_twin(iso(word(event, "DateTime")), iso(word(event, "UTCDateTime")))


def _scan(number: str, event: Json, when: When) -> ParsedEvent:
    code = word(event, "EventType")
    meaning = _CODES.get(code or "")
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        LaserShip.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=event,
        text=word(event, "EventShortText"),
        location=_place(event),
        codelist="lasership-event-type",
        proof=_proof(event) if delivered else None,
    )


def _proof(event: Json) -> Json | None:
    """Who signed; a bare number in its place is a code of how, which nobody signs with."""
    signed_by = word(event, "Signature")
    return {"signed_by": signed_by} if signed_by and not signed_by.isdecimal() else None


def _place(event: Json) -> Json:
    return place(
        city=word(event, "City"),
        region=word(event, "State"),
        postal_code=word(event, "PostalCode"),
        country=word(event, "Country"),
    )
