"""FedEx: its Track API (REST), what that API pushes, and the web service (SOAP) before it."""

import re
from collections.abc import Mapping
from typing import Final

from services.ingest.apis.fedex_rest import read_answer
from services.ingest.apis.fedex_soap import read_document
from services.ingest.carrier import ParsedPayload, Verified, WebhookRequest
from services.ingest.codebooks.fedex import EVENTS, EXCEPTIONS
from services.ingest.reading.json_tree import read_json
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.xml_tree import read_xml
from services.ingest.signatures.plain import hmac_header

_HEADER: Final = "fdx-signature"
_HEX: Final = re.compile(r"\s*[0-9a-fA-F]{64}\s*")
_CODES: Final[Mapping[str, Meaning]] = {
    **EVENTS,
    **{f"exception {code}": meaning for code, meaning in EXCEPTIONS.items()},
}


class FedEx:
    """FedEx's packages: Express, Ground and Freight."""

    code: Final = "fedex"
    title: Final = "FedEx"
    mapping_version: Final = 1
    formats: Final = ("json", "xml")
    sources: Final = (
        "FedEx Web Services, Track Service WSDL Guide (2020): tracking status codes, exception codes",
        "FedEx Developer Portal, Basic and Advanced Integrated Visibility (2025)",
    )
    signature: Final = "HMAC-SHA256 of the body, base64 or hex, in fdx-signature"
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose security token signed the body; raises SignatureInvalid."""
        # FedEx's pages name both forms of one digest
        hexadecimal = _HEX.fullmatch(request.headers.get(_HEADER, ""))
        return hmac_header(request, header=_HEADER, encoding="hex" if hexadecimal else "base64")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per scan event, one revision per date of delivery; raises InvalidPayload."""
        if payload.lstrip().startswith(b"<"):
            return read_document(read_xml(payload))
        return read_answer(read_json(payload))
