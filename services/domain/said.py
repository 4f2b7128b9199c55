"""What has been announced of a shipment: kept beside it, in the order of the log."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Told(NamedTuple):
    """One announcement that stands.

    `mark` tells apart what shares a kind: the name of a condition, or the deadline in milliseconds.
    """

    kind: str
    cause: str
    n: int
    mark: str | int | None = None


class Said(NamedTuple):
    """What stands announced, and how often a withdrawn (kind, cause) had been raised."""

    told: tuple[Told, ...] = ()
    withdrawn: tuple[tuple[str, str, int], ...] = ()


NOTHING_SAID: Final = Said()


def said_json(said: Said) -> dict[str, Any] | None:
    """The JSON form; None while nothing was said."""
    if said == NOTHING_SAID:
        return None
    return {"told": [list(t) for t in said.told], "withdrawn": [list(w) for w in said.withdrawn]}


def said_of(members: Mapping[str, Any] | None) -> Said:
    """What `said_json` wrote."""
    if members is None:
        return NOTHING_SAID
    return Said(
        tuple(Told(*entry) for entry in members["told"]),
        tuple((kind, cause, n) for kind, cause, n in members["withdrawn"]),
    )
