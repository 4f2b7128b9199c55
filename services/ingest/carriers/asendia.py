"""Asendia: tracking events of a parcel through Asendia Sync, as JSON."""

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
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("CREATED", "PENDING"), Meaning("info_received")),
    "LABEL_PRINTED": Meaning("info_received", "label_created"),
    "ACCEPTED": Meaning("picked_up", "accepted"),
    **dict.fromkeys(("PU", "PICKED_UP", "COLLECTED"), Meaning("picked_up", "collected")),
    **dict.fromkeys(("IT", "IN_TRANSIT", "TRANSIT", "PROCESSED"), Meaning("in_transit")),
    "ARRIVED": Meaning("in_transit", "hub_arrived"),
    "DEPARTED": Meaning("in_transit", "hub_departed"),
    "CUSTOMS": Meaning("in_transit", "customs_in"),
    "CLEARED": Meaning("in_transit", "customs_released"),
    **dict.fromkeys(("OFD", "OUT_FOR_DELIVERY", "WITH_COURIER"), Meaning("out_for_delivery")),
    **dict.fromkeys(("READY_FOR_PICKUP", "AT_LOCATION"), Meaning("available_for_pickup")),
    **dict.fromkeys(("DL", "DELIVERED", "DELIVERY_CONFIRMED"), Meaning("delivered")),
    "DELIVERY_FAILED": Meaning("delivery_attempted"),
    "NOT_HOME": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "NOT_AVAILABLE": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "BUSINESS_CLOSED": Meaning("delivery_attempted", "business_closed", None, "recipient"),
    "ACCESS_RESTRICTED": Meaning("delivery_attempted", "no_access"),
    "ADDRESS_NOT_FOUND": Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"),
    "REFUSED": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    **dict.fromkeys(("ON_HOLD", "HELD"), Meaning("in_transit", None, "on_hold", "other")),
    **dict.fromkeys(("DELAYED", "DELAY", "RESCHEDULED"), Meaning(None, None, "delayed_announced", "carrier")),
    "WEATHER": Meaning(None, None, "delayed_announced", "weather"),
    "CUSTOMS_DELAY": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "CUSTOMS_DOCS": Meaning("in_transit", "customs_in", "customs_hold", "sender"),
    "DUTIES_UNPAID": Meaning("in_transit", "customs_in", "customs_hold", "recipient"),
    "MISROUTED": Meaning("in_transit", "rerouted", "misrouted", "carrier"),
    "WRONG_ADDRESS": Meaning(None, None, "address_issue", "sender"),
    "DAMAGED": Meaning(None, None, "damaged", "carrier"),
    "UNDELIVERABLE": Meaning(None, None, "on_hold", "other"),
    "RTS": Meaning("returning"),
    "RETURNED": Meaning("returned"),
    "LOST": Meaning("lost", "carrier_declared", "lost", "carrier"),
}


class Asendia:
    """Asendia's parcels."""

    code: Final = "asendia"
    title: Final = "Asendia"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Asendia Sync API: tracking of a parcel (2024)",
        "Asendia event codes as listed by the karrio connector (2025); the carrier publishes no list",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per tracking event; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        trackers = objects(told, warnings=warnings)
        problems = [each for each in trackers if "trackingEvents" not in each and word(each, "status")]
        found = [each for each in trackers if "trackingEvents" in each or "trackingNumber" in each]
        if not found and not problems:
            raise InvalidPayload("neither a tracking nor a problem")
        events = [event for tracker in found for event in _events(tracker, warnings)]
        errors = [_error(problem) for problem in problems]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(problem: Json) -> CarrierError:
    detail = word(problem, "detail") or word(problem, "title") or word(problem, "message")
    return CarrierError(word(problem, "status"), detail or "a problem without a detail")


def _events(tracker: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = word(tracker, "trackingNumber")
    if number is None:
        warnings.append("a tracking without trackingNumber is left out")
        return
    for told in objects(tracker, "trackingEvents", warnings=warnings):
        code = word(told, "code")
        yield scans.scan(
            Asendia.code,
            number,
            code=code,
            meaning=_CODES.get(code or ""),
            when=iso(word(told, "time")),
            source=told,
            text=word(told, "carrierEventDescription"),
            location=place(name=word(told, "locationName"), country=word(told, "locationCountry")),
            codelist="asendia-event-code",
        )
