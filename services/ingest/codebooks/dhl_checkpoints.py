"""The checkpoints of DHL Express: XML Services, MyDHL API and the unified tracking speak the same codes.

Sources: DHL, "Shipment Tracking - Unified: statuses by service", service `express` (June 2024), and
DHL Express XML Services toolkit, "Checkpoint codes". The unified tracking's own 101 to 104 say where
a whole shipment is.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

CODELIST: Final = "dhl-express-checkpoints"
CODELIST_VERSION: Final = "2024-06"

CHECKPOINTS: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: 104
info_received/manifest_received: SD
picked_up/collected: PU
# brought to a counter by the sender
picked_up/accepted: SA
in_transit: 102 PL TR LV UV CI SM SI HO
in_transit/hub_arrived: AF
in_transit/hub_departed: DF PO CU
in_transit/local_facility: AR
# BR is the broker's from here on; behind FD delivery checkpoints follow, behind TP none
in_transit/handed_to_partner: FD TP HN BR
in_transit/customs_in: IC BL BN ES
in_transit/customs_released: CR
# what is delayed by papers the sender owes, and what by the customs office itself
in_transit/customs_in customs_hold@sender: CD
in_transit/customs_in customs_hold@customs: UD ST
in_transit on_hold@carrier: OH HI
in_transit on_hold@other: SS DP
in_transit action_required@recipient: HP
in_transit delayed_announced@carrier: MD TD NA
in_transit misrouted@carrier: MC MS IR
in_transit damaged@carrier: DM
in_transit address_issue@sender: BA
out_for_delivery/loaded: WC
available_for_pickup/carrier_facility: CC
delivery_attempted: 103 ND
delivery_attempted/recipient_absent @recipient: NH
delivery_attempted/business_closed @recipient: CA
delivery_attempted/address_not_found address_issue@recipient: CM
delivery_attempted/refused refused@recipient: RD
delivered: 101 OK
delivered/damaged damaged@carrier: DD
delivered/partial missing_pieces@carrier: PD
# it goes back under an air waybill of its own
returning/undeliverable: RT
lost/destroyed: DS
# agreements, weights, services, invoices, payments, pictures, traces, and the end of the record
nothing: AD RW SC DI PY IA RR EM TI TT CS
"""
)
