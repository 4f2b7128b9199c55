"""A log record's bytes to the fact the fold takes: the quick way, and the plain one that decides in doubt.

The quick way reads JSON without building models (8 us less per record) and leaves the checks to the
fold's own reading; whatever that does not take goes through `schemas.codec.decode_event`, which
alone says what is wrong.
"""

import re
from typing import Any, Final

import orjson

from schemas.codec import UndecodableRecord, decode_event, lifted, read_json
from services.domain.facts import Fact, InvalidFact, fact_of

_SHIPMENT: Final = re.compile(r"[a-z0-9_]{1,32}:[\x21-\x7e]{1,64}").fullmatch

_ORDINARY_BYTES: Final = 4_096
"""No text in a shorter record is longer than the schema allows."""
_TEXT: Final = (str, type(None))

Json = dict[str, Any]


def decoded(key: bytes | None, value: bytes | None) -> tuple[Fact, Json]:
    """The fact and the envelope's members; raises UndecodableRecord, which names the error class."""
    found = _at_a_glance(value)
    fact, members = _plainly(value) if found is None else found
    # a lone backslash is found much faster, and most records have none
    if value and b"\\" in value and b"\\u0000" in value and _has_nul(members):
        raise UndecodableRecord("nul_character", "PostgreSQL holds no NUL")
    if key is None or members["shipment"] != key.decode("utf-8", "replace"):
        raise UndecodableRecord("key_mismatch", "the record's key is not its envelope's shipment")
    return fact, members


def _plainly(value: bytes | None) -> tuple[Fact, Json]:
    decode_event(value)
    members = lifted(read_json(value))
    try:
        return fact_of(members), members
    except InvalidFact as error:
        raise UndecodableRecord("invalid_fact", str(error)) from error


def claimed_event_id(value: bytes | None) -> str | None:
    """The event id a record's bytes claim, if they can be read at all."""
    try:
        members = orjson.loads(value or b"")
    except orjson.JSONDecodeError:
        return None
    claimed = members.get("event_id") if isinstance(members, dict) else None
    return claimed[:64] if isinstance(claimed, str) and claimed.isascii() else None


def _at_a_glance(value: bytes | None) -> tuple[Fact, Json] | None:
    """The fact in an ordinary envelope of today's version; None: let the plain way decide."""
    try:
        members = orjson.loads(value or b"")
        if len(value or b"") > _ORDINARY_BYTES or not _is_ordinary(members):
            return None
        return fact_of(members), members
    except (orjson.JSONDecodeError, InvalidFact, KeyError, TypeError):
        return None


def _is_ordinary(members: Json) -> bool:
    """Whether the members that the fold does not read are of the types the schema wants."""
    get = members.get
    return (
        _SHIPMENT(members["shipment"]) is not None
        and type(members["schema_version"]) is int
        and type(get("occurred_at")) in _TEXT
        and type(get("occurred_local")) in _TEXT
        and type(get("utc_offset")) in _TEXT
        and _is_flat(members["source"])
        and ("raw" not in members or members["raw"] is None or _is_flat(members["raw"]))
    )


def _is_flat(value: Any) -> bool:
    if type(value) is not dict:
        return False
    for member in value.values():  # noqa: SIM110 - three times as fast as all() of a generator
        if type(member) not in _TEXT:
            return False
    return True


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in name or _has_nul(member) for name, member in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
