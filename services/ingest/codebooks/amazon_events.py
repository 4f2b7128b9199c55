"""Amazon's numbered carrier events, which the carriers that deliver for Amazon answer with.

Source: Amazon Selling Partner API, "Fulfillment Outbound" version 2020-07-01, enumeration `EventCode`.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_MISSORTED: Final = Meaning("in_transit", None, "misrouted", "carrier")

CODES: Final[Mapping[str, Meaning]] = {
    # the carrier is told that a parcel waits, or has its papers and not the parcel
    "EVENT_101": Meaning("info_received", "awaiting_handover"),
    "EVENT_411": Meaning("info_received", "manifest_received"),
    "EVENT_102": Meaning("picked_up", "collected"),
    # the parcel came without its papers
    "EVENT_412": Meaning("picked_up", "accepted", "action_required", "sender"),
    "EVENT_201": Meaning("in_transit", "hub_arrived"),
    "EVENT_202": Meaning("in_transit", "hub_departed"),
    "EVENT_203": Meaning("in_transit", "destination_country_arrived"),
    "EVENT_204": Meaning("in_transit", "customs_in"),
    "EVENT_205": Meaning("in_transit", "customs_released"),
    # on its way to where it can be picked up
    "EVENT_206": Meaning("in_transit", "forwarded"),
    "EVENT_415": Meaning("in_transit", "handed_to_partner"),
    "EVENT_419": Meaning("in_transit", "problem_resolved"),
    "EVENT_302": Meaning("out_for_delivery"),
    "EVENT_306": Meaning("out_for_delivery", "recipient_contacted"),
    "EVENT_307": Meaning("out_for_delivery", "appointment_set"),
    "EVENT_308": Meaning("available_for_pickup"),
    "EVENT_304": Meaning("delivery_attempted"),
    "EVENT_407": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "EVENT_301": Meaning("delivered"),
    "EVENT_408": Meaning("returning"),
    "EVENT_309": Meaning("returned", "to_sender"),
    "EVENT_409": Meaning("lost", "carrier_declared", "lost", "carrier"),
    # troubles on the way
    "EVENT_401": Meaning("in_transit", None, "address_issue", "sender"),
    "EVENT_403": Meaning("in_transit", None, "address_issue", "recipient"),
    "EVENT_402": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    # the recipient does not pay what customs ask for
    "EVENT_413": Meaning("in_transit", None, "refused", "recipient"),
    "EVENT_404": Meaning("in_transit", None, "delayed_announced", "other"),
    "EVENT_418": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "EVENT_405": Meaning("in_transit", None, "damaged", "carrier"),
    "EVENT_406": Meaning("in_transit", None, "on_hold", "carrier"),
    "EVENT_416": Meaning("in_transit", None, "on_hold", "other"),
    **dict.fromkeys(("EVENT_414", "EVENT_417"), _MISSORTED),
}
