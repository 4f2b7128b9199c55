"""SEKO OmniParcel: consignments with the events of all their carriers, as JSON. Times are local ones.

`OmniCode` is SEKO's own code; `Code`, where there is one, that of the carrier behind it.
"""

from collections.abc import Iterator
from typing import Final

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.seko import CODES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.place_texts import place_of_text
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header


class Seko:
    """SEKO's consignments."""

    code: Final = "seko"
    title: Final = "SEKO OmniParcel"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("SEKO Logistics OmniParcel API, Track and trace, OmniParcel status codes (2024)",)
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of each consignment; raises InvalidPayload."""
        warnings: list[str] = []
        answers = objects(read_json(payload), warnings=warnings)
        errors = [_error(each) for answer in answers for each in objects(answer, "Errors", warnings=warnings)]
        named = [each for each in answers if word(each, "ConsignmentNo")]
        if not named and not errors:
            raise InvalidPayload("no ConsignmentNo")
        events = [event for each in named for event in _events(each, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "Key"), word(told, "Message") or "an error without a message")


def _events(consignment: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = word(consignment, "ConsignmentNo") or ""
    for event in objects(consignment, "Events", warnings=warnings):
        yield _scan(number, event)


def _scan(number: str, event: Json) -> ParsedEvent:
    code = word(event, "OmniCode")
    return scans.scan(
        Seko.code,
        number,
        code=code,
        meaning=CODES.get(code or ""),
        when=iso(word(event, "EventDT")),
        source=event,
        text=word(event, "Description"),
        location=place_of_text(word(event, "Location"), country_last=True),
        codelist="seko-omni-code",
        piece=word(event, "Part"),
    )
