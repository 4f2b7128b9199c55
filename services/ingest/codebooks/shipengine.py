"""ShipEngine's (ShipStation's) tracking status codes and their detail codes.

Sources: ShipEngine API reference v1, "Tracking status codes" and "Tracking status detail codes" (2025);
its carrier interface `connect-carrier-api` 4.16, `StandardizedStatusDetailCodes`.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_NOTHING: Final = Meaning(None)
_TO_PARTNER: Final = Meaning("in_transit", "handed_to_partner")
_MISROUTED: Final = Meaning("in_transit", None, "misrouted", "carrier")
_DELAYED: Final = Meaning("in_transit", None, "delayed_announced", "carrier")
_AT_CUSTOMS: Final = Meaning("in_transit", "customs_in", "customs_hold", "customs")
_ATTEMPTED: Final = Meaning("delivery_attempted")
_UNPAID: Final = Meaning("delivery_attempted", "payment_not_ready", "action_required", "recipient")
_SENDERS_FAULT: Final = Meaning("returning", "undeliverable", None, "sender")
_TO_COME: Final = Meaning("registered", "awaiting_carrier_data")
_OFFICE: Final = Meaning("available_for_pickup", "carrier_facility")
_COLLECTED: Final = Meaning("picked_up", "collected")

STATUSES: Final[Mapping[str, Meaning]] = {
    "UN": _NOTHING,
    "NY": _TO_COME,
    # known to the carrier; that it has the parcel only a detail code says
    "AC": Meaning("info_received"),
    "IT": Meaning("in_transit"),
    "AT": _ATTEMPTED,
    "DE": Meaning("delivered"),
    "SP": Meaning("available_for_pickup"),
    "EX": Meaning("in_transit", None, "on_hold", "other"),
}

_BEFORE: Final[Mapping[str, Meaning]] = {
    "AWAITING_ELECTRONIC_ADVICE": _TO_COME,
    "SHIPMENT_CREATED": Meaning("info_received", "label_created"),
    "ELEC_ADVICE_RECD_BY_CARRIER": Meaning("info_received", "manifest_received"),
    **dict.fromkeys(
        ("AWAITING_DESPATCH", "AWAITING_PICKUP_DROP_OFF"), Meaning("info_received", "awaiting_handover")
    ),
    "COLLECTION_REQUESTED": Meaning("info_received", "pickup_scheduled"),
    "COLLECTION_FAILED": Meaning("info_received", "pickup_failed", None, "carrier"),
    "NOT_YET_RECEIVED_BY_CARRIER": Meaning("info_received", "pickup_failed", None, "sender"),
    **dict.fromkeys(("COLLECTION_MADE", "PICKED_UP"), _COLLECTED),
    "DROPPED_OFF": Meaning("picked_up", "dropped_off"),
    "DESPATCHED": Meaning("picked_up"),
    **dict.fromkeys(
        ("RECEIVED_BY_CARRIER", "RECD_BY_CARRIER_NO_ELEC_ADVICE"), Meaning("picked_up", "accepted")
    ),
}

_ON_THE_WAY: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("IN_TRANSIT", "HUB_PROCESSING"), Meaning("in_transit")),
    "HUB_SCAN_IN": Meaning("in_transit", "hub_arrived"),
    "HUB_SCAN_OUT": Meaning("in_transit", "hub_departed"),
    "RECEIVED_LOCAL_DELIVERY_DEPOT": Meaning("in_transit", "local_facility"),
    **dict.fromkeys(("SUB_CONTRACTOR_EVENT", "SUB_CONTRACTOR_RECEIVED"), _TO_PARTNER),
    "PARCEL_REDIRECTED": Meaning("in_transit", "rerouted"),
    "CUSTOMS_PROCESSING": Meaning("in_transit", "customs_in"),
    "CUSTOMS_CLEARED": Meaning("in_transit", "customs_released"),
    **dict.fromkeys(("HELD_BY_CUSTOMS", "HELD_BY_EXPORT_CUSTOMS", "HELD_BY_IMPORT_CUSTOMS"), _AT_CUSTOMS),
    "HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING": Meaning("in_transit", None, "customs_hold", "carrier"),
    "HELD_BY_CARRIER": Meaning("in_transit", None, "on_hold", "carrier"),
    "INCORRECT_DECLARATION": Meaning("in_transit", None, "on_hold", "sender"),
    "ADDRESS_QUERY": Meaning("in_transit", None, "address_issue", "sender"),
    **dict.fromkeys(("CARRIER_DELAYS", "PARCEL_REPACKED"), _DELAYED),
    **dict.fromkeys(
        ("DELAYED_NOT_CARRIER", "DELIVERY_RESCHEDULED"),
        Meaning("in_transit", None, "delayed_announced", "other"),
    ),
    **dict.fromkeys(("MISSORTED", "ROUTING_ERROR"), _MISROUTED),
    "OUT_FOR_DELIVERY": Meaning("out_for_delivery"),
    "AWAITING_COLLECTION_FROM_PICKUP_POINT": Meaning("available_for_pickup", "pickup_point"),
    **dict.fromkeys(("COLLECT_AT_LOCAL_PO", "CUSTOMER_TO_COLLECT_FROM_CARRIER"), _OFFICE),
    # its recipient has yet to open the locker
    "DELIVERED_TO_LOCKER_COLLECTION_POINT": Meaning("available_for_pickup", "locker"),
}

ATTEMPTS: Final[Mapping[str, int]] = {"ATTEMPTED_DELIVERY_2ND": 2, "ATTEMPTED_DELIVERY_3RD": 3}
"""Detail codes that count the attempts."""

_AT_THE_DOOR: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("ATTEMPTED_DELIVERY", "ATTEMPTED_DELIVERY_FINAL", *ATTEMPTS), _ATTEMPTED),
    "CUSTOMER_CARDED": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "CUSTOMER_IDENTIFICATION_FAILED": Meaning("delivery_attempted", "id_or_otp_failed", None, "recipient"),
    "NO_ACCESS_TO_RECIPIENTS_ADDRESS": Meaning("delivery_attempted", "no_access", None, "recipient"),
    **dict.fromkeys(("COD_AMOUNT_NOT_PAID", "INVALID_METHOD_OF_PAYMENT"), _UNPAID),
    **dict.fromkeys(("DELIVERED", "PROOF_OF_DELIVERY"), Meaning("delivered")),
    "DELIVERED_DAMAGED": Meaning("delivered", "damaged", "damaged", "carrier"),
    "DELIVERED_IN_PART": Meaning("delivered", "partial", "missing_pieces", "carrier"),
    "DELIVERED_SPECIFIED_SAFE_PLACE": Meaning("delivered", "safe_place"),
    "DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION": Meaning("delivered"),
    "DELIVERED_TO_NEIGHBOUR": Meaning("delivered", "neighbour"),
    "DELIVERED_TO_PO_BOX": Meaning("delivered", "po_box"),
    "PARCEL_COLLECTED_FROM_PICKUP_POINT": Meaning("delivered", "locker_collected"),
}

_AWAY: Final[Mapping[str, Meaning]] = {
    "CANCELLED": Meaning("cancelled"),
    "CANCELLED_BEFORE_DESPATCH": Meaning("cancelled", "voided_before_handover", None, "sender"),
    "RETURN_TO_SENDER": Meaning("returning"),
    "NOT_DELIVERED": Meaning("returning", "undeliverable"),
    "CUSTOMER_MOVED": Meaning("returning", "undeliverable", "address_issue", "recipient"),
    "NOT_COLLECTED_FROM_PICKUP_POINT": Meaning("returning", "unclaimed", None, "recipient"),
    "REFUSED_BY_CUSTOMER": Meaning("returning", "refused", "refused", "recipient"),
    **dict.fromkeys(("HAZARDOUS_PROHIBITED", "PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY"), _SENDERS_FAULT),
    "PARCEL_DAMAGED": Meaning("returning", "undeliverable", "damaged", "carrier"),
    "NOT_DELIVERED_ADDRESSEE_DECEASED": Meaning("in_transit", None, "on_hold", "recipient"),
    "PARCEL_DISPOSED": Meaning("lost", "disposed"),
    "PARCEL_LOST": Meaning("lost", "carrier_declared", "lost", "carrier"),
}

_MOVES_NOTHING: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("INFORMATION", "POST_TRANSIT_STATUS", "PARCEL_OVER_LABELLED"), _NOTHING),
    # appointments, messages to the recipient, money that was collected
    **dict.fromkeys(("DELIVERY_ARRANGED_WITH_RECIPIENT", "DELIVERY_SCHEDULED", "COD_AMOUNT_PAID"), _NOTHING),
    **dict.fromkeys(
        (
            *("PARCEL_UPDATE_NOTIFICATION", "PARCEL_UPDATE_NOTIFICATION_VIA_EMAIL"),
            *("PARCEL_UPDATE_NOTIFICATION_VIA_SMS", "CARRIER_STATUS_NOT_MAPPED"),
        ),
        _NOTHING,
    ),
}

DETAILS: Final[Mapping[str, Meaning]] = {**_BEFORE, **_ON_THE_WAY, **_AT_THE_DOOR, **_AWAY, **_MOVES_NOTHING}

CODES: Final[Mapping[str, Meaning]] = {**STATUSES, **DETAILS}
