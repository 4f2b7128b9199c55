"""An envelope read as a fact: the few values the fold and the view need, checked strictly."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from sys import intern
from typing import Any, Final, NamedTuple

from schemas.event import SCHEMA_VERSION
from schemas.ids import canonical_json
from schemas.instants import EPOCH, local_ms
from services.domain.bodies import BODIES, Body, InvalidFact, Place

__all__ = ["DAY", "INSTANT", "LOCAL", "UNDATED", "Fact", "InvalidFact", "fact_of"]

UNDATED: Final = 0
INSTANT: Final = 1
LOCAL: Final = 2
DAY: Final = 3

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_ZONE_KNOWN: Final = frozenset({"exact", "offset_given", "location_inferred"})
_CONFIDENCES: Final = _ZONE_KNOWN | {"assumed", "unknown"}
_MAX_OFFSET_MS: Final = 18 * 3_600_000
_FIRST_64: Final = Struct(">Q")


class Fact(NamedTuple):
    """One version of one event, as the fold sees it.

    `kind` says what `at` is: INSTANT milliseconds UTC, LOCAL wall time of an unknown zone, DAY its
    midnight, UNDATED nothing. `offset` is that of the scan's own zone in milliseconds, where known.
    `body` holds what only some types have.
    """

    event_id: str
    type: str
    digest: int
    mapping_version: int
    recorded_ms: int
    kind: int
    at: int
    offset: int | None
    hint: int | None
    milestone: str | None
    substatus: str | None
    reason: str | None
    party: str | None
    piece: str | None
    place: Place | None
    body: Body


def fact_of(envelope: Mapping[str, Any]) -> Fact:
    """The fact in an envelope given as JSON members; raises InvalidFact and nothing else."""
    try:
        return _fact_of(envelope)
    except InvalidFact:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise InvalidFact(f"{type(error).__name__}: {error}") from error


def _fact_of(envelope: Mapping[str, Any]) -> Fact:
    get = envelope.get
    event_id = envelope["event_id"]
    if _ID(event_id) is None:
        raise InvalidFact("event_id is no UUID in lower case")
    if get("schema_version") != SCHEMA_VERSION:
        raise InvalidFact(f"schema_version {get('schema_version')!r} is not known")
    parse: Callable[[Mapping[str, Any]], tuple[Any, ...]] | None = BODIES.get(envelope["type"])
    if parse is None:
        raise InvalidFact(f"type {envelope['type']!r} is not known")
    data = envelope["data"]
    if type(data) is not dict:
        raise InvalidFact("data is not an object")
    mapping_version = get("mapping_version", 1)
    hint = get("order_hint")
    if type(mapping_version) is not int or (hint is not None and type(hint) is not int):
        raise InvalidFact("mapping_version or order_hint is no integer")
    head = (event_id, intern(envelope["type"]), _digest(envelope), mapping_version)
    recorded_ms = wire_ms(envelope["recorded_at"])
    # the tuple at once: half the price of the call with its sixteen arguments
    return tuple.__new__(Fact, (*head, recorded_ms, *_time_of(get), hint, *parse(data)))


def wire_ms(text: str) -> int:
    """Milliseconds of an instant as it stands on the wire; raises ValueError or TypeError."""
    if len(text) != 24 or text[23] != "Z":
        raise InvalidFact(f"{text[:40]!r} is not YYYY-MM-DDTHH:MM:SS.mmmZ")
    since = datetime.fromisoformat(text) - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _digest(envelope: Mapping[str, Any]) -> int:
    hashed = dict(envelope)
    hashed.pop("recorded_at", None)
    hashed.pop("source", None)
    first: int = _FIRST_64.unpack_from(sha256(canonical_json(hashed)).digest())[0]
    return first


def _time_of(get: Callable[[str], Any]) -> tuple[int, int, int | None]:
    precision = get("time_precision")
    if precision is None or precision == "none":
        return UNDATED, 0, None
    confidence = get("tz_confidence") or "unknown"
    if confidence not in _CONFIDENCES:
        raise InvalidFact(f"tz_confidence {confidence!r} is not known")
    text, utc, local = get("utc_offset"), get("occurred_at"), get("occurred_local")
    if precision == "instant" and text is None and local is None and utc is not None:
        # as most are: not asked again what is absent
        return INSTANT if confidence in _ZONE_KNOWN else LOCAL, wire_ms(utc), None
    offset = None if text is None else offset_ms(text)
    if precision == "instant":
        return _instant(utc, local, offset, known=confidence in _ZONE_KNOWN)
    if precision == "date":
        day = _day(utc, local, offset or 0)
        return DAY, day, offset if confidence in _ZONE_KNOWN else None
    raise InvalidFact(f"time_precision {precision!r} is not known")


def _instant(
    utc: str | None, local: str | None, offset: int | None, *, known: bool
) -> tuple[int, int, int | None]:
    if known:
        if utc is not None:
            return INSTANT, wire_ms(utc), offset if offset is not None else _twin(utc, local)
        if local is not None and offset is not None:
            return INSTANT, local_ms(local) - offset, offset
        raise InvalidFact("a time of a known zone needs occurred_at")
    if local is not None:
        return LOCAL, local_ms(local), None
    if utc is not None:
        return LOCAL, wire_ms(utc) + (offset or 0), None
    raise InvalidFact("a time needs occurred_at or occurred_local")


def _twin(utc: str, local: str | None) -> int | None:
    """The offset between a UTC time and its local twin, where both are written."""
    if local is None or len(local) < 11:
        return None
    offset = local_ms(local) - wire_ms(utc)
    return offset if abs(offset) <= _MAX_OFFSET_MS else None


def _day(utc: str | None, local: str | None, offset: int) -> int:
    if local is not None:
        return local_ms(local[:10])
    if utc is not None:
        moment = wire_ms(utc) + offset
        return moment - moment % 86_400_000
    raise InvalidFact("a date needs occurred_local")


@lru_cache(maxsize=512)
def offset_ms(text: str) -> int:
    """Milliseconds of `+HH:MM`; raises InvalidFact beyond 18 hours, ValueError for anything else."""
    offset = datetime.strptime(text, "%z").utcoffset()
    if offset is None or abs(offset.total_seconds()) * 1000 > _MAX_OFFSET_MS:
        raise InvalidFact(f"utc_offset {text!r} is beyond 18 hours")
    return int(offset.total_seconds() * 1000)
