"""CloudEvents 1.0 in binary mode: values to records and back, old versions lifted to today's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pydantic import ValidationError

from schemas.event import SCHEMA_VERSION, Envelope, data_of

Headers = list[tuple[str, bytes]]
Json = dict[str, Any]
Lift = Callable[[Json], Json]

LIFTS: Final[dict[int, Lift]] = {}
"""From version n to n + 1, by n. Empty while the first version is the only one."""


class UndecodableRecord(ValueError):
    """The bytes are no event of ours; `error_class` is what the dead letter says of them."""

    def __init__(self, error_class: str, detail: str) -> None:
        super().__init__(f"{error_class}: {detail}")
        self.error_class = error_class
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Record:
    """What goes into a topic."""

    key: bytes
    value: bytes
    headers: Headers


def event_record(envelope: Json, *, traceparent: str | None = None) -> Record:
    """The record of an envelope given as JSON members."""
    headers = cloud_headers(
        event_id=envelope["event_id"],
        kind=envelope["type"],
        source=envelope["source"]["channel"],
        time=envelope.get("occurred_at") or envelope["recorded_at"],
        key=envelope["shipment"],
    )
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return Record(envelope["shipment"].encode(), orjson.dumps(envelope), headers)


def cloud_headers(*, event_id: str, kind: str, source: str, time: str | None, key: str) -> Headers:
    """The attributes of CloudEvents 1.0 as Kafka headers (binary content mode)."""
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_type", f"shiplog.{kind}".encode()),
        ("ce_source", f"/shiplog/{source}".encode()),
        ("ce_partitionkey", key.encode()),
        ("content-type", b"application/json"),
    ]
    if time is not None:
        headers.append(("ce_time", time.encode()))
    return headers


def decode_event(value: bytes | None, *, lifts: Mapping[int, Lift] = LIFTS) -> Envelope:
    """The envelope in a record's value, lifted to `SCHEMA_VERSION`; raises UndecodableRecord."""
    members = read_json(value)
    try:
        envelope = Envelope.model_validate(lifted(members, lifts=lifts))
        data_of(envelope)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise UndecodableRecord("invalid_event", f"{where}: {first['msg']}") from error
    return envelope


def read_json(value: bytes | None) -> Json:
    """The JSON object in `value`; raises UndecodableRecord."""
    if value is None:
        raise UndecodableRecord("null_value", "the record has no value")
    try:
        members = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise UndecodableRecord("invalid_json", str(error)) from error
    if not isinstance(members, dict):
        raise UndecodableRecord("invalid_json", "not an object")
    return members


def lifted(members: Json, *, lifts: Mapping[int, Lift] = LIFTS, to: int = SCHEMA_VERSION) -> Json:
    """`members` as version `to`; raises UndecodableRecord for a version nothing lifts."""
    version = members.get("schema_version")
    if type(version) is not int:
        raise UndecodableRecord("schema_version", "no schema_version")
    while version < to and version in lifts:
        members = lifts[version](members) | {"schema_version": version + 1}
        version += 1
    if version != to:
        raise UndecodableRecord("schema_version", f"version {version} is not known, {to} is")
    return members
