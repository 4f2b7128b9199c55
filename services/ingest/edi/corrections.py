"""Retractions as documents of the trade make them: an event is withdrawn by the id that it has with us."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from schemas.ids import event_id
from services.ingest.carrier import Json, ParsedEvent
from services.ingest.checks import InvalidEvent, check_event
from services.ingest.reading.times import When

_LONGEST: Final = 4096


class Accepted(NamedTuple):
    """An event that can be taken, and the id that it has in the log."""

    event: ParsedEvent
    id: str

    @property
    def number(self) -> str:
        """The tracking number of its shipment."""
        return str(self.event.members["tracking_number"])


def accepted(events: Iterable[ParsedEvent], warnings: list[str]) -> Iterator[Accepted]:
    """The events that can be taken; the others are told."""
    for event in events:
        try:
            yield Accepted(event, _id_of(event))
        except InvalidEvent as error:
            number = str(event.members.get("tracking_number"))
            warnings.append(f"an event of {number[:64]!r} is left out: {error}")


def retraction(
    target: Accepted,
    *,
    when: When,
    reason: str | None = None,
    corrective_ids: Iterable[str] = (),
    carrier_event_id: str | None = None,
) -> ParsedEvent:
    """The withdrawal of `target`, said at `when`."""
    data = {"retracts": target.id, "reason": reason, "corrective_ids": list(corrective_ids) or None}
    members = {
        "type": "EventRetracted",
        "carrier": target.event.members["carrier"],
        "tracking_number": target.number,
        "occurred_at": when.text,
        "carrier_event_id": carrier_event_id,
        "raw": {"time": when.raw[:_LONGEST]} if when.raw else None,
        "data": _present(data),
    }
    return ParsedEvent(_present(members), sha256=target.event.sha256)


def _id_of(event: ParsedEvent) -> str:
    checked = check_event(event.members, zone_inferred=event.zone_inferred)
    return event_id(
        checked.type,
        (checked.carrier, checked.number),
        data=checked.data,
        time=checked.moment.identity,
        raw_code=(checked.raw or {}).get("code"),
        carrier_event_id=checked.carrier_event_id,
    )


def _present(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}
