"""EasyPost's statuses and status details.

Source: EasyPost API reference, "Trackers" (statuses, status details).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

STATUSES: Final[Mapping[str, Meaning]] = {
    "unknown": Meaning(None),
    "error": Meaning(None),
    "pre_transit": Meaning("info_received"),
    "in_transit": Meaning("in_transit"),
    "out_for_delivery": Meaning("out_for_delivery"),
    "available_for_pickup": Meaning("available_for_pickup"),
    "delivered": Meaning("delivered"),
    "return_to_sender": Meaning("returning"),
    "failure": Meaning("lost", "carrier_declared"),
    "cancelled": Meaning("cancelled"),
}

SILENT_DETAILS: Final = frozenset({"", "status_update", "unknown"})
"""Details that say no more than their status."""

DETAILS: Final[Mapping[tuple[str, str], Meaning]] = {
    ("pre_transit", "label_created"): Meaning("info_received", "label_created"),
    ("pre_transit", "awaiting_information"): Meaning("info_received", "awaiting_handover"),
    ("in_transit", "received_at_origin_facility"): Meaning("picked_up", "accepted"),
    ("in_transit", "departed_origin_facility"): Meaning("in_transit", "hub_departed"),
    ("in_transit", "departed_facility"): Meaning("in_transit", "hub_departed"),
    ("in_transit", "arrived_at_facility"): Meaning("in_transit", "hub_arrived"),
    ("in_transit", "arrived_at_destination"): Meaning("in_transit", "local_facility"),
    ("in_transit", "received_at_destination_facility"): Meaning("in_transit", "local_facility"),
    ("in_transit", "transferred_to_destination_carrier"): Meaning("in_transit", "handed_to_partner"),
    ("in_transit", "arrived_at_pickup_location"): Meaning("available_for_pickup", "pickup_point"),
    ("in_transit", "delivery_exception"): Meaning("delivery_attempted"),
    ("in_transit", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("in_transit", "return"): Meaning("returning"),
    ("out_for_delivery", "delivery_exception"): Meaning("delivery_attempted"),
    ("out_for_delivery", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("available_for_pickup", "arrived_at_pickup_location"): Meaning("available_for_pickup", "pickup_point"),
    ("available_for_pickup", "arrived_at_destination"): Meaning("available_for_pickup", "carrier_facility"),
    ("return_to_sender", "refused"): Meaning("returning", "refused", "refused", "recipient"),
    ("failure", "lost"): Meaning("lost", "carrier_declared"),
    ("failure", "damaged"): Meaning("in_transit", None, "damaged", "carrier"),
    ("failure", "delivery_exception"): Meaning("delivery_attempted"),
    ("failure", "refused"): Meaning("delivery_attempted", "refused", "refused", "recipient"),
    ("failure", "return"): Meaning("returning"),
    ("failure", "address_correction"): Meaning("delivery_attempted", "address_not_found", "address_issue"),
    # the carrier has stopped telling, which says nothing of the parcel
    ("failure", "expired"): Meaning(None),
}

REASONS: Final[Mapping[str, tuple[str, str | None]]] = {
    "address_correction": ("address_issue", None),
    "damaged": ("damaged", "carrier"),
    "delayed": ("delayed_announced", "carrier"),
    "weather_delay": ("delayed_announced", "weather"),
    "held": ("on_hold", None),
    "missorted": ("misrouted", "carrier"),
    "lost": ("lost", "carrier"),
    "refused": ("refused", "recipient"),
}
"""Details that trouble a parcel wherever it is: (reason, party)."""

SAME_DETAILS: Final = frozenset(
    {
        *("in_transit", "out_for_delivery", "cancelled", "failure", "return", "expired", "label_created"),
        *("arrived_at_destination", "arrived_at_facility", "departed_facility", "awaiting_information"),
        *("delivery_exception", "transit_exception", "arrived_at_pickup_location"),
        *("departed_origin_facility", "received_at_destination_facility", "received_at_origin_facility"),
        "transferred_to_destination_carrier",
    }
)
"""Details EasyPost lists that add nothing we tell to a status they are not paired with above."""

CODES: Final[Mapping[str, Meaning]] = {
    **STATUSES,
    **{f"{status}/{fine}": meaning for (status, fine), meaning in DETAILS.items()},
}
"""The pairs of status and detail as `raw.code` has them."""
