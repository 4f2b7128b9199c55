"""DCSA Track & Trace 2 and 3: what happened to containers and their journeys, and what did not.

Sources: DCSA Track & Trace 2.2, 2.3 and 3.0.0-Beta-1, DCSA Event Domain 3.2.0. Only actual events are
scans; planned and estimated arrivals are estimates; a retraction withdraws what the retracted
event of the same payload made, or of the shipment that the retraction itself names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from services.ingest.carrier import CarrierError, InvalidPayload, Json, ParsedEvent, ParsedPayload
from services.ingest.codebooks.dcsa import CODELIST, DELIVERY_ESTIMATES
from services.ingest.edi.corrections import Accepted, accepted, retraction
from services.ingest.edi.dcsa_event import SHIPMENT, Event, event_of
from services.ingest.edi.shipments import bounded, each_of
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.scans import payload as payload_of
from services.ingest.reading.scans import revision, scan
from services.ingest.reading.times import UNDATED, When, iso

_DELAYED: Final = Meaning(None, reason="delayed_announced")


def parse(payload: bytes, *, carrier: str) -> ParsedPayload:
    """The events of an answer or of a notification; raises InvalidPayload."""
    told = read_json(payload)
    if isinstance(told, dict) and (errors := _errors(told)):
        return ParsedPayload(errors=errors)
    warnings: list[str] = []
    events = _events(told, warnings)
    made: list[ParsedEvent] = []
    by_id: dict[str, list[Accepted]] = {}
    for event in (each for each in events if not each.retracts):
        facts = list(accepted(_made(event, carrier, warnings), warnings))
        by_id.setdefault(event.id or "", []).extend(facts)
        made += (known.event for known in facts)
    retractions = (each for each in events if each.retracts)
    withdrawn = (each for event in retractions for each in _retractions(event, carrier, by_id, warnings))
    return payload_of([*made, *bounded(withdrawn)], warnings=warnings)


def _events(told: object, warnings: list[str]) -> list[Event]:
    """The events in an answer: a list, a list in a member, or a single one; raises InvalidPayload."""
    path = ("events",) if isinstance(told, dict) and "events" in told else ()
    listed = objects(told, *path, warnings=warnings)
    events = [event for each in listed if (event := event_of(each))]
    if not events and listed:
        raise InvalidPayload("no DCSA events")
    if not events and not isinstance(told, list) and not path:
        raise InvalidPayload("neither a DCSA event nor a list of them")
    strays = len(listed) - len(events)
    warnings += [f"{strays} objects are no DCSA events and are left out"] if strays else []
    warnings += [] if events or warnings else ["no events"]
    return events


def _errors(told: Json) -> tuple[CarrierError, ...]:
    """The errors of an error answer."""
    if "events" in told or ("errors" not in told and "statusCode" not in told):
        return ()
    whole = word(told, "statusCodeMessage") or word(told, "errorMessage") or word(told, "statusCodeText")
    found = [
        CarrierError(
            word(each, "errorCode") or word(each, "reason") or word(told, "statusCode"),
            word(each, "errorCodeMessage") or word(each, "message") or whole or "an error without a message",
        )
        for each in objects(told, "errors")
    ]
    return tuple(found) or (CarrierError(word(told, "statusCode"), whole or "an error without a message"),)


def _made(event: Event, carrier: str, warnings: list[str]) -> list[ParsedEvent]:
    """What the event tells of each of its shipments."""
    name = f"event {str(event.id)[:64]!r} ({event.code})"
    numbers = event.numbers()
    if not numbers:
        warnings.append(f"{name} names no container, transport document or booking and is left out")
    facts = list(_facts(event, carrier))
    if not facts:
        warnings.append(
            f"{name}: {_classifier(event) or 'unclassified'}, it tells neither a fact nor a date of delivery"
        )
    return [made for fact in facts for made in each_of(fact, numbers)]


def _facts(event: Event, carrier: str) -> Iterator[ParsedEvent]:
    """The event as facts of a shipment that is still to be named."""
    delayed = word(event.body, "delayReasonCode") is not None
    if _classifier(event) == "ACT":
        meaning = event.meaning()
        if meaning and delayed and not meaning.reason:
            meaning = meaning._replace(reason=_DELAYED.reason)
        yield _scan(event, carrier, meaning=meaning, when=_when(event))
        return
    if delayed:
        yield _scan(event, carrier, meaning=_DELAYED, when=_created(event))
    if _is_estimate(event) and (estimate := _estimate(event, carrier)):
        yield estimate


def _classifier(event: Event) -> str | None:
    """ACT, PLN, EST or REQ; of documents only facts are told."""
    return word(event.body, "eventClassifierCode") or ("ACT" if event.kind == SHIPMENT else None)


def _is_estimate(event: Event) -> bool:
    """Whether it tells when the goods will arrive: not of empty containers, nor between two vessels."""
    arrives = event.code in DELIVERY_ESTIMATES and event.kind != SHIPMENT
    return (
        _classifier(event) in ("PLN", "EST") and arrives and not event.is_empty and not event.is_transshipment
    )


def _scan(event: Event, carrier: str, *, meaning: Meaning | None, when: When) -> ParsedEvent:
    code = f"{event.code}/{event.document}" if event.kind == SHIPMENT and event.document else event.code
    return scan(
        carrier,
        "",
        code=code,
        meaning=meaning,
        when=when,
        source=event.told,
        text=word(event.body, "reason") or word(event.body, "changeRemark"),
        location=event.location() or None,
        codelist=CODELIST,
        codelist_version=event.version,
        carrier_event_id=event.id,
    )


def _estimate(event: Event, carrier: str) -> ParsedEvent | None:
    made = revision(
        carrier, "", kind="carrier_estimate", to=_when(event).text, source=event.told, at=_created(event)
    )
    if made is None:
        return None
    # an arrival may be that at a port on the way: the cause says what is estimated
    where = event.location().get("facility_id")
    data = made.members["data"] | {"cause": f"{event.code} {where}" if where else event.code}
    identity = {"carrier_event_id": event.id} if event.id else {}
    return replace(made, members=made.members | identity | {"data": data})


def _retractions(
    event: Event, carrier: str, by_id: Mapping[str, list[Accepted]], warnings: list[str]
) -> Iterator[ParsedEvent]:
    identifier = event.retracts or ""
    unseen = scan(
        carrier, "", code=None, meaning=None, when=UNDATED, source=event.told, carrier_event_id=identifier
    )
    targets = by_id.get(identifier) or list(accepted(each_of(unseen, event.numbers()), warnings))
    if not targets:
        warnings.append(f"retraction of {identifier[:64]!r}: the event is not here, and no shipment is named")
    withdrawn = (retraction(each, when=_created(event), carrier_event_id=event.id) for each in targets)
    yield from (known.event for known in accepted(withdrawn, warnings))


def _when(event: Event) -> When:
    """When it happened or will; a document is mostly told of when it was made."""
    at = word(event.body, "eventDateTime")
    return iso(at) if at or event.kind != SHIPMENT else _created(event)


def _created(event: Event) -> When:
    return iso(word(event.head, "eventCreatedDateTime"))
