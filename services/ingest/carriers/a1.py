"""A-1 International: the tracking answer that Amazon asks of those who deliver for it, as XML.

Its texts differ from Amazon's own: the codes count.
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.amazon_events import CODES
from services.ingest.reading import scans
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.reading.xml_tree import descendants, every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header


class A1:
    """A-1 International's parcels."""

    code: Final = "a1"
    title: Final = "A-1 International"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "A-1 International tracking answer, AmazonTrackingResponse 3.4",
        "Amazon Selling Partner API, Fulfillment Outbound 2020-07-01, EventCode",
    )
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of each package, one revision per estimate; raises InvalidPayload."""
        root = read_xml(payload)
        errors = [_error(each) for each in root.iter("TrackingErrorDetail")]
        packages = list(root.iter("PackageTrackingInfo"))
        if not packages and not errors:
            raise InvalidPayload("neither PackageTrackingInfo nor TrackingErrorDetail")
        warnings: list[str] = []
        events = [event for package in packages for event in _events(package, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Element) -> CarrierError:
    words = text(told, "ErrorDetailCodeDesc") or "an error without a message"
    return CarrierError(text(told, "ErrorDetailCode"), words)


def _events(package: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(package, "TrackingNumber")
    if number is None:
        warnings.append("a PackageTrackingInfo without TrackingNumber is left out")
        return
    for history in every(package, "TrackingEventHistory"):
        for detail in descendants(history, "TrackingEventDetail"):
            yield _scan(number, detail)
            if expected := text(detail, "EstimatedDeliveryDate"):
                at = iso(text(detail, "EventDateTime"))
                yield scans.revision(
                    A1.code, number, kind="carrier_estimate", to=expected, at=at, source=detail
                )


def _scan(number: str, detail: Element) -> ParsedEvent:
    code = text(detail, "EventCode")
    meaning = CODES.get(code or "")
    signed_by = text(detail, "SignedForByName")
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        A1.code,
        number,
        code=code,
        meaning=meaning,
        when=iso(text(detail, "EventDateTime")),
        source=detail,
        text=text(detail, "EventCodeDesc"),
        location=_place(detail),
        codelist="amazon-event-code",
        codelist_version="2020-07-01",
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )


def _place(detail: Element) -> Json:
    return place(
        city=text(detail, "EventLocation/City"),
        region=text(detail, "EventLocation/StateProvince"),
        postal_code=text(detail, "EventLocation/PostalCode"),
        country=text(detail, "EventLocation/CountryCode"),
    )
