"""DCSA Track & Trace: what happened to a container, its transport or its documents.

Source: DCSA Event Domain 3.2.0 and Track & Trace 2.2, 2.3 and 3.0.0-Beta-1 (`equipmentEventTypeCode`,
`transportEventTypeCode`, `shipmentEventTypeCode`, `documentTypeCode`, `facilityTypeCode`); our words
as in the status model's mapping aid.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.reading.meaning import Meaning

CODELIST: Final = "DCSA"

NOTHING: Final = Meaning(None)

EQUIPMENT: Final[Mapping[str, Meaning]] = {
    "AVDO": NOTHING,
    "AVPU": Meaning("available_for_pickup", "carrier_facility"),
    "CROS": Meaning("in_transit"),
    "CUSI": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "CUSR": Meaning("in_transit", "customs_released", party="customs"),
    "CUSS": Meaning("in_transit", "customs_in", "customs_hold", "customs"),
    "DISC": Meaning("in_transit"),
    "DROP": Meaning("delivered"),
    "GTIN": Meaning("in_transit", "hub_arrived"),
    "GTOT": Meaning("picked_up"),
    "INSP": Meaning("in_transit", "customs_in"),
    "LOAD": Meaning("in_transit"),
    "PICK": Meaning("picked_up", "collected"),
    "RMVD": NOTHING,
    "RSEA": NOTHING,
    "STRP": NOTHING,
    "STUF": Meaning("info_received", "awaiting_handover"),
}

EMPTY: Final[Mapping[str, Meaning]] = {
    # an empty container on its way to be stuffed; after the delivery it moves nothing (rule R4)
    "GTOT": Meaning("info_received", "awaiting_handover"),
    "PICK": Meaning("info_received", "awaiting_handover"),
    **dict.fromkeys(("AVPU", "CROS", "DISC", "DROP", "GTIN", "INSP", "LOAD"), NOTHING),
}
"""The same codes of an empty container: no goods are in it that could be delivered or under way."""

BETWEEN_TERMINALS: Final[Mapping[str, Meaning]] = {
    "DROP": Meaning("in_transit", "hub_arrived"),
    "GTOT": Meaning("in_transit", "hub_departed"),
    "PICK": Meaning("in_transit", "hub_departed"),
}
"""The same codes of a transshipment move: the journey goes on."""

TERMINALS: Final = frozenset({"DEPO", "INTE", "OFFD", "POTE", "RAMP"})
"""Facilities where a container that is dropped waits for its next transport, not for its consignee."""

TRANSPORT: Final[Mapping[str, Meaning]] = {
    "ARRI": Meaning("in_transit", "hub_arrived"),
    "DEPA": Meaning("in_transit", "hub_departed"),
}

_BOOKED: Final = Meaning("info_received")

DOCUMENTS: Final[Mapping[str, Meaning]] = {
    "APPR": _BOOKED,
    # of a booking; other documents that are called off call off no journey
    "CANC": NOTHING,
    "CMPL": NOTHING,
    "CONF": _BOOKED,
    "DRFT": _BOOKED,
    "HOLD": NOTHING,
    "ISSU": _BOOKED,
    "PENA": _BOOKED,
    "PENC": _BOOKED,
    "PENU": Meaning("info_received", reason="action_required", party="sender"),
    "RECE": _BOOKED,
    "REJE": NOTHING,
    "RELS": NOTHING,
    "REQS": _BOOKED,
    "SUBM": _BOOKED,
    "SURR": NOTHING,
    "VOID": NOTHING,
}

BOOKINGS: Final[Mapping[str, Meaning]] = {
    "CANC": Meaning("cancelled", "voided_before_handover"),
    "REJE": Meaning("cancelled", "voided_before_handover", party="carrier"),
}
"""The same codes of a booking or its request (`BKG`, `CBR`)."""

CUSTOMS: Final[Mapping[str, Meaning]] = {
    "HOLD": Meaning(None, reason="customs_hold", party="customs"),
    "RELS": Meaning("in_transit", "customs_released", party="customs"),
}
"""The same codes of a customs clearance (`CUC`)."""

PAPERS: Final = frozenset({"ARN", "BKG", "CBR", "CRO", "SHI", "TRD", "TRO", "VGM"})
"""Documents by which a journey is made known; the others (invoices, certificates) move nothing."""

DELIVERY_ESTIMATES: Final = frozenset({"ARRI", "AVPU", "DROP"})
"""Codes whose planned or estimated time is an estimate of the arrival."""
