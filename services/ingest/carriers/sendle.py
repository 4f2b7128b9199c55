"""Sendle: a parcel's tracking answer, and the single events that it pushes, as JSON.

`scan_time` is in UTC. The local twins are not read: some are the same as UTC where the clock is not.
An answer does not name its parcel, a pushed event does.
"""

from collections.abc import Iterator, Mapping
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
from services.ingest.reading import scans
from services.ingest.reading.answers import NOT_NAMED, UNNAMED, numbered
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {
    "pickup attempted": Meaning("info_received", "pickup_failed"),
    # it is still to be dropped off
    "drop off": Meaning("info_received", "awaiting_handover"),
    "dropped off": Meaning("picked_up", "dropped_off"),
    "pickup": Meaning("picked_up", "collected"),
    "in transit": Meaning("in_transit"),
    "local delivery": Meaning("in_transit", "handed_to_partner"),
    "damaged": Meaning("in_transit", None, "damaged", "carrier"),
    "unable to deliver": Meaning("in_transit", None, "on_hold", "other"),
    "out for delivery": Meaning("out_for_delivery"),
    "left with agent": Meaning("available_for_pickup", "pickup_point"),
    "delivery attempted": Meaning("delivery_attempted"),
    "card left": Meaning("delivery_attempted", "recipient_absent", None, "recipient"),
    "delivered": Meaning("delivered"),
    # information of any kind, and a label that can no longer be used
    "info": Meaning(None),
    "expired": Meaning(None),
}
"""Event types in lower case: Sendle writes "Dropped Off" and "Dropped off"."""


class Sendle:
    """Sendle's parcels."""

    code: Final = "sendle"
    title: Final = "Sendle"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("Sendle API reference, Tracking and Subscribe to tracking events: event types (2025)",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        warnings: list[str] = []
        errors: list[CarrierError] = []
        events: list[ParsedEvent | None] = []
        for number, answer in numbered(read_json(payload)):
            if not isinstance(answer, dict) or not answer.keys() & {"tracking_events", "event_type", "error"}:
                raise InvalidPayload("neither tracking_events nor an event_type")
            if error := word(answer, "error"):
                errors.append(CarrierError(error, word(answer, "error_description") or error))
            events += _events(number, answer, warnings)
        return scans.payload(events, errors=errors, warnings=warnings)


def _events(asked: str | None, answer: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    pushed = [answer] if "event_type" in answer else []
    details = pushed or objects(answer, "tracking_events", warnings=warnings)
    if not details:
        return
    number = asked or word(answer, "sendle_reference")
    if number is None:
        warnings.append(NOT_NAMED)
    for detail in details:
        yield _scan(number or UNNAMED, detail)
    if latest := word(answer, "scheduling", "estimated_delivery_date_maximum"):
        yield scans.revision(
            Sendle.code,
            number or UNNAMED,
            kind="carrier_estimate",
            from_=word(answer, "scheduling", "estimated_delivery_date_minimum"),
            to=latest,
            at=scans.newest(iso(word(each, "scan_time")) for each in details),
            source=answer["scheduling"],
        )


def _scan(number: str, detail: Json) -> ParsedEvent:
    code = word(detail, "event_type")
    return scans.scan(
        Sendle.code,
        number,
        code=code,
        meaning=_CODES.get((code or "").lower()),
        when=iso(word(detail, "scan_time")),
        source=detail,
        text=word(detail, "description"),
        location=_place(detail),
        codelist="sendle-event-type",
    )


def _place(detail: Json) -> Json:
    told = member(detail, "location_data")
    return place(
        name=word(detail, "location"),
        city=word(told, "suburb"),
        region=word(told, "state"),
        postal_code=word(told, "postcode"),
        country=word(told, "country"),
    )
