"""DPD: the statuses of a parcel, as the Parcel Life Cycle service answers in XML and in JSON.

The answer does not name its parcel: it goes with the number that was asked for, as
`[[number, answer], ...]`, where an answer may be XML in a text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple
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
from services.ingest.reading.answers import NOT_NAMED, UNNAMED
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.soap import fault_of
from services.ingest.reading.times import When, iso, written
from services.ingest.reading.xml_tree import read_xml, text
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: SHIPMENT
picked_up/accepted: PickedUp ACCEPTED
in_transit: BetweenDepots Consolidation ON_THE_ROAD
in_transit/hub_arrived: AT_SENDING_DEPOT
# ReturningFromDelivery is back at the delivery depot, not on its way to the sender
in_transit/local_facility: Depot ReturningFromDelivery AT_DELIVERY_DEPOT
in_transit/customs_in: Customs
in_transit on_hold@carrier: Warehouse
out_for_delivery/loaded: Courier
available_for_pickup/pickup_point: ParcelShop
delivery_attempted: DeliveryFailure
delivered: Delivered DELIVERED
"""
)

_TIMES: Final = (
    # with AM and PM the month comes first, else the day
    *("%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S"),
    *("%d.%m.%Y, %H:%M", "%d.%m.%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y"),
)
_TOWN: Final = re.compile(r"(.+) \(([A-Z]{2})\)")


class _Status(NamedTuple):
    """One status as it is told in either form."""

    code: str | None
    when: When
    text: str | None
    town: str | None
    depot: str | None
    source: Any


class Dpd:
    """DPD's parcels."""

    code: Final = "dpd"
    title: Final = "DPD"
    mapping_version: Final = 1
    formats: Final = ("xml", "json")
    sources: Final = (
        "DPD Shipper Webservices, ParcelLifeCycle Service 2.0 (Benelux and Germany), SOAP and REST",
        "DPD Netherlands tracking events as integrators list them (2024)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per status that has been reached; raises InvalidPayload."""
        events: list[ParsedEvent] = []
        errors: list[CarrierError] = []
        warnings: list[str] = []
        for asked, answer in _answers(payload):
            read = _read_xml if isinstance(answer, Element) else _read_json
            number, statuses, error = read(answer, warnings)
            errors += [error] if error else []
            if statuses and not (asked or number):
                warnings.append(NOT_NAMED)
            events += [_scan(asked or number or UNNAMED, each) for each in statuses]
            if not statuses and not error:
                warnings.append(f"no status of parcel {asked or number or UNNAMED}")
        return scans.payload(events, errors=errors, warnings=warnings)


_Answer = tuple[str | None, list[_Status], CarrierError | None]
"""The number, if it is told; the statuses reached; the error."""


def _answers(payload: bytes) -> Iterator[tuple[str | None, Any]]:
    """(number asked for or None, XML or JSON) of one answer, or of pairs of both."""
    if payload.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        yield None, read_xml(payload)
        return
    told = read_json(payload)
    if told == []:
        raise InvalidPayload("no answer")
    for each in told if isinstance(told, list) else [told]:
        number, answer = each if isinstance(each, list) and len(each) == 2 else (None, each)
        if isinstance(answer, str):
            xml = answer.lstrip().startswith("<")
            answer = read_xml(answer.encode()) if xml else read_json(answer.encode())
        yield word(number), answer


def _read_xml(root: Element, _: list[str]) -> _Answer:
    fault = fault_of(root)
    if fault is None and next(root.iter("trackingresult"), None) is None:
        raise InvalidPayload("neither trackingresult nor a fault")
    statuses = [
        _Status(
            code=text(info, "status"),
            when=_when(text(info, "date/content") or text(info, "date")),
            text=text(info, "description/content/content") or text(info, "description/content"),
            town=text(info, "location/content") or text(info, "location"),
            depot=text(info, "depot"),
            source=info,
        )
        for info in root.iter("statusInfo")
        if text(info, "statusHasBeenReached") != "false"
    ]
    return text(root, ".//parcelLabelNumber"), statuses, fault


def _read_json(told: Any, warnings: list[str]) -> _Answer:
    result = member(told, "getTrackingDataResponse", "trackingResult")
    result = member(told, "parcellifecycleResponse", "parcelLifeCycleData") if result is None else result
    error = _error(told) if result is None else None
    if result is None and error is None:
        raise InvalidPayload("neither trackingResult nor an error")
    statuses = [
        _Status(
            code=word(info, "status"),
            when=_when(_content(member(info, "date"))),
            text=_content(member(info, "description")),
            town=_content(member(info, "location")),
            depot=word(info, "depot"),
            source=info,
        )
        for info in objects(result, "statusInfo", warnings=warnings)
        if member(info, "statusHasBeenReached") is not False
    ]
    return word(result, "shipmentInfo", "parcelLabelNumber"), statuses, error


def _error(told: Any) -> CarrierError | None:
    for path in ((), ("status",), ("fault",), ("error",)):
        said = word(told, *path, "errorMessage") or word(told, *path, "message")
        if said:
            return CarrierError(word(told, *path, "errorCode") or word(told, *path, "code"), said)
    return None


def _content(told: Any) -> str | None:
    """The first text in a `content` of `content`s, or the text itself."""
    while isinstance(told, dict | list):
        told = told.get("content") if isinstance(told, dict) else next(iter(told), None)
    return word(told)


def _when(text: str | None) -> When:
    read = written(text, *_TIMES)
    return iso(text) if read.text is None else read


def _scan(number: str, told: _Status) -> ParsedEvent:
    found = _TOWN.fullmatch(told.town or "")
    town, country = found.groups() if found else (told.town, None)
    return scans.scan(
        Dpd.code,
        number,
        code=told.code,
        meaning=_CODES.get(told.code or ""),
        when=told.when,
        source=told.source,
        text=told.text,
        location=place(city=town, country=country, facility_id=told.depot),
        codelist="dpd-parcel-status",
    )
