"""`shipment-alerts`: what downstream notification systems take.

Nothing in an alert depends on the wall clock: from the same log it is the same bytes.
"""

from schemas.event import EventId, Wire
from schemas.status import PromiseView
from schemas.vocabulary import AlertKind


class Alert(Wire):
    """One thing worth telling about one shipment; delivered at least once, deduped by `alert_id`."""

    schema_version: int = 1
    alert_id: EventId
    kind: AlertKind
    shipment: str
    use_no: int
    leg_no: int
    cause_event_id: EventId
    src_partition: int
    src_offset: int
    occurred_at: str | None
    status_before: str | None
    status_after: str
    order_id: str | None
    customer_id: str | None
    promise: PromiseView | None
    late_by: str | None
    reason: str | None
    party: str | None
    corrects: EventId | None
