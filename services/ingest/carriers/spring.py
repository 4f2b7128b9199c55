"""Spring GDS (XBS): a shipment with its events, as JSON; several as pairs [number, answer].

`DateTime` is local, `Timestamp` is its twin. Where the two say the same the twin may be the local time
taken for UTC, so it proves nothing then, and the place decides.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
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
from services.ingest.codebooks.spring import CODES
from services.ingest.reading import scans
from services.ingest.reading.answers import numbered
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.places import place
from services.ingest.reading.times import UNDATED, When, iso, with_twin
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_LAST_SECOND: Final = 2**33


class Spring:
    """Spring's shipments."""

    code: Final = "spring"
    title: Final = "Spring GDS"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("Spring XBS API documentation, section 3, tracking event codes (2024)",)
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of each shipment; raises InvalidPayload."""
        warnings: list[str] = []
        errors: list[CarrierError] = []
        events: list[ParsedEvent] = []
        for number, answer in numbered(read_json(payload)):
            shipments = objects(answer, "Shipment", warnings=warnings)
            level = word(answer, "ErrorLevel")
            if not shipments and level in (None, "0"):
                raise InvalidPayload("neither a Shipment nor an error")
            if level not in (None, "0"):
                errors.append(CarrierError(level, word(answer, "Error") or "an error without a message"))
            for shipment in shipments:
                events += _events(number, shipment, warnings)
        return scans.payload(events, errors=errors, warnings=warnings)


def _events(asked: str | None, shipment: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = word(shipment, "TrackingNumber") or asked
    if number is None:
        warnings.append("a Shipment without TrackingNumber is left out")
        return
    for event in objects(shipment, "Events", warnings=warnings):
        yield _scan(number, event)


def _scan(number: str, event: Json) -> ParsedEvent:
    code = word(event, "Code")
    return scans.scan(
        Spring.code,
        number,
        code=code,
        meaning=CODES.get(code or ""),
        when=_when(event),
        source=event,
        text=word(event, "Description"),
        location=_place(event),
        codelist="spring-event-code",
    )


def _when(event: Json) -> When:
    local, gmt = iso(word(event, "DateTime")), _gmt(member(event, "Timestamp"))
    return local if local.text is not None and local.text == gmt.text else with_twin(local, gmt)


def _gmt(seconds: object) -> When:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < _LAST_SECOND:
        return UNDATED
    return When(datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S"), str(seconds))


def _place(event: Json) -> Json:
    return place(
        city=word(event, "City"),
        region=word(event, "State"),
        postal_code=word(event, "Zip"),
        country=word(event, "Country"),
    )
