"""What the `data` of each event type gives the fold."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from sys import intern
from typing import Any, Final, NamedTuple, TypeAlias

from schemas.instants import instant_ms
from schemas.vocabulary import DeadlineKind, EventType, Milestone
from services.domain.promise_value import InvalidPromise, Promise, promise_of

Place: TypeAlias = tuple[tuple[str, Any], ...]
"""Members of a location with their values as they came: texts, and numbers that stay what they are."""


class InvalidFact(ValueError):
    """The envelope is no fact the fold can read."""


class Registration(NamedTuple):
    """What a merchant told of the order; `suspect`: the number failed its validation."""

    order_id: str
    customer_id: str | None
    merchant: str | None
    service: str | None
    promise: Promise | None
    suspect: bool


class Details(NamedTuple):
    """The rarer members of a scan: which attempt it was, and who must act until when."""

    attempt: int | None
    who: str | None
    until: str | None
    acts: bool


class Case(NamedTuple):
    """A case opened or resolved; a resolution may leave the kind to its case id."""

    case_id: str
    kind: str | None


class Passed(NamedTuple):
    """The time `at` has come for a deadline of that kind (milliseconds UTC)."""

    kind: str
    at: int


Body: TypeAlias = Registration | Details | Case | Passed | Promise | str | None
"""A plain string is the id that a retraction names."""
Parsed: TypeAlias = tuple[str | None, str | None, str | None, str | None, str | None, Place | None, Body]
"""Milestone, substatus, reason, party, piece, place, body."""

_MILESTONES: Final = {str(m): intern(str(m)) for m in Milestone}
_PARTIES: Final = frozenset({"carrier", "sender", "recipient", "customs", "weather", "other"})
_CASES: Final = frozenset({"lost", "damaged", "missing_pieces", "delivery_disputed"})
_DEADLINES: Final = {str(k): intern(str(k)) for k in DeadlineKind}
_LONGEST_NAME: Final = 256
_REGISTERED: Final = intern("registered")
_CANCELLED: Final = intern("cancelled")


def _scan(data: Mapping[str, Any]) -> Parsed:
    get = data.get
    milestone = get("milestone")
    if milestone is not None:
        milestone = _MILESTONES.get(milestone)
        if milestone is None:
            raise InvalidFact(f"milestone {get('milestone')!r} is not known")
    party = get("party")
    if party is not None and party not in _PARTIES:
        raise InvalidFact(f"party {party!r} is not known")
    location, attempt, action = get("location"), get("attempt"), get("action")
    substatus, reason, piece = get("substatus"), get("reason"), get("piece")
    return (
        milestone,
        None if substatus is None else _word(substatus),
        None if reason is None else _word(reason),
        party,
        None if piece is None else _name(piece),
        None if location is None else _place(location),
        None if attempt is None and action is None else _details(attempt, action),
    )


def _name(value: object) -> str | None:
    """A short text, as pieces are named by."""
    if type(value) is str and len(value) > _LONGEST_NAME:
        raise InvalidFact(f"a name of more than {_LONGEST_NAME} characters")
    return _word(value)


def _details(attempt: object, action: object) -> Details:
    if attempt is not None and type(attempt) is not int:
        raise InvalidFact("attempt is no integer")
    if action is None:
        return Details(attempt, None, None, acts=False)
    if not isinstance(action, Mapping):
        raise InvalidFact("action is no object")
    return Details(attempt, _word(action.get("who")), _word(action.get("until")), acts=True)


def _registered(data: Mapping[str, Any]) -> Parsed:
    promise = data.get("promise")
    valid = data.get("number_valid")
    if valid is not None and type(valid) is not bool:
        raise InvalidFact("number_valid is no boolean")
    body = Registration(
        _needed(data, "order_id"),
        _text(data.get("customer_id")),
        _word(data.get("merchant")),
        _word(data.get("service")),
        None if promise is None else _promise(promise),
        suspect=valid is False,
    )
    substatus = "number_invalid" if body.suspect else None
    if data.get("carrier_determined") is False:
        substatus = "carrier_undetermined"
    return _REGISTERED, substatus, None, None, None, None, body


def _revised(data: Mapping[str, Any]) -> Parsed:
    return None, None, None, None, None, None, _promise(data)


def _promise(data: Mapping[str, Any]) -> Promise:
    if not isinstance(data, Mapping):
        raise InvalidFact("promise is no object")
    try:
        return promise_of(
            _needed(data, "kind"),
            start=_text(data.get("from")),
            end=_needed(data, "to"),
            zone=_text(data.get("zone")),
        )
    except InvalidPromise as error:
        raise InvalidFact(str(error)) from error


def _retracted(data: Mapping[str, Any]) -> Parsed:
    return None, None, None, None, None, None, _needed(data, "retracts").lower()


def _cancelled(data: Mapping[str, Any]) -> Parsed:
    party = data.get("party")
    if party is not None and party not in _PARTIES:
        raise InvalidFact(f"party {party!r} is not known")
    return _CANCELLED, None, _word(data.get("reason")), party, None, None, None


def _address(data: Mapping[str, Any]) -> Parsed:
    _needed(data, "request_id")
    return None, None, None, None, None, None, None


def _deadline(data: Mapping[str, Any]) -> Parsed:
    kind = _DEADLINES.get(_needed(data, "kind"))
    text = _needed(data, "deadline")
    if kind is None or len(text) != 24 or text[23] != "Z":
        raise InvalidFact("a deadline needs a kind and an instant")
    return None, None, None, None, None, None, Passed(kind, instant_ms(text))


def _case(data: Mapping[str, Any]) -> Parsed:
    kind, party = data.get("kind"), data.get("party")
    if (kind is not None and kind not in _CASES) or (party is not None and party not in _PARTIES):
        raise InvalidFact(f"case kind {kind!r} or party {party!r} is not known")
    body = Case(_needed(data, "case_id"), None if kind is None else intern(kind))
    return None, None, _word(data.get("reason")), party, None, None, body


def _needed(data: Mapping[str, Any], member: str) -> str:
    text = data.get(member)
    if type(text) is not str:
        raise InvalidFact(f"{member} is no text")
    return text


def _text(value: object) -> str | None:
    if value is not None and type(value) is not str:
        raise InvalidFact(f"{value!r:.40} is no text")
    return value


def _word(value: object) -> str | None:
    """A text that many facts share: kept once."""
    if value is None:
        return None
    if type(value) is not str:
        raise InvalidFact(f"{value!r:.40} is no text")
    return intern(value)


_TEXTS: Final = ("name", "city", "region", "postal_code", "country", "facility_id")
_MEMBERS: Final = (*_TEXTS, "lat", "lon")


def _place(location: Mapping[str, Any]) -> Place | None:
    # the plain type first: asking whether it is a Mapping costs ten times as much
    if type(location) is not dict and not isinstance(location, Mapping):
        raise InvalidFact("location is no object")
    members = tuple(location.items())
    # 1, 1.0 and True are one key: only places without numbers are looked up
    return _new_place(members) if "lat" in location or "lon" in location else _kept_place(members)


def _new_place(members: tuple[tuple[str, Any], ...]) -> Place | None:
    given = dict(members)
    pairs: list[tuple[str, Any]] = []
    for name in _MEMBERS:
        value = given.get(name)
        if value is None:
            continue
        kind = type(value)
        if kind is not str if name in _TEXTS else kind not in (int, float):
            raise InvalidFact(f"location {name} is of a wrong type")
        pairs.append((name, value))
    return tuple(pairs) or None


_kept_place: Final = lru_cache(maxsize=65_536)(_new_place)


BODIES: Final[dict[str, Callable[[Mapping[str, Any]], Parsed]]] = {
    str(EventType.SHIPMENT_REGISTERED): _registered,
    str(EventType.SCAN_RECORDED): _scan,
    str(EventType.DELIVERY_DATE_REVISED): _revised,
    str(EventType.EVENT_RETRACTED): _retracted,
    str(EventType.SHIPMENT_CANCELLED): _cancelled,
    str(EventType.ADDRESS_CHANGE_REQUESTED): _address,
    str(EventType.ADDRESS_CHANGE_APPLIED): _address,
    str(EventType.ADDRESS_CHANGE_REFUSED): _address,
    str(EventType.DEADLINE_PASSED): _deadline,
    str(EventType.CASE_OPENED): _case,
    str(EventType.CASE_RESOLVED): _case,
}
