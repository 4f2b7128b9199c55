"""Canpar Express: a tracking result by barcode or reference, as SOAP.

The add-ons service has no published list of event codes: the table has those of its own example.
"""

from collections.abc import Iterator, Mapping
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
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, written
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "PIC": Meaning("picked_up", "collected"),
    "ARR": Meaning("in_transit", "hub_arrived"),
    "INO": Meaning("in_transit", "handed_to_partner"),
    "INA": Meaning("in_transit", "hub_arrived"),
    "DEL": Meaning("delivered"),
}


class Canpar:
    """Canpar's parcels."""

    code: Final = "canpar"
    title: Final = "Canpar Express"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = ("Canpar Express, CanparAddonsService, trackByBarcode (WSDL and its example)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimated date; raises InvalidPayload."""
        root = read_xml(payload)
        told = [message for each in root.iter("error") if (message := text(each))]
        errors = [CarrierError(None, message) for message in told]
        results = [each for each in root.iter("result") if len(each)]
        if not results and not errors:
            raise InvalidPayload("neither a result nor an error")
        warnings: list[str] = []
        events = [event for result in results for event in _events(result, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _events(result: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(result, "barcode")
    if number is None:
        warnings.append("a result without barcode is left out")
        return
    dated = [
        (each, written(text(each, "local_date_time"), "%Y%m%d %H%M%S", "%Y%m%d"))
        for each in every(result, "events")
    ]
    for event, when in dated:
        yield _scan(number, event, when, signed_by=text(result, "signed_by"))
    if expected := text(result, "estimated_delivery_date"):
        at = scans.newest(when for _, when in dated)
        to = written(expected, "%Y%m%d").text
        yield scans.revision(Canpar.code, number, kind="carrier_estimate", to=to, at=at, source=expected)


def _scan(number: str, event: Element, when: When, *, signed_by: str | None) -> ParsedEvent:
    # time_shift is left alone: no document says between which clocks it counts
    code = text(event, "code")
    meaning = _CODES.get(code or "")
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        Canpar.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=event,
        text=text(event, "code_description_en"),
        location=_place(event),
        codelist="canpar-event-code",
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )


def _place(event: Element) -> Json:
    return place(
        city=text(event, "address/city"),
        region=text(event, "address/province"),
        postal_code=text(event, "address/postal_code"),
        country=text(event, "address/country"),
        facility_id=text(event, "address/address_id"),
    )
