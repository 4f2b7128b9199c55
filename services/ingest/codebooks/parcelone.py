"""PARCEL.ONE's tracking status codes, in words and in numbers.

Source: PARCEL.ONE Shipping API v1, "Tracking", `StatusCode` (2024). AWAITING_PICKUP is left out: it is
written before the hand-over and at the counter alike.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_LABEL: Final = Meaning("info_received", "label_created")
_ADVICE: Final = Meaning("info_received", "manifest_received")
_TRANSIT: Final = Meaning("in_transit")
_LOADED: Final = Meaning("out_for_delivery", "loaded")
_SHOP: Final = Meaning("available_for_pickup", "pickup_point")
_TROUBLE: Final = Meaning("in_transit", None, "on_hold", "other")
_NOT_THERE: Final = Meaning("delivery_attempted", "address_not_found", "address_issue", "sender")

CODES: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("CREATED", "LABEL_PRINTED"), _LABEL),
    **dict.fromkeys(("REGISTERED", "DATA_RECEIVED"), _ADVICE),
    **dict.fromkeys(("0", "1"), Meaning("info_received")),
    **dict.fromkeys(("IN_TRANSIT", "PROCESSED", "SORTING", "SHIPPED", "10", "20", "30"), _TRANSIT),
    "ARRIVED": Meaning("in_transit", "hub_arrived"),
    **dict.fromkeys(("DEPARTED", "EXPORTED"), Meaning("in_transit", "hub_departed")),
    "IMPORTED": Meaning("in_transit", "destination_country_arrived"),
    **dict.fromkeys(("CUSTOMS", "CUSTOMS_CLEARANCE"), Meaning("in_transit", "customs_in")),
    "REDIRECTED": Meaning("in_transit", "rerouted"),
    **dict.fromkeys(("HELD", "40"), Meaning("in_transit", None, "on_hold", "carrier")),
    "PAYMENT_REQUIRED": Meaning("in_transit", None, "action_required", "recipient"),
    "DELAYED": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "RESCHEDULED": Meaning("in_transit", None, "delayed_announced", "other"),
    **dict.fromkeys(("EXCEPTION", "99"), _TROUBLE),
    **dict.fromkeys(("OUT_FOR_DELIVERY", "DELIVERY_IN_PROGRESS", "80"), Meaning("out_for_delivery")),
    **dict.fromkeys(("ON_DELIVERY_VEHICLE", "IN_DELIVERY_VEHICLE"), _LOADED),
    # a parcel shop has it, the recipient has yet to come
    **dict.fromkeys(("AT_PARCELSHOP", "DELIVERED_PARCELSHOP"), _SHOP),
    **dict.fromkeys(("READY_FOR_PICKUP", "AVAILABLE_FOR_COLLECTION", "70"), Meaning("available_for_pickup")),
    **dict.fromkeys(("FAILED", "NOT_DELIVERED"), Meaning("delivery_attempted")),
    "REFUSED": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    **dict.fromkeys(("ADDRESSEE_NOT_FOUND", "WRONG_ADDRESS"), _NOT_THERE),
    **dict.fromkeys(("DELIVERED", "POD", "90"), Meaning("delivered")),
    "DELIVERED_NEIGHBOR": Meaning("delivered", "neighbour"),
    "DELIVERED_SAFE_PLACE": Meaning("delivered", "safe_place"),
}
