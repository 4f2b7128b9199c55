"""EasyPost: trackers of many carriers, pushed as webhooks."""

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
from services.ingest.codebooks.easypost import CODES, DETAILS, REASONS, SAME_DETAILS, SILENT_DETAILS, STATUSES
from services.ingest.reading.json_tree import read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.scans import newest, payload, revision, scan
from services.ingest.reading.times import When, iso
from services.ingest.signatures.easypost import SCHEME, easypost_signature


class EasyPost:
    """EasyPost's trackers."""

    code: Final = "easypost"
    title: Final = "EasyPost"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        'EasyPost API reference, "Trackers" and "Webhooks" (v2)',
        'EasyPost support article "Webhook HMAC Validation"',
    )
    signature: Final = SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the request; raises SignatureInvalid."""
        return easypost_signature(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per tracking detail, one revision per estimate; raises InvalidPayload."""
        return _read(read_json(payload))


def _read(told: Any) -> ParsedPayload:
    errors: list[CarrierError] = []
    warnings: list[str] = []
    trackers: list[Any] = []
    for each in _documents(told):
        if isinstance(each.get("error"), dict):
            errors.append(_error(each["error"]))
        elif (found := _trackers(each)) is None:
            warnings.append(f"nothing of a tracker: {str(each.get('description'))[:64]}")
        else:
            trackers += found
    return payload((e for tracker in trackers for e in _events(tracker)), errors=errors, warnings=warnings)


def _documents(told: Any) -> list[Json]:
    """The answers in a payload: one, several in a list (as texts too), or the events of a list of events."""
    if isinstance(told, dict):
        return _list(told, "events") if "events" in told else [told]
    listed = told if isinstance(told, list) else []
    read = [read_json(each.encode()) if isinstance(each, str) else each for each in listed]
    if not read or not all(isinstance(each, dict) for each in read):
        raise InvalidPayload("neither a JSON object nor a list of them")
    return read


def _error(told: Json) -> CarrierError:
    return CarrierError(word(told, "code"), word(told, "message") or "an error without a message")


def _trackers(told: Json) -> list[Any] | None:
    """The trackers in an event, a tracker or a list; None for an event of another object."""
    if "trackers" in told:
        return _list(told, "trackers")
    if told.get("object") != "Event":
        return [told]
    result = told.get("result")
    if not isinstance(result, dict):
        raise InvalidPayload("an event without a result")
    return [result] if result.get("object") == "Tracker" else None


def _events(tracker: Any) -> Iterator[ParsedEvent | None]:
    if not isinstance(tracker, dict) or not isinstance(tracker.get("tracking_code"), str):
        raise InvalidPayload("a tracker without tracking_code")
    number = tracker["tracking_code"]
    dated = [(detail, iso(word(detail, "datetime"))) for detail in _list(tracker, "tracking_details")]
    latest = newest(when for _, when in dated)
    for detail, when in dated:
        yield _scan(number, detail, when, signed_by=word(tracker, "signed_by") if when == latest else None)
    if tracker.get("est_delivery_date"):
        stated = word(tracker, "est_delivery_date") or ""
        # the API has no type for dates: a midnight in UTC is one
        to = word(tracker, "carrier_detail", "est_delivery_date_local") or stated.removesuffix("T00:00:00Z")
        at = latest if latest.text else iso(word(tracker, "created_at"))
        yield revision(EasyPost.code, number, kind="carrier_estimate", to=to, at=at, source=stated)


def _scan(number: str, detail: Json, when: When, *, signed_by: str | None) -> ParsedEvent:
    status, fine = word(detail, "status") or "", word(detail, "status_detail") or ""
    meaning, known = _meaning(status, fine)
    location = detail.get("tracking_location")
    event = scan(
        EasyPost.code,
        number,
        code=status if fine in SILENT_DETAILS else f"{status}/{fine}",
        meaning=meaning,
        when=when,
        source=detail,
        text=word(detail, "message"),
        codelist="easypost-tracker-status",
        codelist_version="v2",
        location=place(
            city=word(location, "city"),
            region=word(location, "state"),
            postal_code=word(location, "zip"),
            country=word(location, "country"),
        ),
        proof={"signed_by": signed_by} if signed_by and meaning.milestone == "delivered" else None,
    )
    return replace(event, known=known)


def _meaning(status: str, fine: str) -> tuple[Meaning, bool]:
    """What the pair does, and whether the table knows it."""
    base = STATUSES.get(status)
    if base is None:
        return Meaning("unknown"), False
    if paired := DETAILS.get((status, fine)):
        return paired, True
    if fine in REASONS:
        reason, party = REASONS[fine]
        return base._replace(reason=reason, party=party), True
    return base, fine in SILENT_DETAILS or fine in SAME_DETAILS


def _list(told: Json, name: str) -> list[Any]:
    """The objects in the list `name`, none where it is absent or null; raises InvalidPayload."""
    found = told.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InvalidPayload(f"{name} is no list of objects")
    return found
