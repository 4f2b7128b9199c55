"""One fact of several shipments: a document names many, each gets an event of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from services.ingest.carrier import InvalidPayload, ParsedEvent

MAX_EVENTS: Final = 200_000
"""More than a document of 8 MiB holds, unless it multiplies events on purpose."""


def each_of(event: ParsedEvent, numbers: Iterable[str]) -> list[ParsedEvent]:
    """The event once for each of the tracking numbers."""
    return [replace(event, members=event.members | {"tracking_number": number}) for number in numbers]


def bounded(events: Iterable[ParsedEvent]) -> Iterator[ParsedEvent]:
    """The events; raises InvalidPayload where there is no end of them."""
    for count, event in enumerate(events, start=1):
        if count > MAX_EVENTS:
            raise InvalidPayload(f"more than {MAX_EVENTS} events")
        yield event
