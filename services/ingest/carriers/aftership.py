"""AfterShip: trackings of many carriers, pushed and answered as JSON.

A checkpoint's time is the carrier's: with an offset, without one, or a date. AfterShip's subtag is the
code; the carrier behind it, its `slug`, stands in the name of the code list.
"""

from collections.abc import Iterator
from dataclasses import replace
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
from services.ingest.codebooks.aftership import CODES, SUBTAGS, TAGS
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import hmac_header

_REVISIONS: Final[tuple[tuple[str, scans.RevisionKind], ...]] = (
    ("expected_delivery", "carrier_estimate"),
    ("courier_estimated_delivery_date", "carrier_estimate"),
    ("aftership_estimated_delivery_date", "predicted"),
    ("custom_estimated_delivery_date", "custom"),
    ("order_promised_delivery_date", "order_promised"),
)
"""Members with dates of delivery, and whose they are."""


class AfterShip:
    """AfterShip's trackings."""

    code: Final = "aftership"
    title: Final = "AfterShip"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "AfterShip Tracking API 2026-07, Delivery Statuses and Delivery Sub-statuses",
        "AfterShip help centre, Learn About Delivery Sub-Status (2026-03-27)",
        "AfterShip Tracking API 2026-07, Webhook Signature",
    )
    signature: Final = "HMAC-SHA256 of the body, base64, in aftership-hmac-sha256"
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request, header="aftership-hmac-sha256", encoding="base64")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per checkpoint, one revision per date of delivery; raises InvalidPayload."""
        told = read_json(payload)
        if not isinstance(told, dict):
            raise InvalidPayload("no JSON object")
        warnings: list[str] = []
        errors = [_error(each) for each in objects(told, "meta") if (word(each, "code") or "200")[:1] != "2"]
        trackings = _trackings(told)
        if not trackings and not errors:
            if (event := word(told, "event")) is None:
                raise InvalidPayload("no tracking_number")
            warnings.append(f"nothing of a tracking: {event[:64]}")
        events = [event for tracking in trackings for event in _events(tracking, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(meta: Json) -> CarrierError:
    return CarrierError(word(meta, "code"), word(meta, "message") or "an error without a message")


def _trackings(told: Json) -> list[Json]:
    """The trackings of a webhook's `msg`, of an answer's `data`, or the lone one."""
    paths: tuple[tuple[str, ...], ...] = (
        ("msg",),
        ("data", "trackings"),
        ("data", "tracking"),
        ("data",),
        (),
    )
    listed = (objects(told, *path) for path in paths)
    return next((found for each in listed if (found := [one for one in each if _number(one)])), [])


def _number(tracking: Json) -> str | None:
    return word(tracking, "tracking_number")


def _events(tracking: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    checkpoints = objects(tracking, "checkpoints", warnings=warnings)
    for checkpoint in checkpoints:
        yield _scan(tracking, checkpoint)
    newest = scans.newest(iso(word(each, "checkpoint_time")) for each in checkpoints)
    for name, kind in _REVISIONS:
        told = tracking.get(name)
        if expected := _expected(told):
            yield scans.revision(
                AfterShip.code, _number(tracking) or "", kind=kind, to=expected, at=newest, source=told
            )


def _expected(told: Any) -> str | None:
    """A date of delivery: a text, or an object with the latest it can be."""
    names = ("datetime_max", "datetime", "estimated_delivery_date_max", "estimated_delivery_date")
    return word(told) or next((text for name in names if (text := word(told, name))), None)


def _scan(tracking: Json, checkpoint: Json) -> ParsedEvent:
    tag, subtag = word(checkpoint, "tag"), word(checkpoint, "subtag")
    meaning = SUBTAGS.get(subtag or "") or TAGS.get(tag or "")
    signed_by = word(tracking, "signed_by")
    delivered = meaning is not None and meaning.milestone == "delivered"
    event = scans.scan(
        AfterShip.code,
        _number(tracking) or "",
        code=subtag or tag,
        meaning=meaning,
        when=iso(word(checkpoint, "checkpoint_time")),
        source=checkpoint,
        text=word(checkpoint, "message") or word(checkpoint, "subtag_message"),
        location=_place(checkpoint),
        codelist=f"aftership/{word(checkpoint, 'slug') or word(tracking, 'slug') or 'carrier'}",
        proof={"signed_by": signed_by} if signed_by and delivered else None,
    )
    return event if subtag is None or subtag in SUBTAGS else replace(event, known=False)


def _place(checkpoint: Json) -> Json:
    return place(
        city=word(checkpoint, "city"),
        region=word(checkpoint, "state"),
        postal_code=word(checkpoint, "zip") or word(checkpoint, "postal_code"),
        country=word(checkpoint, "country_iso3") or word(checkpoint, "country_region"),
        name=word(checkpoint, "location"),
        lat=member(checkpoint, "coordinate", "latitude"),
        lon=member(checkpoint, "coordinate", "longitude"),
    )
