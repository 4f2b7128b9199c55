"""What a payload tells: its envelopes, their ids, and each in one line that a test can write by hand."""

from typing import Any

from services.ingest.carrier import Carrier
from services.ingest.checks import check_event
from services.ingest.envelope import Origin, envelope_of

Json = dict[str, Any]
Line = tuple[str, str, str, str | None, tuple[str, ...]]

_ORIGIN = Origin(channel="file", trust="manual")
_MEANING = ("milestone", "substatus", "reason", "party")


def envelopes(carrier: Carrier, payload: str) -> list[Json]:
    """The envelope of each event, in the payload's order."""
    return [
        envelope_of(
            check_event(event.members, zone_inferred=event.zone_inferred), recorded_at="", origin=_ORIGIN
        )
        for event in carrier.parse(payload.encode()).events
    ]


def ids(carrier: Carrier, payload: str) -> list[str]:
    """The event ids, sorted."""
    return sorted(envelope["event_id"] for envelope in envelopes(carrier, payload))


def line(envelope: Json) -> Line:
    """UTC or nothing, local time, how sure of the zone, raw code, meaning: times to the second."""
    data = envelope["data"]
    meaning = tuple(data[name] for name in _MEANING if name in data)
    at, local = envelope.get("occurred_at") or "", envelope.get("occurred_local") or ""
    return at[:19], local[:19], envelope["tz_confidence"], envelope.get("raw", {}).get("code"), meaning
