"""What the members of time in an envelope mean to the fold: a kind, a moment, an offset."""

from typing import Any

import pytest

from schemas.instants import instant_ms
from services.domain.bodies import InvalidFact
from services.domain.facts import DAY, INSTANT, LOCAL, UNDATED, fact_of, offset_ms
from tests.builders import Json, hour, scan

UTC = "2026-03-02T22:30:00.000Z"
WALL = "2026-03-03T03:30:00"
AT = instant_ms(UTC)
WALL_MS = instant_ms("2026-03-03T03:30:00.000Z")
MIDNIGHT = instant_ms("2026-03-03T00:00:00.000Z")
FIVE = 5 * 3_600_000
_TIMES = ("occurred_at", "occurred_local", "utc_offset", "tz_confidence", "time_precision")


def time_of(**members: Any) -> tuple[int, int, int | None]:
    """Kind, moment and offset of a scan with these members of time and no others."""
    envelope: Json = scan("in_transit", at=hour(1))
    for name in _TIMES:
        envelope.pop(name, None)
    fact = fact_of(envelope | members)
    return fact.kind, fact.at, fact.offset


EXACT = {"tz_confidence": "exact", "time_precision": "instant"}
UNKNOWN = {"tz_confidence": "unknown", "time_precision": "instant"}
DATE = {"time_precision": "date"}


@pytest.mark.parametrize(
    ("members", "time"),
    [
        ({}, (UNDATED, 0, None)),
        ({"time_precision": "none", "occurred_at": UTC}, (UNDATED, 0, None)),
        (EXACT | {"occurred_at": UTC}, (INSTANT, AT, None)),
        (EXACT | {"occurred_at": UTC, "utc_offset": "+05:00"}, (INSTANT, AT, FIVE)),
        (EXACT | {"occurred_at": UTC, "occurred_local": WALL}, (INSTANT, AT, FIVE)),
        (EXACT | {"occurred_at": UTC, "occurred_local": "2026-03-09T03:30:00"}, (INSTANT, AT, None)),
        (EXACT | {"occurred_at": UTC, "occurred_local": "2026-03-03"}, (INSTANT, AT, None)),
        (EXACT | {"occurred_local": WALL, "utc_offset": "+05:00"}, (INSTANT, AT, FIVE)),
        (EXACT | {"occurred_local": WALL, "utc_offset": "-05:00"}, (INSTANT, WALL_MS + FIVE, -FIVE)),
        (UNKNOWN | {"occurred_local": WALL}, (LOCAL, WALL_MS, None)),
        (UNKNOWN | {"occurred_at": UTC, "occurred_local": WALL}, (LOCAL, WALL_MS, None)),
        (UNKNOWN | {"occurred_at": UTC}, (LOCAL, AT, None)),
        (UNKNOWN | {"occurred_at": UTC, "utc_offset": "+05:00"}, (LOCAL, WALL_MS, None)),
        (DATE | {"occurred_local": "2026-03-03"}, (DAY, MIDNIGHT, None)),
        (DATE | {"occurred_local": WALL}, (DAY, MIDNIGHT, None)),
        (DATE | {"occurred_at": UTC, "utc_offset": "+05:00"}, (DAY, MIDNIGHT, None)),
        (DATE | {"occurred_at": UTC}, (DAY, MIDNIGHT - 24 * 3_600_000, None)),
        (
            DATE | {"occurred_at": UTC, "utc_offset": "+05:00", "tz_confidence": "exact"},
            (DAY, MIDNIGHT, FIVE),
        ),
    ],
)
def test_the_members_of_time_make_one_moment(members: Json, time: tuple[int, int, int | None]) -> None:
    assert time_of(**members) == time


@pytest.mark.parametrize(
    ("members", "why"),
    [
        (EXACT, "needs occurred_at"),
        (EXACT | {"occurred_local": WALL}, "needs occurred_at"),
        (UNKNOWN, "occurred_at or occurred_local"),
        (DATE, "needs occurred_local"),
        ({"time_precision": "century", "occurred_at": UTC}, "century"),
        (UNKNOWN | {"tz_confidence": "sure", "occurred_at": UTC}, "sure"),
        (EXACT | {"occurred_at": "2026-03-02T22:30:00Z"}, "22:30:00Z"),
        (EXACT | {"occurred_at": "2026-03-02T22:30:00.000+"}, "22:30:00.000"),
        (EXACT | {"occurred_at": UTC, "utc_offset": "+18:01"}, "beyond 18 hours"),
    ],
)
def test_a_time_that_lacks_a_member_or_has_a_wrong_one_is_no_fact(members: Json, why: str) -> None:
    with pytest.raises(InvalidFact, match=why):
        time_of(**members)


@pytest.mark.parametrize(
    ("text", "hours"), [("+00:00", 0), ("+05:30", 5.5), ("-12:00", -12), ("+18:00", 18), ("-18:00", -18)]
)
def test_an_offset_goes_as_far_as_eighteen_hours(text: str, hours: float) -> None:
    assert offset_ms(text) == hours * 3_600_000


@pytest.mark.parametrize("text", ["+18:01", "-18:01", "+23:59"])
def test_and_no_further(text: str) -> None:
    with pytest.raises(InvalidFact):
        offset_ms(text)
