"""TNT: statuses of consignments, as ExpressConnect Tracking answers.

TNT gives a consignment's number again: one number may come back as several histories, each from its
own depot of origin. They stay apart as pieces of the number's shipment, named by that depot.
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
from services.ingest.codebooks.table import table_of
from services.ingest.reading import scans
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, joined
from services.ingest.reading.xml_tree import every, read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = table_of(
    """
picked_up/collected: PU
picked_up/accepted: CI
in_transit: TR OS
in_transit/hub_arrived: IR IS AS
in_transit delayed_announced@carrier: NR MLA LAC
in_transit delayed_announced@customs: LAA
in_transit damaged@carrier: CDB FDB
out_for_delivery/loaded: OD
# PA goes by mail from here on, which TNT counts as delivered; RES is a private address
delivered: OK PA RES
# a record that is double or missing in TNT's own system
nothing: AA
"""
)


class Tnt:
    """TNT's consignments."""

    code: Final = "tnt"
    title: Final = "TNT"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "TNT ExpressConnect Tracking V3.1, technical guide 1.7 (August 2021)",
        "TNT status codes as public answers show them (2016 to 2021); the guide lists none",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per status; raises InvalidPayload."""
        root = read_xml(payload)
        consignments = list(root.iter("Consignment"))
        errors = [_error(each) for each in root.iter("Error")]
        if not consignments and not errors:
            raise InvalidPayload("neither Consignment nor Error")
        errors += [_not_found(each) for each in consignments if text(each, "SummaryCode") == "CNF"]
        warnings: list[str] = []
        events = [event for each in consignments for event in _events(each, warnings)]
        if not events and not errors:
            warnings.append("the answer has no event")
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(error: Element) -> CarrierError:
    return CarrierError(text(error, "Code"), text(error, "Message") or "an error without a message")


def _not_found(consignment: Element) -> CarrierError:
    return CarrierError("CNF", f"consignment {text(consignment, 'ConsignmentNumber') or '?'} not found")


def _events(consignment: Element, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = text(consignment, "ConsignmentNumber")
    statuses = every(consignment, "StatusData")
    if number is None:
        warnings += ["a consignment without ConsignmentNumber is left out"] if statuses else []
        return
    origin = text(consignment, "OriginDepot")
    for status in statuses:
        yield _scan(number, status, consignment, history=f"from {origin}" if origin else None)


def _when(status: Element) -> When:
    time = text(status, "LocalEventTime")
    return joined(text(status, "LocalEventDate"), time and time.zfill(4), time_format="%H%M")


def _scan(number: str, status: Element, consignment: Element, *, history: str | None) -> ParsedEvent:
    code = text(status, "StatusCode")
    meaning = _CODES.get(code or "")
    delivered = meaning is not None and meaning.milestone == "delivered"
    signatory = text(consignment, "Signatory") if delivered else None
    depot, name = text(status, "Depot"), text(status, "DepotName")
    return scans.scan(
        Tnt.code,
        number,
        code=code,
        meaning=meaning,
        when=_when(status),
        source=status,
        text=text(status, "StatusDescription"),
        location=place(city=name if name != depot else None, facility_id=depot),
        codelist="tnt-status-code",
        piece=history,
        proof={"signed_by": signatory} if signatory else None,
    )
