"""A record of `shipment-status` on its way to streams, and where a stream stands."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

Json = dict[str, Any]
Places = Mapping[int, int]
"""By partition the offset that comes next; a partition that is not named stands at its beginning."""

_PLACE: Final = re.compile(r"(\d{1,5})-(\d{1,18})", re.ASCII)


class Change(NamedTuple):
    """`key` is the shipment's; `value` a StatusChanged, unread."""

    partition: int
    offset: int
    key: bytes
    value: bytes

    def told(self) -> Json:
        """The StatusChanged."""
        told: Json = orjson.loads(self.value)
        return told


class BadPlace(ValueError):
    """Not the form of a Last-Event-ID of ours."""


def place_text(partition: int, upcoming: int) -> str | None:
    """The event id of one shipment's stream: the last offset taken in; None before the first."""
    return f"{partition}-{upcoming - 1}" if upcoming > 0 else None


def places_text(places: Places) -> str | None:
    """The event id of a stream over all partitions."""
    parts = [place_text(partition, places[partition]) for partition in sorted(places)]
    return ",".join(filter(None, parts)) or None


def read_places(text: str) -> dict[int, int]:
    """Where a stream stood that was sent this id last; raises BadPlace."""
    places: dict[int, int] = {}
    for part in text.split(","):
        found = _PLACE.fullmatch(part.strip())
        if found is None or int(found[1]) in places:
            raise BadPlace(text)
        places[int(found[1])] = int(found[2]) + 1
    return places
