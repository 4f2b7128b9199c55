"""Purolator: scans of packages by PIN or reference, as SOAP.

A scan has a type and no finer code: what a `Description` says is text, and is not read.
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
from services.ingest.reading.times import When, iso, joined
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "ProofOfPickUp": Meaning("picked_up", "collected"),
    "OnDelivery": Meaning("out_for_delivery"),
    "Undeliverable": Meaning("delivery_attempted"),
    "Delivery": Meaning("delivered"),
    # anything else, from a new number to a customs release: it says nothing of where the parcel is
    "Other": Meaning(None),
}


class Purolator:
    """Purolator's packages."""

    code: Final = "purolator"
    title: Final = "Purolator"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = ("Purolator E-Ship Web Services, Tracking Service v1 (WSDL): ScanType and its scans",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per Scan, one revision per committed date; raises InvalidPayload."""
        root = read_xml(payload)
        errors = [_error(error) for error in root.iter("Error")]
        packages = list(root.iter("TrackingInformation"))
        if not packages and not errors:
            raise InvalidPayload("neither TrackingInformation nor Errors")
        warnings: list[str] = []
        events = [event for package in packages for event in _events(package, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(error: Element) -> CarrierError:
    return CarrierError(text(error, "Code"), text(error, "Description") or "an error without a description")


def _events(package: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(package, "PIN/Value")
    found = every(package, "Scans/Scan")
    if number is None:
        warnings += ["TrackingInformation without a PIN is left out"] if len(found) else []
        return
    dated = [(each, _when(each)) for each in found]
    at = scans.newest(when for _, when in dated)
    for each, when in dated:
        yield _scan(number, each, when)
        if committed := text(each, "ScanDetails/CommitedDeliveryDate"):
            to = iso(committed).text
            yield scans.revision(
                Purolator.code, number, kind="carrier_promised", to=to, at=at, source=committed
            )


def _when(told: Element) -> When:
    return joined(text(told, "ScanDate"), text(told, "ScanTime"), "%Y-%m-%d", "%H%M%S")


def _scan(number: str, told: Element, when: When) -> ParsedEvent:
    code = text(told, "ScanType")
    meaning = _CODES.get(code or "")
    signed_by = text(told, "ScanDetails/DeliverySignature") if code == "Delivery" else None
    return scans.scan(
        Purolator.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=told,
        text=text(told, "Description"),
        location=_place(told),
        codelist="purolator-scan-type",
        proof={"signed_by": signed_by} if signed_by else None,
    )


def _place(told: Element) -> Json:
    return place(name=text(told, "Depot/Name"))
