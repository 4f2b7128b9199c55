"""Hermes Germany: statuses of shipments, as the Hermes Shipping Interface answers."""

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
from services.ingest.codebooks.table import table_of
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: 0000
in_transit: 1000
in_transit/hub_arrived: 2000
in_transit on_hold@carrier: 6000
in_transit delayed_announced@carrier: 7000
out_for_delivery/loaded: 3000
available_for_pickup/pickup_point: 5000
delivery_attempted: 4000 4500
delivered: 3500
"""
)


class Hermes:
    """Hermes Germany's shipments."""

    code: Final = "hermes"
    title: Final = "Hermes Germany"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Hermes Germany HSI, OpenAPI: GET /shipmentinfo",
        "Hermes Germany event codes (2x2) as public integrations name them (2025); the list is not public",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per status, one revision per forecast; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        shipments = objects(told, "shipmentinfo", warnings=warnings)
        errors = [error for each in shipments if (error := _failed(member(each, "result")))]
        errors += [error for each in objects(told, "listOfResultCodes") if (error := _failed(each))]
        if refused := word(told, "error"):
            errors.append(CarrierError(refused, word(told, "error_description") or refused))
        if not errors and not isinstance(member(told, "shipmentinfo"), list | dict):
            raise InvalidPayload("neither shipmentinfo nor an error")
        events = [event for each in shipments for event in _events(each, warnings)]
        if not events and not errors:
            warnings.append("the answer has no event")
        return scans.payload(events, errors=errors, warnings=warnings)


def _failed(result: object) -> CarrierError | None:
    """The error in a result: its codes begin with e, those of warnings with w, of information with i."""
    code = word(result, "code")
    if code is None or not code.lower().startswith("e"):
        return None
    return CarrierError(code, word(result, "message") or "an error without a message")


def _events(shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(shipment, "shipmentID")
    if number is None:
        warnings.append("a shipment without shipmentID is left out")
        return
    statuses = objects(shipment, "status", warnings=warnings)
    for status in statuses:
        yield _scan(number, status)
    if due := word(shipment, "deliveryForecast", "date"):
        at = scans.newest(iso(word(status, "timestamp")) for status in statuses)
        yield scans.revision(
            Hermes.code, number, kind="carrier_estimate", to=iso(due).text, at=at, source=due
        )


def _scan(number: str, status: Json) -> ParsedEvent:
    code = word(status, "code")
    unit = member(status, "scanningUnit")
    return scans.scan(
        Hermes.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=iso(word(status, "timestamp")),
        source=status,
        text=word(status, "description"),
        location=place(name=word(unit, "name"), city=word(unit, "city"), country=word(unit, "countryCode")),
        codelist="hermes-event-code-2x2",
    )
