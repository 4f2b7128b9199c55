"""DHL's unified tracking: one JSON for the shipments of all its divisions.

An event's `statusCode` is one of five coarse words and is its code. Its `status` is the division's own
code, and means more, where the list of the shipment's service has it; elsewhere it is a text.
"""

from collections.abc import Iterator
from typing import Any

from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.codebooks.dhl_services import COARSE, CODELIST, CODELIST_VERSION, SERVICES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, false_z, iso


def read_unified(carrier: str, told: Any) -> ParsedPayload:
    """One scan per event and piece, one revision per estimate; raises InvalidPayload."""
    answer = told if member(told, "trackingResponse") is None else member(told, "trackingResponse")
    if isinstance(member(answer, "shipments"), list | dict):
        warnings: list[str] = []
        shipments = objects(answer, "shipments", warnings=warnings)
        events = [event for each in shipments for event in _events(carrier, each, warnings)]
        if not events:
            warnings.append("the answer has no event")
        return scans.payload(events, warnings=warnings)
    detail = word(answer, "detail") or word(answer, "title")
    if detail is None:
        raise InvalidPayload("neither shipments nor an error")
    return ParsedPayload(errors=(CarrierError(word(answer, "status"), detail),))


def _events(carrier: str, shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(shipment, "id")
    if number is None:
        warnings.append("a shipment without id is left out")
        return
    facts = objects(shipment, "events", warnings=warnings) or _summary(shipment)
    dated = [(fact, iso(word(fact, "timestamp"))) for fact in facts]
    _tell_of_namesakes(dated, warnings)
    for fact, when in dated:
        for piece in _pieces(shipment, fact):
            yield _scan(carrier, number, shipment, fact, when, piece)
    if last := _last_day(shipment):
        first = word(shipment, "estimatedDeliveryTimeFrame", "estimatedFrom")
        to, start = _bound(last), _bound(first)
        at = scans.newest(when for _, when in dated)
        yield scans.revision(
            carrier,
            number,
            kind="carrier_estimate",
            to=to,
            from_=start if start != to else None,
            at=at,
            source=[first, last],
        )


def _summary(shipment: Json) -> list[Json]:
    """The newest event out of the shipment's status, where its events are not told.

    There the time ends with a `Z` that the event's own, local time does not have.
    """
    status = next(iter(objects(shipment, "status")), {})
    if word(status, "statusCode") is None and word(status, "status") is None:
        return []
    return [status | {"timestamp": false_z(iso(word(status, "timestamp"))).text}]


def _tell_of_namesakes(dated: list[tuple[Json, When]], warnings: list[str]) -> None:
    """Two events of one moment and one coarse code are one fact to us: say so where DHL tells them apart."""
    seen: dict[tuple[str | None, str | None], str | None] = {}
    for fact, when in dated:
        status = word(fact, "status")
        if seen.setdefault((when.text, word(fact, "statusCode")), status) != status:
            warnings.append(f"events of {when.raw} differ in their status only, and count as one")


def _pieces(shipment: Json, fact: Json) -> list[str | None]:
    """The pieces an event is of; no piece where it is of them all."""
    of_fact = _words(fact, "pieceIds")
    of_all = _words(shipment, "details", "pieceIds")
    total = member(shipment, "details", "totalNumberOfPieces")
    least = max(len(of_all), total if isinstance(total, int) else 0)
    return [*of_fact] if 0 < len(of_fact) < least else [None]


def _words(told: Any, *path: str) -> dict[str, None]:
    """The texts in the list at `path`, each once."""
    listed = member(told, *path)
    found = (word(each) for each in listed) if isinstance(listed, list) else ()
    return dict.fromkeys(each for each in found if each)


def _scan(
    carrier: str, number: str, shipment: Json, fact: Json, when: When, piece: str | None
) -> ParsedEvent:
    code, status = word(fact, "statusCode"), word(fact, "status")
    meaning = _meaning(word(shipment, "service"), code, status)
    address = member(fact, "location", "address")
    return scans.scan(
        carrier,
        number,
        code=code or status,
        meaning=meaning,
        when=when,
        source=fact,
        text=word(fact, "description") or status,
        location=place(
            city=word(address, "addressLocality"),
            postal_code=word(address, "postalCode"),
            country=word(address, "countryCode"),
        ),
        codelist=CODELIST,
        codelist_version=CODELIST_VERSION,
        piece=piece,
        proof=_proof(shipment) if meaning and meaning.milestone == "delivered" else None,
    )


def _meaning(service: str | None, code: str | None, status: str | None) -> Meaning | None:
    fine = SERVICES.get(service or "", {}).get(status or "")
    return fine or COARSE.get((code or "").lower())


def _proof(shipment: Json) -> Json | None:
    signed = member(shipment, "details", "proofOfDelivery", "signed")
    names = (word(signed, "givenName"), word(signed, "familyName"))
    name = " ".join(each for each in names if each) or word(signed, "name")
    return {"signed_by": name} if name else None


def _last_day(shipment: Json) -> str | None:
    through = word(shipment, "estimatedDeliveryTimeFrame", "estimatedThrough")
    return through or word(shipment, "estimatedTimeOfDelivery")


def _bound(text: str | None) -> str | None:
    """An end of the estimate. A `Z` is no zone there, so only the day of such a time is certain."""
    told = iso(text).text
    return told[:10] if told and told.endswith("Z") else told
