"""Identity from facts: the UUIDv5 of an event and of an alert, computable in any language.

The hashed string is the parts joined by U+001F (unit separator); an absent part is U+0000. The
namespace and three vectors per kind stand in the generated documents.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson

from schemas.vocabulary import EventType

NAMESPACE: Final = UUID("1f3925c3-abdb-58a3-8312-8e9f6c00546f")
"""UUIDv5 of `urn:shiplog:ids` in the URL namespace of RFC 9562."""
SEPARATOR: Final = "\x1f"
ABSENT: Final = "\x00"
SEALED_FIELDS: Final = frozenset({"recipient", "address", "proof"})
"""Members of `data` that are sealed in the log and therefore never part of an id."""
DERIVED_FIELDS: Final = frozenset({"number_valid", "carrier_determined"})
"""Members of `data` that we add to what we were told, and therefore never part of an id."""

_NAMESPACE_BYTES: Final = NAMESPACE.bytes
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""The two leading bits of RFC 9562 put into a hexadecimal digit."""

_HASHES_DATA: Final = frozenset(
    {
        EventType.SHIPMENT_REGISTERED,
        EventType.DELIVERY_DATE_REVISED,
        EventType.SHIPMENT_CANCELLED,
        EventType.ADDRESS_CHANGE_REQUESTED,
        EventType.ADDRESS_CHANGE_APPLIED,
        EventType.ADDRESS_CHANGE_REFUSED,
        EventType.CASE_OPENED,
        EventType.CASE_RESOLVED,
    }
)


def uuid5_text(*parts: str | None) -> str:
    """The UUIDv5 of the parts in `NAMESPACE`, in the usual 36-character form."""
    name = SEPARATOR.join([ABSENT if part is None else part for part in parts])
    text = hashlib.sha1(_NAMESPACE_BYTES + name.encode(), usedforsecurity=False).hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8 unescaped: the form that is hashed."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def without_absent(value: Any) -> Any:
    """The same value without null members, at every depth: null and absent are one."""
    if isinstance(value, Mapping):
        return {k: without_absent(v) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        return [without_absent(v) for v in value]
    return value


def data_hash(data: Mapping[str, Any]) -> str:
    """The sha256, in hex, of the canonical JSON of `data` without sealed, derived and null members."""
    open_data = {k: v for k, v in data.items() if k not in SEALED_FIELDS and k not in DERIVED_FIELDS}
    return hashlib.sha256(canonical_json(without_absent(open_data))).hexdigest()


def event_id(
    event_type: str,
    shipment: tuple[str, str],
    *,
    data: Mapping[str, Any],
    time: str | None,
    raw_code: str | None = None,
    carrier_event_id: str | None = None,
) -> str:
    """The identity of a fact.

    `shipment` is (carrier, normalised number). `time` is the instant as `YYYY-MM-DDTHH:MM:SS.mmmZ`
    where the payload itself states the offset, else the local time as written in the same form
    without `Z`, else the date, else None. Parts, in order: type, carrier, number, then `id` and the
    carrier's own event id, or `fact`, time, code, piece, facility; then, for retractions, the
    target, and for registrations, revisions, commands and cases the hash of their data.
    The code is the raw code, else milestone and substatus joined by `/`.
    """
    parts: list[str | None] = [event_type, *shipment]
    if carrier_event_id is not None:
        parts += ["id", carrier_event_id]
    else:
        location = data.get("location") or {}
        parts += ["fact", time, raw_code or _own_code(data), data.get("piece"), location.get("facility_id")]
    if event_type == EventType.EVENT_RETRACTED:
        parts.append(str(data["retracts"]).lower())
    elif event_type in _HASHES_DATA:
        parts.append(data_hash(data))
    return uuid5_text(*parts)


def deadline_event_id(shipment: tuple[str, str], *, kind: str, deadline: str) -> str:
    """The identity of DeadlinePassed(kind, deadline); `deadline` as `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    return uuid5_text(EventType.DEADLINE_PASSED, *shipment, "deadline", kind, deadline)


def alert_id(shipment: str, *, kind: str, cause: str, n: int) -> str:
    """The identity of an alert: shipment key, kind, the causing event's id, how often it was raised."""
    return uuid5_text("Alert", shipment, kind, cause, str(n))


def _own_code(data: Mapping[str, Any]) -> str | None:
    milestone, substatus = data.get("milestone"), data.get("substatus")
    if milestone is None and substatus is None:
        return None
    return f"{milestone or ''}/{substatus or ''}"
