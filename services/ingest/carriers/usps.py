"""USPS: its Tracking API v3 (JSON) and the Web Tools Track API (XML) before it."""

from collections.abc import Mapping
from typing import Final

from services.ingest.apis.usps_v3 import read_answer
from services.ingest.apis.usps_xml import read_document
from services.ingest.carrier import ParsedPayload, Verified, WebhookRequest
from services.ingest.codebooks.usps import DELIVERED, EVENTS
from services.ingest.reading.json_tree import read_json
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.xml_tree import read_xml
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    **EVENTS,
    **{f"01, attribute {code}": meaning for code, meaning in DELIVERED.items()},
}


class Usps:
    """The United States Postal Service's pieces."""

    code: Final = "usps"
    title: Final = "USPS"
    mapping_version: Final = 1
    formats: Final = ("json", "xml")
    sources: Final = (
        "USPS Publication 199 and Publication 97, appendix I: event codes",
        "USPS Web Tools, Track & Confirm API User Guide 4.6 (2023)",
        "USPS Developer Portal, Tracking API v3 (2024)",
    )
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per date of delivery; raises InvalidPayload."""
        if payload.lstrip().startswith(b"<"):
            return read_document(read_xml(payload))
        return read_answer(read_json(payload))
