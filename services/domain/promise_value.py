"""A delivery promise as a value: a local date or an instant, and the moment it runs out (rule R11)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from sys import intern
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.instants import ms_of

_KINDS: Final = {
    k: intern(k) for k in ("order_promised", "carrier_promised", "carrier_estimate", "predicted", "custom")
}
_WESTERNMOST: Final = timedelta(hours=12)
_DAY: Final = timedelta(days=1)
_FIRST: Final = -62_135_596_800_000
_FAR: Final = 253_402_300_799_999
"""The calendar's ends, in milliseconds since 1970: a promise beyond them runs out there."""


class InvalidPromise(ValueError):
    """The promise names no readable date, instant or zone."""


class Promise(NamedTuple):
    """`day`: midnight of the promised local date, in local milliseconds, None for a window.

    `deadline`: milliseconds UTC; of a date the start of the next local day, UTC-12 when no zone is
    known; of a window its end.
    """

    kind: str
    start: str | None
    end: str
    zone: str | None
    day: int | None
    deadline: int


def promise_of(kind: str, *, start: str | None, end: str, zone: str | None) -> Promise:
    """The promise with these members; raises InvalidPromise."""
    if kind not in _KINDS:
        raise InvalidPromise(f"promise kind {kind!r} is not known")
    day, deadline = _due(end, zone)
    deadline = min(max(deadline, _FIRST), _FAR)
    return Promise(_KINDS[kind], start, end, None if zone is None else intern(zone), day, deadline)


@lru_cache(maxsize=16_384)
def _due(end: str, zone: str | None) -> tuple[int | None, int]:
    try:
        place = None if zone is None else ZoneInfo(zone)
        if len(end) == 10:
            day = date.fromisoformat(end)
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return ms_of(midnight), _end_of(midnight, place)
        moment = datetime.fromisoformat(end)
        if moment.tzinfo is None:
            return None, _utc(moment, place)
        return None, ms_of(moment)
    except (ValueError, KeyError, OSError, OverflowError) as error:
        raise InvalidPromise(f"no promise until {end!r:.60} in {zone!r:.60}") from error


def _end_of(midnight: datetime, place: ZoneInfo | None) -> int:
    if midnight.date() == date.max:
        return _FAR
    return _utc((midnight + _DAY).replace(tzinfo=None), place)


def _utc(wall: datetime, place: ZoneInfo | None) -> int:
    """A wall time as UTC; where the zone is unknown, that of the last zone on earth."""
    if place is None:
        return ms_of(wall.replace(tzinfo=UTC)) + _WESTERNMOST // timedelta(milliseconds=1)
    offset = place.utcoffset(wall)
    return ms_of(wall.replace(tzinfo=UTC)) - (offset or timedelta()) // timedelta(milliseconds=1)


def zone_offset(zone: str | None, utc_ms: int) -> int:
    """The offset in milliseconds that `zone` has at an instant; 0 without zone or beyond the calendar."""
    if zone is None:
        return 0
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=utc_ms)
        offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    except OverflowError:
        return 0
    return (offset or timedelta()) // timedelta(milliseconds=1)
