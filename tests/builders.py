"""Facts for tests: envelopes as the log holds them, canonical lines as clients send them.

Times are integer milliseconds counted from `ORIGIN`, a Monday at midnight UTC: `hour(5)`, `day(3)`.
A fact is recorded at its own time (a local time read as UTC) unless `recorded_at` says otherwise.
"""

from collections.abc import Sequence
from typing import Any, Final, TypedDict, Unpack

from schemas.event import SCHEMA_VERSION
from schemas.ids import deadline_event_id, event_id
from schemas.instants import instant_ms, instant_text, local_ms, local_text
from schemas.vocabulary import EventType
from services.domain.announce import NOTHING_SAID, announce
from services.domain.facts import fact_of
from services.domain.fold import fold
from services.domain.shipment import Shipment, unseen

Json = dict[str, Any]

ORIGIN: Final = instant_ms("2026-03-02T00:00:00Z")
_HOUR: Final = 3_600_000


class Told(TypedDict, total=False):
    """How a fact was dated and received; the forms of time exclude each other.

    `at`: an instant in milliseconds, None = undated. `local`: `YYYY-MM-DDTHH:MM[:SS[.mmm]]`, of an
    unknown zone unless `offset` (`+14:00`) is given too. `date`: `YYYY-MM-DD`. `confidence`: of a time with
    offset, `exact` unless given. `recorded_at`: milliseconds. `said_id`: the carrier's. `code`: the raw one.
    """

    at: int | None
    local: str
    date: str
    offset: str
    confidence: str
    recorded_at: int
    carrier: str
    number: str
    hint: int
    code: str
    said_id: str
    mapping_version: int


def hour(n: float) -> int:
    """Milliseconds of the n-th hour after the origin."""
    return ORIGIN + round(n * _HOUR)


def day(n: float) -> int:
    """Milliseconds of the n-th day after the origin."""
    return hour(24 * n)


def minute(n: float) -> int:
    """Milliseconds of the n-th minute after the origin."""
    return hour(n / 60)


def scan(
    milestone: str | None,
    *,
    substatus: str | None = None,
    reason: str | None = None,
    party: str | None = None,
    location: Json | None = None,
    piece: str | None = None,
    **told: Unpack[Told],
) -> Json:
    """A carrier's scan; `milestone` None is a known code that moves nothing, and needs a `code`."""
    data = {"milestone": milestone, "substatus": substatus, "reason": reason, "party": party}
    return fact(EventType.SCAN_RECORDED, {**data, "location": location, "piece": piece}, **told)


def promise(to: str, *, kind: str = "order_promised", zone: str | None = None) -> Json:
    """A delivery promise; `to` is a date or an instant."""
    return _present({"kind": kind, "to": to, "zone": zone})


def registered(
    order_id: str = "O-1",
    *,
    promise: Json | None = None,
    number_valid: bool | None = None,
    **told: Unpack[Told],
) -> Json:
    """An order's shipment as the merchant told it; at the origin unless dated otherwise."""
    who = {"order_id": order_id, "customer_id": f"C-{order_id}"}
    data = {**who, "promise": promise, "number_valid": number_valid}
    return fact(EventType.SHIPMENT_REGISTERED, data, **_at_origin(told))


def revised(to: str, *, kind: str = "order_promised", zone: str | None = None, **told: Unpack[Told]) -> Json:
    """A delivery date told anew."""
    data = {"kind": kind, "to": to, "zone": zone}
    return fact(EventType.DELIVERY_DATE_REVISED, data, **_at_origin(told))


def retracted(target: Json | str, *, reason: str = "did_not_occur", **told: Unpack[Told]) -> Json:
    """The withdrawal of an envelope (or of an event id), said by default when its target was."""
    if not isinstance(target, str):
        told.setdefault("at", instant_ms(target["recorded_at"]))
        target = target["event_id"]
    return fact(EventType.EVENT_RETRACTED, {"retracts": target, "reason": reason}, **_at_origin(told))


def cancelled(*, reason: str | None = None, party: str | None = None, **told: Unpack[Told]) -> Json:
    """The shipment was called off."""
    return fact(EventType.SHIPMENT_CANCELLED, {"reason": reason, "party": party}, **_at_origin(told))


def case_opened(kind: str, *, case_id: str = "K-1", party: str | None = None, **told: Unpack[Told]) -> Json:
    """A case of its kind was opened."""
    data = {"case_id": case_id, "kind": kind, "party": party}
    return fact(EventType.CASE_OPENED, data, **_at_origin(told))


def case_resolved(kind: str | None, *, case_id: str = "K-1", **told: Unpack[Told]) -> Json:
    """The case was resolved."""
    return fact(EventType.CASE_RESOLVED, {"case_id": case_id, "kind": kind}, **_at_origin(told))


def deadline_passed(kind: str, at: int, *, carrier: str = "acme", number: str = "P1") -> Json:
    """The time `at` has come for deadlines of this kind, proposed the moment it came."""
    deadline = instant_text(at)
    data = {"kind": kind, "deadline": deadline}
    envelope = fact(EventType.DEADLINE_PASSED, data, at=at, carrier=carrier, number=number)
    envelope["event_id"] = deadline_event_id((carrier, number), kind=kind, deadline=deadline)
    envelope["source"] = {"channel": "watchdog", "trust": "manual"}
    return envelope


def fact(kind: EventType, data: Json, **told: Unpack[Told]) -> Json:
    """An envelope of any type, valid against `schemas.event.Envelope`, its id computed from its contents."""
    carrier, number = told.get("carrier", "acme"), told.get("number", "P1")
    moment, recorded, identity_time = _moment(told)
    open_data = _present(data)
    code, said_id = told.get("code"), told.get("said_id")
    known = {"time": identity_time, "raw_code": code, "carrier_event_id": said_id}
    identity = event_id(kind, (carrier, number), data=open_data, **known)
    return _present(
        {
            "event_id": identity,
            "type": kind.value,
            "schema_version": SCHEMA_VERSION,
            "shipment": f"{carrier}:{number}",
            **moment,
            "recorded_at": instant_text(told.get("recorded_at", recorded)),
            "source": _present({"channel": "api", "trust": "bearer", "carrier_event_id": said_id}),
            "order_hint": told.get("hint"),
            "data": open_data,
            "raw": code and {"code": code},
            "mapping_version": told.get("mapping_version", 1),
        }
    )


def replay(envelopes: Sequence[Json]) -> Shipment:
    """The shipment after the envelopes in the given order."""
    shipment = unseen(envelopes[0]["shipment"])
    for envelope in envelopes:
        shipment = fold(shipment, fact_of(envelope))
    return shipment


def story(envelopes: Sequence[Json]) -> tuple[Shipment, list[Json]]:
    """The shipment after the envelopes in the given order, and all that was announced on the way."""
    shipment = unseen(envelopes[0]["shipment"])
    before: Shipment | None = None
    said, announcements = NOTHING_SAID, list[Json]()
    for envelope in envelopes:
        new = fact_of(envelope)
        after = fold(shipment, new)
        if after is shipment:
            continue
        said, more = announce(said, before, after, new)
        announcements += more
        shipment = before = after
    return shipment, announcements


def canonical_scan(milestone: str | None, *, code: str | None = None, **members: Any) -> Json:
    """A ScanRecorded line as a client sends it; `members` as for `canonical`."""
    line = canonical("ScanRecorded", milestone=milestone, **members)
    return line | ({"raw": {"code": code}} if code else {})


def canonical_registered(order_id: str = "O-1", **members: Any) -> Json:
    """A ShipmentRegistered line as a client sends it; `members` as for `canonical`."""
    return canonical("ShipmentRegistered", order_id=order_id, **members)


def canonical(
    kind: str,
    *,
    at: int | str | None = ORIGIN,
    number: str = "P1",
    carrier: str = "acme",
    recorded_at: int | None = None,
    **data: Any,
) -> Json:
    """A line of any type as a client sends it; `at`: milliseconds, or the text to send, None = undated."""
    line: Json = {"type": kind, "carrier": carrier, "tracking_number": number}
    line["occurred_at"] = instant_text(at) if isinstance(at, int) else at
    line["recorded_at"] = None if recorded_at is None else instant_text(recorded_at)
    return _present(line | {"data": _present(data)})


def _moment(told: Told) -> tuple[Json, int, str | None]:
    """The envelope's members of time, when it was recorded, and the time that goes into the id."""
    if "date" in told:
        return _unzoned(told["date"], "date"), local_ms(told["date"]), told["date"]
    if "local" in told and "offset" not in told:
        wall = local_text(local_ms(told["local"]))
        return _unzoned(wall, "instant"), local_ms(wall), wall
    return _instant(told)


def _instant(told: Told) -> tuple[Json, int, str | None]:
    offset = told.get("offset", "+00:00")
    shift = instant_ms("1970-01-02T00:00:00Z") - instant_ms(f"1970-01-02T00:00:00{offset}")
    at = local_ms(told["local"]) - shift if "local" in told else told.get("at")
    if at is None:
        return {"tz_confidence": "unknown", "time_precision": "none"}, ORIGIN, None
    confidence = told.get("confidence", "exact")
    wall = local_text(at + shift)
    members = {
        "occurred_at": instant_text(at),
        "occurred_local": wall,
        "utc_offset": offset,
        "tz_confidence": confidence,
        "time_precision": "instant",
    }
    return members, at, wall if confidence == "location_inferred" else instant_text(at)


def _unzoned(wall: str, precision: str) -> Json:
    return {"occurred_local": wall, "tz_confidence": "unknown", "time_precision": precision}


def _at_origin(told: Told) -> Told:
    dated = "at" in told or "local" in told or "date" in told
    return told if dated else {**told, "at": ORIGIN}


def _present(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}
