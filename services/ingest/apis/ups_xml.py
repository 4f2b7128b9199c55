"""UPS: answers of the Tracking XML tool and of its SOAP successor."""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from services.ingest.apis.ups_activity import CARRIER, Activity, scan_of
from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.places import place
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import joined
from services.ingest.reading.xml_tree import descendants, every, text

_TYPES: Final = "ups-activity-type"
_PLACES: Final = "ups-delivery-place"
_DATES: Final[tuple[tuple[str, RevisionKind], ...]] = (
    ("ScheduledDeliveryDate", "carrier_promised"),
    ("RescheduledDeliveryDate", "carrier_estimate"),
    ("EstimatedDeliveryDetails/Date", "carrier_estimate"),
)


def read_document(root: Element) -> ParsedPayload:
    """One scan per Activity of every Package; raises InvalidPayload."""
    errors = [*map(_error, descendants(root, "Error")), *map(_fault, descendants(root, "PrimaryErrorCode"))]
    shipments = descendants(root, "Shipment")
    if not shipments and not errors:
        raise InvalidPayload("neither Shipment nor Error")
    warnings: list[str] = []
    events = [event for shipment in shipments for event in _shipment(shipment, warnings)]
    return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Element) -> CarrierError:
    return CarrierError(
        text(told, "ErrorCode"), text(told, "ErrorDescription") or "an error without a description"
    )


def _fault(told: Element) -> CarrierError:
    return CarrierError(text(told, "Code"), text(told, "Description") or "a fault without a description")


def _shipment(shipment: Element, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    """Its packages, each a parcel of its own; freight has its activities without them."""
    whole = text(shipment, "ShipmentIdentificationNumber") or text(shipment, "InquiryNumber/Value")
    for package in every(shipment, "Package") or [shipment]:
        number = text(package, "TrackingNumber") or whole
        if number is None:
            warnings.append("a Package without TrackingNumber is left out")
            continue
        yield from _package(number, package, shipment)


def _package(number: str, package: Element, shipment: Element) -> Iterator[ParsedEvent | None]:
    activities = [(each, _activity(each)) for each in every(package, "Activity")]
    for each, activity in activities:
        yield _scan(number, each, activity)
    newest = scans.newest(activity.when for _, activity in activities)
    for path, kind in _DATES:
        date = text(package, path) or text(shipment, path)
        if date is not None:
            to = joined(date, None).text
            yield scans.revision(CARRIER, number, kind=kind, to=to, at=newest, source=date)


def _scan(number: str, told: Element, activity: Activity) -> ParsedEvent:
    """The code is the first that the activity states: where it was left, else its type.

    A type is too coarse to tell two facts of one second apart, so the finer code makes the identity.
    """
    fine = (activity.kind, activity.code, activity.when.text)
    signed_by = text(told, "ActivityLocation/SignedForByName")
    left_at = text(told, "ActivityLocation/Description")
    proof = {"signed_by": signed_by} | ({"left_at": left_at} if left_at else {})
    return scan_of(
        number,
        activity,
        code=activity.left_at or activity.kind or activity.code,
        codelist=_PLACES if activity.left_at else _TYPES,
        source=told,
        proof=proof if signed_by else None,
        carrier_event_id="/".join(part or "" for part in fine) if activity.code else None,
    )


def _activity(told: Element) -> Activity:
    return Activity(
        kind=text(told, "Status/StatusType/Code") or text(told, "Status/Type"),
        code=text(told, "Status/StatusCode/Code") or text(told, "Status/Code"),
        when=joined(text(told, "Date"), text(told, "Time")),
        text=text(told, "Status/StatusType/Description") or text(told, "Status/Description"),
        left_at=text(told, "ActivityLocation/Code"),
        location=_place(told),
    )


def _place(told: Element) -> Json:
    where = told.find("ActivityLocation/Address")
    return place(
        city=text(where, "City"),
        region=text(where, "StateProvinceCode"),
        postal_code=text(where, "PostalCode"),
        country=text(where, "CountryCode"),
    )
