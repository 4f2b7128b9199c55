"""ShipEngine (ShipStation API): trackers of many carriers, answered and pushed as JSON.

An event's `event_code` is the carrier's own; its meaning is ShipEngine's status of the event. Where an
event has none, the tracker's delivery is told of the event that its date of delivery names.
"""

from collections.abc import Iterator
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
from services.ingest.codebooks.shipengine import ATTEMPTS, CODES, DETAILS, STATUSES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import When, false_z, iso, with_twin
from services.ingest.signatures.rsa import SCHEME, rsa_signature


class ShipEngine:
    """ShipEngine's trackers."""

    code: Final = "shipengine"
    title: Final = "ShipEngine"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "ShipEngine API reference v1, tracking status and status detail codes (2025)",
        "ShipEngine connect-carrier-api 4.16, StandardizedStatusDetailCodes",
    )
    signature: Final = SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose public key signed the request; raises SignatureInvalid."""
        return rsa_signature(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        warnings: list[str] = []
        told = objects(read_json(payload), warnings=warnings)
        errors = [_error(error) for each in told for error in objects(each, "errors", warnings=warnings)]
        answers = [answer for each in told for answer in objects(each, "data") or [each]]
        trackers = [each for each in answers if word(each, "tracking_number")]
        if not trackers and not errors:
            kinds = [kind for each in told if (kind := word(each, "resource_type"))]
            if not kinds:
                raise InvalidPayload("no tracking_number")
            warnings.append(f"nothing of a tracker: {kinds[0][:64]}")
        events = [event for tracker in trackers for event in _events(tracker, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "error_code"), word(told, "message") or "an error without a message")


def _events(tracker: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    details = objects(tracker, "events", warnings=warnings)
    for detail in details:
        yield _scan(tracker, detail)
    if expected := word(tracker, "estimated_delivery_date"):
        yield scans.revision(
            ShipEngine.code,
            word(tracker, "tracking_number") or "",
            kind="carrier_estimate",
            # the API has no type for dates: a midnight in UTC is one
            to=expected.removesuffix("T00:00:00Z"),
            at=scans.newest(_when(detail) for detail in details),
            source=expected,
        )


def _scan(tracker: Json, detail: Json) -> ParsedEvent:
    event_code, fine = word(detail, "event_code"), word(detail, "status_detail_code")
    meaning = _meaning(tracker, detail)
    signed_by = word(detail, "signer")
    delivered = meaning is not None and meaning.milestone == "delivered"
    event = scans.scan(
        ShipEngine.code,
        word(tracker, "tracking_number") or "",
        code=event_code or fine or word(detail, "status_code"),
        meaning=meaning,
        when=_when(detail),
        source=detail,
        text=word(detail, "description") or word(detail, "carrier_status_description"),
        location=_place(detail),
        codelist=f"shipengine/{word(tracker, 'carrier_code') or 'carrier'}" if event_code else "shipengine",
        attempt=ATTEMPTS.get(fine or ""),
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )
    return event if fine is None or fine in DETAILS else replace(event, known=False)


def _meaning(tracker: Json, detail: Json) -> Meaning | None:
    """What the finer of the event's two codes means, else the coarser."""
    fine, status = word(detail, "status_detail_code"), word(detail, "status_code")
    if status is None and _is_the_delivery(tracker, detail):
        status = "DE"
    return DETAILS.get(fine or "") or STATUSES.get(status or "")


def _is_the_delivery(tracker: Json, detail: Json) -> bool:
    delivered_at = word(tracker, "actual_delivery_date")
    at = word(detail, "occurred_at")
    return word(tracker, "status_code") == "DE" and delivered_at is not None and at == delivered_at


def _when(detail: Json) -> When:
    """The carrier's own time with the offset that the UTC one proves; the same in both is a false `Z`."""
    utc, local = iso(word(detail, "occurred_at")), false_z(iso(word(detail, "carrier_occurred_at")))
    if local.text is None or utc.text is None:
        return utc if local.text is None else local
    return local if local.text == false_z(utc).text else with_twin(local, false_z(utc))


def _place(detail: Json) -> Json:
    return place(
        city=word(detail, "city_locality"),
        region=word(detail, "state_province"),
        postal_code=word(detail, "postal_code"),
        country=word(detail, "country_code"),
        name=word(detail, "company_name"),
        lat=member(detail, "latitude"),
        lon=member(detail, "longitude"),
    )
