"""17TRACK's main statuses, sub-statuses and stages, and the numbers its first API had for a package.

Sources: 17TRACK Tracking API v2.4, "Package status" (main and sub-statuses, stages); v1, "Package status".
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)
_TRANSIT: Final = Meaning("in_transit")
_PICKED_UP: Final = Meaning("picked_up", "accepted")
_DEPARTED: Final = Meaning("in_transit", "hub_departed")
_ARRIVED: Final = Meaning("in_transit", "destination_country_arrived")
_ATTEMPTED: Final = Meaning("delivery_attempted")
_REFUSED: Final = Meaning("delivery_attempted", "refused", "refused", "recipient")
_TROUBLE: Final = Meaning("in_transit", None, "on_hold", "other")
_NOT_FOUND: Final = Meaning("registered", "number_not_found")
_RETURNED: Final = Meaning("returned", "to_sender")

STATUSES: Final[Mapping[str, Meaning]] = {
    "NotFound": _NOT_FOUND,
    "InfoReceived": Meaning("info_received"),
    "InTransit": _TRANSIT,
    # 17TRACK has heard nothing for too long, which says nothing of the parcel
    "Expired": _NOTHING,
    "AvailableForPickup": Meaning("available_for_pickup"),
    "OutForDelivery": Meaning("out_for_delivery"),
    "DeliveryFailure": _ATTEMPTED,
    "Delivered": Meaning("delivered"),
    "Exception": _TROUBLE,
}

STAGES: Final[Mapping[str, Meaning]] = {
    "PickedUp": _PICKED_UP,
    "Departure": _DEPARTED,
    "Arrival": _ARRIVED,
    "Returning": Meaning("returning"),
    "Returned": _RETURNED,
}
"""Stages beside those that are called like a main status."""

SUBSTATUSES: Final[Mapping[str, Meaning]] = {
    "NotFound_Other": _NOT_FOUND,
    "NotFound_InvalidCode": Meaning("registered", "number_invalid", "number_suspect", "sender"),
    "InTransit_PickedUp": _PICKED_UP,
    "InTransit_Other": _TRANSIT,
    "InTransit_Departure": _DEPARTED,
    "InTransit_Arrival": _ARRIVED,
    "InTransit_CustomsProcessing": Meaning("in_transit", "customs_in"),
    "InTransit_CustomsReleased": Meaning("in_transit", "customs_released"),
    "InTransit_CustomsRequiringInformation": Meaning("in_transit", "customs_in", "customs_hold", "recipient"),
    "Expired_Other": _NOTHING,
    "AvailableForPickup_Other": Meaning("available_for_pickup"),
    "OutForDelivery_Other": Meaning("out_for_delivery"),
    "DeliveryFailure_Other": _ATTEMPTED,
    "DeliveryFailure_NoBody": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    # security checks, duties, fees
    "DeliveryFailure_Security": Meaning("delivery_attempted", None, "on_hold", "other"),
    "DeliveryFailure_Rejected": _REFUSED,
    "DeliveryFailure_InvalidAddress": Meaning(
        "delivery_attempted", "address_not_found", "address_issue", "sender"
    ),
    "Delivered_Other": Meaning("delivered"),
    "Exception_Other": _TROUBLE,
    "Exception_Returning": Meaning("returning"),
    "Exception_Returned": _RETURNED,
    # the recipient cannot be found
    "Exception_NoBody": Meaning("in_transit", None, "address_issue", "recipient"),
    "Exception_Security": Meaning("in_transit", None, "on_hold", "other"),
    "Exception_Damage": Meaning("in_transit", None, "damaged", "carrier"),
    "Exception_Rejected": _REFUSED,
    "Exception_Delayed": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "Exception_Lost": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "Exception_Destroyed": Meaning("lost", "destroyed"),
    "Exception_Cancel": Meaning("cancelled"),
}

NUMBERED: Final[Mapping[str, Meaning]] = {
    # not found, and expired
    **dict.fromkeys(("0", "20"), _NOTHING),
    "10": _TRANSIT,
    "30": Meaning("available_for_pickup"),
    "35": _ATTEMPTED,
    "40": Meaning("delivered"),
    # "Alert": returned, lost, held or damaged, which the number does not tell apart
    "50": _TROUBLE,
}

CODES: Final[Mapping[str, Meaning]] = {**STATUSES, **STAGES, **SUBSTATUSES, **NUMBERED}
