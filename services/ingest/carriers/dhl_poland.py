"""DHL Parcel Poland: the events of a shipment, as DHL24's web service answers."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.carrier import InvalidPayload, ParsedEvent, ParsedPayload, Verified, WebhookRequest
from services.ingest.codebooks.dhl_poland import CODELIST, CODELIST_VERSION, STATUSES
from services.ingest.reading import scans
from services.ingest.reading.places import place
from services.ingest.reading.soap import fault_of
from services.ingest.reading.times import iso
from services.ingest.reading.xml_tree import read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header


class DhlPoland:
    """DHL Parcel Poland's shipments."""

    code: Final = "dhl_poland"
    title: Final = "DHL Parcel Poland"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "DHL24 WebAPI v2, IT requirements 1.3 (January 2021): getTrackAndTraceInfo",
        'DHL, "Shipment Tracking - Unified: statuses by service", service parcel-pl (June 2024)',
    )
    signature: Final = OWN_SCHEME
    codes: Final = STATUSES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event; raises InvalidPayload."""
        root = read_xml(payload)
        fault = fault_of(root)
        results = list(root.iter("getTrackAndTraceInfoResult"))
        if fault is None and not results:
            raise InvalidPayload("neither getTrackAndTraceInfoResult nor a fault")
        warnings: list[str] = []
        events = [event for result in results for event in _events(result, warnings)]
        return scans.payload(events, errors=[fault] if fault else [], warnings=warnings)


def _events(result: Element, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = text(result, "shipmentId")
    items = result.findall("events/item")
    if number is None:
        warnings.append("a result without shipmentId is left out")
        return
    if not items:
        warnings.append("the shipment has no event yet")
    for item in items:
        yield _scan(number, item, received_by=text(result, "receivedBy"))


def _scan(number: str, item: Element, *, received_by: str | None) -> ParsedEvent:
    code = text(item, "status")
    meaning = STATUSES.get(code or "")
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        DhlPoland.code,
        number,
        code=code,
        meaning=meaning,
        when=iso(text(item, "timestamp")),
        source=item,
        text=text(item, "description"),
        location=place(name=text(item, "terminal")),
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        proof={"signed_by": received_by} if delivered and received_by else None,
    )
