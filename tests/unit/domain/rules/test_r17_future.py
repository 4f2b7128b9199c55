"""R17: a scan dated more than 48 hours after it was recorded has a wrong clock: it is undated."""

from typing import Any

import pytest

from schemas.instants import instant_ms
from tests.builders import Json, cancelled, day, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

RECORDED = hour(10)
AHEAD = hour(48) - hour(0)
PICKED_UP = scan("picked_up", at=hour(9))
UNDATED = {
    "milestone": "picked_up",
    "undated_scans": 1,
    "last_at": utc(hour(9)),
    "scans": 2,
    "conditions": [],
}
YEAR_2100 = instant_ms("2100-01-01T00:00:00Z")
YEAR_1970 = instant_ms("1970-01-01T00:00:00Z")


@table(
    example(
        "48 hours ahead is still dated",
        [PICKED_UP, scan("in_transit", at=RECORDED + AHEAD, recorded_at=RECORDED)],
        milestone="in_transit",
        undated_scans=0,
    ),
    example(
        "a millisecond more is not",
        [PICKED_UP, scan("in_transit", at=RECORDED + AHEAD + 1, recorded_at=RECORDED)],
        **UNDATED,
    ),
    example(
        "an offset does not change the instant: +14:00",
        [PICKED_UP, scan("in_transit", at=RECORDED + AHEAD, offset="+14:00", recorded_at=RECORDED)],
        milestone="in_transit",
        undated_scans=0,
    ),
    example(
        "a wall clock three days ahead is undated in every zone",
        [PICKED_UP, scan("in_transit", local="2026-03-05T10:00", recorded_at=RECORDED)],
        **UNDATED,
    ),
    example(
        "a wall clock a day ahead is dated in every zone",
        [PICKED_UP, scan("in_transit", local="2026-03-03T10:00", recorded_at=RECORDED)],
        milestone="in_transit",
        undated_scans=0,
    ),
    example(
        "a date five days ahead is undated",
        [PICKED_UP, scan("delivered", date="2026-03-07", recorded_at=RECORDED)],
        **UNDATED,
    ),
    example(
        "a delivery in the year 2100",
        [PICKED_UP, scan("delivered", at=YEAR_2100, recorded_at=RECORDED)],
        delivered_at=None,
        due=due(settled=None),
        **UNDATED,
    ),
    example(
        "a copy recorded in time does not help: the smallest recorded_at counts",
        [
            PICKED_UP,
            scan("in_transit", at=RECORDED + AHEAD + 1, recorded_at=RECORDED),
            scan("in_transit", at=RECORDED + AHEAD + 1),
        ],
        **UNDATED,
    ),
    example(
        "a scan from 1970 comes first",
        [scan("in_transit", at=YEAR_1970, recorded_at=RECORDED), scan("out_for_delivery", at=hour(9))],
        milestone="out_for_delivery",
        undated_scans=0,
        late_scans=0,
        use_no=1,
        since=utc(hour(9)),
        due=due(stale=utc(hour(9 + 14 * 24))),
    ),
    example(
        "a delivery in 1970 was another use of the number",
        [scan("delivered", at=YEAR_1970, recorded_at=RECORDED), PICKED_UP],
        milestone="picked_up",
        use_no=2,
        delivered_at=None,
        conditions=[],
    ),
    example(
        "an undated future scan opens nothing",
        [PICKED_UP, scan("in_transit", reason="damaged", at=YEAR_2100, recorded_at=RECORDED)],
        **UNDATED,
    ),
    example(
        "1970 and 2100 in one parcel",
        [
            registered(),
            PICKED_UP,
            scan("info_received", at=YEAR_1970, recorded_at=RECORDED),
            scan("out_for_delivery", at=YEAR_2100, recorded_at=RECORDED),
        ],
        milestone="picked_up",
        undated_scans=1,
        scans=3,
        use_no=1,
    ),
)
def test_r17_a_scan_from_the_future_is_undated(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize("days", [1, 30])
def test_r17_speaks_of_scans_only_not_of_cancellations(days: int) -> None:
    events = [PICKED_UP, cancelled(at=day(days), recorded_at=hour(10))]

    assert_shown(events, {"milestone": "cancelled", "undated_scans": 0})
