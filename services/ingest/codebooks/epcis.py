"""GS1 Core Business Vocabulary: what a business step and a disposition say of a shipment.

Source: GS1 CBV 2.0 (June 2022), sections 7.1 (business steps) and 7.2 (dispositions), which hold
those of CBV 1.2; our words as in the status model's mapping aid. A step or a disposition that is
not here is somebody's own vocabulary.
"""

from typing import Final

from services.ingest.reading.meaning import Meaning

CODELIST: Final = "GS1 CBV"
CODELIST_VERSION: Final = "2.0"

NOTHING: Final = Meaning(None)
_RETURNING: Final = Meaning("returning")
_RETURNED: Final = Meaning("returned")

STEPS: Final[dict[str, Meaning]] = {
    # a change of possession: who ships says so by the disposition in_transit, see PAIRS
    "accepting": Meaning("delivered"),
    "arriving": Meaning("in_transit", "hub_arrived"),
    "assembling": NOTHING,
    "collecting": Meaning("picked_up", "collected"),
    "commissioning": Meaning("info_received"),
    "consigning": Meaning("picked_up"),
    "creating_class_instance": NOTHING,
    "cycle_counting": NOTHING,
    "decommissioning": NOTHING,
    "departing": Meaning("in_transit", "hub_departed"),
    "destroying": Meaning("lost", "destroyed"),
    "disassembling": NOTHING,
    "dispensing": NOTHING,
    "encoding": Meaning("info_received"),
    "entering_exiting": NOTHING,
    # set aside for a further look: where it is stays what it was
    "holding": Meaning(None, reason="on_hold"),
    "inspecting": NOTHING,
    "installing": NOTHING,
    "killing": NOTHING,
    "loading": Meaning("picked_up"),
    "other": NOTHING,
    "packing": Meaning("info_received"),
    "picking": NOTHING,
    "receiving": Meaning("delivered"),
    "removing": NOTHING,
    "repackaging": NOTHING,
    "repairing": NOTHING,
    "replacing": NOTHING,
    "reserving": NOTHING,
    "retail_selling": NOTHING,
    "sampling": NOTHING,
    "sensor_reporting": NOTHING,
    "shipping": Meaning("picked_up"),
    "staging_outbound": Meaning("info_received", "awaiting_handover"),
    "stock_taking": NOTHING,
    "stocking": NOTHING,
    "storing": NOTHING,
    "transporting": Meaning("out_for_delivery"),
    "unloading": Meaning("in_transit", "hub_arrived"),
    "unpacking": NOTHING,
    # what was said to be shipped was not
    "void_shipping": Meaning("cancelled", "voided_before_handover"),
}

DISPOSITIONS: Final[dict[str, Meaning]] = {
    **dict.fromkeys(
        (
            *("active", "available", "completeness_inferred", "completeness_verified", "conformant"),
            *("container_closed", "container_open", "dispensed", "encoded", "expired", "in_progress"),
            *("inactive", "mismatch_class", "mismatch_instance", "mismatch_quantity", "needs_replacement"),
            *("no_pedigree_match", "non_conformant", "non_sellable_other", "partially_dispensed", "recalled"),
            *("reserved", "retail_sold", "sellable_accessible", "sellable_not_accessible", "unavailable"),
            # of CBV 1.x
            *("non_sellable_disposed", "non_sellable_expired", "non_sellable_no_pedigree_match"),
            "non_sellable_recalled",
        ),
        NOTHING,
    ),
    "damaged": Meaning(None, reason="damaged"),
    "destroyed": Meaning("lost", "destroyed"),
    "disposed": Meaning("lost", "disposed"),
    "in_transit": Meaning("in_transit"),
    "non_sellable_damaged": Meaning(None, reason="damaged"),
    "returned": _RETURNING,
    "stolen": Meaning("lost", "carrier_declared"),
    "unknown": Meaning("lost", "carrier_declared"),
}
"""What a disposition says where no step does; its reason counts beside any step."""

DECIDING: Final = frozenset({"destroyed", "disposed", "stolen"})
"""Dispositions that say more than any step."""

PAIRS: Final[dict[tuple[str, str], Meaning]] = {
    **{(step, "returned"): _RETURNING for step in ("arriving", "collecting", "consigning", "departing")},
    **{
        (step, "returned"): _RETURNING for step in ("loading", "shipping", "staging_outbound", "transporting")
    },
    ("unloading", "returned"): _RETURNING,
    **{(step, "returned"): _RETURNED for step in ("accepting", "receiving", "stocking", "storing")},
    # possession changes to the one who carries it on
    ("accepting", "in_transit"): Meaning("picked_up", "accepted"),
    ("receiving", "in_transit"): Meaning("in_transit", "hub_arrived"),
    ("holding", "in_transit"): Meaning("in_transit", reason="on_hold"),
    ("inspecting", "in_transit"): Meaning("in_transit", "customs_in"),
    ("storing", "in_transit"): Meaning("in_transit", "local_facility"),
    ("storing", "available"): Meaning("available_for_pickup"),
    ("sensor_reporting", "in_transit"): Meaning("in_transit"),
    ("other", "in_transit"): Meaning("in_transit"),
}
"""What step and disposition say together, where it is not what the step says."""
