"""The statuses of DHL Parcel Poland: DHL24 and the unified tracking speak the same codes.

Source: DHL, "Shipment Tracking - Unified: statuses by service", service `parcel-pl` (June 2024).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

CODELIST: Final = "dhl-parcel-pl"
CODELIST_VERSION: Final = "2024-06"

STATUSES: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: EDWP
picked_up/accepted: DWP
picked_up/dropped_off: SP_DWP
picked_up/collected: SP_PU
in_transit: LW LW_PL SP_DW
in_transit/hub_arrived: SORT
in_transit/hub_departed: WYJPL
in_transit/destination_country_arrived: WEJPL
# at the branch: for delivery today, or on the next working day
in_transit/local_facility: LP KWC TRM2 BCZ LIK SP_ATDSP TRM TRM_X WER ZID ZMA ZOS ZWW_KRYZ ZWW_NSP
in_transit/customs_in: EDB EXA SEC
in_transit/customs_released: EDC EXC
in_transit/rerouted @carrier: AWI_SPCAP
in_transit/rerouted @recipient: PSHOP SAS ZA ZAIT
in_transit delayed_announced@recipient: PNPT PO18 SOB
in_transit address_issue@sender: AN AN_RA
in_transit address_issue@recipient: AN_SAS
in_transit action_required@recipient: BRG
in_transit on_hold@carrier: CC SP_ZAM
in_transit missing_pieces@carrier: PNK
out_for_delivery/loaded: LK
available_for_pickup/carrier_facility: OWL OWL_KP OWL_ONO OWL_PS_KP
available_for_pickup/locker: OWL_PS_ONO
available_for_pickup/pickup_point: OWL_SP_KP OWL_SP_ONO DOR_SP DOR_POC SP_DSP SP_KP SP_PA
delivery_attempted: ZWW AWI_NSP
delivery_attempted/recipient_absent @recipient: AWI AWI_DP2 AWI_ONU AWI_SAS
delivery_attempted/no_access @recipient: AWI_OZ
delivery_attempted @recipient: AWI_ROD
delivery_attempted/payment_not_ready @recipient: BRG_SAS
delivery_attempted @carrier: SP_CAP
delivery_attempted/refused refused@recipient: OP OP_BWER OP_COD OP_DUB OP_OTH OP_PLA OP_PNK OP_REZ OP_ROD
    OP_SAS OP_TNZ OP_UMO OP_USK OP_USP
delivery_attempted/address_not_found address_issue@sender: AN_BO
delivered: DOR_OTH SP_DOR
# into the recipient's own hands, also at a depot or a counter
delivered/recipient: DOR DOR_RDZ DOR_OWL PPDOR
delivered/neighbour: DOR_SAS
delivered/safe_place: DOR_LOK
returning: ZWR_WER
returning/undeliverable: ZWR
returning/undeliverable address_issue@sender: ZWR_AN
returning/undeliverable @recipient: AWI_CZAS OP_DO OP_DOK
returning/refused refused@recipient: REZ SP_OP SP_ZWR ZWR_OP
returning/unclaimed @recipient: SP_KZW SP_TO ZWR_ZB ZWR_ZT
returned/to_sender: ZWN
cancelled/voided_before_handover @sender: SP_CN
# a notice to the recipient
nothing: POW
"""
)
