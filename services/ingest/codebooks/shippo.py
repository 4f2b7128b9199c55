"""Shippo's tracking statuses and their substatuses, written `STATUS/substatus`.

Source: Shippo API documentation, "Tracking", tables "Tracking status" and "Substatus" (2025).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)
_TRANSIT: Final = Meaning("in_transit")
_ASKS: Final = Meaning("in_transit", None, "action_required", "recipient")

STATUSES: Final[Mapping[str, Meaning]] = {
    # the carrier does not know the number, yet
    "UNKNOWN": _NOTHING,
    "PRE_TRANSIT": Meaning("info_received"),
    "TRANSIT": _TRANSIT,
    "DELIVERED": Meaning("delivered"),
    # on its way back or back already: only the first is certain
    "RETURNED": Meaning("returning"),
    "FAILURE": Meaning("in_transit", None, "on_hold", "other"),
}

_IN_TRANSIT: Final[Mapping[str, Meaning]] = {
    "package_accepted": Meaning("picked_up", "accepted"),
    **dict.fromkeys(("package_processed", "package_processing"), _TRANSIT),
    "package_arrived": Meaning("in_transit", "hub_arrived"),
    "package_departed": Meaning("in_transit", "hub_departed"),
    "package_forwarded": Meaning("in_transit", "forwarded"),
    "package_held": Meaning("in_transit", None, "on_hold", "carrier"),
    "package_damaged": Meaning("in_transit", None, "damaged", "carrier"),
    "delayed": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "delivery_rescheduled": Meaning("in_transit", None, "delayed_announced", "other"),
    "address_issue": Meaning("in_transit", None, "address_issue", "sender"),
    **dict.fromkeys(("contact_carrier", "reschedule_delivery"), _ASKS),
    # an appointment is no scan
    "delivery_scheduled": _NOTHING,
    "out_for_delivery": Meaning("out_for_delivery"),
    "pickup_available": Meaning("available_for_pickup", "carrier_facility"),
    "delivery_attempted": Meaning("delivery_attempted"),
    "notice_left": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "location_inaccessible": Meaning("delivery_attempted", "no_access", None, "recipient"),
}

CODES: Final[Mapping[str, Meaning]] = {
    **STATUSES,
    "UNKNOWN/other": _NOTHING,
    "PRE_TRANSIT/information_received": Meaning("info_received", "manifest_received"),
    **{f"TRANSIT/{substatus}": meaning for substatus, meaning in _IN_TRANSIT.items()},
    "DELIVERED/delivered": Meaning("delivered"),
    "RETURNED/return_to_sender": Meaning("returning"),
    "RETURNED/package_unclaimed": Meaning("returning", "unclaimed", None, "recipient"),
    "FAILURE/package_undeliverable": Meaning("in_transit", None, "on_hold", "other"),
    "FAILURE/package_disposed": Meaning("lost", "disposed"),
    "FAILURE/package_lost": Meaning("lost", "carrier_declared", "lost", "carrier"),
}
