"""From a carrier's own payload to envelopes: what it gave, and what of it could not be taken."""

from dataclasses import dataclass
from typing import Any

from services.ingest.carrier import CarrierError, ParsedEvent, Reader
from services.ingest.checks import InvalidEvent, check_event
from services.ingest.envelope import Origin, envelope_of
from services.ingest.intake import Rejection
from services.ingest.reading.answers import UNNAMED

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What a payload gave: events, those that could not be taken, the carrier's own errors.

    `warnings` tell of defects that were survived; `unknown` counts codes that no table has.
    """

    envelopes: list[Json]
    rejections: list[Rejection]
    errors: tuple[CarrierError, ...] = ()
    warnings: tuple[str, ...] = ()
    unknown: int = 0


def read_payload(reader: Reader, body: bytes, *, origin: Origin, now: str) -> Read:
    """The envelopes of a native payload, personal data still open; raises InvalidPayload.

    An event that cannot be taken is among the rejections, numbered from 1 in the payload's order.
    """
    parsed = reader.parse(body)
    envelopes: list[Json] = []
    rejections: list[Rejection] = []
    for number, event in enumerate(parsed.events, start=1):
        if event.members.get("tracking_number") == UNNAMED:
            # taken, it would be one shipment made of every parcel that an answer forgot to name
            rejections.append(Rejection(number, "/tracking_number", "the payload does not name the parcel"))
            continue
        try:
            envelopes.append(_envelope(reader, event, origin=origin, now=now))
        except InvalidEvent as error:
            rejections.append(Rejection(number, error.pointer, error.detail))
    unknown = sum(not event.known for event in parsed.events)
    return Read(envelopes, rejections, parsed.errors, parsed.warnings, unknown)


def unread(detail: str) -> Read:
    """What a payload gave that could not be read at all."""
    return Read([], [Rejection(1, "", detail)])


def _envelope(reader: Reader, event: ParsedEvent, *, origin: Origin, now: str) -> Json:
    checked = check_event(event.members, zone_inferred=event.zone_inferred)
    return envelope_of(
        checked,
        recorded_at=now,
        origin=origin,
        mapping_version=reader.mapping_version,
        sha256=event.sha256,
    )
