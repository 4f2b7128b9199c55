"""SEKO OmniParcel's status codes (`OmniCode`).

Source: SEKO Logistics OmniParcel API, "Track and trace", list of OmniParcel status codes OP-1 to OP-94.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)
_TRANSIT: Final = Meaning("in_transit")
_ACCEPTED: Final = Meaning("picked_up", "accepted")
_TO_PARTNER: Final = Meaning("in_transit", "handed_to_partner")
_MISROUTED: Final = Meaning("in_transit", None, "misrouted", "carrier")
_HELD: Final = Meaning("in_transit", None, "on_hold", "carrier")
_BLOCKED: Final = Meaning("in_transit", None, "on_hold", "other")
_UNPAID: Final = Meaning("in_transit", None, "action_required", "sender")
_ATTEMPTED: Final = Meaning("delivery_attempted")
_ABSENT: Final = Meaning("delivery_attempted", "recipient_absent", None, "recipient")
_WAITING: Final = Meaning("available_for_pickup")
_BACK: Final = Meaning("returned", "to_warehouse")
_RETURNING: Final = Meaning("returning")

_FORWARD: Final[Mapping[str, Meaning]] = {
    "OP-1": Meaning("info_received", "label_created"),
    "OP-8": Meaning("info_received", "manifest_received"),
    "OP-9": Meaning("info_received", "awaiting_handover"),
    "OP-12": Meaning("info_received", "pickup_scheduled"),
    **dict.fromkeys(("OP-33", "OP-89"), Meaning("picked_up", "collected")),
    # received with its manifest and without
    **dict.fromkeys(("OP-10", "OP-11", "OP-14", "OP-82"), _ACCEPTED),
    "OP-3": Meaning("in_transit", "hub_departed"),
    **dict.fromkeys(("OP-4", "OP-18", "OP-47", "OP-79", "OP-80"), _TRANSIT),
    "OP-5": Meaning("in_transit", "customs_released"),
    "OP-6": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "OP-50": Meaning("in_transit", "hub_arrived"),
    "OP-51": Meaning("in_transit", "hub_departed"),
    # flights
    "OP-78": Meaning("in_transit", "hub_arrived"),
    "OP-81": Meaning("in_transit", "hub_departed"),
    **dict.fromkeys(("OP-7", "OP-20", "OP-22", "OP-48", "OP-56"), _TO_PARTNER),
    "OP-53": Meaning("in_transit", "rerouted"),
    "OP-54": Meaning("in_transit", "forwarded"),
    "OP-21": Meaning("out_for_delivery"),
    **dict.fromkeys(("OP-19", "OP-42"), _WAITING),
    "OP-25": Meaning("available_for_pickup", "carrier_facility"),
    # a locker or collection point has it, the recipient has yet to come
    "OP-76": Meaning("available_for_pickup", "pickup_point"),
    **dict.fromkeys(("OP-45", "OP-86", "OP-30"), _ATTEMPTED),
    **dict.fromkeys(("OP-24", "OP-84"), _ABSENT),
    "OP-27": Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"),
    "OP-28": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "OP-37": Meaning("delivery_attempted", "no_access", None, "recipient"),
    "OP-38": Meaning("delivery_attempted", "id_or_otp_failed", None, "recipient"),
    **dict.fromkeys(("OP-72", "OP-77"), Meaning("delivered")),
    "OP-71": Meaning("delivered", "partial", "missing_pieces", "carrier"),
    "OP-73": Meaning("delivered", "neighbour"),
    "OP-74": Meaning("delivered", "safe_place"),
    "OP-75": Meaning("delivered", "locker_collected"),
}

_TROUBLES: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("OP-2", "OP-26", "OP-49"), _HELD),
    **dict.fromkeys(("OP-70", "OP-83", "OP-91"), _BLOCKED),
    "OP-41": Meaning("in_transit", None, "on_hold", "sender"),
    # duties or fees are not paid
    **dict.fromkeys(("OP-87", "OP-88"), _UNPAID),
    **dict.fromkeys(("OP-13", "OP-35"), _MISROUTED),
    **dict.fromkeys(("OP-16", "OP-39"), Meaning("in_transit", None, "delayed_announced", "carrier")),
    "OP-17": Meaning("in_transit", None, "damaged", "carrier"),
    "OP-23": Meaning("in_transit", None, "address_issue", "sender"),
    "OP-43": Meaning("available_for_pickup", "final_notice", "action_required", "recipient"),
    "OP-15": Meaning("lost", "carrier_declared", "lost", "carrier"),
    "OP-40": Meaning("lost", "disposed"),
    "OP-92": Meaning("lost", "destroyed"),
    "OP-34": Meaning("cancelled"),
}

_RETURNS: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("OP-29", "OP-55", "OP-66", "OP-85", "OP-94"), _RETURNING),
    "OP-60": Meaning("returning", "undeliverable", None, "sender"),
    "OP-63": Meaning("returning", "customs_rejected", None, "customs"),
    "OP-67": Meaning("returning", "sender_recall", None, "sender"),
    # received back at SEKO's hub, for the reasons of the return
    **dict.fromkeys(("OP-57", "OP-58", "OP-62", "OP-68", "OP-90"), _BACK),
    **dict.fromkeys(("OP-59", "OP-65"), Meaning("returned", "to_warehouse", None, "recipient")),
    "OP-61": Meaning("returned", "to_warehouse", "address_issue", "sender"),
    "OP-64": Meaning("returned", "to_warehouse", "refused", "recipient"),
    "OP-69": Meaning("returned", "to_warehouse", "damaged", "carrier"),
}

_MOVES_NOTHING: Final[Mapping[str, Meaning]] = {
    # information, arrangements and enquiries; a redirection that is only asked for
    **dict.fromkeys(("OP-31", "OP-32", "OP-36", "OP-44", "OP-46", "OP-52"), _NOTHING),
}

CODES: Final[Mapping[str, Meaning]] = {**_FORWARD, **_TROUBLES, **_RETURNS, **_MOVES_NOTHING}
