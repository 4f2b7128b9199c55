"""FedEx: answers of the Track web service (SOAP), of every version that has TrackDetails."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.apis.fedex_scan import CARRIER, Scan, date_of, scan_of, time_of
from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.places import place
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When
from services.ingest.reading.xml_tree import descendants, every, text

_FAILED: Final = frozenset({"ERROR", "FAILURE"})
_DATES: Final[tuple[tuple[str, RevisionKind], ...]] = (
    ("CommitmentTimestamp", "carrier_promised"),
    ("EstimatedDeliveryTimestamp", "carrier_estimate"),
)
_TYPES: Final[dict[str, RevisionKind]] = {
    "COMMITMENT": "carrier_promised",
    "ESTIMATED_DELIVERY": "carrier_estimate",
}


def read_document(root: Element) -> ParsedPayload:
    """One scan per Events of every TrackDetails; raises InvalidPayload."""
    details = [each for each in descendants(root, "TrackDetails") if not every(each, "TrackDetails")]
    errors = [*_errors(root), *map(_fault, descendants(root, "Fault"))]
    if not details and not errors:
        raise InvalidPayload("neither TrackDetails nor a notification of an error")
    warnings: list[str] = []
    events = [event for detail in details for event in _events(detail, warnings)]
    return scans.payload(events, errors=errors, warnings=warnings)


def _errors(root: Element) -> list[CarrierError]:
    """Notifications of failure, each once: an answer repeats them for itself and for its parts."""
    notes = [*descendants(root, "Notifications"), *descendants(root, "Notification")]
    failed = [each for each in notes if text(each, "Severity") in _FAILED]
    told = [CarrierError(text(each, "Code"), text(each, "Message") or "no message") for each in failed]
    return list(dict.fromkeys(told))


def _fault(told: Element) -> CarrierError:
    return CarrierError(text(told, "faultcode"), text(told, "faultstring") or "a fault without a text")


def _events(detail: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number, told = text(detail, "TrackingNumber"), every(detail, "Events")
    if number is None:
        warnings += ["TrackDetails without TrackingNumber are left out"] if told else []
        return
    dated = [(each, _scan(each)) for each in told]
    delivery = scans.newest(scan.when for _, scan in dated if scan.delivered())
    for each, scan in dated:
        latest = scan.when == delivery
        yield scan_of(
            number,
            scan,
            source=each,
            proof=_proof(detail) if latest else None,
            delivered_to=text(detail, "DeliveryLocationType") if latest else None,
        )
    yield from _revisions(number, detail, scans.newest(scan.when for _, scan in dated))


def _scan(told: Element) -> Scan:
    return Scan(
        kind=text(told, "EventType"),
        when=time_of(text(told, "Timestamp")),
        text=text(told, "EventDescription"),
        exception=text(told, "StatusExceptionCode"),
        at_type=text(told, "ArrivalLocation"),
        location=_place(told),
    )


def _place(told: Element) -> Json:
    return place(
        city=text(told, "Address/City"),
        region=text(told, "Address/StateOrProvinceCode"),
        postal_code=text(told, "Address/PostalCode"),
        country=text(told, "Address/CountryCode"),
        facility_id=text(told, "StationId"),
    )


def _revisions(number: str, detail: Element, at: When) -> Iterator[ParsedEvent | None]:
    dates = [(kind, date) for path, kind in _DATES if (date := text(detail, path))]
    for each in every(detail, "DatesOrTimes"):
        kind, date = _TYPES.get(text(each, "Type") or ""), text(each, "DateOrTimestamp")
        dates += [(kind, date)] if kind and date else []
    for kind, date in dates:
        yield scans.revision(CARRIER, number, kind=kind, to=date_of(date), at=at, source=date)


def _proof(detail: Element) -> Json | None:
    signed_by, left_at = text(detail, "DeliverySignatureName"), text(detail, "DeliveryLocationDescription")
    return {"signed_by": signed_by} | ({"left_at": left_at} if left_at else {}) if signed_by else None
