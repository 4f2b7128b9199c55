"""The statuses of DHL's unified tracking, by the service that a shipment is of.

Source: DHL, "Shipment Tracking - Unified" (API reference, version 1.5) and its "statuses by service"
(June 2024). `COARSE` has the five status codes that every service shares.
"""

from collections.abc import Mapping
from typing import Final

from services.ingest.codebooks import dhl_ecommerce, dhl_freight, dhl_parcel_nl, dhl_poland
from services.ingest.codebooks.dhl_checkpoints import CHECKPOINTS
from services.ingest.codebooks.dhl_parcel_de import STANDARD
from services.ingest.codebooks.table import table_of
from services.ingest.reading.meaning import Meaning

CODELIST: Final = "dhl-unified-status-code"
CODELIST_VERSION: Final = "1.5"

COARSE: Final[Mapping[str, Meaning]] = table_of(
    """
info_received: pre-transit
in_transit: transit
delivered: delivered
delivery_attempted: failure
nothing: unknown
"""
)

SERVICES: Final[Mapping[str, Mapping[str, Meaning]]] = {
    "dgf": dhl_freight.FORWARDING,
    "ecommerce": dhl_ecommerce.ECOMMERCE,
    "ecommerce-europe": dhl_ecommerce.EUROPE,
    "ecommerce-ppl": dhl_ecommerce.PPL,
    "express": CHECKPOINTS,
    "freight": dhl_freight.FREIGHT,
    "parcel-de": STANDARD,
    "parcel-nl": dhl_parcel_nl.STATUSES,
    "parcel-pl": dhl_poland.STATUSES,
    "svb": dhl_freight.LETTERS,
}
