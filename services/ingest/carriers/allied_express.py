"""Allied Express: the last scan of each barcode of a consignment, as SOAP or the JSON made of it.

There are no codes: `scannedStatus` is the carrier's fixed phrase for a state, never translated, and
stands for one. A scan without it is one at a depot of which nothing more is said.
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
from services.ingest.reading.meaning import UNKNOWN, Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.reading.xml_tree import read_xml
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "Freight has been delivered": Meaning("delivered"),
}

_MEMBERS: Final = ("consignmentNote", "scannedBarcode", "scannedStatus", "scannnedTimestamp", "depotLocation")
"""Members of a scan; the third n is the carrier's."""


class AlliedExpress:
    """Allied Express's consignments."""

    code: Final = "allied_express"
    title: Final = "Allied Express"
    mapping_version: Final = 1
    formats: Final = ("xml", "json")
    sources: Final = ("Allied Express TTWS web service, getShipmentsStatus (WSDL)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per barcode; raises InvalidPayload."""
        results = _of_xml(payload) if payload.lstrip()[:1] == b"<" else list(_of_json(read_json(payload)))
        if not results:
            raise InvalidPayload("no result")
        errors = [CarrierError(None, text) for each in results if (text := word(each, "statusError"))]
        warnings: list[str] = []
        told = [scan for each in results for scan in objects(each, "statusBarcodesList", warnings=warnings)]
        events = [event for scan in told if (event := _scan(scan, warnings))]
        return scans.payload(events, errors=errors, warnings=warnings)


def _of_xml(payload: bytes) -> list[Json]:
    """Results as the JSON form has them."""
    return [
        {
            "statusError": result.findtext("statusError"),
            "statusBarcodesList": [
                {name: scan.findtext(name) for name in _MEMBERS} for scan in result.iter("statusBarcodesList")
            ],
        }
        for result in read_xml(payload).iter("result")
    ]


def _of_json(told: Any) -> Iterator[Json]:
    """The `result` members at any depth: the prefixes of those above it are not fixed."""
    for node in objects(told):
        yield from objects(node, "result")
        for value in node.values():
            if isinstance(value, dict):
                yield from _of_json(value)


def _scan(scan: Json, warnings: list[str]) -> ParsedEvent | None:
    number = word(scan, "consignmentNote") or word(scan, "scannedBarcode")
    if number is None:
        warnings.append("a scan without consignmentNote is left out")
        return None
    status, barcode = word(scan, "scannedStatus"), word(scan, "scannedBarcode")
    return scans.scan(
        AlliedExpress.code,
        number,
        code=status,
        meaning=_CODES.get(status) if status else UNKNOWN,
        when=iso(word(scan, "scannnedTimestamp")),
        source=scan,
        text=status,
        location=place(name=word(scan, "depotLocation")),
        codelist="allied-scanned-status",
        piece=barcode if barcode != number else None,
    )
