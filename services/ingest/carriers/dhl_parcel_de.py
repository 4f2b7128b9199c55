"""DHL Parcel Germany: events of pieces, as XML; its newer answers are those of the unified tracking."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.apis.dhl_unified import read_unified
from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.dhl_parcel_de import CODELIST, CODELIST_VERSION, EVENTS, PAIRS, STANDARD
from services.ingest.reading import scans
from services.ingest.reading.json_tree import read_json
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, iso, written
from services.ingest.reading.xml_tree import attribute, read_xml
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_MOVING: Final = frozenset(
    {"picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted"}
)


class DhlParcelDe:
    """DHL Paket's pieces: each has a number of its own."""

    code: Final = "dhl_parcel_de"
    title: Final = "DHL Parcel Germany"
    mapping_version: Final = 1
    formats: Final = ("xml", "json")
    sources: Final = (
        "DHL Parcel DE Tracking (Post & Parcel Germany): d-get-piece-detail, d-get-piece-events",
        "DHL Paket, event codes of the tracking API: ICE events and RIC reasons (July 2024)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = {**STANDARD, **EVENTS, **PAIRS}

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of a piece; raises InvalidPayload."""
        if payload.lstrip().startswith(b"{"):
            return read_unified(self.code, read_json(payload))
        root = read_xml(payload)
        warnings: list[str] = []
        events = [_scan(number, event, piece) for number, event, piece in _facts(root, warnings)]
        errors = [error for each in root.iter("data") if (error := _error(each))]
        if not events and not errors:
            if not any((each.get("name") or "").startswith("piece") for each in root.iter("data")):
                raise InvalidPayload("neither pieces nor an error")
            warnings.append("the answer has no event")
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(data: Element) -> CarrierError | None:
    """The error of a whole answer (`code`), or of one piece in it (`error-status`)."""
    for name, said in (("code", "error"), ("error-status", "piece-status-desc")):
        code = attribute(data, name)
        if code and code.strip("0"):
            detail = attribute(data, said) or attribute(data, "status") or "an error without a text"
            return CarrierError(code, detail)
    return None


def _facts(
    data: Element, warnings: list[str], number: str | None = None, piece: Element | None = None
) -> Iterator[tuple[str, Element, Element]]:
    """(number, event, piece) of each event below; of a piece told without its events, its newest one."""
    number = attribute(data, "piece-code") or number or _of_identifier(attribute(data, "piece-identifier"))
    piece = data if piece is None or attribute(data, "piece-code") else piece
    is_event = data.get("name") == "piece-event"
    below = data.findall("data")
    newest = not below and _code(data) is not None and attribute(data, "status-timestamp") is not None
    if (is_event or newest) and number is None:
        warnings.append("an event of a piece without its number is left out")
    elif is_event or newest:
        yield str(number), data, piece
    for each in below:
        yield from _facts(each, warnings, number, piece)


def _of_identifier(identifier: str | None) -> str | None:
    """The printed number of a piece: an SSCC of 18 digits stands behind the application identifier 00."""
    if identifier is None or len(identifier) != 18 or not identifier.isdigit():
        return identifier
    return f"00{identifier}"


def _code(event: Element) -> str | None:
    ice, ric = attribute(event, "ice"), attribute(event, "ric")
    return f"{ice}/{ric}" if ice and ric else ice or attribute(event, "standard-event-code")


def _meaning(code: str | None, standard: str | None) -> tuple[Meaning | None, bool]:
    """What an event means, and whether the list has its pair: a new reason leaves the event what it is."""
    pair = PAIRS.get(f"{code}/{standard}") or PAIRS.get(code or "")
    if pair is not None:
        return pair, True
    event, _, reason = (code or "").partition("/")
    return EVENTS.get(event) or STANDARD.get(standard or ""), not reason


def _scan(number: str, event: Element, piece: Element) -> ParsedEvent:
    code = _code(event)
    meaning, listed = _meaning(code, attribute(event, "standard-event-code"))
    if meaning and attribute(event, "ruecksendung") == "true":
        meaning = _on_its_way_back(meaning)
    done = scans.scan(
        DhlParcelDe.code,
        number,
        code=code,
        meaning=meaning,
        when=_when(attribute(event, "event-timestamp") or attribute(event, "status-timestamp")),
        source=event,
        text=attribute(event, "event-text") or attribute(event, "event-status") or attribute(event, "status"),
        location=place(city=attribute(event, "event-location"), country=attribute(event, "event-country")),
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        proof=_proof(piece) if meaning and meaning.milestone == "delivered" else None,
    )
    return done if listed else replace(done, known=False)


def _on_its_way_back(meaning: Meaning) -> Meaning:
    """What the same event says of a parcel that goes back to its sender."""
    if meaning.milestone == "delivered":
        return Meaning("returned", "to_sender")
    return (
        meaning._replace(milestone="returning", substatus=None) if meaning.milestone in _MOVING else meaning
    )


def _when(text: str | None) -> When:
    read = written(text, "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y")
    return iso(text) if read.text is None else read


def _proof(piece: Element) -> dict[str, str] | None:
    names = {
        "signed_by": attribute(piece, "recipient-name"),
        "relation": attribute(piece, "recipient-id-text"),
    }
    return {name: said for name, said in names.items() if said} or None
