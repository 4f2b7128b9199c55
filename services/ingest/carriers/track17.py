"""17TRACK: trackings of many carriers, pushed and answered as JSON, in three shapes.

v2 has a code in every event. v1 and the website have one number for the whole package: it is told as a
scan of its own at the time of the latest event, and the entries of the history, which have no code, move
nothing. So an entry stays the same fact when it is no longer the latest.
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
from services.ingest.codebooks.track17 import CODES, NUMBERED
from services.ingest.reading import scans
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import UNKNOWN
from services.ingest.reading.places import place
from services.ingest.reading.times import When, iso, joined
from services.ingest.signatures.keyed_digest import SCHEME, keyed_digest


class Track17:
    """17TRACK's trackings."""

    code: Final = "track17"
    title: Final = "17TRACK"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = (
        "17TRACK Tracking API v2.4, package status, sub-status and webhook (2025)",
        "17TRACK Tracking API v1, package status",
    )
    signature: Final = SCHEME
    codes: Final = CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose key signed the body; raises SignatureInvalid."""
        return keyed_digest(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event, one revision per estimate; raises InvalidPayload."""
        told = read_json(payload)
        if not isinstance(told, dict) or not told.keys() & {"data", "Json", "code", "Code"}:
            raise InvalidPayload("neither data nor Json")
        warnings: list[str] = []
        errors = _errors(told)
        packages = [each for each in _packages(told, warnings) if _number(each)]
        if not packages and not errors:
            kind = word(told, "event") or "an answer without packages"
            warnings.append(f"nothing of a tracking: {kind[:64]}")
        events = [event for package in packages for event in _events(package, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _errors(told: Json) -> list[CarrierError]:
    """Numbers that were refused, and what is wrong with the whole answer."""
    listed: list[Any] = [member(each, "error") for each in objects(told, "data", "rejected")]
    listed += objects(told, "data", "errors")
    listed += [{"code": told.get("Code"), "message": told.get("Message")}]
    listed += [] if listed[:-1] else [{"code": told.get("code"), "message": told.get("message")}]
    coded = [(word(each, "code"), word(each, "message")) for each in listed]
    return [CarrierError(code, text or f"error {code}") for code, text in coded if code not in (None, "0")]


def _packages(told: Json, warnings: list[str]) -> list[Json]:
    """Packages of a webhook, an answer of the API or one of the website."""
    accepted = objects(told, "data", "accepted", warnings=warnings)
    return accepted or objects(told, "data") + objects(told, "Json")


def _number(package: Json) -> str | None:
    return word(package, "number") or word(package, "FTrackNo")


def _events(package: Json, warnings: list[str]) -> Iterator[ParsedEvent | None]:
    number, info, track = _number(package) or "", member(package, "track_info"), member(package, "track")
    details: list[Json] = []
    for provider in objects(info, "tracking", "providers", warnings=warnings):
        carrier = word(provider, "provider", "name") or word(provider, "provider", "key") or "carrier"
        for detail in objects(provider, "events", warnings=warnings):
            details.append(detail)
            yield _scan(number, detail, carrier=carrier)
    for metrics in objects(info, "time_metrics", "estimated_delivery_date"):
        if expected := word(metrics, "to") or word(metrics, "from"):
            yield _revision(number, metrics, expected, at=scans.newest(_when(each) for each in details))
    for name in ("z1", "z2", "z9"):
        for entry in objects(track, name, warnings=warnings):
            yield _entry(number, entry, code=None)
    latest, state = _latest(package, warnings)
    if isinstance(latest, dict) and latest and state:
        yield _entry(number, latest, code=state)


def _when(detail: Json) -> When:
    """With its offset where 17TRACK knows it, else as the carrier wrote it."""
    for name in ("time_iso", "time_utc"):
        if (when := iso(word(detail, name))).text is not None:
            return when
    raw = member(detail, "time_raw")
    return joined(word(raw, "date"), word(raw, "time"), "%Y-%m-%d", "%H:%M:%S", offset=word(raw, "timezone"))


def _scan(number: str, detail: Json, *, carrier: str) -> ParsedEvent:
    code = word(detail, "sub_status") or word(detail, "stage")
    return scans.scan(
        Track17.code,
        number,
        code=code,
        meaning=CODES.get(code) if code else UNKNOWN,
        when=_when(detail),
        source=detail,
        text=word(detail, "description"),
        location=_place(detail),
        codelist=f"17track/{carrier}",
    )


def _place(detail: Json) -> Json:
    told = member(detail, "address")
    return place(
        name=word(detail, "location"),
        city=word(told, "city"),
        region=word(told, "state"),
        postal_code=word(told, "postal_code"),
        country=word(told, "country"),
        lat=member(told, "coordinates", "latitude"),
        lon=member(told, "coordinates", "longitude"),
    )


def _revision(number: str, metrics: Json, expected: str, *, at: When) -> ParsedEvent | None:
    official = (word(metrics, "source") or "Official").lower() == "official"
    return scans.revision(
        Track17.code,
        number,
        kind="carrier_estimate" if official else "predicted",
        from_=word(metrics, "from"),
        to=expected,
        at=at,
        source=metrics,
    )


def _latest(package: Json, warnings: list[str]) -> tuple[Any, str | None]:
    """The latest event of v1 or the website, and the number of the package's state."""
    if (track := member(package, "track")) is not None:
        return member(track, "z0"), word(track, "e")
    written = word(package, "FLastEvent")
    if written is None:
        return None, None
    try:
        return read_json(written.encode()), word(package, "FTrackStateType") or word(package, "FPackageState")
    except InvalidPayload:
        warnings.append(f"an unreadable FLastEvent is left out: {written[:64]!r}")
        return None, None


def _entry(number: str, entry: Any, *, code: str | None) -> ParsedEvent:
    places = [text for name in ("c", "d") if (text := word(entry, name))]
    return scans.scan(
        Track17.code,
        number,
        code=code,
        meaning=NUMBERED.get(code) if code else UNKNOWN,
        when=iso(word(entry, "a")),
        source=entry,
        text=word(entry, "z"),
        location=place(name=", ".join(places)),
        codelist="17track-package-status",
        codelist_version="v1",
    )
