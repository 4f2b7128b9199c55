"""Spring GDS's (XBS) event codes.

Source: Spring XBS API documentation, section 3, "Tracking event codes".
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)
_TRANSIT: Final = Meaning("in_transit")
_BACK: Final = Meaning("returned", "to_warehouse")

CODES: Final[Mapping[str, Meaning]] = {
    "0": Meaning("info_received", "label_created"),
    "12": Meaning("info_received", "awaiting_handover"),
    "1001": Meaning("info_received", None, "action_required", "sender"),
    **dict.fromkeys(("15", "18"), Meaning("picked_up", "collected")),
    "20": Meaning("picked_up", "accepted"),
    **dict.fromkeys(("19", "22"), Meaning("in_transit", "hub_arrived")),
    **dict.fromkeys(("21", "9102"), _TRANSIT),
    "2101": Meaning("in_transit", "hub_departed"),
    # imported, and handed over in the country of destination, where tracking may end
    **dict.fromkeys(("2103", "101"), Meaning("in_transit", "destination_country_arrived")),
    "40": Meaning("in_transit", "customs_in"),
    "41": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "2102": Meaning("in_transit", "customs_released"),
    "9101": Meaning("in_transit", "handed_to_partner"),
    "93": Meaning("in_transit", "local_facility"),
    "9301": Meaning("out_for_delivery"),
    "92": Meaning("available_for_pickup"),
    "91": Meaning("delivery_attempted"),
    "100": Meaning("delivered"),
    "31": Meaning("in_transit", None, "action_required", "recipient"),
    "9302": Meaning("in_transit", None, "delayed_announced", "carrier"),
    # lost or destroyed: the code does not tell them apart
    "111": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "4106": Meaning("cancelled"),
    "124": Meaning("returning"),
    "12406": Meaning("returned", "to_sender"),
    **dict.fromkeys(("125", "12502", "12505"), _BACK),
    "12501": Meaning("returned", "to_warehouse", "refused", "recipient"),
    "12503": Meaning("returned", "to_warehouse", "damaged", "carrier"),
    "12504": Meaning("returned", "to_warehouse", None, "recipient"),
    "12506": Meaning("lost", "destroyed"),
    # the end of updates, and information
    **dict.fromkeys(("25", "9999"), _NOTHING),
}
