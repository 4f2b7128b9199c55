"""USPS: answers of the Tracking API v3 (JSON), one piece or a list of them."""

from collections.abc import Iterator
from typing import Any, Final

from services.ingest.apis.usps_event import CARRIER, place_of, scan_of
from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.reading import scans
from services.ingest.reading.json_tree import objects, word
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When, false_z, iso, with_twin

_DATES: Final[tuple[tuple[str, RevisionKind], ...]] = (
    ("guaranteedDeliveryTimeStamp", "carrier_promised"),
    ("expectedDeliveryTimeStamp", "carrier_estimate"),
    ("expectedDeliveryDate", "carrier_estimate"),
    ("predictedDeliveryDate", "carrier_estimate"),
)


def read_answer(told: Any) -> ParsedPayload:
    """One scan per tracking event of every piece; raises InvalidPayload."""
    warnings: list[str] = []
    answers = objects(told, warnings=warnings)
    errors = [error for answer in answers for error in _errors(answer)]
    pieces = [answer for answer in answers if "trackingNumber" in answer or "trackingEvents" in answer]
    if not pieces and not errors:
        raise InvalidPayload("neither trackingNumber nor error")
    events = [event for piece in pieces for event in _events(piece, warnings)]
    return scans.payload(events, errors=errors, warnings=warnings)


def _errors(answer: Json) -> Iterator[CarrierError]:
    """Errors of the API, of its gateway (OAuth's form), and of one piece in a list."""
    error = answer.get("error")
    if isinstance(error, dict):
        yield CarrierError(word(error, "code"), word(error, "message") or _detail(error))
    elif isinstance(error, str):
        yield CarrierError(word(error), word(answer, "error_description") or "no description")
    for each in objects(answer, "errors"):
        yield CarrierError(word(each, "code"), word(each, "detail") or word(each, "title") or "no detail")


def _detail(error: Json) -> str:
    return word(error, "errors", 0, "detail") or "an error without a message"


def _events(piece: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(piece, "trackingNumber")
    told = objects(piece, "trackingEvents", warnings=warnings)
    if number is None:
        warnings += ["a piece without trackingNumber is left out"] if told else []
        return
    dated = [(each, _when(each)) for each in told]
    for each, when in dated:
        yield _scan(number, each, when)
    newest = scans.newest(when for _, when in dated)
    for name, kind in _DATES:
        if (date := word(piece, name)) is not None:
            # the time stamp is that of the end of the day, without a zone that could be trusted
            to = (iso(date).text or "")[:10]
            yield scans.revision(CARRIER, number, kind=kind, to=to, at=newest, source={name: date})


def _when(told: Json) -> When:
    """The wall clock's time, whatever letter stands behind it, proved by the offset and the GMT twin."""
    local = false_z(iso(word(told, "eventTimestamp")))
    proved = with_twin(local, iso(word(told, "GMTTimestamp")), offset=word(told, "GMTOffset"))
    return proved if proved.text else local


def _scan(number: str, told: Json, when: When) -> ParsedEvent:
    return scan_of(
        number,
        code=word(told, "eventCode"),
        when=when,
        source=told,
        text=word(told, "eventType"),
        attribute=word(told, "deliveryAttributeCode"),
        location=place_of(
            firm=word(told, "firm"),
            city=word(told, "eventCity"),
            state=word(told, "eventState"),
            zip_code=word(told, "eventZIP"),
            country=word(told, "eventCountry"),
        ),
        signed_by=word(told, "name"),
    )
