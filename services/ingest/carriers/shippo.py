"""Shippo: tracks of many carriers, pushed and answered as JSON.

The latest status stands in `tracking_status` and again in `tracking_history`, under another object id:
the ids are not used. The carrier behind it stands in the name of the code list.
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
from services.ingest.codebooks.shippo import CODES
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.places import place
from services.ingest.reading.times import UNDATED, When, iso
from services.ingest.signatures.timestamped import SCHEME, timestamped_hmac


class Shippo:
    """Shippo's tracks."""

    code: Final = "shippo"
    title: Final = "Shippo"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "Shippo API documentation, Tracking: status and substatus (2025)",
        "Shippo API documentation, Webhook security (2025)",
    )
    signature: Final = SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the request; raises SignatureInvalid."""
        return timestamped_hmac(request, header="shippo-auth-signature")

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per status, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        if not isinstance(told, dict):
            raise InvalidPayload("no JSON object")
        warnings: list[str] = []
        track = told["data"] if isinstance(told.get("data"), dict) else told
        if word(track, "tracking_number"):
            return scans.payload(_events(track, warnings), warnings=warnings)
        if error := word(told, "detail") or word(told, "error") or word(told, "message"):
            return scans.payload((), errors=(CarrierError(word(told, "code"), error),))
        if event := word(told, "event"):
            return scans.payload((), warnings=(f"nothing of a track: {event[:64]}",))
        raise InvalidPayload("no tracking_number")


def _events(track: Json, warnings: list[str]) -> list[ParsedEvent | None]:
    statuses = list(_statuses(track, warnings))
    newest = scans.newest(iso(word(each, "status_date")) for each in statuses)
    events: list[ParsedEvent | None] = [_scan(track, each) for each in statuses]
    # the first estimate is older than all that is known
    for name, at in (("eta", newest), ("original_eta", UNDATED)):
        expected = word(track, name)
        if expected and not (name == "original_eta" and expected == word(track, "eta")):
            events.append(_revision(track, expected, at=at))
    return events


def _statuses(track: Json, warnings: list[str]) -> Iterator[Json]:
    """The history, and the latest status where the history does not have it yet."""
    history = objects(track, "tracking_history", warnings=warnings)
    yield from history
    known = {(word(each, "status_date"), word(each, "status")) for each in history}
    for latest in objects(track, "tracking_status", warnings=warnings):
        if (word(latest, "status_date"), word(latest, "status")) not in known:
            yield latest


def _revision(track: Json, expected: str, *, at: When) -> ParsedEvent | None:
    return scans.revision(
        Shippo.code,
        word(track, "tracking_number") or "",
        kind="carrier_estimate",
        # the API has no type for dates: a midnight in UTC is one
        to=expected.removesuffix("T00:00:00Z"),
        at=at,
        source=expected,
    )


def _scan(track: Json, told: Json) -> ParsedEvent:
    status, fine = word(told, "status"), word(told, "substatus", "code") or word(told, "substatus")
    code = f"{status}/{fine}" if status and fine else status
    meaning = CODES.get(code or "")
    event = scans.scan(
        Shippo.code,
        word(track, "tracking_number") or "",
        code=code,
        meaning=meaning or CODES.get(status or ""),
        when=iso(word(told, "status_date")),
        source=told,
        text=word(told, "status_details"),
        location=_place(member(told, "location")),
        codelist=f"shippo/{word(track, 'carrier') or 'carrier'}",
    )
    return event if meaning is not None else replace(event, known=False)


def _place(told: object) -> Json:
    return place(
        city=word(told, "city"),
        region=word(told, "state"),
        postal_code=word(told, "zip"),
        country=word(told, "country"),
    )
