"""What people asked of a parcel, and what became of it: read off its timeline, never kept beside it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from schemas.requests import CONTACT, RETURN, why_of

Json = dict[str, Any]
State = Literal["requested", "applied", "refused", "done", "withdrawn"]
Answered = tuple[State, Json | None]
"""A state and the event that made it so, where one did."""

_REFUSALS: Final = frozenset({"refused", "rejected", "denied", "declined"})
_ASKING: Final = frozenset({"ShipmentCancelled", "AddressChangeRequested", "CaseOpened"})
_ANSWERS: Final[dict[str, State]] = {"AddressChangeApplied": "applied", "AddressChangeRefused": "refused"}
_BACK: Final[dict[str | None, State]] = {"returning": "applied", "returned": "done"}
_AFTER_CANCEL: Final[dict[str | None, State]] = {
    "cancelled": "done",
    "returning": "applied",
    "returned": "done",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `kind`: cancel, return, address_change, contact, or the kind of a case.

    `asked_at` is when it was given, `answered_at` when its state became what it is, where an event says so.
    """

    kind: str
    request_id: str
    state: State
    asked_at: str
    answered_at: str | None = None
    why: str | None = None
    party: str | None = None


def requests_of(view: Json, timeline: Sequence[Json]) -> list[Asked]:
    """What was asked in the use of the number that `view` shows, the newest first.

    `timeline` holds envelopes, one per fact, in any order.
    """
    gone = _retracted(timeline)
    since = _registered_at(view, timeline)
    events = sorted((event for event in timeline if _at(event) >= since), key=_at)
    standing = [event for event in events if event["event_id"] not in gone]
    asked = [
        _asked(event, ("withdrawn", None) if event["event_id"] in gone else _answer(event, view, standing))
        for event in events
        if event["type"] in _ASKING
    ]
    return sorted(asked, key=lambda each: (each.asked_at, each.request_id), reverse=True)


def _asked(event: Json, answered: Answered) -> Asked:
    data, (state, by) = event["data"], answered
    kind = _kind(event)
    word = {"return": RETURN, "contact": CONTACT}.get(kind)
    return Asked(
        kind=kind,
        request_id=data.get("request_id") or data.get("case_id") or event["event_id"],
        state=state,
        asked_at=_at(event),
        answered_at=None if by is None else _at(by),
        why=(data.get("reason") if word is None else why_of(word, data.get("reason"))) or None,
        party=data.get("party"),
    )


def _kind(event: Json) -> str:
    data = event["data"]
    if event["type"] == "ShipmentCancelled":
        return "cancel"
    if event["type"] == "CaseOpened":
        return data.get("kind") or CONTACT
    is_return = "address" not in data and why_of(RETURN, data.get("reason")) is not None
    return "return" if is_return else "address_change"


def _answer(event: Json, view: Json, events: Sequence[Json]) -> Answered:
    kind = _kind(event)
    if kind == "cancel":
        return _of_cancel(view)
    if kind == "return":
        return _last("requested", [*_of_change(event, events), *_scanned(event, events, _BACK)])
    if kind == "address_change":
        state, by = _last("requested", _of_change(event, events))
        if state == "applied":
            return _last(state, _scanned(event, events, {"delivered": "done"}), by=by)
        return state, by
    return _of_case(event, view, events)


def _of_cancel(view: Json) -> Answered:
    """Applied while scans still contradict it, refused where the parcel went on all the same."""
    state = _AFTER_CANCEL.get(view["milestone"], "refused")
    if any(condition["name"] == "conflicting_scans" for condition in view["conditions"]):
        state = "applied" if state == "done" else state
    return state, None


def _of_change(event: Json, events: Sequence[Json]) -> list[tuple[State, Json]]:
    request_id = event["data"]["request_id"]
    return [
        (_ANSWERS[later["type"]], later)
        for later in events
        if later["type"] in _ANSWERS and later["data"].get("request_id") == request_id
    ]


def _scanned(
    event: Json, events: Sequence[Json], meaning: dict[str | None, State]
) -> list[tuple[State, Json]]:
    """What scans behind the request say of it."""
    later = (each for each in events if each["type"] == "ScanRecorded" and _at(each) > _at(event))
    return [(meaning[m], scan) for scan in later if (m := scan["data"].get("milestone")) in meaning]


def _of_case(event: Json, view: Json, events: Sequence[Json]) -> Answered:
    """Resolved by its case_id; a parcel that was reported lost and is not lost any more was found."""
    case_id, kind = event["data"]["case_id"], event["data"].get("kind")
    resolutions = [e for e in events if e["type"] == "CaseResolved" and e["data"]["case_id"] == case_id]
    if resolutions:
        return _resolved(resolutions[-1]), resolutions[-1]
    found = kind == "lost" and all(condition["name"] != "lost" for condition in view["conditions"])
    return "done" if found else "requested", None


def _resolved(event: Json) -> State:
    words = {str(event["data"].get(name, "")).lower() for name in ("outcome", "reason")}
    return "refused" if words & _REFUSALS else "done"


def _last(state: State, said: Iterable[tuple[State, Json]], *, by: Json | None = None) -> Answered:
    """The state that the latest event says."""
    for each, event in sorted(said, key=lambda pair: _at(pair[1])):
        state, by = each, event
    return state, by


def _retracted(timeline: Sequence[Json]) -> set[str]:
    told = {e["event_id"]: e["data"]["retracts"] for e in timeline if e["type"] == "EventRetracted"}
    withdrawn = set(told.values())
    return {target for event_id, target in told.items() if event_id not in withdrawn}


def _registered_at(view: Json, timeline: Sequence[Json]) -> str:
    """When the order of this use was first told of; earlier uses of the number are another parcel's."""
    if view["use_no"] <= 1:
        return ""
    told = (e for e in timeline if e["type"] == "ShipmentRegistered")
    return min((_at(e) for e in told if e["data"].get("order_id") == view["order_id"]), default="")


def _at(event: Json) -> str:
    return str(event.get("occurred_at") or event.get("occurred_local") or event["recorded_at"])
