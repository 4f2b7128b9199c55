"""Asendia USA: milestone events of shipments, as JSON."""

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
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "s1": Meaning("info_received", "manifest_received"),
    "s2a": Meaning("picked_up", "accepted"),
    "s2b": Meaning("in_transit"),
    "s2c": Meaning("in_transit", "hub_departed"),
    "s2d": Meaning("in_transit", "hub_departed"),
    "s4": Meaning("in_transit", "hub_departed"),
    "s5": Meaning("in_transit", "destination_country_arrived"),
    "s7": Meaning("in_transit", "customs_released"),
    "s8": Meaning("in_transit", "local_facility"),
    "s10": Meaning("delivered"),
}


class AsendiaUs:
    """Asendia USA's shipments."""

    code: Final = "asendia_us"
    title: Final = "Asendia USA"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Asendia USA, A1 tracking API, trackingMilestoneEvents (its example; no list is published)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per milestone event; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        shipments = objects(told, "data", warnings=warnings)
        errors = [error for status in (told, member(told, "responseStatus")) if (error := _error(status))]
        if not errors and not isinstance(member(told, "data"), list | dict):
            raise InvalidPayload("neither data nor a responseStatusCode")
        events = [event for shipment in shipments for event in _events(shipment, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(status: object) -> CarrierError | None:
    """The error a status tells of; 200 stands beside what was found."""
    code = word(status, "responseStatusCode")
    if code is None or code == "200":
        return None
    return CarrierError(code, word(status, "responseStatusMessage") or "an error without a message")


def _events(shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = word(shipment, "trackingNumberVendor")
    if number is None:
        warnings.append("a shipment without trackingNumberVendor is left out")
        return
    for told in objects(shipment, "trackingMilestoneEvents", warnings=warnings):
        code = word(told, "eventCode")
        yield scans.scan(
            AsendiaUs.code,
            number,
            code=code,
            meaning=_CODES.get(code or ""),
            when=iso(word(told, "eventOn")),
            source=told,
            text=word(told, "eventDescription"),
            location=place(name=word(told, "eventLocation")),
            codelist="asendia-us-milestone",
        )
