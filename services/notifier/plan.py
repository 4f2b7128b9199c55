"""What a run of status records asks for: alerts, dead letters, and how far it brings the partition.

Pure: a plan is made from a position and records, and taken over only once the broker has
acknowledged it; a plan thrown away leaves no trace.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from schemas.codec import Record, UndecodableRecord, lifted, read_json
from schemas.status import StatusChanged
from services.notifier.alerts import alert_of, alert_record

NOTHING_SEEN: Final = -1
STATUS_VERSION: Final = 1
MAX_ALERT_BYTES: Final = 900_000
"""Below the broker's default of 1 MiB for a batch: one that it refuses would be tried for ever."""


@dataclass(frozen=True, slots=True)
class StatusRecord:
    """A record of `shipment-status` as it was read."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    stored_ms: int = 0
    """when the broker took it, milliseconds since 1970"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An alert's record, its kind, and when the change it tells of was stored."""

    record: Record
    kind: str
    stored_ms: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far a partition has come: the highest `src_offset` told, the last running number read."""

    seen: int = NOTHING_SEEN
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A status record that cannot be used, and why."""

    record: StatusRecord
    error_class: str
    detail: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`alerts` go out in one transaction; `position` holds once they are acknowledged."""

    position: Position
    alerts: tuple[Outgoing, ...]
    rejected: tuple[Rejected, ...]
    repeated: int
    missing: int


def plan(position: Position, records: Iterable[StatusRecord]) -> Plan:
    """The plan for `records`, in log order, of a partition that stands at `position`.

    A status whose `src_offset` is not above the highest seen was told before and is dropped, unless other
    rules restate it: that has no offset of its own, and announces nothing. Running
    numbers that are skipped are counted in `missing`; a number that falls is a topic rewritten.
    """
    alerts: list[Outgoing] = []
    rejected: list[Rejected] = []
    seen, seq, repeated, missing = position.seen, position.seq, 0, 0
    for record in records:
        try:
            changed = status_of(record)
            outgoing = _outgoing(record) if changed.announcements else []
        except UndecodableRecord as error:
            rejected.append(Rejected(record, error.error_class, error.detail))
            continue
        if changed.src_offset <= seen and not changed.restated:
            repeated += 1
            if seq is None or changed.seq == seq + 1:
                seq = changed.seq
            continue
        if seq is not None:
            missing += max(0, changed.seq - seq - 1)
        seen, seq = max(seen, changed.src_offset), changed.seq
        alerts.extend(outgoing)
    return Plan(Position(seen, seq), tuple(alerts), tuple(rejected), repeated, missing)


def status_of(record: StatusRecord) -> StatusChanged:
    """The StatusChanged in a record; raises UndecodableRecord."""
    try:
        # strict JSON: "12" is no offset, and only JSON mode takes an enum's value for the enum
        changed = StatusChanged.model_validate_json(record.value or b"", strict=True)
    except ValidationError as error:
        lifted(read_json(record.value), lifts={}, to=STATUS_VERSION)  # says it more exactly, where it can
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise UndecodableRecord("invalid_status", f"{where}: {first['msg']}") from error
    if changed.schema_version != STATUS_VERSION or "schema_version" not in changed.model_fields_set:
        lifted(read_json(record.value), lifts={}, to=STATUS_VERSION)
    if record.key != changed.shipment.encode():
        raise UndecodableRecord("wrong_key", "the record's key is not its shipment")
    if changed.src_partition != record.partition:
        raise UndecodableRecord("wrong_partition", "the record is not on its event's partition")
    return changed


def _outgoing(record: StatusRecord) -> list[Outgoing]:
    # from the members as they were written, not as we understand them
    changed = read_json(record.value)
    outgoing = []
    for announcement in changed["announcements"]:
        alert = alert_record(alert_of(changed, announcement))
        if len(alert.value) > MAX_ALERT_BYTES:
            raise UndecodableRecord("alert_too_large", f"an alert of {len(alert.value)} bytes")
        outgoing.append(Outgoing(alert, announcement["kind"], record.stored_ms))
    return outgoing


def told_up_to(alert: bytes | None) -> int:
    """The `src_offset` of an alert as written; raises UndecodableRecord."""
    members = read_json(alert)
    offset = members.get("src_offset")
    if type(offset) is not int:
        raise UndecodableRecord("invalid_alert", "no src_offset")
    return offset
