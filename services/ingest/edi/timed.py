"""What EDI says when: a time as written, and the zone that the message names beside it.

A place never gives its zone here. Messages are made by translators far from the parcel, and a time
without a zone is the local time of a place that the message does not name.
"""

from typing import Final, NamedTuple

from services.ingest.carrier import Json, ParsedEvent
from services.ingest.moment import moment_of
from services.ingest.reading.times import When


class Timed(NamedTuple):
    """A time in a form that `occurred_at` takes, and its IANA zone where the message names one."""

    when: When
    zone: str | None = None


UNDATED: Final = Timed(When(None))


def dated(event: ParsedEvent, timed: Timed, *, location: Json | None = None) -> ParsedEvent:
    """The event at that time and place, in the zone that the message names or in none."""
    members = event.members | ({"occurred_at": timed.when.text} if timed.when.text else {})
    if timed.zone is not None:
        members["zone"] = timed.zone
    if location:
        # put in here and not by `scan`, which would look up the place's zone
        members["data"] = members["data"] | {"location": location}
    return ParsedEvent(members, sha256=event.sha256, known=event.known)


def bound(timed: Timed) -> str | None:
    """The time as a delivery date takes it: an instant, else a date."""
    text = timed.when.text
    if text is None:
        return None
    moment = moment_of(text, zone=timed.zone)
    return moment.occurred_at or text[:10]


def latest(times: list[Timed]) -> Timed:
    """The latest by what is written; undated without one."""
    return max(times, key=_order, default=UNDATED)


def _order(timed: Timed) -> tuple[str, str]:
    text = timed.when.text
    if text is None:
        return "", ""
    moment = moment_of(text, zone=timed.zone)
    return moment.occurred_at or moment.occurred_local or "", text
