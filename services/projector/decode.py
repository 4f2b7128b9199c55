"""A log record's bytes to the fact the fold takes: the quick way, and the plain one that decides in doubt.

The quick way reads JSON without building models (8 us less per record); whatever it does not
recognise at a glance goes through `schemas.codec.decode_event`, which alone refuses.
"""

import re
from typing import Any, Final

import orjson

from schemas.codec import UndecodableRecord, decode_event, lifted, read_json
from schemas.event import DATA_MODELS, SCHEMA_VERSION
from services.domain.facts import Fact, InvalidFact, fact_of

_EVENT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").fullmatch
_SHIPMENT: Final = re.compile(r"[a-z0-9_]{1,32}:[\x21-\x7e]{1,64}").fullmatch

Json = dict[str, Any]


def decoded(key: bytes | None, value: bytes | None) -> tuple[Fact, Json]:
    """The fact and the envelope's members; raises UndecodableRecord, which names the error class."""
    members = _at_a_glance(value)
    if members is None:
        decode_event(value)
        members = lifted(read_json(value))
    if b"\\u0000" in (value or b"") and _has_nul(members):
        raise UndecodableRecord("nul_character", "PostgreSQL holds no NUL")
    if key is None or members["shipment"] != key.decode("utf-8", "replace"):
        raise UndecodableRecord("key_mismatch", "the record's key is not its envelope's shipment")
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


def _at_a_glance(value: bytes | None) -> Json | None:
    """The members of an ordinary envelope of today's version; None: let the plain way decide."""
    try:
        members = orjson.loads(value or b"")
        ordinary = (
            members["schema_version"] == SCHEMA_VERSION
            and members["type"] in DATA_MODELS
            and _EVENT_ID(members["event_id"])
            and _INSTANT(members["recorded_at"])
            and _SHIPMENT(members["shipment"])
            and type(members["data"]) is dict
            and type(members["source"]) is dict
        )
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return members if ordinary else None


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in name or _has_nul(member) for name, member in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))
