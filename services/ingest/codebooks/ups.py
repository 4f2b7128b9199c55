"""UPS: what the codes of activities other than exceptions mean.

Sources: UPS Developer Portal, API codes (2025): "Tracking status description codes", "Tracking
package activity types", "Tracking manifest codes", freight activity codes, places of delivery; the
OpenAPI documents `Tracking.yaml` and `UPSTrackAlert.yaml` of UPS-API/api-documentation (activity
codes of their examples, and that type D covers loaded and out for delivery as well as delivered).
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from services.ingest.codebooks.ups_exceptions import EXCEPTIONS
from services.ingest.reading.meaning import Meaning

T = TypeVar("T")


def _spread(groups: tuple[tuple[T, str], ...]) -> Mapping[str, T]:
    return {code: meaning for meaning, codes in groups for code in codes.split()}


TYPES: Final[Mapping[str, Meaning]] = {
    "M": Meaning("info_received", "manifest_received"),
    "MV": Meaning("cancelled", "voided_before_handover"),
    "P": Meaning("picked_up", "collected"),
    "I": Meaning("in_transit"),
    "W": Meaning("in_transit"),
    "DO": Meaning("in_transit", "hub_arrived"),
    "DD": Meaning("in_transit", "hub_arrived"),
    "RS": Meaning("returning"),
    "U": Meaning(None),
    "NA": Meaning(None),
}
"""What a type says by itself. D and X say too little: D is loaded, out for delivery or delivered."""

MANIFEST: Final[Mapping[str, Meaning]] = {
    "MP": Meaning("info_received", "label_created"),
    "DP": Meaning("info_received", "manifest_received"),
    "RD": Meaning("info_received", "label_created"),
    "MV": Meaning("cancelled", "voided_before_handover"),
    "VP": Meaning("cancelled", "voided_before_handover"),
}
"""Codes of the types M and MV; DP is a departure under any other type."""

PLACES: Final[Mapping[str, str | None]] = _spread(
    (
        ("reception", "M3 M4 M5 M6 M8 M9 MA ME OZ ZG ZH 8O"),
        ("recipient", "M7 MG MH MJ MK 3G"),
        ("safe_place", "ML MM MN NL NT ZF 3F"),
        ("neighbour", "3H"),
        (None, "M1 M2 MC MD MX AI ZI 9E"),
    )
)
"""Where a parcel was left: codes of a place, which also stand as the code of a delivery."""

_ALSO_EXCEPTIONS: Final = "10 12 28 31 63 1N 2Q 2W A0 B0 D2 E9 F7 ZP"

DELIVERIES: Final[Mapping[str, Meaning]] = {
    **dict.fromkeys(("F4", "FS", "KB", "KM", "OO", "UC", "ZE"), Meaning("delivered")),
    "FT": Meaning("delivered", "recipient"),
    **{code: Meaning("delivered", place) for code, place in PLACES.items()},
    **{code: EXCEPTIONS[code] for code in _ALSO_EXCEPTIONS.split()},
}
"""Codes of type D that say delivered, or where the parcel waits for its receiver."""

ACTIVITIES: Final[Mapping[str, Meaning]] = _spread(
    (
        (Meaning("info_received", "awaiting_handover"), "OC LM 003"),
        (Meaning("info_received", "manifest_received"), "001 037 039"),
        (Meaning("info_received", "pickup_scheduled"), "038 059 061 072 074"),
        (Meaning("picked_up", "accepted"), "OR 002 046"),
        (Meaning("picked_up", "collected"), "PU Z5 017 051"),
        (Meaning("picked_up", "dropped_off"), "XD"),
        (Meaning("in_transit"), "AG AT EP LC LD LK LY VO VT WH YT YX Z2 Z4 022 044 062 063 065 066"),
        (Meaning("in_transit", "hub_arrived"), "AR F0 DO DD HL 007 029 049 052"),
        (Meaning("in_transit", "hub_departed"), "DP 005 028 080"),
        (Meaning("in_transit", "local_facility"), "DS YP 016 030 040 048"),
        (Meaning("in_transit", "handed_to_partner"), "LX XR YN ZK 010"),
        (Meaning("in_transit", "destination_country_arrived"), "031"),
        (Meaning("in_transit", "customs_in"), "043 056"),
        (Meaning("in_transit", "customs_released"), "SR 009 027 067 068 069 070"),
        (Meaning("out_for_delivery"), "OF OT 011 055 060"),
        (Meaning("out_for_delivery", "loaded"), "OD"),
        (Meaning("out_for_delivery", "approaching"), "057"),
        (Meaning("delivered"), "012 050"),
        (Meaning("cancelled", "voided_before_handover"), "014"),
        (Meaning(None, None, "missing_pieces", "sender"), "053"),
        (Meaning(None, None, "missing_pieces", "carrier"), "058"),
        (
            # dates planned, papers and bookings
            Meaning(None),
            "UP UT 000 004 006 013 015 020 032 033 034 035 036 041 042 045 047 054 073",
        ),
    )
)
"""Codes of the types I, P, D, U and W, and those of freight."""

STATUSES: Final[Mapping[str, Meaning]] = _spread(
    (
        (Meaning("info_received", "label_created"), "3 80 157 166"),
        (Meaning("info_received", "awaiting_handover"), "44 45 79"),
        (Meaning("info_received", "pickup_scheduled"), "77"),
        (Meaning("info_received", "pickup_failed"), "43 65 131 135"),
        (Meaning("picked_up", "collected"), "38"),
        (Meaning("picked_up", "accepted"), "160"),
        (Meaning("picked_up", "dropped_off"), "167 168 169"),
        (Meaning("in_transit"), "5 10 16 39 47 73 87 138 158 159 164 165"),
        (Meaning("in_transit", "local_facility"), "71"),
        (Meaning("in_transit", "handed_to_partner"), "25 74 137"),
        (Meaning("in_transit", "rerouted"), "57"),
        (Meaning("in_transit", "customs_in"), "12 92"),
        (Meaning("in_transit", "customs_in", "customs_hold", "customs"), "126"),
        (Meaning("in_transit", "customs_in", "customs_hold", "other"), "123"),
        (Meaning("in_transit", "customs_in", "customs_hold", "recipient"), "58 124 125"),
        (Meaning("in_transit", "customs_released"), "14 84 134"),
        (Meaning("in_transit", None, "delayed_announced", "carrier"), "30 46 48 76 86 90"),
        (Meaning("in_transit", None, "delayed_announced", "weather"), "32 51 52 53"),
        (Meaning("in_transit", None, "delayed_announced", "other"), "132"),
        (Meaning("in_transit", None, "on_hold", "recipient"), "19"),
        (Meaning("in_transit", None, "on_hold", "carrier"), "68 69 83"),
        (Meaning("in_transit", None, "action_required", "recipient"), "29 49 85"),
        (Meaning("in_transit", None, "address_issue", "sender"), "50"),
        (Meaning("out_for_delivery"), "6 21 37 89 91 146 162"),
        (Meaning("out_for_delivery", "loaded"), "72"),
        (Meaning("out_for_delivery", "approaching"), "78"),
        (Meaning("available_for_pickup", "carrier_facility"), "17 144"),
        (Meaning("available_for_pickup", "pickup_point"), "40 161"),
        (Meaning("delivery_attempted"), "22 23 24 60 66 145"),
        (Meaning("delivery_attempted", "recipient_absent"), "61"),
        (Meaning("delivery_attempted", "payment_not_ready", "action_required", "recipient"), "62"),
        (Meaning("delivery_attempted", "no_access", "action_required", "recipient"), "139"),
        (Meaning("delivery_attempted", "refused", "refused", "recipient"), "64"),
        (Meaning("delivered"), "11 26 156"),
        (Meaning("delivered", "reception"), "143"),
        (Meaning("returning"), "35 36"),
        (Meaning("returning", "sender_recall"), "118"),
        (Meaning("returning", "undeliverable", "damaged", "carrier"), "81"),
        (Meaning("returned", "to_sender"), "34 67"),
        (Meaning("lost", "carrier_declared", "lost", "other"), "147"),
        (Meaning("lost", "destroyed", "lost", "other"), "149"),
        (Meaning("cancelled", "voided_before_handover"), "7"),
        (Meaning(None, None, "damaged", "carrier"), "59"),
        (
            # requests, confirmations, claims, and words that say nothing
            Meaning(None),
            "0 13 18 20 27 28 33 41 42 54 55 56 63 70 75 82 88 93 94 95 96 97 98 99 100 101 102 103"
            " 104 105 106 107 108 109 110 111 112 113 114 115 116 117 119 120 121 122 127 128 129 130"
            " 133 136 140 141 142 148 153 154 155 163",
        ),
    )
)
"""Status description codes, which stand beside the finer code and say what it says to a layman."""
