"""Ship24: trackings of many couriers, pushed event by event and answered whole, as JSON.

`statusCode` says what an event is. `statusMilestone` says how far the parcel had come by then: of an
event without a code it is the state and no news, so it tells no attempt or delivery a second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
from services.ingest.codebooks.ship24 import CODES, MILESTONES, STATUS_CODES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.place_texts import place_of_text
from services.ingest.reading.times import iso
from services.ingest.signatures.bearer import bearer

_NO_NEWS: Final[Mapping[str, Meaning]] = {
    milestone: meaning
    if meaning.milestone in ("info_received", "in_transit") and not meaning.reason
    else Meaning(None)
    for milestone, meaning in MILESTONES.items()
}
"""What the milestone of an event without a code does."""


class Ship24:
    """Ship24's trackings."""

    code: Final = "ship24"
    title: Final = "Ship24"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Ship24 documentation, Status: statusMilestone and statusCode (2025)",
        "Ship24 documentation, Webhooks: authentication (2025)",
    )
    signature: Final = "bearer token in Authorization"
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose token the request bears; raises SignatureInvalid."""
        return bearer(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        errors = [_error(each) for each in objects(told, "errors", warnings=warnings)]
        listed = objects(told, "trackings", warnings=warnings) or objects(told, "data", "trackings")
        if not listed and not errors:
            raise InvalidPayload("no trackings")
        events = [event for tracking in listed for event in _events(tracking, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "code"), word(told, "message") or "an error without a message")


def _events(tracking: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number = word(tracking, "tracker", "trackingNumber")
    details = objects(tracking, "events", warnings=warnings)
    for detail in details:
        own = number or word(detail, "trackingNumber")
        if own is None:
            warnings.append("an event without trackingNumber is left out")
        else:
            yield _scan(own, detail)
    expected = word(tracking, "shipment", "delivery", "estimatedDeliveryDate")
    if number and expected:
        newest = scans.newest(iso(word(each, "occurrenceDatetime")) for each in details)
        yield scans.revision(
            Ship24.code, number, kind="carrier_estimate", to=expected, at=newest, source=expected
        )


def _scan(number: str, detail: Json) -> ParsedEvent:
    code, milestone = word(detail, "statusCode"), word(detail, "statusMilestone")
    own = STATUS_CODES.get(code or "")
    order = member(detail, "order")
    event = scans.scan(
        Ship24.code,
        number,
        code=code or milestone,
        meaning=own or (MILESTONES if code else _NO_NEWS).get(milestone or ""),
        when=iso(word(detail, "occurrenceDatetime") or word(detail, "datetime")),
        source=detail,
        text=word(detail, "status"),
        location=place_of_text(word(detail, "location")),
        codelist=f"ship24/{word(detail, 'courierCode') or word(detail, 'sourceCode') or 'courier'}",
        carrier_event_id=word(detail, "eventId"),
        order_hint=order if isinstance(order, int) and not isinstance(order, bool) else None,
    )
    return event if own is not None or code is None else replace(event, known=False)
