"""FedEx: what event types, exception codes, places and delays mean.

Sources: FedEx Web Services, Track Service WSDL Guide 2020 (tracking status codes, ArrivalLocationType,
TrackDeliveryLocationType); FedEx Developer Portal, Basic Integrated Visibility (Track API v1);
FedEx operational scan codes: DEX, STAT and PUX, whose numbers are the exception codes.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

_DELAYED: Final = "delayed_announced"


def _spread(groups: tuple[tuple[Meaning, str], ...]) -> Mapping[str, Meaning]:
    return {code: meaning for meaning, codes in groups for code in codes.split()}


EVENTS: Final[Mapping[str, Meaning]] = _spread(
    (
        (Meaning("info_received", "label_created"), "OC IN"),
        (Meaning("info_received", "manifest_received"), "OX"),
        (Meaning("info_received", "pickup_scheduled"), "AP DS EP"),
        (Meaning("info_received", "pickup_failed"), "DR"),
        (Meaning("info_received", None, _DELAYED, "carrier"), "PD"),
        (Meaning("picked_up", "collected"), "PU PX"),
        (Meaning("picked_up", "accepted"), "IP"),
        # EA is on the way to an airport, or approved for export: under way in both readings
        (Meaning("in_transit"), "AA EA EO IT IX OW PF PL PM"),
        (Meaning("in_transit", "hub_arrived"), "AF AR OF SF"),
        (Meaning("in_transit", "hub_departed"), "DP LO"),
        (Meaning("in_transit", "local_facility"), "FD"),
        (Meaning("in_transit", "handed_to_partner"), "AC AX TP TR"),
        (Meaning("in_transit", "rerouted"), "CH"),
        (Meaning("in_transit", "customs_in"), "BR CP CU"),
        (Meaning("in_transit", "customs_in", "customs_hold", "customs"), "CD"),
        (Meaning("in_transit", "customs_released"), "CC"),
        (Meaning("in_transit", None, _DELAYED, "carrier"), "DD DY"),
        (Meaning("in_transit", None, "on_hold", "carrier"), "SE"),
        (Meaning("out_for_delivery"), "ED OD"),
        (Meaning("out_for_delivery", "approaching"), "AD"),
        (Meaning("available_for_pickup", "carrier_facility"), "HL"),
        (Meaning("available_for_pickup", "pickup_point"), "HP"),
        (Meaning("delivery_attempted"), "DE"),
        (Meaning("delivered"), "DL"),
        (Meaning("returning"), "RS"),
        (Meaning("cancelled", "voided_before_handover"), "CA"),
        # requests of the recipient, links to return labels, forecasts, and several statuses at once
        (Meaning(None), "AE AO HA LP RC RD RG RM RP RR SP"),
    )
)

TROUBLE: Final = frozenset({"CD", "DD", "DE", "DY", "PD", "SE"})
"""Events that say only that something is wrong: the exception code says what, and where the parcel is."""

EXCEPTIONS: Final[Mapping[str, Meaning]] = _spread(
    (
        (Meaning("in_transit", None, _DELAYED, "carrier"), "01 22 23 31 32 33 44 48 54 79 85 89"),
        (Meaning("in_transit", None, _DELAYED, "other"), "83 083 84"),
        (Meaning("in_transit", None, _DELAYED, "sender"), "24"),
        (Meaning("in_transit", None, _DELAYED, "recipient"), "42"),
        (Meaning("in_transit", "customs_released", _DELAYED, "carrier"), "52"),
        (Meaning("in_transit"), "21 26 27 28 41 45 46 47 51 56 68 69 70 72 74 77 86"),
        (Meaning("in_transit", "handed_to_partner"), "19 67"),
        (Meaning("in_transit", "rerouted"), "29 A12 A13 A47"),
        (Meaning("in_transit", None, "misrouted", "carrier"), "12 18"),
        (Meaning("in_transit", None, "on_hold", "carrier"), "25 36 38 53 57"),
        (Meaning("in_transit", None, "on_hold", "sender"), "20 78 91"),
        (Meaning("in_transit", None, "on_hold", "recipient"), "17"),
        (Meaning("in_transit", None, "on_hold", "other"), "14 099"),
        (Meaning("in_transit", None, "damaged", "carrier"), "37"),
        (Meaning("in_transit", "customs_in"), "61 62 71 75 76 80 90 A25"),
        (Meaning("in_transit", "customs_in", "customs_hold", "customs"), "55 60 73 R0162"),
        (Meaning("in_transit", "customs_in", "customs_hold", "sender"), "50 88 R0142"),
        (Meaning("in_transit", "customs_in", "customs_hold", "recipient"), "58 63 R0055"),
        (Meaning("in_transit", "customs_in", "customs_hold", "other"), "64"),
        (Meaning("in_transit", "customs_released"), "65 66"),
        (Meaning("delivery_attempted", "recipient_absent"), "08 007"),
        (Meaning("delivery_attempted", "business_closed"), "30"),
        (Meaning("delivery_attempted", "business_closed", _DELAYED, "other"), "15"),
        (Meaning("delivery_attempted", "no_access"), "05"),
        (Meaning("delivery_attempted", "address_not_found", "address_issue", "sender"), "03"),
        (Meaning("delivery_attempted", "payment_not_ready", "action_required", "recipient"), "93"),
        (Meaning("delivery_attempted", "refused", "refused", "recipient"), "07"),
        (Meaning("delivery_attempted", None, "damaged", "carrier"), "10"),
        (Meaning("available_for_pickup", "carrier_facility"), "59"),
        (Meaning("available_for_pickup", "pickup_point"), "015A"),
        (Meaning("delivered", "safe_place"), "02"),
        (Meaning("delivered", "cod_collected"), "16"),
        (Meaning("picked_up", "dropped_off"), "13 81 084"),
        (Meaning("info_received", "pickup_failed"), "35 39 40 43 92 94 95 96 97 98"),
    )
)
"""Exception codes: two digits of Express, three of Ground, letters of clearance and of requests."""

ARRIVALS: Final[Mapping[str, str]] = {"DESTINATION_FEDEX_FACILITY": "local_facility"}
"""Where an arrival is more than one at a hub, by the type of the place."""

DELIVERED_TO: Final[Mapping[str, str]] = {
    **dict.fromkeys(("APARTMENT_OFFICE", "GATE_HOUSE", "GUARD_OR_SECURITY_STATION"), "reception"),
    **dict.fromkeys(("LEASING_OFFICE", "MAILROOM", "MAIN_OFFICE", "MANAGER_OFFICE"), "reception"),
    **dict.fromkeys(("RECEPTIONIST_OR_FRONT_DESK", "RENTAL_OFFICE", "SHIPPING_RECEIVING"), "reception"),
    "FEDEX_LOCATION": "recipient",
}
"""Where a parcel was delivered, by the type of the place; a residence says nothing more."""

DELAYS: Final[Mapping[str, tuple[str, str]]] = {
    "WEATHER": (_DELAYED, "weather"),
    "CLEARANCE": ("customs_hold", "customs"),
    "OPERATIONAL": (_DELAYED, "carrier"),
    "GENERAL": (_DELAYED, "carrier"),
    "LOCAL": (_DELAYED, "other"),
}
"""Reason and party of a delay by its type."""
