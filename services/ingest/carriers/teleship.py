"""Teleship: parcels across borders, with a carrier of the first and one of the last mile, as JSON."""

from collections.abc import Iterator, Mapping
from typing import Final

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
from services.ingest.reading.place_texts import place_of_text
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("pending", "created"), Meaning("info_received")),
    "label_created": Meaning("info_received", "label_created"),
    **dict.fromkeys(("picked_up", "collected"), Meaning("picked_up", "collected")),
    "in_transit": Meaning("in_transit"),
    "in_hub": Meaning("in_transit", "hub_arrived"),
    "customs_cleared": Meaning("in_transit", "customs_released"),
    "out_for_delivery": Meaning("out_for_delivery"),
    "delivery_failed": Meaning("delivery_attempted"),
    "delivered": Meaning("delivered"),
    "returned": Meaning("returned", "to_sender"),
    "cancelled": Meaning("cancelled"),
}


class Teleship:
    """Teleship's parcels."""

    code: Final = "teleship"
    title: Final = "Teleship"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("Teleship API, tracking answer: event codes (2025)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        shipments = [each for each in objects(told, warnings=warnings) if word(each, "trackingNumber")]
        errors = [_error(message) for each in objects(told) for message in _messages(each, warnings)]
        if not shipments and not errors:
            raise InvalidPayload("no trackingNumber")
        events = [event for shipment in shipments for event in _events(shipment, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _messages(answer: Json, warnings: list[str]) -> list[Json]:
    """Errors; a message beside events is no error of the answer."""
    return [] if word(answer, "trackingNumber") else objects(answer, "messages", warnings=warnings)


def _error(message: Json) -> CarrierError:
    return CarrierError(word(message, "code"), word(message, "message") or "an error without a message")


def _events(shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(shipment, "trackingNumber") or ""
    told = objects(shipment, "events", warnings=warnings)
    for event in told:
        yield _scan(number, event)
    if expected := word(shipment, "estimatedDelivery"):
        newest = scans.newest(iso(word(event, "timestamp")) for event in told)
        yield scans.revision(
            Teleship.code, number, kind="carrier_estimate", to=expected, at=newest, source=expected
        )


def _scan(number: str, event: Json) -> ParsedEvent:
    code = word(event, "code")
    return scans.scan(
        Teleship.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=iso(word(event, "timestamp")),
        source=event,
        text=word(event, "description"),
        location=place_of_text(word(event, "location")),
        codelist="teleship-event-code",
    )
