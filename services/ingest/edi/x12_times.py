"""Times of X12: CCYYMMDD and HHMM[SS[DD]], and the codes of element 623 that name their zone.

A code of a zone ("ET") means its clocks, summer time included; one of a clock ("ES", "ED") is an
offset. `LT` and no code are the local time of a place that is not named.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from services.ingest.edi.timed import UNDATED, Timed
from services.ingest.moment import InvalidMoment, moment_of
from services.ingest.reading.times import When

SOURCE: Final = "ASC X12 data dictionary, elements 337, 373 and 623, release 008010"

ZONES: Final[Mapping[str, str]] = {
    "AT": "America/Anchorage",
    "CT": "America/Chicago",
    "ET": "America/New_York",
    "HT": "Pacific/Honolulu",
    "MT": "America/Denver",
    "NT": "America/St_Johns",
    "PT": "America/Los_Angeles",
    "TT": "America/Halifax",
}
"""Zones of North America by their code."""

_FIXED: Final = """\
25=-02:30 26=-03:30 27=+05:30 28=+09:30 29=+10:30 GM=+00:00 UT=+00:00 AD=-08:00 AS=-09:00 CD=-05:00
CS=-06:00 ED=-04:00 ES=-05:00 HD=-09:00 HS=-10:00 MD=-06:00 MS=-07:00 ND=-02:30 NS=-03:30 PD=-07:00
PS=-08:00 TD=-03:00 TS=-04:00
"""

OFFSETS: Final[Mapping[str, str]] = {
    **{f"{hours:02d}": f"+{hours:02d}:00" for hours in range(1, 13)},
    **{f"{25 - hours:02d}": f"-{hours:02d}:00" for hours in range(1, 13)},
    **dict(pair.split("=") for pair in _FIXED.split()),
}
"""Fixed offsets by their code."""

_LONGEST: Final = 64
_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TIME: Final = re.compile(r"(\d\d)(\d\d)(?:(\d\d)(\d{1,2})?)?", re.ASCII)


def timed(date: str, time: str, code: str) -> tuple[Timed, str | None]:
    """The time that the three elements state, and what of them could not be read."""
    # cut before they are remembered: a stranger's megabytes are no time, and thousands would be kept
    return _timed(date[:_LONGEST], time[:_LONGEST], code[:_LONGEST])


@lru_cache(maxsize=4096)
def _timed(date: str, time: str, code: str) -> tuple[Timed, str | None]:
    raw = " ".join(part for part in (date, time, code) if part) or None
    found = _DATE.fullmatch(date)
    day = f"{found[1]}-{found[2]}-{found[3]}" if found else ""
    if not _is_time(day):
        return UNDATED._replace(when=When(None, raw)), f"no date: {date[:16]!r}" if date else None
    if not time:
        return Timed(When(day, raw)), None
    clock = _TIME.fullmatch(time)
    text = f"{day}T{clock[1]}:{clock[2]}:{clock[3] or '00'}" if clock else ""
    if clock is None or not _is_time(text):
        return Timed(When(day, raw)), f"no time: {time[:16]!r}, the date is kept"
    return _placed(f"{text}.{clock[4]}" if clock[4] else text, code, raw)


def _is_time(text: str) -> bool:
    try:
        moment_of(text)
    except InvalidMoment:
        return False
    return True


def _placed(text: str, code: str, raw: str | None) -> tuple[Timed, str | None]:
    if code in OFFSETS:
        return Timed(When(text + OFFSETS[code], raw)), None
    if code in ZONES:
        return Timed(When(text, raw), ZONES[code]), None
    fault = None if code in ("", "LT") else f"no time code: {code[:16]!r}, the time is local"
    return Timed(When(text, raw)), fault
