"""PARCEL.ONE: tracking of parcels that other carriers deliver, as JSON. Times are local, without a zone.

An answer may not name the parcel it was asked for: then the number of the last mile stands for it.
"""

from collections.abc import Iterator
from typing import Any, Final

from services.ingest.carrier import (
    CarrierError,
    InvalidPayload,
    Json,
    ParsedEvent,
    ParsedPayload,
    Verified,
    WebhookRequest,
)
from services.ingest.codebooks.parcelone import CODES
from services.ingest.reading import scans
from services.ingest.reading.answers import NOT_NAMED, UNNAMED, numbered
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.place_texts import place_of_text
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header


class ParcelOne:
    """PARCEL.ONE's parcels."""

    code: Final = "parcelone"
    title: Final = "PARCEL.ONE"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("PARCEL.ONE Shipping API v1, Tracking, StatusCode (2024)",)
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        warnings: list[str] = []
        errors: list[CarrierError] = []
        events: list[ParsedEvent | None] = []
        for number, answer in numbered(read_json(payload)):
            if not isinstance(answer, dict) or not answer.keys() & {
                "results",
                "success",
                "errors",
                "message",
            }:
                raise InvalidPayload("no answer with results")
            errors += _errors(answer)
            for result in objects(answer, "results", warnings=warnings):
                events += _events(number, result, warnings)
        return scans.payload(events, errors=errors, warnings=warnings)


def _errors(answer: Json) -> list[CarrierError]:
    if answer.get("success") not in (0, -1, False):
        return []
    told = objects(answer, "errors") or objects(answer, "results", "Errors") or [answer]
    return [_error(each) for each in told]


def _error(told: Json) -> CarrierError:
    code = word(told, "ErrorNo") or word(told, "code") or word(told, "status")
    return CarrierError(code, word(told, "Message") or word(told, "message") or "an error without a message")


def _events(asked: str | None, result: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    details = objects(result, "Events", warnings=warnings)
    if not details:
        return
    number = asked or word(result, "TrackingID") or word(result, "CarrierTrackingID")
    if number is None:
        warnings.append(NOT_NAMED)
    for detail in details:
        yield _scan(number or UNNAMED, detail, signed_by=word(result, "SignedBy"))
    if expected := word(result, "EstimatedDelivery"):
        newest = scans.newest(iso(word(each, "DateTime")) for each in details)
        yield scans.revision(
            ParcelOne.code,
            number or UNNAMED,
            kind="carrier_estimate",
            to=iso(expected).text,
            at=newest,
            source=expected,
        )


def _scan(number: str, detail: Json, *, signed_by: Any) -> ParsedEvent:
    code = word(detail, "StatusCode")
    meaning = CODES.get(code or "")
    delivered = meaning is not None and meaning.milestone == "delivered"
    return scans.scan(
        ParcelOne.code,
        number,
        code=code,
        meaning=meaning,
        when=iso(word(detail, "DateTime")),
        source=detail,
        text=word(detail, "Description") or word(detail, "Status"),
        location=place_of_text(word(detail, "Location")),
        codelist="parcelone-status-code",
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )
