"""UPS: answers of the Tracking API (REST, JSON) and messages of Track Alert, its push."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.ingest.apis.ups_activity import CARRIER, Activity, scan_of
from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, word
from services.ingest.reading.places import place
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When, joined, with_twin

_CODELIST: Final = "ups-activity"
_DATES: Final[Mapping[str, RevisionKind]] = {"SDD": "carrier_promised", "RDD": "carrier_estimate"}
"""Dates still to come: scheduled, rescheduled. DEL is the delivery itself."""


def read_answer(told: Any) -> ParsedPayload:
    """One scan per activity of every package; raises InvalidPayload."""
    if isinstance(member(told, "trackingNumber"), str):
        return _alert(told)
    errors = [_error(each) for each in (*objects(told, "response", "errors"), *objects(told, "errors"))]
    warnings: list[str] = []
    shipments = objects(told, "trackResponse", "shipment", warnings=warnings)
    if not shipments and not errors:
        raise InvalidPayload("neither trackResponse/shipment nor errors")
    events: list[ParsedEvent | None] = []
    for shipment in shipments:
        packages = objects(shipment, "package", warnings=warnings)
        notes = [_error(each) for each in objects(shipment, "warnings")]
        if not packages:
            errors += notes
        warnings += [f"{note.code}: {note.detail}"[:200] for note in notes if packages]
        for package in packages:
            number = word(package, "trackingNumber") or word(shipment, "inquiryNumber")
            events += _package(number, package, warnings)
    return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "code"), word(told, "message") or "an error without a message")


def _package(number: str | None, package: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    if number is None:
        warnings.append("a package without trackingNumber is left out")
        return
    told = objects(package, "activity", warnings=warnings)
    activities = [(each, _activity(each)) for each in told]
    delivery = scans.newest(activity.when for _, activity in activities if activity.delivered())
    proof = _proof(package)
    for each, activity in activities:
        signed = proof if activity.when == delivery else None
        yield scan_of(number, activity, code=_code(activity), codelist=_CODELIST, source=each, proof=signed)
    newest = scans.newest(activity.when for _, activity in activities)
    for date in objects(package, "deliveryDate", warnings=warnings):
        kind = _DATES.get(word(date, "type") or "")
        if kind is not None:
            to = joined(word(date, "date"), None).text
            yield scans.revision(CARRIER, number, kind=kind, to=to, at=newest, source=date)


def _activity(told: Json) -> Activity:
    address = member(told, "location", "address")
    return Activity(
        kind=word(told, "status", "type"),
        code=word(told, "status", "code"),
        when=_when(told, "date", "time", "gmtDate", "gmtTime", offset=word(told, "gmtOffset")),
        text=word(told, "status", "description"),
        status=word(told, "status", "statusCode"),
        location=place(
            city=word(address, "city"),
            region=word(address, "stateProvince"),
            postal_code=word(address, "postalCode"),
            country=word(address, "countryCode") or word(address, "country"),
            facility_id=word(told, "location", "slic"),
        ),
    )


def _alert(told: Json) -> ParsedPayload:
    """One scan, and the date the parcel is scheduled for: of type U, an update, it is a new one."""
    number, place_told = word(told, "trackingNumber"), member(told, "activityLocation")
    if number is None:
        raise InvalidPayload("a message without trackingNumber")
    when = _when(told, "localActivityDate", "localActivityTime", "gmtActivityDate", "gmtActivityTime")
    activity = Activity(
        kind=word(told, "activityStatus", "type"),
        code=word(told, "activityStatus", "code"),
        when=when,
        text=word(told, "activityStatus", "description"),
        status=word(told, "activityStatus", "descriptionCode"),
        location=place(
            city=word(place_told, "city"),
            region=word(place_told, "stateProvince"),
            postal_code=word(place_told, "postalCode"),
            country=word(place_told, "country"),
        ),
    )
    if activity.kind is None and activity.code is None:
        raise InvalidPayload("a message without activityStatus")
    events = [scan_of(number, activity, code=_code(activity), codelist=_CODELIST, source=told)]
    if scheduled := word(told, "scheduledDeliveryDate"):
        kind: RevisionKind = "carrier_estimate" if activity.kind == "U" else "carrier_promised"
        to = joined(scheduled, None).text
        return scans.payload(
            [*events, scans.revision(CARRIER, number, kind=kind, to=to, at=when, source=scheduled)]
        )
    return scans.payload(events)


def _code(activity: Activity) -> str | None:
    """The type and the finer code, which only together mean anything."""
    return "/".join(part for part in (activity.kind, activity.code) if part) or None


def _when(told: Json, *names: str, offset: str | None = None) -> When:
    """The local time, proved by its GMT twin or the offset beside it."""
    date, time, gmt_date, gmt_time = (word(told, name) for name in names)
    local = joined(date, _clock(time))
    proved = with_twin(local, joined(gmt_date, _clock(gmt_time)), offset=offset)
    return proved if proved.text else local


def _clock(time: str | None) -> str | None:
    """HHMMSS of a time, which the twin has with colons."""
    return time.replace(":", "") if time else None


def _proof(package: Json) -> Json | None:
    told = member(package, "deliveryInformation")
    proof = {"signed_by": word(told, "receivedBy"), "left_at": word(told, "location")}
    return {name: value for name, value in proof.items() if value} or None
