"""Times of EDIFACT: DTM segments by the format codes of element 2379.

A zone stands behind the digits (303, 304) or as an offset (205); without one the time is local.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from services.ingest.edi.timed import UNDATED, Timed
from services.ingest.reading.scans import RevisionKind
from services.ingest.reading.times import When, offset_of, written

SOURCE: Final = "UN/EDIFACT code lists 2005 and 2379, D.10B"

_LONGEST: Final = 64

HAPPENED: Final = ("78", "334", "7", "35", "178", "186", "200")
"""Qualifiers (2005) of when a status happened: of the event, its change, its effect; of actual movements."""

DUE: Final[Mapping[str, RevisionKind]] = {
    "17": "carrier_estimate",
    "67": "carrier_estimate",
    "69": "carrier_promised",
    "76": "carrier_estimate",
    "191": "carrier_estimate",
}
"""Qualifiers of when the delivery is due, and who says so."""

PREPARED: Final = "137"
"""The qualifier of when the message was made."""

_DIGITS: Final = {"101": 6, "102": 8, "201": 10, "203": 12, "204": 14, "205": 12, "303": 12, "304": 14}
_FORMS: Final = {
    6: "%y%m%d",
    8: "%Y%m%d",
    10: "%y%m%d%H%M",
    12: "%Y%m%d%H%M",
    14: "%Y%m%d%H%M%S",
}
_LEADING: Final = re.compile(r"\d+", re.ASCII)


def timed(value: str, form: str) -> tuple[Timed, str | None]:
    """The time that a DTM states, and what of it could not be read."""
    # cut before they are remembered: a stranger's megabytes are no time, and thousands would be kept
    return _timed(value[:_LONGEST], form[:_LONGEST])


@lru_cache(maxsize=4096)
def _timed(value: str, form: str) -> tuple[Timed, str | None]:
    found = _LEADING.match(value)
    length = len(found.group()) if found is not None else 0
    digits = _DIGITS.get(form, length)
    if digits not in _FORMS or length < digits:
        # a format that is not the value's: the digits tell
        digits = length
    text = written(value[:digits], _FORMS[digits]).text if digits in _FORMS else None
    if text is None:
        return UNDATED._replace(
            when=When(None, value or None)
        ), f"no time: {value[:24]!r} in format {form[:4]!r}"
    zone = value[digits:].strip()
    offset = offset_of(zone) if zone else None
    fault = f"no zone: {zone[:8]!r}, the time is local" if zone and offset is None else None
    return Timed(When(f"{text}{offset or ''}" if len(text) > 10 else text, value)), fault


def prepared(date: str, time: str) -> Timed:
    """When an interchange was made, as UNB says it."""
    return timed(date + time, "")[0]
