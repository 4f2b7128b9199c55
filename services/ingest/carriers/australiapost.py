"""Australia Post and StarTrack: events of articles and consignments, as JSON.

An event has no code, only a wording that is free to change: it is kept, shown and counted as unknown.
The status of an article is of no event: which of them it tells of cannot be known.
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
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.meaning import Meaning
from services.ingest.reading.places import place
from services.ingest.reading.times import iso
from services.ingest.signatures.plain import OWN_SCHEME, hmac_header

_CODES: Final[Mapping[str, Meaning]] = {}

_NESTED: Final = ("trackable_items", "consignment", "items")


class AustraliaPost:
    """Australia Post's articles and StarTrack's consignments."""

    code: Final = "australiapost"
    title: Final = "Australia Post"
    mapping_version: Final = 1
    formats: Final = ("json",)
    sources: Final = ("Australia Post, Shipping and Tracking API, Track items (v1): events without codes",)
    signature: Final = OWN_SCHEME
    codes: Final = _CODES

    def verify(self, request: WebhookRequest) -> Verified:
        """The account whose secret signed the body; raises SignatureInvalid."""
        return hmac_header(request)

    def parse(self, payload: bytes) -> ParsedPayload:
        """One scan per event of an article, a consignment or an item in it; raises InvalidPayload."""
        told = read_json(payload)
        warnings: list[str] = []
        results = objects(told, "tracking_results", warnings=warnings)
        errors = [_error(each) for each in objects(told, "errors", warnings=warnings)]
        errors += [
            _error(each) for result in results for each in objects(result, "errors", warnings=warnings)
        ]
        if not errors and not isinstance(member(told, "tracking_results"), list | dict):
            raise InvalidPayload("neither tracking_results nor errors")
        events = [event for result in results for event in _events(result, warnings)]
        return scans.payload(events, errors=errors, warnings=warnings)


def _error(told: Json) -> CarrierError:
    detail = word(told, "message") or word(told, "name") or "an error without a message"
    return CarrierError(word(told, "code"), detail)


def _events(result: Json, warnings: list[str]) -> Iterator[ParsedEvent]:
    number = word(result, "tracking_id")
    found = [
        (part, event)
        for part in _parts(result, warnings)
        for event in objects(part, "events", warnings=warnings)
    ]
    if number is None:
        warnings += ["a tracking result without tracking_id is left out"] if found else []
        return
    at_once: dict[tuple[str | None, str | None], set[str | None]] = {}
    for part, event in found:
        piece, when = word(part, "article_id"), iso(word(event, "date"))
        piece = None if piece == number else piece
        at_once.setdefault((piece, when.text), set()).add(word(event, "description"))
        yield scans.scan(
            AustraliaPost.code,
            number,
            code=None,
            meaning=None,
            when=when,
            source=event,
            text=word(event, "description"),
            location=place(name=word(event, "location")),
            piece=piece,
        )
    # without codes nothing but the time tells two facts of one article apart
    warnings += [
        f"{len(texts)} events at {time} count as one"
        for (_, time), texts in at_once.items()
        if len(texts) > 1
    ]


def _parts(told: Json, warnings: list[str], depth: int = 0) -> Iterator[Json]:
    """What has events of its own: the result, its articles and consignments, and the items in these."""
    yield told
    for name in _NESTED if depth < 4 else ():
        for each in objects(told, name, warnings=warnings):
            yield from _parts(each, warnings, depth + 1)
