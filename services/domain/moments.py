"""When a fact may have happened: exact instants, local times of an unknown zone, bare dates (rule R1)."""

from datetime import date
from functools import lru_cache
from typing import Final

from services.domain.facts import DAY, INSTANT, LOCAL, Fact

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
LAST_MS: Final = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z: what lies behind it is shown and proposed as this."""
FIRST_MS: Final = -62_135_596_800_000
EASTERNMOST_MS: Final = 14 * HOUR_MS
WESTERNMOST_MS: Final = 12 * HOUR_MS
NEVER: Final = -(10**18)

RANK: Final[dict[str | None, int]] = {
    "registered": 0,
    "info_received": 1,
    "picked_up": 2,
    "in_transit": 3,
    "out_for_delivery": 4,
    "available_for_pickup": 4,
    "delivery_attempted": 4,
    "delivered": 5,
    "returning": 6,
    "returned": 7,
    "lost": 8,
    "cancelled": 9,
    "unknown": -1,
    None: -1,
}
PHYSICAL: Final = frozenset(
    {
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "available_for_pickup",
        "delivery_attempted",
        "delivered",
        "returning",
        "returned",
    }
)
_NOON: Final = 12 * HOUR_MS
_EVE: Final = DAY_MS - 1
_HOUR_OF_A_DATE: Final[dict[str | None, int]] = {
    "out_for_delivery": _NOON,
    "available_for_pickup": _NOON,
    "delivery_attempted": _NOON,
    "returning": _NOON,
    "delivered": _EVE,
    "returned": _EVE,
    "lost": _EVE,
    "cancelled": _EVE,
}


def pos(fact: Fact, zone_ms: int) -> int:
    """Where a dated fact stands on the UTC line, `zone_ms` being the shipment's Z; NEVER if undated."""
    if fact.kind == INSTANT:
        return fact.at
    if fact.kind == LOCAL:
        return fact.at - zone_ms
    if fact.kind == DAY:
        return fact.at + _HOUR_OF_A_DATE.get(fact.milestone, 0) - _own_zone(fact, zone_ms)
    return NEVER


def earliest(fact: Fact) -> int:
    """The earliest UTC millisecond at which a dated fact may have happened."""
    if fact.kind == INSTANT:
        return fact.at
    return fact.at - _own_zone(fact, EASTERNMOST_MS)


def latest(fact: Fact) -> int:
    """The latest UTC millisecond at which a dated fact may have happened."""
    if fact.kind == INSTANT:
        return fact.at
    return fact.at + (_EVE if fact.kind == DAY else 0) - _own_zone(fact, -WESTERNMOST_MS)


def surely_after(fact: Fact, other: Fact) -> bool:
    """Whether `fact`'s earliest possible moment lies behind the latest of `other`; both are dated (R1)."""
    if fact.kind == INSTANT and other.kind == INSTANT:
        return fact.at > other.at
    if _zoneless(fact) and _zoneless(other):
        return fact.at > other.at + (_EVE if other.kind == DAY else 0)
    return earliest(fact) > latest(other)


def local_day(fact: Fact, zone_ms: int) -> int:
    """Midnight of the fact's own local date, in milliseconds; `zone_ms` serves where it has no offset."""
    local = fact.at
    if fact.kind == INSTANT:
        local += _own_zone(fact, zone_ms)
    return local - local % DAY_MS


def shown(fact: Fact) -> str | None:
    """The time as shown: UTC with `Z`, local time without when the zone is unknown, a date, or None."""
    if fact.kind == INSTANT:
        return instant(fact.at)
    if fact.kind == LOCAL:
        return instant(fact.at)[:-1]
    if fact.kind == DAY:
        return _day_text(fact.at // DAY_MS)
    return None


def instant(ms: int) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ` of milliseconds since 1970, kept within the years 1 to 9999."""
    if not FIRST_MS <= ms <= LAST_MS:
        ms = FIRST_MS if ms < FIRST_MS else LAST_MS
    minute, rest = divmod(ms, 60_000)
    return f"{_minute_text(minute)}{_SECONDS[rest // 1000]}{_MILLIS[rest % 1000]}"


@lru_cache(maxsize=4096)
def _minute_text(minute: int) -> str:
    day, rest = divmod(minute, 24 * 60)
    return f"{_day_text(day)}T{rest // 60:02d}:{rest % 60:02d}:"


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return date.fromordinal(min(max(day + _EPOCH_DAY, 1), _LAST_DAY)).isoformat()


def _own_zone(fact: Fact, otherwise: int) -> int:
    return otherwise if fact.offset is None else fact.offset


def _zoneless(fact: Fact) -> bool:
    return fact.kind == LOCAL or (fact.kind == DAY and fact.offset is None)


_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_LAST_DAY: Final = date.max.toordinal()
_SECONDS: Final = tuple(f"{second:02d}." for second in range(60))
_MILLIS: Final = tuple(f"{milli:03d}Z" for milli in range(1000))
