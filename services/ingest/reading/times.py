"""Times as carriers write them, brought into the forms that `occurred_at` takes. No zone is ever invented.

A result is `When(text, raw)`: `text` is a local time, a time with its offset or a date, None where
what was written is no time; `raw` is what the carrier wrote.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from services.ingest.moment import UNDATED as NO_MOMENT
from services.ingest.moment import InvalidMoment, Moment, moment_of

_ISO: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ]\s*(\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d\d))?", re.ASCII | re.IGNORECASE)
_DAY: Final = timedelta(days=1)
_QUARTER: Final = timedelta(minutes=15)
_LEAST: Final = timedelta(hours=-12)
_MOST: Final = timedelta(hours=14)

_HOURS: Final = {"A": 4, "E": 5, "C": 6, "M": 7, "P": 8, "AK": 9, "H": 10}
NORTH_AMERICA: Final[Mapping[str, str]] = {
    "NST": "-03:30",
    "NDT": "-02:30",
    **{f"{letter}ST": f"-{hours:02d}:00" for letter, hours in _HOURS.items()},
    **{f"{letter}DT": f"-{hours - 1:02d}:00" for letter, hours in _HOURS.items() if letter != "H"},
}
"""Offsets of the abbreviations that North American carriers write (tzdata, `northamerica`)."""


class When(NamedTuple):
    """The time of a fact: in a form we take, and as the carrier wrote it."""

    text: str | None
    raw: str | None = None


UNDATED: Final = When(None)
_LONGEST: Final = 64
"""No time is written longer; what is remembered of texts stays small."""


def iso(text: str | None) -> When:
    """An ISO-like text: a date, or a time with a space or `T`, with or without an offset."""
    return _iso(text) if text and len(text) <= _LONGEST else When(None, text or None)


def written(text: str | None, *formats: str) -> When:
    """A text in the first of the `strptime` formats that fits; without an hour in it, it is a date.

    `%z` reads an offset. Names of months and days are English: nothing here ever sets a locale.
    """
    return _written(text, *formats) if text and len(text) <= _LONGEST else When(None, text or None)


@lru_cache(maxsize=4096)
def _iso(text: str) -> When:
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return When(None, text)
    date, time, fraction, offset = found.groups()
    if time is None:
        return _checked(date, text)
    part = f".{fraction[:9]}" if fraction and time.count(":") == 2 else ""
    return _checked(f"{date}T{time}{part}{_colon(offset)}", text)


@lru_cache(maxsize=4096)
def _written(text: str, *formats: str) -> When:
    for form in formats:
        if (read := _parsed(text, form)) is not None:
            return _checked(read, text)
    return When(None, text)


def joined(
    date: str | None,
    time: str | None,
    date_format: str = "%Y%m%d",
    time_format: str = "%H%M%S",
    *,
    offset: str | None = None,
) -> When:
    """A date and a time in two members; a date without a readable time stays a date.

    `offset` as `offset_of` reads it; one that is not read leaves the time local.
    """
    raw = " ".join(part for part in (date, time, offset) if part) or None
    day = _parsed(date, date_format)
    if day is None:
        return When(None, raw)
    clock = _parsed(time, time_format)
    if clock is None:
        return _checked(day[:10], raw)
    return _checked(f"{day[:10]}T{clock[11:]}{offset_of(offset) or ''}", raw)


def offset_of(text: str | None) -> str | None:
    """`±HH:MM` of an offset: `Z`, `+0200`, `-5`, `GMT-04:00`, or an abbreviation of `NORTH_AMERICA`."""
    stripped = (text or "").strip().upper()
    if stripped in ("Z", "UTC", "GMT"):
        return "+00:00"
    if stripped in NORTH_AMERICA:
        return NORTH_AMERICA[stripped]
    found = _OFFSET.fullmatch(stripped)
    if found is None or int(found[2]) > 14 or int(found[3] or 0) > 59:
        return None
    return f"{found[1]}{int(found[2]):02d}:{found[3] or '00'}"


def false_z(when: When) -> When:
    """The same without its `Z` or offset: where the carrier's document says that the time is local."""
    found = _ISO.fullmatch(when.text or "")
    if found is None or found[4] is None:
        return when
    return When((when.text or "")[: -len(found[4])], when.raw)


def with_offset(when: When, offset: str | None) -> When:
    """The local time with the offset stated beside it; one that already has its offset keeps it."""
    found, read = _ISO.fullmatch(when.text or ""), offset_of(offset)
    if found is None or found[2] is None or found[4] is not None or read is None:
        return when
    return _checked(f"{when.text}{read}", when.raw)


def with_twin(local: When, gmt: When, *, offset: str | None = None) -> When:
    """The local time with the offset that its GMT twin or the stated `offset` proves.

    A twin that is whole days off has forgotten to roll its date: local and offset win. A twin that
    contradicts the stated offset otherwise, or is no offset away, proves nothing: the time stays
    local. The offset is the difference rounded to 15 minutes, from -12 to +14 hours.
    """
    here, there = _wall(local), _wall(gmt)
    if here is None or there is None:
        return with_offset(local, offset) if local.text else _as_gmt(gmt)
    ahead = here - there
    stated = offset_of(offset)
    if stated is not None:
        apart = abs((ahead - _span(stated) + _DAY / 2) % _DAY - _DAY / 2)
        return with_offset(local, stated) if apart < _QUARTER / 2 else local
    whole = _QUARTER * round(ahead / _QUARTER)
    fits = [whole] if _LEAST <= whole <= _MOST else _rolled(whole)
    return with_offset(local, _offset_text(fits[0])) if len(fits) == 1 else local


def is_local(when: When) -> bool:
    """Whether it is a wall clock's time of a zone not stated."""
    moment = stated(when)
    return moment.time_precision == "instant" and moment.occurred_at is None


def stated(when: When) -> Moment:
    """What the time states; what is no time states nothing."""
    try:
        return moment_of(when.text)
    except InvalidMoment:
        return NO_MOMENT


def _rolled(ahead: timedelta) -> list[timedelta]:
    """The offsets that differ from `ahead` by whole days only; two where both are real ones."""
    first = ahead % _DAY
    return [each for each in (first - _DAY, first) if _LEAST <= each <= _MOST]


def _parsed(text: str | None, form: str) -> str | None:
    """ISO text of what `strptime` reads, None where the format does not fit."""
    try:
        read = datetime.strptime((text or "").strip(), form)  # noqa: DTZ007 - a wall clock, unless %z is read
    except ValueError:
        return None
    return read.isoformat() if "%H" in form or "%I" in form else read.date().isoformat()


def _checked(text: str, raw: str | None) -> When:
    """`text`, if it is a time there is, in a year we take."""
    return When(None if stated(When(text)) is NO_MOMENT else text, raw)


def _colon(offset: str | None) -> str:
    if offset is None or offset in "Zz":
        return "" if offset is None else "Z"
    return f"{offset[:3]}:{offset[3:].lstrip(':') or '00'}"


def _wall(when: When) -> datetime | None:
    moment = stated(when)
    if moment.time_precision != "instant" or moment.occurred_local is None:
        return None
    return datetime.fromisoformat(moment.occurred_local)


def _as_gmt(gmt: When) -> When:
    return gmt if gmt.text is None or not is_local(gmt) else When(f"{gmt.text}Z", gmt.raw)


def _span(offset: str) -> timedelta:
    span = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    return -span if offset[0] == "-" else span


def _offset_text(offset: timedelta) -> str:
    minutes = abs(offset) // timedelta(minutes=1)
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
