"""From what a carrier says to the canonical events of a payload."""

import hashlib
from collections.abc import Iterable
from copy import copy
from typing import Any, Final, Literal
from xml.etree.ElementTree import Element, tostring

from schemas.ids import canonical_json
from services.ingest.carrier import CarrierError, Json, ParsedEvent, ParsedPayload
from services.ingest.moment import InvalidMoment, date_or_instant
from services.ingest.reading.meaning import UNKNOWN, Meaning
from services.ingest.reading.places import zone_of_place
from services.ingest.reading.times import UNDATED, When, is_local, stated

MAX_TEXT: Final = 4096

RevisionKind = Literal["order_promised", "carrier_promised", "carrier_estimate", "predicted", "custom"]


def scan(
    carrier: str,
    number: str,
    *,
    code: str | None,
    meaning: Meaning | None,
    when: When,
    source: Any,
    text: str | None = None,
    location: Json | None = None,
    codelist: str | None = None,
    codelist_version: str | None = None,
    carrier_event_id: str | None = None,
    piece: str | None = None,
    attempt: int | None = None,
    proof: Json | None = None,
    action: Json | None = None,
    order_hint: int | None = None,
) -> ParsedEvent:
    """What a carrier says happened; no `meaning`: its code is one that no table has.

    `source` is the carrier's own text of this one fact (an XML element or a JSON value), of which the
    sha256 is kept. A local time gets the zone of `location`, where that has only one.
    """
    done = meaning or UNKNOWN
    if done.milestone is None and not code:
        # a scan needs a milestone or a code
        done = done._replace(milestone=UNKNOWN.milestone)
    zone = zone_of_place(location) if location and is_local(when) else None
    raw = _present(
        code=code or None,
        text=text[:MAX_TEXT] if text else None,
        time=when.raw[:MAX_TEXT] if when.raw else None,
        codelist=codelist[:MAX_TEXT] if codelist else None,
        codelist_version=codelist_version if codelist else None,
    )
    rest = {"location": location, "piece": piece, "attempt": attempt, "proof": proof, "action": action}
    members = _present(
        **_members("ScanRecorded", carrier, number, when),
        zone=zone,
        carrier_event_id=carrier_event_id or None,
        order_hint=order_hint,
        raw=raw or None,
        data=done.members() | {name: value for name, value in rest.items() if value not in (None, "", {})},
    )
    return ParsedEvent(
        members, sha256=_digest(source), zone_inferred=zone is not None, known=meaning is not None
    )


def revision(
    carrier: str,
    number: str,
    *,
    kind: RevisionKind,
    to: str | None,
    source: Any,
    from_: str | None = None,
    zone: str | None = None,
    at: When = UNDATED,
) -> ParsedEvent | None:
    """A delivery date promised or estimated anew, dated by the newest scan known with it.

    So the same answer asked for again gives the same event. `to` and `from_` are dates or times with
    their offset; of a time without one only its date is certain. None where `to` is no date.
    """
    bound, start = _bound(to), _bound(from_)
    if bound is None:
        return None
    data = _present(kind=kind, **{"from": start}, to=bound, zone=zone)
    members = _members("DeliveryDateRevised", carrier, number, at) | {"data": data}
    return ParsedEvent(members, sha256=_digest(source))


def newest(times: Iterable[When]) -> When:
    """The latest of the times by what is written, dates and local times included; undated without one."""
    dated = [when for when in times if when.text is not None]
    return max(dated, key=_order, default=UNDATED)


def payload(
    events: Iterable[ParsedEvent | None],
    *,
    errors: Iterable[CarrierError] = (),
    warnings: Iterable[str] = (),
) -> ParsedPayload:
    """What a payload says: each fact once, however often it stands there.

    Of equal facts the one that tells more is kept, whatever the order. What has no readable time is
    kept undated and told; a None is a date of delivery that could not be read.
    """
    told = list(warnings)
    facts: dict[bytes, ParsedEvent] = {}
    for event in events:
        if event is None:
            told.append("a delivery date is no date and is left out")
            continue
        key = _fact(event.members)
        known = facts.get(key)
        facts[key] = event if known is None else max(known, event, key=_telling)
        if known is None and (raw := event.members.get("raw", {}).get("time")):
            told += [] if "occurred_at" in event.members else [f"no time: {raw[:64]!r}"]
    return ParsedPayload(events=tuple(facts.values()), errors=tuple(errors), warnings=tuple(told))


def _members(event_type: str, carrier: str, number: str, when: When) -> Json:
    return _present(type=event_type, carrier=carrier, tracking_number=number, occurred_at=when.text)


def _present(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _digest(source: Any) -> str:
    return hashlib.sha256(
        _written(source) if isinstance(source, Element) else canonical_json(source)
    ).hexdigest()


def _written(element: Element) -> bytes:
    alone = copy(element)
    # what follows an element is not of it, and changes with its place in a list
    alone.tail = None
    return tostring(alone)


def _bound(text: str | None) -> str | None:
    if text is None:
        return None
    for each in (text, text[:10]):
        try:
            return date_or_instant(each)
        except InvalidMoment:
            continue
    return None


def _order(when: When) -> tuple[str, str]:
    moment = stated(when)
    return moment.occurred_at or moment.occurred_local or "", when.text or ""


def _fact(members: Json) -> bytes:
    """What makes two events one fact: the parts of `schemas.ids.event_id`."""
    data, raw = members["data"], members.get("raw", {})
    place = data.get("location", {})
    parts = [members["type"], members["tracking_number"]]
    if "carrier_event_id" in members:
        parts.append(members["carrier_event_id"])
    else:
        time = stated(When(members.get("occurred_at"))).identity
        code = raw.get("code") or f"{data.get('milestone')}/{data.get('substatus')}"
        parts += [time, code, data.get("piece"), place.get("facility_id")]
    return canonical_json([*parts, None if members["type"] == "ScanRecorded" else data])


def _telling(event: ParsedEvent) -> tuple[int, bytes]:
    text = canonical_json(event.members)
    return len(text), text
