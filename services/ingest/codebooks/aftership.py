"""AfterShip's tags and subtags.

Sources: AfterShip Tracking API 2026-07, "Delivery Statuses" and "Delivery Sub-statuses"; AfterShip
help centre, "Learn About Delivery Sub-Status" (sub-statuses added on 2026-03-27).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)

TAGS: Final[Mapping[str, Meaning]] = {
    # AfterShip has nothing to tell, or has stopped asking: that says nothing of the parcel
    **dict.fromkeys(("Pending", "Expired"), _NOTHING),
    "InfoReceived": Meaning("info_received"),
    "InTransit": Meaning("in_transit"),
    "OutForDelivery": Meaning("out_for_delivery"),
    "AvailableForPickup": Meaning("available_for_pickup"),
    "AttemptFail": Meaning("delivery_attempted"),
    "Delivered": Meaning("delivered"),
    "Exception": Meaning("in_transit", None, "on_hold", "other"),
}

SUBTAGS: Final[Mapping[str, Meaning]] = {
    **{f"Pending_{n:03d}": _NOTHING for n in range(1, 7)},
    "Expired_001": _NOTHING,
    "InfoReceived_001": Meaning("info_received", "manifest_received"),
    "InTransit_001": Meaning("in_transit"),
    "InTransit_002": Meaning("picked_up", "accepted"),
    "InTransit_003": Meaning("in_transit", "hub_arrived"),
    "InTransit_004": Meaning("in_transit", "destination_country_arrived"),
    "InTransit_005": Meaning("in_transit", "customs_released"),
    "InTransit_006": Meaning("in_transit", "customs_in"),
    "InTransit_007": Meaning("in_transit", "hub_departed"),
    "InTransit_008": Meaning("in_transit", "problem_resolved"),
    "InTransit_009": Meaning("in_transit", "forwarded"),
    "OutForDelivery_001": Meaning("out_for_delivery"),
    "OutForDelivery_003": Meaning("out_for_delivery", "recipient_contacted"),
    "OutForDelivery_004": Meaning("out_for_delivery", "appointment_set"),
    "AvailableForPickup_001": Meaning("available_for_pickup", "pickup_point"),
    "AttemptFail_001": Meaning("delivery_attempted"),
    "AttemptFail_002": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "AttemptFail_003": Meaning("delivery_attempted", "business_closed", None, "recipient"),
    "Delivered_001": Meaning("delivered"),
    # fetched from where it waited
    "Delivered_002": Meaning("delivered", "locker_collected"),
    "Delivered_003": Meaning("delivered", "signed"),
    "Delivered_004": Meaning("delivered", "cod_collected"),
    "Delivered_005": Meaning("delivered", "neighbour"),
    "Exception_001": Meaning("in_transit", None, "on_hold", "other"),
    # the recipient has moved
    "Exception_002": Meaning("delivery_attempted", "address_not_found", "address_issue", "recipient"),
    "Exception_003": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "Exception_004": Meaning("in_transit", "customs_in", "delayed_announced", "customs"),
    "Exception_005": Meaning("in_transit", None, "delayed_announced", "other"),
    # held until the recipient pays
    "Exception_006": Meaning("in_transit", None, "action_required", "recipient"),
    "Exception_007": Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"),
    # not fetched in time
    "Exception_008": Meaning("available_for_pickup", "final_notice", "action_required", "recipient"),
    # against the carrier's rules
    "Exception_009": Meaning("in_transit", None, "on_hold", "sender"),
    "Exception_010": Meaning("returning"),
    "Exception_011": Meaning("returned", "to_sender"),
    "Exception_012": Meaning("in_transit", None, "damaged", "carrier"),
    "Exception_013": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "Exception_016": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "Exception_017": Meaning("in_transit", None, "delayed_announced", "weather"),
    # papers that authorities ask for are wrong or missing
    "Exception_018": Meaning("in_transit", None, "customs_hold", "sender"),
    # a late flight
    "Exception_019": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "Exception_020": Meaning("cancelled"),
    "Exception_021": Meaning("lost", "disposed"),
}

CODES: Final[Mapping[str, Meaning]] = {**TAGS, **SUBTAGS}
