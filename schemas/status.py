"""`shipment-status`: what one event changed, what it announces, and the shipment as it stands since.

The topic is compacted: the last value of a key is that shipment's row of the read model.
"""

from pydantic import Field

from schemas.event import EventId, Wire
from schemas.vocabulary import AlertKind


class ConditionView(Wire):
    """An open condition; `since` is the time of the first opener of the open run.

    `who` must act, `until` when: of `action_required`, as the carrier wrote it.
    """

    name: str
    reason: str | None = None
    party: str | None = None
    since: str | None = None
    who: str | None = None
    until: str | None = None


class PromiseView(Wire):
    """The promise in force and how it was kept; `first_*` is the first promise ever made.

    `kept`: `kept`, `late`, `undetermined`, `open` (not fulfilled yet) or `void` (cancelled).
    """

    kind: str
    from_: str | None = Field(default=None, alias="from")
    to: str
    zone: str | None = None
    deadline: str
    kept: str
    first_to: str
    first_kept: str


class ShipmentView(Wire):
    """A shipment as simple consumers see it: the newest use of the number.

    Times are UTC instants with `Z`, or local times without it where the zone is unknown.
    """

    shipment: str
    carrier: str
    tracking_number: str
    milestone: str | None
    substatus: str | None = None
    status: str
    direction: str = "forward"
    leg_no: int
    use_no: int
    conditions: list[ConditionView]
    tracking_state: str
    since: str | None = None
    last_at: str | None = None
    place: dict[str, object] | None = None
    order_id: str | None = None
    customer_id: str | None = None
    merchant: str | None = None
    service: str | None = None
    promise: PromiseView | None = None
    expected: str | None = None
    delivered_at: str | None = None
    late_by: str | None = None
    attempts: int = 0
    inferred: list[str] = Field(default_factory=list)
    pieces: dict[str, str] | None = None
    scans: int = 0
    late_scans: int = 0
    undated_scans: int = 0
    unknown_codes: int = 0


class AxesBefore(Wire):
    """The axes as they stood before the event; null where there was no shipment yet."""

    milestone: str | None
    substatus: str | None = None
    status: str
    leg_no: int
    use_no: int
    tracking_state: str
    conditions: list[str]


class Announcement(Wire):
    """Something that must be told, settled in the transaction of the event that caused it."""

    alert_id: EventId
    kind: AlertKind
    cause: EventId
    n: int
    occurred_at: str | None = None
    leg_no: int
    use_no: int
    reason: str | None = None
    party: str | None = None
    late_by: str | None = None
    condition: str | None = None
    corrects: EventId | None = None


class StatusChanged(Wire):
    """One event's whole effect.

    `src_offset` is the shipment's version; `seq` runs without gap within a partition.
    `restated`: no event did it, other rules of the fold show the shipment differently. Then `src_offset` is
    how much of the log they know, the cause is the shipment's last event, and nothing is announced.
    """

    schema_version: int = 1
    shipment: str
    cause_event_id: EventId
    cause_type: str
    occurred_at: str | None = None
    src_partition: int
    src_offset: int
    seq: int
    before: AxesBefore | None
    after: ShipmentView
    changes: list[str]
    announcements: list[Announcement]
    restated: bool = False
