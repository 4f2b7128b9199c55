"""The words of the field that stand on the wire: milestones, sub-statuses, conditions, parties, kinds.

Source: the status model (axes, sub-statuses, announcements). A word is added here first; what it
does to a shipment is decided in `services/domain`.
"""

from enum import StrEnum
from typing import Final, Literal


class EventType(StrEnum):
    """What kind of fact an event of `shipment-events` states."""

    SHIPMENT_REGISTERED = "ShipmentRegistered"
    SCAN_RECORDED = "ScanRecorded"
    DELIVERY_DATE_REVISED = "DeliveryDateRevised"
    EVENT_RETRACTED = "EventRetracted"
    SHIPMENT_CANCELLED = "ShipmentCancelled"
    ADDRESS_CHANGE_REQUESTED = "AddressChangeRequested"
    ADDRESS_CHANGE_APPLIED = "AddressChangeApplied"
    ADDRESS_CHANGE_REFUSED = "AddressChangeRefused"
    DEADLINE_PASSED = "DeadlinePassed"
    CASE_OPENED = "CaseOpened"
    CASE_RESOLVED = "CaseResolved"


class Milestone(StrEnum):
    """Where a parcel is, per leg. `unknown` stands only on a scan whose code we have not mapped."""

    REGISTERED = "registered"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    DELIVERY_ATTEMPTED = "delivery_attempted"
    DELIVERED = "delivered"
    RETURNING = "returning"
    RETURNED = "returned"
    LOST = "lost"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


SUBSTATUSES: Final[dict[str, tuple[str, ...]]] = {
    "registered": ("awaiting_carrier_data", "number_not_found", "number_invalid", "carrier_undetermined"),
    "info_received": (
        "label_created",
        "manifest_received",
        "awaiting_handover",
        "pickup_scheduled",
        "pickup_failed",
    ),
    "picked_up": ("collected", "dropped_off", "accepted"),
    "in_transit": (
        "hub_arrived",
        "hub_departed",
        "customs_in",
        "customs_released",
        "destination_country_arrived",
        "local_facility",
        "handed_to_partner",
        "forwarded",
        "rerouted",
        "problem_resolved",
    ),
    "out_for_delivery": ("loaded", "appointment_set", "recipient_contacted", "approaching"),
    "available_for_pickup": ("pickup_point", "locker", "carrier_facility", "final_notice"),
    "delivery_attempted": (
        "recipient_absent",
        "business_closed",
        "no_access",
        "address_not_found",
        "payment_not_ready",
        "id_or_otp_failed",
        "out_of_time",
        "refused",
    ),
    "delivered": (
        "recipient",
        "signed",
        "otp",
        "neighbour",
        "safe_place",
        "mailbox",
        "reception",
        "locker_collected",
        "po_box",
        "cod_collected",
        "partial",
        "damaged",
    ),
    "returning": ("refused", "unclaimed", "undeliverable", "customs_rejected", "sender_recall"),
    "returned": ("to_sender", "to_warehouse"),
    "lost": ("carrier_declared", "destroyed", "disposed", "presumed"),
    "cancelled": ("voided_before_handover", "pickup_cancelled", "intercepted"),
}


class Condition(StrEnum):
    """What troubles a parcel, beside where it is. Opened and closed by events (rule R10)."""

    DELAYED_ANNOUNCED = "delayed_announced"
    DELAYED_PREDICTED = "delayed_predicted"
    DELAYED_OVERDUE = "delayed_overdue"
    STALE = "stale"
    ON_HOLD = "on_hold"
    CUSTOMS_HOLD = "customs_hold"
    ADDRESS_ISSUE = "address_issue"
    REFUSED = "refused"
    DAMAGED = "damaged"
    MISSING_PIECES = "missing_pieces"
    MISROUTED = "misrouted"
    ACTION_REQUIRED = "action_required"
    CONFLICTING_SCANS = "conflicting_scans"
    DELIVERY_DISPUTED = "delivery_disputed"
    NUMBER_SUSPECT = "number_suspect"
    LOST = "lost"


class DeadlineKind(StrEnum):
    """What may become true by the mere passing of time (rule R12)."""

    PROMISE_OVERDUE = "promise_overdue"
    STALE = "stale"
    SETTLED = "settled"
    EXPIRED = "expired"


class AlertKind(StrEnum):
    """What downstream is told."""

    CORRECTION = "correction"
    DELIVERED = "delivered"
    DELAY_ANNOUNCED = "delay_announced"
    DELAY_PREDICTED = "delay_predicted"
    DELAY_OVERDUE = "delay_overdue"
    STALLED = "stalled"
    EXCEPTION_OPENED = "exception_opened"
    EXCEPTION_CLOSED = "exception_closed"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ACTION_REQUIRED = "action_required"


Party = Literal["carrier", "sender", "recipient", "customs", "weather", "other"]
PromiseKind = Literal["order_promised", "carrier_promised", "carrier_estimate", "predicted", "custom"]
CaseKind = Literal["lost", "damaged", "missing_pieces", "delivery_disputed"]
RetractReason = Literal["did_not_occur", "incorrect_data"]
TzConfidence = Literal["exact", "offset_given", "location_inferred", "assumed", "unknown"]
TimePrecision = Literal["instant", "date", "none"]
Trust = Literal["signed_body", "bearer", "unsigned", "manual"]
