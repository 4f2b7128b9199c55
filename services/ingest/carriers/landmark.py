"""Landmark Global: events of packages across a border, as XML.

The tracker is the Landmark number. `TrackingNumber` is that of the last mile, which another carrier
drives and tells of under its own number.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.place_texts import place_of_text
from services.ingest.reading.times import When, written
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_TIMES: Final = ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")

_CODES: Final[Mapping[str, Meaning]] = {
    "50": Meaning("info_received", "manifest_received"),
    # in the merchant's warehouse: allocated, processed, fulfilled
    "60": Meaning("info_received", "awaiting_handover"),
    "75": Meaning("info_received", "awaiting_handover"),
    "80": Meaning("info_received", "awaiting_handover"),
    "90": Meaning(None, None, "on_hold", "sender"),
    "100": Meaning("info_received", "manifest_received"),
    "125": Meaning("in_transit", "customs_released"),
    "135": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "150": Meaning("in_transit"),
    "155": Meaning("in_transit", "hub_arrived"),
    "200": Meaning("in_transit", "hub_arrived"),
    "225": Meaning("in_transit"),
    "250": Meaning("in_transit"),
    "275": Meaning("in_transit", "handed_to_partner"),
    "300": Meaning("out_for_delivery"),
    "400": Meaning("delivery_attempted"),
    "410": Meaning("available_for_pickup"),
    "450": Meaning("in_transit", "forwarded"),
    "500": Meaning("delivered"),
    # the paper of a delivery, not the delivery
    "510": Meaning(None),
    "550": Meaning("returned", "to_warehouse"),
    "570": Meaning("returned"),
    "800": Meaning(None),
    "900": Meaning("delivery_attempted"),
}


class Landmark:
    """Landmark Global's packages."""

    code: Final = "landmark"
    title: Final = "Landmark Global"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = ("Landmark Global, Track Request API: tracking event codes and statuses (2025)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of each package; raises InvalidPayload."""
        root = read_xml(payload)
        errors = [_error(error) for error in root.iter("Error")]
        if not errors and text(root, "Result/Success") == "false":
            errors = [CarrierError(None, text(root, "Result/ResultMessage") or "an error without a message")]
        packages = list(root.iter("Package"))
        if not packages and not errors:
            raise InvalidPayload("neither a Package nor an Error")
        warnings: list[str] = []
        events = [event for package in packages for event in _events(package, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(error: Element) -> CarrierError:
    return CarrierError(text(error, "ErrorCode"), text(error, "ErrorMessage") or "an error without a message")


def _events(package: Element, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = text(package, "LandmarkTrackingNumber")
    if number is None:
        warnings.append("a Package without LandmarkTrackingNumber is left out")
        return
    for event in every(package, "Events/Event"):
        yield _scan(number, event, written(text(event, "DateTime"), *_TIMES))


def _scan(number: str, event: Element, when: When) -> ParsedEvent:
    code = text(event, "EventCode")
    return scans.scan(
        Landmark.code,
        number,
        code=code,
        meaning=_CODES.get(code or ""),
        when=when,
        source=event,
        text=text(event, "Status"),
        location=place_of_text(text(event, "Location")),
        codelist="landmark-event-code",
    )
