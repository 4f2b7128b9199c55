"""Aramex's update codes, alone or with the problem code beside them.

Source: updates as public integrations of the Shipments Tracking API observe them (2026); Aramex
publishes no list.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

CODES: Final[Mapping[str, Meaning]] = {
    "SH001": Meaning("in_transit"),
    "SH003": Meaning("out_for_delivery"),
    "SH005": Meaning("delivered"),
    "SH006": Meaning("delivered", "recipient"),
    "SH008": Meaning("in_transit", None, "on_hold", "other"),
    "SH012": Meaning("picked_up", "collected"),
    "SH014": Meaning("info_received", "label_created"),
    "SH022": Meaning("in_transit", "hub_departed"),
    "SH033": Meaning("delivery_attempted"),
    "SH041": Meaning("in_transit", "customs_released"),
    "SH047": Meaning("picked_up", "accepted"),
    "SH069": Meaning("returned", "to_sender"),
    "SH156": Meaning("in_transit", "customs_in"),
    "SH160": Meaning("in_transit"),
    # charges paid, address corrected, an update without a content
    "SH239": Meaning(None),
    "SH296": Meaning(None),
    "SH382": Meaning(None),
    "SH294": Meaning("in_transit", None, "on_hold", "recipient"),
    "SH498": Meaning("in_transit", None, "on_hold", "recipient"),
    # why an attempt failed is told by the problem code beside it
    "SH033/A16": Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"),
    "SH033/A18": Meaning("delivery_attempted", "payment_not_ready", "action_required", "recipient"),
}
