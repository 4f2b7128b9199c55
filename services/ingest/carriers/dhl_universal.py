"""DHL's unified tracking ("Shipment Tracking - Unified"), asked or pushed, as JSON."""

from collections.abc import Mapping
from typing import Final

from services.ingest.apis.dhl_unified import read_unified
from services.ingest.carrier import ParsedPayload, Verified, WebhookRequest
from services.ingest.codebooks.dhl_services import COARSE, SERVICES
from services.ingest.reading.json_tree import read_json
from services.ingest.reading.meaning import Meaning
from services.ingest.signatures.bearer import bearer
from services.ingest.signatures.plain import OWN_HEADER, hmac_header

_TOKEN_HEADER: Final = "x-api-key"
_CODES: Final[Mapping[str, Meaning]] = {
    **COARSE,
    **{f"{service}:{code}": each for service, table in SERVICES.items() for code, each in table.items()},
}


class DhlUniversal:
    """The shipments of all DHL's divisions."""

    code: Final = "dhl_universal"
    title: Final = "DHL (Shipment Tracking - Unified)"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        'DHL, "Shipment Tracking - Unified" (API reference, version 1.5) and "Unified - Push" (1.2)',
        'DHL, "Shipment Tracking - Unified: statuses by service" (June 2024)',
    )
    signature: Final = "the subscription's token in X-Api-Key, or HMAC-SHA256, hex, in X-Shiplog-Signature"
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose token came along, or whose secret signed the body; raises SignatureInvalid.

        DHL's push sends a token in a header that its subscriber names: name it `X-Api-Key`.
        """
        if OWN_HEADER in request.headers:
            return hmac_header(request)
        return bearer(request, header=_TOKEN_HEADER, scheme="")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event and piece, one revision per estimate; raises InvalidPayload."""
        return read_unified(self.code, read_json(payload))
