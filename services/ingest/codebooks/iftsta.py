"""EDIFACT IFTSTA: what the codes of its STS segment mean, by the list they come from.

Sources: UN/EDIFACT code lists 9011 (status event) and 9013 (status reason), D.97A; from D.00B on the
lists are those of UN/ECE Recommendation 24, read by the same numbers. EANCOM 2002 (on D.01B) adds
codes of its own; EANCOM 1997 (on D.96A) numbers otherwise: its 9011 lacks 53, so what follows is one
less, and its 9013 is GS1's. UPS: record types of Quantum View, in the place of a code list.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.reasons import NO_REASON, Reason
from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

SOURCES: Final = (
    "UN/EDIFACT code lists 9011 and 9013, D.97A; UN/ECE Recommendation 24, second edition (2000)",
    "EANCOM 1997, part III, code sets 9011 and 9013; EANCOM 2002, IFTSTA, segment STS",
    "UPS Quantum View, record types (2016)",
)

_UN_STATUSES: Final[Mapping[str, Meaning]] = table_of("""\
info_received: 6 68
info_received/manifest_received: 50
info_received/awaiting_handover: 64 71
info_received/pickup_failed: 53 55
info_received/pickup_failed @sender: 63
cancelled: 7
picked_up/collected: 13
picked_up/accepted: 74
in_transit: 15 16 26 28 29 31 35 48 59 78 79 91 92 93 94 100
in_transit/hub_arrived: 1 40 47 98
in_transit/hub_arrived damaged@carrier: 3
in_transit/hub_departed: 24 27 99
in_transit/customs_in: 46
in_transit/customs_in customs_hold@customs: 17
in_transit/customs_released: 8 9 12 39
in_transit/handed_to_partner: 41 42 43
in_transit/rerouted misrouted@carrier: 44
in_transit/forwarded: 75
in_transit/rerouted: 76
in_transit/problem_resolved: 37
in_transit misrouted@carrier: 87
delivery_attempted: 23 56
delivery_attempted/refused refused@recipient: 77
delivered: 21 22
returned: 80 82
returned damaged@carrier: 81
lost/carrier_declared @carrier: 49
lost/disposed @carrier: 69
nothing delayed_announced@carrier: 20 25 51 52 57 101
nothing damaged@carrier: 18 97
nothing missing_pieces@carrier: 30 66 73 85 86
nothing misrouted@carrier: 62
nothing on_hold@carrier: 36 90
nothing: 2 4 5 10 11 14 19 32 33 34 38 45 54 58 60 61 65 67 70 72 83 84 88 89 95 96 102 103
""")

STATUSES: Final[Mapping[str, Meaning]] = {
    **_UN_STATUSES,
    "1E": _UN_STATUSES["1"],
    "6E": _UN_STATUSES["6"],
    "76E": _UN_STATUSES["55"],
    "72B": _UN_STATUSES["72"],
}
"""What happened, by the UN's status code, or by one that GS1 adds."""

_EANCOM_LACKS: Final = 53

EANCOM_STATUSES: Final[Mapping[str, Meaning]] = {
    str(int(code) - (int(code) > _EANCOM_LACKS)): meaning
    for code, meaning in _UN_STATUSES.items()
    if int(code) != _EANCOM_LACKS
}
"""What happened, by the status code of EANCOM 1997."""

UPS_STATUSES: Final[Mapping[str, Meaning]] = {
    "M1": Meaning("info_received", "manifest_received"),
    "O1": Meaning("picked_up"),
    "D1": Meaning("delivered"),
    # an exception, of which the number behind it is not published: it troubles the parcel, and moves nothing
    "E1": Meaning(None, None, "on_hold"),
    # a generic record: billing, returns, rescheduled dates
    "G1": Meaning(None),
}
"""What happened, by the record type of UPS Quantum View."""

_CARRIERS: Final = Reason("delayed_announced", "carrier")
_OTHERS: Final = Reason("delayed_announced", "other")
_CUSTOMS: Final = Reason("customs_hold", "customs")
_DAMAGED: Final = Reason("damaged", "carrier")
_MISSING: Final = Reason("missing_pieces", "carrier")
_ADDRESS: Final = Reason("address_issue", "sender", "address_not_found")
_REFUSED: Final = Reason("refused", "recipient", "refused")
_PAYMENT: Final = Reason("action_required", "recipient", "payment_not_ready")
_HELD_FOR_RECIPIENT: Final = Reason("on_hold", "recipient")

REASONS: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(("4", "5", "42", "52", "55", "57", "61", "62", "65"), NO_REASON),
    **dict.fromkeys(("2", "8", "10", "17", "18", "23", "34", "35", "36", "41", "50", "51", "58"), _CARRIERS),
    **dict.fromkeys(("20", "31", "64"), _OTHERS),
    **dict.fromkeys(("13", "24", "25", "26", "28"), _CUSTOMS),
    **dict.fromkeys(("14", "60"), _DAMAGED),
    **dict.fromkeys(("22", "27", "45", "48", "56"), _MISSING),
    **dict.fromkeys(("9", "16", "30", "39"), _ADDRESS),
    **dict.fromkeys(("3", "49"), _REFUSED),
    **dict.fromkeys(("11", "46", "47"), _PAYMENT),
    **dict.fromkeys(("12", "15", "38", "54"), _HELD_FOR_RECIPIENT),
    "1": Reason("on_hold", "sender"),
    "6": Reason("delayed_announced"),
    "7": Reason("delayed_announced", "recipient", "business_closed"),
    "19": Reason("on_hold"),
    "21": Reason("delayed_announced", "recipient"),
    "29": Reason("address_issue", "sender"),
    "32": Reason("action_required", "sender"),
    "33": Reason("lost", "carrier"),
    "37": Reason("on_hold", "sender"),
    "40": Reason("on_hold"),
    "43": Reason("delayed_announced", "sender"),
    "44": Reason("on_hold", "sender"),
    "53": Reason("misrouted", "carrier"),
    "59": Reason("on_hold", "carrier"),
    "63": Reason("delayed_announced", "weather"),
}
"""Why, by the UN's reason code."""

_EANCOM_NUMBERS: Final = (
    "17=13 25=17 30=22 49=33 53=40 56=41 60=65 62=43 65=48 86=53 87=55 100=58 115=26 116=56 117=42 118=59 "
    "119=60 196=1 197=2 198=3 199=4 200=5 201=6 202=7 203=8 204=9 205=10 206=11 207=12 210=16 228=38 231=46 "
    "237=54"
)

EANCOM_REASONS: Final[Mapping[str, Reason]] = {
    eancom: REASONS[un] for eancom, _, un in (pair.partition("=") for pair in _EANCOM_NUMBERS.split())
}
"""Why, by the reason code of EANCOM 1997: the UN's meaning under GS1's number."""
