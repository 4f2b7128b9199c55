"""X12 214: what the codes of its AT7 segment mean.

Sources: ASC X12 data dictionary, elements 1650 (status), 1651 (reason) and 1652 (appointment),
releases 004010 to 008010. AS and CT are element 157's, which carriers write into AT7-01 too.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.reasons import NO_REASON, Reason
from services.ingest.reading.meaning import Meaning

CODELIST: Final = "X12 1650"
SOURCE: Final = "ASC X12 data dictionary, elements 1650, 1651, 1652, releases 004010 to 008010"

_SILENT: Final = Meaning(None)
_AT_THE_DOOR: Final = Meaning("out_for_delivery", "approaching")
_HUB_ARRIVED: Final = Meaning("in_transit", "hub_arrived")
_HUB_DEPARTED: Final = Meaning("in_transit", "hub_departed")
_PARTNER: Final = Meaning("in_transit", "handed_to_partner")
_RELEASED: Final = Meaning("in_transit", "customs_released")

STATUSES: Final[Mapping[str, Meaning]] = {
    "A3": Meaning("returned", "to_sender"),
    "A7": Meaning("delivery_attempted", "refused", "refused", "recipient"),
    "A9": Meaning(None, None, "damaged", "carrier"),
    "AF": Meaning("picked_up", "collected"),
    "AH": Meaning("delivery_attempted"),
    "AI": Meaning("in_transit", "forwarded"),
    "AJ": Meaning("out_for_delivery"),
    "AM": Meaning("in_transit"),
    "AN": Meaning("in_transit", "rerouted"),
    "AP": Meaning("delivery_attempted"),
    "AR": _HUB_ARRIVED,
    "AS": _RELEASED,
    "AV": Meaning("available_for_pickup", "carrier_facility"),
    "AW": Meaning("available_for_pickup", "carrier_facility"),
    "BA": _PARTNER,
    "BC": Meaning("in_transit", None, "on_hold"),
    "BO": Meaning(None, None, "delayed_announced", "carrier"),
    "BR": Meaning("in_transit", "problem_resolved"),
    "CA": Meaning("cancelled"),
    # the last part of a partial delivery, and (PA) a part that is not the last
    "CB": Meaning("delivered"),
    "CD": _SILENT,
    "CL": _SILENT,
    "CP": Meaning("picked_up", "collected"),
    "CT": _RELEASED,
    "D1": Meaning("delivered"),
    "DE": _SILENT,
    "DO": _SILENT,
    "I1": _HUB_ARRIVED,
    "J1": _PARTNER,
    "K1": Meaning("in_transit", "customs_in"),
    "L1": _SILENT,
    "NB": Meaning("picked_up", "accepted"),
    "OA": _HUB_DEPARTED,
    "OO": Meaning("info_received", "manifest_received"),
    "OP": _SILENT,
    "P1": _HUB_DEPARTED,
    "PA": Meaning("delivered", "partial"),
    "PR": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "R1": _PARTNER,
    "RH": Meaning("in_transit", "problem_resolved"),
    "RL": _HUB_DEPARTED,
    # at the consignee's, and not yet unloaded: X1 is an arrival only
    "S1": _AT_THE_DOOR,
    "SD": Meaning(None, None, "delayed_announced", "carrier"),
    "UC": _SILENT,
    "X1": _AT_THE_DOOR,
    "X3": Meaning("info_received", "awaiting_handover"),
    "X4": _HUB_ARRIVED,
    "X5": _AT_THE_DOOR,
    "X6": Meaning("out_for_delivery"),
    "X8": Meaning("info_received", "awaiting_handover"),
    "XB": Meaning("info_received"),
    "Y1": _HUB_ARRIVED,
}
"""What happened, by AT7-01."""

ESTIMATES: Final = frozenset({"AG", "B6", "X2"})
"""AT7-01 of times that are still to come: no scans."""

DELIVERY_APPOINTMENTS: Final = frozenset({"AB", "AC", "LD", "X9"})
"""AT7-03 of a time by which the delivery is arranged."""

NOT_OF_DELIVERY: Final[Mapping[str, str]] = {
    "C1": "an estimated departure",
    "AA": "a pick-up appointment",
    "XA": "a pick-up appointment",
    "EP": "a pick-up window",
    "LP": "a pick-up window",
    "ED": "the beginning of a delivery window",
}
"""AT7-01 and AT7-03 of times to come that say nothing of when the delivery is due."""

_CARRIERS: Final = Reason("delayed_announced", "carrier")
_SENDERS: Final = Reason("delayed_announced", "sender")
_OTHERS: Final = Reason("delayed_announced", "other")
_CUSTOMS: Final = Reason("customs_hold", "customs")
_HELD_FOR_RECIPIENT: Final = Reason("on_hold", "recipient")
_HELD_FOR_SENDER: Final = Reason("on_hold", "sender")
_PAYMENT: Final = Reason("action_required", "recipient", "payment_not_ready")

REASONS: Final[Mapping[str, Reason]] = {
    **dict.fromkeys(
        ("A3", "A6", "AZ", "BF", "BG", "BJ", "BK", "BT", "CB", "CC", "NA", "NS", "RC"), NO_REASON
    ),
    **dict.fromkeys(("A1", "AF", "AH", "AI", "AJ", "AL", "AY", "BI", "BM", "BO", "BP", "BR"), _CARRIERS),
    **dict.fromkeys(("D1", "D2", "P1", "P4", "T1", "T2", "T3", "T4", "T5", "T6", "T7"), _CARRIERS),
    **dict.fromkeys(("AM", "AX", "P3"), _SENDERS),
    **dict.fromkeys(("AU", "AW", "BE", "F2"), _OTHERS),
    **dict.fromkeys(("AS", "BD", "CA", "F1"), _CUSTOMS),
    **dict.fromkeys(("AD", "B2", "B5", "C1", "C3", "C7", "HB"), _HELD_FOR_RECIPIENT),
    **dict.fromkeys(("AE", "AV", "BB", "BC", "BN", "BQ"), _HELD_FOR_SENDER),
    **dict.fromkeys(("B4", "C8", "C9"), _PAYMENT),
    **dict.fromkeys(("AP", "C2", "P2"), Reason("on_hold")),
    "A2": Reason("address_issue", "sender", "address_not_found"),
    "A5": Reason("address_issue", None, "address_not_found"),
    "AA": Reason("misrouted", "carrier"),
    "AG": Reason("delayed_announced", "recipient"),
    "AK": Reason("damaged", "carrier"),
    "AN": Reason("delayed_announced", "other", "business_closed"),
    "AO": Reason("delayed_announced", "weather"),
    "AQ": Reason("delayed_announced", "recipient", "recipient_absent"),
    "AR": Reason("customs_hold", "sender"),
    "AT": Reason("customs_hold", "recipient"),
    "B1": Reason("delayed_announced", "recipient", "business_closed"),
    "B8": Reason("delayed_announced", "recipient", "no_access"),
    "B9": Reason("delayed_announced", "recipient", "out_of_time"),
    "BH": Reason("delayed_announced", "carrier", "out_of_time"),
    "BL": Reason("on_hold", "carrier"),
    "BS": Reason("refused", "recipient", "refused"),
    "C4": Reason("on_hold", "recipient", "recipient_absent"),
    "C5": Reason("delayed_announced", "recipient", "business_closed"),
    "C6": Reason("action_required", "sender"),
    "S1": Reason("missing_pieces", "carrier"),
}
"""Why, by AT7-02 and AT7-04."""
