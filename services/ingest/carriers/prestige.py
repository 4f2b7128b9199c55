"""Prestige Delivery: histories of parcels that it delivers for Amazon, as JSON.

Times are the local ones of a place, without a zone. `SchdDateTime` is a plan of the route, no promise.
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
from services.ingest.codebooks.amazon_events import CODES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import objects, read_json, word
from services.ingest.reading.places import place
from services.ingest.reading.times import When, joined, written
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_DATE: Final = "%m/%d/%Y"
_TIME: Final = "%I:%M %p"


class Prestige:
    """Prestige Delivery's parcels."""

    code: Final = "prestige"
    title: Final = "Prestige Delivery"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Prestige Delivery Systems tracking answer (2015)",
        "Amazon Selling Partner API, Fulfillment Outbound 2020-07-01, EventCode",
    )
    signature: Final = OWN_SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of each parcel, one revision per estimate; raises InvalidPayload."""
        warnings: list[str] = []
        parcels = objects(read_json(payload), warnings=warnings)
        if not any("TrackingEventHistory" in parcel for parcel in parcels):
            raise InvalidPayload("no TrackingEventHistory")
        errors = [
            _error(each) for parcel in parcels for each in _history(parcel, warnings) if _is_error(each)
        ]
        events = [event for parcel in parcels for event in _events(parcel, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _history(parcel: Json, warnings: list[str] | None = None) -> list[Json]:
    return objects(parcel, "TrackingEventHistory", warnings=warnings)


def _is_error(detail: Json) -> bool:
    return (word(detail, "EventCode") or "").startswith("ERROR")


def _error(detail: Json) -> CarrierError:
    return CarrierError(
        word(detail, "EventCode"), word(detail, "EventCodeDesc") or "an error without a message"
    )


def _events(parcel: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    details = [(each, _when(each)) for each in _history(parcel) if not _is_error(each)]
    newest = scans.newest(when for _, when in details)
    for detail, when in details:
        number = word(detail, "TrackingNumber") or word(parcel, "TrackingNumber")
        if number is None:
            warnings.append("an event without TrackingNumber is left out")
            continue
        yield _scan(number, detail, when)
        if expected := word(detail, "EstimatedDeliveryDate"):
            to = written(expected, _DATE).text
            yield scans.revision(
                Prestige.code, number, kind="carrier_estimate", to=to, at=newest, source=expected
            )


def _when(detail: Json) -> When:
    return joined(word(detail, "serverDate"), word(detail, "serverTime"), _DATE, _TIME)


def _scan(number: str, detail: Json, when: When) -> ParsedEvent:
    code = word(detail, "EventCode")
    return scans.scan(
        Prestige.code,
        number,
        code=code,
        meaning=CODES.get(code or ""),
        when=when,
        source=detail,
        text=word(detail, "EventCodeDesc"),
        location=_place(detail),
        codelist="amazon-event-code",
        codelist_version="2020-07-01",
    )


def _place(detail: Json) -> Json:
    return place(
        city=word(detail, "ELCity"),
        region=word(detail, "ELState"),
        postal_code=word(detail, "ELZip"),
        country=word(detail, "CountryCode"),
    )
