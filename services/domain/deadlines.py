"""What may become true by the mere passing of time (rule R12)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from services.domain.afterlife import WINDOW_MS
from services.domain.moments import DAY_MS, LAST_MS, latest
from services.domain.pieces import Track
from services.domain.promise import Judged
from services.domain.shipment import Shipment

STALE_DAYS: Final = 14
STALE_DAYS_BY_CARRIER: Final[Mapping[str, int]] = {}
"""Carriers whose parcels rest longer or shorter than most."""
EXPIRED_DAYS: Final = 60


class Deadline(NamedTuple):
    """A time (milliseconds UTC) at which something becomes true unless a fact comes first."""

    kind: str
    at_ms: int


def pending(shipment: Shipment) -> tuple[Deadline, ...]:
    """The deadlines ahead, earliest first; passed ones are no longer listed."""
    derived = deadlines(shipment.key, shipment.track, shipment.promise)
    passed = shipment.passed
    return tuple(sorted((d for d in derived if d not in passed), key=_moment))


def wake_ms(shipment: Shipment) -> int | None:
    """The earliest deadline ahead, in milliseconds UTC."""
    derived = deadlines(shipment.key, shipment.track, shipment.promise)
    passed = shipment.passed
    if not passed:
        # as for most: nothing to look up
        return min([d.at_ms for d in derived], default=None)
    return min((d.at_ms for d in derived if d not in passed), default=None)


def deadlines(key: str, track: Track, promise: Judged | None) -> list[Deadline]:
    """Every deadline that the facts give, passed or not, as far as the calendar goes."""
    return [deadline for deadline in _derived(key, track, promise) if deadline.at_ms <= LAST_MS]


def _derived(key: str, track: Track, promise: Judged | None) -> list[Deadline]:
    if track.ended is not None:
        return [] if track.quiet_from is None else [Deadline("settled", track.quiet_from + WINDOW_MS)]
    derived = []
    due = overdue_at(track, promise)
    if due is not None:
        derived.append(Deadline("promise_overdue", due))
    if track.last_physical is not None:
        moved = latest(track.last_physical)
        if track.milestone != "lost":
            derived.append(Deadline("stale", moved + stale_days(key) * DAY_MS))
        derived.append(Deadline("expired", moved + EXPIRED_DAYS * DAY_MS))
    return derived


def overdue_at(track: Track, promise: Judged | None) -> int | None:
    """When the promise in force runs out; None when there is none, or it is fulfilled, ended or void."""
    if (
        promise is None
        or track.fulfilled is not None
        or track.void_pos is not None
        or track.ended is not None
    ):
        return None
    return promise.force.deadline


def stale_days(key: str) -> int:
    """How many days of rest the carrier of a shipment key is given."""
    return STALE_DAYS_BY_CARRIER.get(key.partition(":")[0], STALE_DAYS)


def _moment(deadline: Deadline) -> tuple[int, str]:
    return deadline.at_ms, deadline.kind
