"""From the members of a canonical event to a checked, normalised one, or the first thing wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from schemas.vocabulary import EventType
from services.domain.numbers.normal import NoNumber
from services.domain.numbers.normal import normal_number as as_in_keys
from services.ingest.canonical import MODELS
from services.ingest.moment import (
    InvalidMoment,
    InvalidZone,
    Moment,
    date_or_instant,
    instant_of,
    moment_of,
    zone_of,
)
from services.ingest.strict_json import pointer_of

Json = dict[str, Any]
T = TypeVar("T")


class InvalidEvent(ValueError):
    """The members are no canonical event; `pointer` (RFC 6901) names the first that is wrong."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or 'event'}: {detail}")
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Checked:
    """A canonical event without null members, its number, time and promise in their one written form."""

    type: str
    carrier: str
    number: str
    moment: Moment
    recorded_at: str | None
    order_hint: int | None
    carrier_event_id: str | None
    raw: Json | None
    data: Json


def check_event(members: Any, *, zone_inferred: bool = False) -> Checked:
    """The checked event; raises InvalidEvent."""
    _check_shape(members)
    data = _without_nulls(members.get("data") or {})
    raw = _without_nulls(members.get("raw") or {}) or None
    recorded_at = members.get("recorded_at")
    _settle(members["type"], data, raw)
    return Checked(
        type=members["type"],
        carrier=members["carrier"],
        number=normal_number(members["tracking_number"]),
        moment=_moment(members, inferred=zone_inferred),
        recorded_at=None if recorded_at is None else _at("/recorded_at", instant_of, recorded_at),
        order_hint=members.get("order_hint"),
        carrier_event_id=members.get("carrier_event_id"),
        raw=raw,
        data=data,
    )


def normal_number(written: str) -> str:
    """A tracking number as in shipment keys: upper case, no spaces, dots and dashes; raises InvalidEvent."""
    try:
        return as_in_keys(written)
    except NoNumber as error:
        raise InvalidEvent("/tracking_number", str(error)) from error


def _without_nulls(members: Json) -> Json:
    """A copy without null members, at every depth: null and absent are one (`schemas.ids` hashes them so)."""
    return {name: _bare(value) for name, value in members.items() if value is not None}


def _bare(value: Any) -> Any:
    # exact types: what JSON gives, and several times faster than asking for a Mapping
    if type(value) is dict:
        return _without_nulls(value)
    if type(value) is list:
        return [_bare(each) for each in value]
    return value


def _check_shape(members: Any) -> None:
    if not isinstance(members, dict):
        raise InvalidEvent("", "an event is a JSON object")
    name = members.get("type")
    model = MODELS.get(name) if isinstance(name, str) else None
    if model is None:
        raise InvalidEvent("/type", _type_fault(members))
    try:
        model.__pydantic_validator__.validate_python(members)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InvalidEvent(pointer_of(*first["loc"]), _fault(first["type"], first["msg"])) from error


def _type_fault(members: Json) -> str:
    if "type" not in members:
        return "a type is needed"
    if members["type"] == EventType.DEADLINE_PASSED:
        return "DeadlinePassed is written by the watchdog only"
    return f"unknown type {str(members['type'])[:64]!r}"


def _fault(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown field"
    return message.removeprefix("Value error, ")


def _moment(members: Json, *, inferred: bool) -> Moment:
    try:
        return moment_of(members.get("occurred_at"), zone=members.get("zone"), inferred=inferred)
    except InvalidZone as error:
        raise InvalidEvent("/zone", str(error)) from error
    except InvalidMoment as error:
        raise InvalidEvent("/occurred_at", str(error)) from error


def _settle(event_type: str, data: Json, raw: Json | None) -> None:
    """Bring `data` into its one written form; what only the members together can say is checked here."""
    if event_type == EventType.SCAN_RECORDED:
        if "milestone" not in data and not (raw or {}).get("code"):
            raise InvalidEvent("/data/milestone", "a scan needs a milestone or a raw.code")
    elif event_type == EventType.SHIPMENT_REGISTERED:
        if "promise" in data:
            _settle_promise(data["promise"], "/data/promise")
    elif event_type == EventType.DELIVERY_DATE_REVISED:
        _settle_promise(data, "/data")
    elif event_type == EventType.EVENT_RETRACTED:
        data["retracts"] = data["retracts"].lower()
        if "corrective_ids" in data:
            data["corrective_ids"] = [sent.lower() for sent in data["corrective_ids"]]


def _settle_promise(promise: Json, pointer: str) -> None:
    for bound in ("from", "to"):
        if bound in promise:
            promise[bound] = _at(f"{pointer}/{bound}", date_or_instant, promise[bound])
    if "zone" in promise:
        _at(f"{pointer}/zone", zone_of, promise["zone"])


def _at(pointer: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except (InvalidMoment, InvalidZone) as error:
        raise InvalidEvent(pointer, str(error)) from error
