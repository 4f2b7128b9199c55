"""Ship24's milestones and status codes.

Source: Ship24 documentation, "Status", tables `statusMilestone` and `statusCode` (2025).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)

MILESTONES: Final[Mapping[str, Meaning]] = {
    "pending": _NOTHING,
    "info_received": Meaning("info_received"),
    "in_transit": Meaning("in_transit"),
    "out_for_delivery": Meaning("out_for_delivery"),
    "failed_attempt": Meaning("delivery_attempted"),
    "available_for_pickup": Meaning("available_for_pickup"),
    "delivered": Meaning("delivered"),
    "exception": Meaning("in_transit", None, "on_hold", "other"),
}

STATUS_CODES: Final[Mapping[str, Meaning]] = {
    "data_order_created": Meaning("info_received", "manifest_received"),
    "data_order_cancelled": Meaning("cancelled"),
    # ways and hours of delivery offered and chosen
    **dict.fromkeys(("data_delivery_proposed", "data_delivery_decided"), _NOTHING),
    "transit_handover": Meaning("picked_up", "accepted"),
    "transit_origin_country_departure": Meaning("in_transit", "hub_departed"),
    "destination_arrival": Meaning("in_transit", "destination_country_arrived"),
    "customs_received": Meaning("in_transit", "customs_in"),
    **dict.fromkeys(
        ("customs_exception", "customs_rejected"),
        Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    ),
    "customs_cleared": Meaning("in_transit", "customs_released"),
    "delivery_available_for_pickup": Meaning("available_for_pickup", "pickup_point"),
    "delivery_out_for_delivery": Meaning("out_for_delivery"),
    "delivery_attempted": Meaning("delivery_attempted"),
    "delivery_exception": Meaning("in_transit", None, "on_hold", "other"),
    "delivery_refused": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "delivery_delivered": Meaning("delivered"),
    "exception_return": Meaning("returning", "undeliverable"),
    "exception_lost": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "exception_discarded": Meaning("lost", "destroyed"),
}

CODES: Final[Mapping[str, Meaning]] = {**MILESTONES, **STATUS_CODES}
