"""Aramex: tracking results of waybills, as SOAP or as the same service's JSON."""

import re
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
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
from services.ingest.codebooks.aramex import CODES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.places import country_code, place
from services.ingest.reading.times import When, iso, offset_of
from services.ingest.reading.xml_tree import read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone is in what is added to it
_WCF: Final = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/", re.ASCII)


class _Row(NamedTuple):
    """One update of a waybill, whichever way it was written."""

    source: Any
    number: str | None
    code: str | None
    problem: str | None
    time: str | None
    told: str | None
    location: str | None


class Aramex:
    """Aramex's waybills."""

    code: Final = "aramex"
    title: Final = "Aramex"
    mapping_version: Final = 1
    formats: Final = ("xml", "json")
    sources: Final = (
        "Aramex Shipments Tracking API v1 (WSDL and its JSON form)",
        "Aramex update and problem codes as public integrations observe them (2026); no list is published",
    )
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per tracking result, one error per waybill that does not exist; raises InvalidPayload."""
        warnings: list[str] = []
        is_json = payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
        rows, errors = _json(read_json(payload), warnings) if is_json else _xml(read_xml(payload))
        events = [_scan(row) for row in rows if row.number]
        warnings += [
            "a tracking result without a waybill's number is left out" for row in rows if not row.number
        ]
        return scans.payload(events, errors=errors, warnings=warnings)


def _xml(root: Element) -> tuple[list[_Row], list[CarrierError]]:
    answer = next(root.iter("ShipmentTrackingResponse"), None)
    if answer is None:
        raise InvalidPayload("no ShipmentTrackingResponse")
    names = (
        "WaybillNumber",
        "UpdateCode",
        "ProblemCode",
        "UpdateDateTime",
        "UpdateDescription",
        "UpdateLocation",
    )
    rows = [_Row(each, *(text(each, name) for name in names)) for each in answer.iter("TrackingResult")]
    missing = [text(each) for list_ in answer.iter("NonExistingWaybills") for each in list_]
    notes = [(text(each, "Code"), text(each, "Message")) for each in answer.iter("Notification")]
    return rows, _errors(notes, missing, failed=text(answer, "HasErrors") == "true")


def _json(told: Any, warnings: list[str]) -> tuple[list[_Row], list[CarrierError]]:
    if not isinstance(told, dict) or not {"TrackingResults", "HasErrors"} & told.keys():
        raise InvalidPayload("no TrackingResults")
    rows = [
        _json_row(word(waybill, "Key"), each)
        for waybill in objects(told, "TrackingResults", warnings=warnings)
        for each in objects(waybill, "Value", warnings=warnings)
    ]
    listed = member(told, "NonExistingWaybills")
    missing = [word(each) for each in listed] if isinstance(listed, list) else []
    notes = [(word(each, "Code"), word(each, "Message")) for each in objects(told, "Notifications")]
    return rows, _errors(notes, missing, failed=member(told, "HasErrors") is True)


def _json_row(key: str | None, told: Json) -> _Row:
    names = ("UpdateCode", "ProblemCode", "UpdateDateTime", "UpdateDescription", "UpdateLocation")
    return _Row(told, key or word(told, "WaybillNumber"), *(word(told, name) for name in names))


def _errors(
    notes: list[tuple[str | None, str | None]], missing: list[str | None], *, failed: bool
) -> list[CarrierError]:
    errors = [CarrierError(code, message or "a notification without a message") for code, message in notes]
    errors += [CarrierError(None, f"waybill {number} does not exist") for number in missing if number]
    return errors or ([CarrierError(None, "an error without a notification")] if failed else [])


def _scan(row: _Row) -> ParsedEvent:
    meaning = CODES.get(f"{row.code}/{row.problem}") or CODES.get(row.code or "")
    return scans.scan(
        Aramex.code,
        row.number or "",
        code=row.code,
        meaning=meaning,
        when=_when(row.time),
        source=row.source,
        text=row.told,
        location=_place(row.location),
        codelist="aramex-update-code",
    )


def _when(told: str | None) -> When:
    """An ISO time, or milliseconds of UTC with the offset to show them at, as Microsoft's JSON has them."""
    found = _WCF.fullmatch(told or "")
    if found is None:
        return iso(told)
    offset = offset_of(found[2]) if found[2] else "+00:00"
    if offset is None:
        return When(None, told)
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])) * (-1 if offset[0] == "-" else 1)
    try:
        local = _EPOCH + timedelta(milliseconds=int(found[1])) + ahead
    except OverflowError:
        return When(None, told)
    return When(iso(f"{local.isoformat(timespec='milliseconds')}{offset}").text, told)


def _place(told: str | None) -> Json:
    """`branch or town, country`; which of the two it is cannot be told."""
    before, _, last = (told or "").rpartition(",")
    return place(name=told, country=country_code(last) if before else None)
