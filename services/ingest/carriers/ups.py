"""UPS: its Tracking API (REST, and XML before it) and Track Alert, its push."""

from collections.abc import Mapping
from typing import Final

from services.ingest.apis.ups_rest import read_answer
from services.ingest.apis.ups_xml import read_document
from services.ingest.carrier import ParsedPayload, Verified, WebhookRequest
from services.ingest.codebooks.ups import ACTIVITIES, DELIVERIES, MANIFEST, STATUSES, TYPES
from services.ingest.codebooks.ups_exceptions import EXCEPTIONS
from services.ingest.reading.json_tree import read_json
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.xml_tree import read_xml
from services.ingest.signatures.bearer import bearer

_CODES: Final[Mapping[str, Meaning]] = {
    **TYPES,
    **{f"X/{code}": meaning for code, meaning in EXCEPTIONS.items()},
    **{f"D/{code}": meaning for code, meaning in DELIVERIES.items()},
    **{f"M/{code}": meaning for code, meaning in MANIFEST.items()},
    **{f"I/{code}": meaning for code, meaning in ACTIVITIES.items()},
    **{f"status {code}": meaning for code, meaning in STATUSES.items()},
}


class Ups:
    """UPS's packages."""

    code: Final = "ups"
    title: Final = "UPS"
    mapping_version: Final = 1
    formats: Final = ("json", "xml")
    sources: Final = (
        "UPS Developer Portal, API codes of Tracking (2025)",
        "UPS-API/api-documentation, Tracking.yaml and UPSTrackAlert.yaml (OpenAPI, 2025)",
        "UPS Tracking XML Developer Guide",
    )
    signature: Final = "Track Alert credential, the word of the subscription in the header credential"
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose credential was sent, which says nothing of the body; raises SignatureInvalid."""
        return bearer(request, header="credential", scheme="")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per activity, one revision per scheduled date; raises InvalidPayload."""
        if payload.lstrip().startswith(b"<"):
            return read_document(read_xml(payload))
        return read_answer(read_json(payload))
