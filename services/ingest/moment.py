"""Times as they are sent to us: what they state, what they leave open, and what identity hashes of them.

A zone is never invented. RFC 3339 text with an offset is exact; ISO 8601 text without one is the
local time of an unknown zone, or of `zone` when the sender names it; a bare date is a date.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from schemas.vocabulary import TimePrecision, TzConfidence

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)


class InvalidMoment(ValueError):
    """The text states no time, or one outside of the years we take."""


class InvalidZone(ValueError):
    """No IANA zone has this name."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of a fact, in the members of an envelope; `identity` is what the event id hashes."""

    occurred_at: str | None
    occurred_local: str | None
    utc_offset: str | None
    tz_confidence: TzConfidence
    time_precision: TimePrecision
    identity: str | None


UNDATED: Final = Moment(None, None, None, "unknown", "none", None)


def moment_of(text: str | None, *, zone: str | None = None, inferred: bool = False) -> Moment:
    """What `occurred_at` and `zone` state; raises InvalidMoment and InvalidZone.

    `inferred`: the zone follows from the scan's place, the sender did not state it. A local time
    that a change of clocks skips is read with the offset before the change, one that it repeats as
    the first of the two (RFC 5545, section 3.3.5). `zone` beside an offset or a date adds nothing.
    """
    where = None if zone is None else zone_of(zone)
    if text is None:
        return UNDATED
    found = _TIME.fullmatch(text)
    if found is None:
        raise InvalidMoment("no RFC 3339 time, local time YYYY-MM-DDTHH:MM:SS or date YYYY-MM-DD")
    offset = found[8]
    local = _local(found)
    if found[4] is None:
        return Moment(None, text, None, "unknown", "date", text)
    if offset is not None:
        return _exact(local, _offset(offset), leap=found[6] == "60")
    if where is None:
        written = _text(local)
        return Moment(None, written, None, "unknown", "instant", written)
    return _in_zone(local, where, inferred=inferred)


def instant_of(text: str) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ` of a time that states its offset; raises InvalidMoment."""
    moment = moment_of(text)
    if moment.occurred_at is None:
        raise InvalidMoment("a time with an offset is needed")
    return moment.occurred_at


def date_or_instant(text: str) -> str:
    """A promise's bound in its one written form: a date, or a UTC instant; raises InvalidMoment."""
    moment = moment_of(text)
    if moment.time_precision == "date":
        return text
    if moment.occurred_at is None:
        raise InvalidMoment("neither a date nor a time with an offset")
    return moment.occurred_at


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone called `name`; raises InvalidZone."""
    if name not in _zone_names():
        raise InvalidZone(f"no IANA zone is called {name[:64]!r}")
    return ZoneInfo(name)


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _local(found: re.Match[str]) -> datetime:
    year = int(found[1])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidMoment(f"the year {year} lies outside {FIRST_YEAR} to {LAST_YEAR}")
    hour, minute, second = int(found[4] or 0), int(found[5] or 0), int(found[6] or 0)
    millisecond = int((found[7] or "0").ljust(3, "0")[:3])
    if second == 60 and minute % 15 == 14:
        # a leap second has no number of its own here: it is the last millisecond of its minute
        second, millisecond = 59, 999
    try:
        return datetime(year, int(found[2]), int(found[3]), hour, minute, second, millisecond * 1000)  # noqa: DTZ001 - a wall clock
    except ValueError as error:
        raise InvalidMoment(f"no such time: {error}") from error


@lru_cache(maxsize=256)
def _offset(text: str) -> tuple[timedelta, str]:
    if text in "Zz":
        return timedelta(), "+00:00"
    hours, minutes = int(text[1:3]), int(text[4:])
    if hours > 23 or minutes > 59:
        raise InvalidMoment(f"no such offset: {text}")
    span = timedelta(hours=hours, minutes=minutes)
    offset = -span if text[0] == "-" else span
    return offset, _offset_text(offset)


def _exact(local: datetime, offset: tuple[timedelta, str], *, leap: bool) -> Moment:
    ahead, written = offset
    utc = local - ahead
    if leap and (utc.hour, utc.minute) != (23, 59):
        raise InvalidMoment("a leap second is the last of a UTC day")
    at = _text(utc) + "Z"
    return Moment(at, _text(local), written, "exact", "instant", at)


def _in_zone(local: datetime, zone: ZoneInfo, *, inferred: bool) -> Moment:
    placed = local.replace(tzinfo=zone)
    # local mean times of long ago carry seconds, which no offset on the wire can say
    offset = timedelta(minutes=round((placed.utcoffset() or timedelta()) / timedelta(minutes=1)))
    written = _text(local)
    return Moment(
        _text(local - offset) + "Z",
        written,
        _offset_text(offset),
        "location_inferred" if inferred else "offset_given",
        "instant",
        written,
    )


def _offset_text(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _text(moment: datetime) -> str:
    return moment.isoformat("T", "milliseconds")
