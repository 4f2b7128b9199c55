"""The statuses of DHL Freight, DHL Global Forwarding and Deutsche Post's letters in the unified tracking.

Source: DHL, "Shipment Tracking - Unified: statuses by service", services `freight`, `dgf` and `svb`
(June 2024).
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

FREIGHT: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: ACT-2
info_received/awaiting_handover: 48-0
info_received/pickup_scheduled: 15-501 64-0
info_received/pickup_failed @sender: 55-21 55-68 55-211 55-234 55-240 55-241 55-265 55-294
info_received/pickup_failed @customs: 55-126
info_received/pickup_failed @other: 55-20
info_received/pickup_failed @weather: 55-266
picked_up/collected: 13-0
in_transit/hub_arrived: 1-0
in_transit/hub_departed: 24-0 24-628
in_transit/local_facility: 1-21 20-208 20-209
in_transit/customs_released: 12-0
in_transit/customs_in customs_hold@customs: 20-126
in_transit delayed_announced@weather: 20-266
in_transit delayed_announced@other: 20-270 20-354
in_transit action_required@recipient: 20-296
out_for_delivery/loaded: 24-501
available_for_pickup/carrier_facility: 20-13
delivery_attempted/recipient_absent @recipient: 56-211
delivery_attempted/business_closed @recipient: 20-211
delivery_attempted/address_not_found address_issue@sender: 20-234
delivery_attempted/payment_not_ready refused@recipient: 56-292
delivery_attempted/refused refused@sender: 56-241 56-284
delivery_attempted/refused refused@recipient: 56-611
delivered: 21-0 21-234 21-600 24-600
delivered/partial missing_pieces@carrier: 21-23
returning/sender_recall @sender: 56-222
cancelled @sender: 7-0
# a truck near its address
nothing: 31-139 31-140 361-139 361-140
"""
)

FORWARDING: Final[Mapping[str, Meaning]] = table_of(
    """
info_received/manifest_received: DATA_SUBMITTED
picked_up/collected: PICKUP_SUCCESSFUL
in_transit: PROCESSED_AT_ORIGIN_FACILITY READY_FOR_DEPARTURE
in_transit/hub_arrived: ARRIVED_AT_ORIGIN_FACILITY ARRIVED_PROCESSED_AT_FACILITY
in_transit/hub_departed: DEPARTED DEPARTED_FROM_ORIGIN_FACILITY
in_transit/destination_country_arrived: ARRIVED
in_transit/customs_in: ARRIVED_AT_CUSTOMS
in_transit/customs_released: CLEARED_BY_CUSTOMS
in_transit/customs_in customs_hold@customs: HELD_AT_CUSTOMS
out_for_delivery/loaded: OUT_FOR_DELIVERY
delivery_attempted: DELIVERY_EXCEPTION
delivered: DELIVERED
"""
)

LETTERS: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: ANNOUNCED
picked_up/accepted: POSTED POSTED_ARRIVED POSTED_MAIL_TERMINAL
in_transit: ARRIVED_TRANSIT BZ BZA BZE MARBURG PASSED_LETTER_CENTER ISSUE_OF_A_REPLACEMENT_CERTIFICATE_PZA
in_transit/hub_departed: DEPARTURE_FROM_INWARD_OE FORWARDED_ABROAD TO_BE_SENT_ABROAD
in_transit/local_facility: ARRIVAL_AT_OFFICE_OF_DELIVERY
in_transit/rerouted: REDIRECTED
in_transit/destination_country_arrived: ARRIVED_IN_DESTINATION_COUNTRY
in_transit/customs_in: HANDOVER_CUSTOMS IP_CUSTOMS
in_transit/customs_in customs_hold@customs: HELD_BY_CUSTOMS
out_for_delivery/loaded: IN_DELIVERY
available_for_pickup/pickup_point: NOTIFIED NOTIFIED_KEY_ACCOUNT
available_for_pickup/locker: NOTIFIED_PACKSTATION
available_for_pickup: NOTIFIED_PO_BOX
delivery_attempted: DELIVERY_ATTEMPTED
delivered: CONFIRMATION_PENDING CONFIRMED CONFIRMED_BY_SENDER DELIVERED DELIVERED_ZU_NOT_OK DELIVERED_ZU_OK
delivered/recipient: FETCHED FETCHED_KEY_ACCOUNT_PENDING_DELIVERY_CONFIRMATION FETCHED_NOTIFIED
    FETCHED_PENDING_DELIVERY_CONFIRMATION
delivered/locker_collected: FETCHED_PACKSTATION
delivered/po_box: FETCHED_PO_BOX_PENDING_DELIVERY_CONFIRMATION
delivered/cod_collected: PAID_EPOS PAID_MAILMAN
returning: SENT_BACK SENT_BACK_ABROAD
returned/to_sender: RETURNED_TO_SENDER
nothing: AMBIGUOUS AMOUNT_TRANSFERRED NO_INFO
"""
)
