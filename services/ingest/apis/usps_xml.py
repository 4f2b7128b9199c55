"""USPS: answers of the Web Tools Track API (XML) with fields."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.apis.usps_event import CARRIER, place_of, scan_of
from services.ingest.carrier import CarrierError, InvalidPayload, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When, joined, written
from services.ingest.reading.xml_tree import attribute, every, text

_DATE: Final = "%B %d, %Y"
_TIME: Final = "%I:%M %p"
_DATES: Final[tuple[tuple[str, RevisionKind], ...]] = (
    ("GuaranteedDeliveryDate", "carrier_promised"),
    ("ExpectedDeliveryDate", "carrier_estimate"),
    ("PredictedDeliveryDate", "carrier_estimate"),
)


def read_document(root: Element) -> ParsedPayload:
    """One scan for the summary and one per detail of every TrackInfo; raises InvalidPayload."""
    errors = [_error(each) for each in root.iter("Error")]
    pieces = list(root.iter("TrackInfo"))
    if not pieces and not errors:
        raise InvalidPayload("neither TrackInfo nor Error")
    warnings: list[str] = []
    events = [event for piece in pieces for event in _events(piece, warnings)]
    return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Element) -> CarrierError:
    return CarrierError(text(told, "Number"), text(told, "Description") or "an error without a description")


def _events(piece: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = attribute(piece, "ID")
    told = [*every(piece, "TrackSummary"), *every(piece, "TrackDetail")]
    if number is None:
        warnings += ["a TrackInfo without ID is left out"] if told else []
        return
    dated = []
    for each in told:
        if len(each):
            dated.append((each, _when(each)))
        else:
            # what was asked for without fields comes as a sentence: neither code nor time, but names
            warnings.append(f"a {each.tag} without fields is left out")
    for each, when in dated:
        yield _scan(number, each, when)
    newest = scans.newest(when for _, when in dated)
    for path, kind in _DATES:
        if (date := text(piece, path)) is not None:
            to = written(date, _DATE, "%Y-%m-%d").text
            yield scans.revision(CARRIER, number, kind=kind, to=to, at=newest, source=date)


def _when(told: Element) -> When:
    return joined(text(told, "EventDate"), text(told, "EventTime"), _DATE, _TIME)


def _scan(number: str, told: Element, when: When) -> ParsedEvent:
    return scan_of(
        number,
        code=text(told, "EventCode"),
        when=when,
        source=told,
        text=text(told, "Event"),
        attribute=text(told, "DeliveryAttributeCode"),
        location=place_of(
            firm=text(told, "FirmName"),
            city=text(told, "EventCity"),
            state=text(told, "EventState"),
            zip_code=text(told, "EventZIPCode"),
            country=text(told, "EventCountry"),
        ),
        signed_by=text(told, "Name"),
    )
