"""FedEx: answers of the Track API (REST, JSON), and the same results as FedEx pushes them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.ingest.apis.fedex_scan import CARRIER, Scan, date_of, scan_of, time_of
from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, word
from services.ingest.reading.places import place
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When

_DATES: Final[Mapping[str, RevisionKind]] = {
    "COMMITMENT": "carrier_promised",
    "ESTIMATED_DELIVERY": "carrier_estimate",
    "APPOINTMENT_DELIVERY": "carrier_estimate",
}


def read_answer(told: Any) -> ParsedPayload:
    """One scan per scan event of every result; raises InvalidPayload."""
    warnings: list[str] = []
    errors = [_error(each) for each in objects(told, "errors")]
    results = list(_results(told, warnings))
    if not results and not errors:
        raise InvalidPayload("neither completeTrackResults nor errors")
    errors += [_error(each) for _, result in results for each in objects(result, "error")]
    events = [event for number, result in results for event in _events(number, result, warnings)]
    return scans.payload(events, errors=errors, warnings=warnings)


def _results(told: Any, warnings: list[str]) -> Iterator[tuple[str | None, Json]]:
    """(number asked for, result). Results of one number are uses of it, told apart by time (rule R8)."""
    if isinstance(member(told, "scanEvents"), list):
        yield None, told
    for root in (member(told, "output"), told):
        for complete in objects(root, "completeTrackResults", warnings=warnings):
            for result in objects(complete, "trackResults", warnings=warnings):
                yield word(complete, "trackingNumber"), result
        for result in objects(root, "trackResults"):
            yield None, result


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "code"), word(told, "message") or "an error without a message")


def _events(asked: str | None, result: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(result, "trackingNumberInfo", "trackingNumber") or asked
    told = objects(result, "scanEvents", warnings=warnings)
    if number is None:
        warnings += ["a result without trackingNumber is left out"] if told else []
        return
    dated = [(each, _scan(each)) for each in told]
    delivery = scans.newest(scan.when for _, scan in dated if scan.delivered())
    proof = _proof(result)
    for each, scan in dated:
        yield scan_of(number, scan, source=each, proof=proof if scan.when == delivery else None)
    yield from _revisions(number, result, scans.newest(scan.when for _, scan in dated))


def _scan(told: Json) -> Scan:
    where = member(told, "scanLocation")
    delayed = word(told, "delayDetail", "status") == "DELAYED"
    return Scan(
        kind=word(told, "eventType"),
        when=time_of(word(told, "date")),
        text=word(told, "eventDescription"),
        exception=word(told, "exceptionCode"),
        derived=word(told, "derivedStatusCode"),
        at_type=word(told, "locationType"),
        delay=word(told, "delayDetail", "type") if delayed else None,
        location=place(
            city=word(where, "city"),
            region=word(where, "stateOrProvinceCode"),
            postal_code=word(where, "postalCode"),
            country=word(where, "countryCode") or word(where, "countryName"),
            facility_id=word(told, "locationId"),
        ),
    )


def _revisions(number: str, result: Json, at: When) -> Iterator[ParsedEvent | None]:
    """The dates told, and the windows; a window is finer than the estimate it goes with."""
    window = member(result, "estimatedDeliveryTimeWindow", "window")
    ends = word(window, "ends")
    for date in objects(result, "dateAndTimes"):
        kind = _DATES.get(word(date, "type") or "")
        if kind is not None and not (ends and word(date, "type") == "ESTIMATED_DELIVERY"):
            to = date_of(word(date, "dateTime"))
            yield scans.revision(CARRIER, number, kind=kind, to=to, at=at, source=date)
    if ends:
        yield scans.revision(
            CARRIER,
            number,
            kind="carrier_estimate",
            from_=time_of(word(window, "begins")).text,
            to=date_of(ends),
            at=at,
            source=window,
        )


def _proof(result: Json) -> Json | None:
    told = member(result, "deliveryDetails")
    signed_by = word(told, "signedByName") or word(told, "receivedByName")
    proof = {"signed_by": signed_by, "left_at": word(told, "locationDescription")}
    return {name: value for name, value in proof.items() if value} or None
