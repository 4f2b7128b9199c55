"""USPS: what the event codes of its tracking mean, and where a delivered piece was left.

Sources: USPS Publication 199, event codes of the extract file; USPS Publication 97, appendix I; USPS
Web Tools, Track & Confirm API User Guide 4.6 (2023); USPS Developer Portal, Tracking API v3 (2024).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

EVENTS: Final[Mapping[str, Meaning]] = {
    # told, not yet handed over
    "89": Meaning("info_received", "label_created"),
    "GX": Meaning("info_received", "label_created"),
    "MA": Meaning("info_received", "manifest_received"),
    # taken over; TM and PA say that the load came in, not that the piece was seen
    "03": Meaning("picked_up", "accepted"),
    "AD": Meaning("picked_up", "accepted"),
    "OA": Meaning("picked_up", "accepted"),
    "UA": Meaning("picked_up", "accepted"),
    "PA": Meaning("picked_up", "dropped_off"),
    "TM": Meaning("picked_up", "dropped_off"),
    "80": Meaning("picked_up", "collected"),
    # under way
    "06": Meaning("in_transit", "forwarded"),
    "07": Meaning("in_transit", "local_facility"),
    "08": Meaning("in_transit", None, "misrouted", "carrier"),
    "10": Meaning("in_transit", "hub_arrived"),
    "15": Meaning("in_transit", None, "misrouted", "sender"),
    "17": Meaning("in_transit", "handed_to_partner"),
    "19": Meaning("in_transit", "hub_arrived"),
    "41": Meaning("in_transit", "hub_arrived"),
    "42": Meaning("in_transit", "handed_to_partner"),
    "71": Meaning("in_transit", None, "delayed_announced", "carrier"),
    "81": Meaning("in_transit", "hub_arrived"),
    "82": Meaning("in_transit", "hub_departed"),
    "83": Meaning("in_transit", "handed_to_partner"),
    "A1": Meaning("in_transit", "hub_arrived"),
    "EF": Meaning("in_transit", "hub_departed"),
    "MR": Meaning("in_transit", "handed_to_partner"),
    "NT": Meaning("in_transit"),
    "PC": Meaning("in_transit", "local_facility"),
    "SF": Meaning("in_transit", "hub_departed"),
    "T1": Meaning("in_transit", "hub_departed"),
    "TL": Meaning("in_transit"),
    # at the door; 59 is Out for Delivery as the extract file has it
    "OF": Meaning("out_for_delivery"),
    "59": Meaning("out_for_delivery"),
    "02": Meaning("delivery_attempted"),
    "04": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "05": Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"),
    "30": Meaning("delivery_attempted", "no_access"),
    "51": Meaning("delivery_attempted", "business_closed"),
    "52": Meaning("delivery_attempted"),
    "53": Meaning("delivery_attempted", "no_access"),
    "54": Meaning("delivery_attempted"),
    "55": Meaning("delivery_attempted"),
    "56": Meaning("delivery_attempted", "recipient_absent"),
    "14": Meaning("available_for_pickup", "carrier_facility"),
    "16": Meaning("available_for_pickup", "carrier_facility"),
    "01": Meaning("delivered"),
    "43": Meaning("delivered", "recipient"),
    "60": Meaning("delivered", "reception"),
    # on the way back, or nowhere
    "09": Meaning("returning", "undeliverable"),
    "21": Meaning("returning", "undeliverable", "address_issue", "sender"),
    "22": Meaning("returning", "undeliverable", "address_issue", "sender"),
    "23": Meaning("returning", "undeliverable", "address_issue", "recipient"),
    "24": Meaning("returning", "undeliverable", "address_issue", "recipient"),
    "25": Meaning("returning", "undeliverable", "address_issue", "sender"),
    "26": Meaning("returning", "undeliverable", "address_issue", "sender"),
    "27": Meaning("returning", "unclaimed"),
    "28": Meaning("returning", "undeliverable"),
    "29": Meaning("returning", "undeliverable"),
    "31": Meaning("returning", "unclaimed"),
    "44": Meaning("returning", "sender_recall"),
    "11": Meaning("in_transit", None, "on_hold", "carrier"),
    # a scan that is missing, and a paper that goes with the piece
    "DX": Meaning(None),
    "GC": Meaning(None),
}

DELIVERED: Final[Mapping[str, Meaning]] = {
    "01": Meaning("delivered", "mailbox"),
    "02": Meaning("delivered", "safe_place"),
    "03": Meaning("delivered", "mailbox"),
    "04": Meaning("delivered", "recipient"),
    "05": Meaning("delivered", "reception"),
    "06": Meaning("delivered", "safe_place"),
    "08": Meaning("delivered", "po_box"),
    "09": Meaning("delivered", "recipient"),
    "10": Meaning("delivered", "recipient"),
    "11": Meaning("delivered", "mailbox"),
    "17": Meaning("delivered", "reception"),
    "23": Meaning("delivered", "reception"),
    "41": Meaning("returned", "to_sender"),
}
"""What the DeliveryAttributeCode beside event 01 says: delivered where, or back to who sent it."""
