"""DHL Express: checkpoints of air waybills and of their pieces, as XML Services and SOAP answer."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.apis.dhl_areas import service_area
from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.dhl_checkpoints import CHECKPOINTS, CODELIST, CODELIST_VERSION
from services.ingest.reading import scans
from services.ingest.reading.times import When, iso, with_offset, with_twin
from services.ingest.reading.xml_tree import read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_WAYBILLS: Final = ("AWBInfo", "ArrayOfAWBInfoItem")
_FACTS: Final = ("ShipmentEvent", "PieceEvent", "ArrayOfShipmentEventItem", "ArrayOfPieceEventItem")


class DhlExpress:
    """DHL Express' air waybills. A fact of one piece carries the piece's licence plate."""

    code: Final = "dhl_express"
    title: Final = "DHL Express (XML Services)"
    mapping_version: Final = 1
    formats: Final = ("xml",)
    sources: Final = (
        "DHL Express XML Services toolkit: TrackingResponse.xsd, track-err-res.xsd, checkpoint codes",
        'DHL, "Shipment Tracking - Unified: statuses by service", service express (June 2024)',
    )
    signature: Final = OWN_SCHEME
    codes: Final = CHECKPOINTS

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per checkpoint, one revision per estimate; raises InvalidPayload."""
        root = read_xml(payload)
        waybills = [each for name in _WAYBILLS for each in root.iter(name)]
        events: list[ParsedEvent | None] = []
        warnings: list[str] = []
        for waybill in waybills:
            events += _events(waybill, warnings)
        errors = [_error(each) for each in root.iter("Condition")]
        if not waybills and not errors:
            raise InvalidPayload("neither AWBInfo nor Condition")
        if not events and not errors:
            warnings.append("the answer has no event")
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(condition: Element) -> CarrierError:
    said = " ".join((text(condition, "ConditionData") or "").split())
    return CarrierError(text(condition, "ConditionCode"), said or "a condition without a text")


def _events(waybill: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = text(waybill, "AWBNumber")
    facts = [(fact, piece, _when(fact)) for fact, piece in _facts(waybill)]
    if number is None:
        warnings += ["an air waybill without its number is left out"] if facts else []
        return
    for fact, piece, when in facts:
        yield _scan(number, fact, when, piece)
    if estimate := text(waybill, ".//EstDlvyDate"):
        at = scans.newest(when for _, _, when in facts)
        yield _revision(number, estimate, text(waybill, ".//EstDlvyDateUTC"), at)


def _facts(waybill: Element) -> Iterator[tuple[Element, str | None]]:
    """Every checkpoint below, with the licence plate of the piece it stands under."""
    under = {
        fact: text(piece, "PieceDetails/LicensePlate")
        for piece in waybill.iter()
        if piece.find("PieceDetails") is not None
        for fact in piece.iter()
        if fact.tag in _FACTS
    }
    for each in waybill.iter():
        # in SOAP answers the name of one checkpoint is that of the list as well
        if each.tag in _FACTS and not any(inner.tag in _FACTS for inner in each):
            yield each, under.get(each)


def _when(fact: Element) -> When:
    written = " ".join(part for part in (text(fact, "Date"), text(fact, "Time")) if part)
    return with_offset(iso(written), text(fact, "GMTOffset"))


def _scan(number: str, fact: Element, when: When, piece: str | None) -> ParsedEvent:
    code = text(fact, "ServiceEvent/EventCode")
    meaning = CHECKPOINTS.get(code or "")
    # on other checkpoints it has account numbers and times
    signatory = text(fact, "Signatory") if meaning and meaning.milestone == "delivered" else None
    return scans.scan(
        DhlExpress.code,
        number,
        code=code,
        meaning=meaning,
        when=when,
        source=fact,
        text=text(fact, "ServiceEvent/Description"),
        location=service_area(
            text(fact, "ServiceArea/ServiceAreaCode"), text(fact, "ServiceArea/Description")
        ),
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        piece=piece,
        proof={"signed_by": signatory} if signatory else None,
    )


def _revision(number: str, local: str, utc: str | None, at: When) -> ParsedEvent | None:
    """The estimate: `2021-05-07 23:59:00 GMT-04:00`, and its twin in UTC."""
    wall, _, offset = local.partition("GMT")
    due = with_twin(iso(wall), iso(utc), offset=offset or None)
    return scans.revision(
        DhlExpress.code, number, kind="carrier_estimate", to=due.text, at=at, source=[local, utc]
    )
