"""R1: the order of dated facts. What comes last is seen in the sub-status it leaves behind."""

from typing import Any

import pytest

from tests.builders import Json, day, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

MIDNIGHT = "2026-03-05T00:00"

CODES = ("A", "B", "C", "D", "E", "F")


def arrived(**when: Any) -> Json:
    return scan("in_transit", substatus="hub_arrived", **when)


def departed(**when: Any) -> Json:
    return scan("in_transit", substatus="hub_departed", **when)


@table(
    example(
        "the later instant is last", [arrived(at=hour(1)), departed(at=hour(2))], substatus="hub_departed"
    ),
    example(
        "when it was recorded plays no part",
        [arrived(at=hour(1), recorded_at=day(9)), departed(at=hour(2))],
        substatus="hub_departed",
        last_at=utc(hour(2)),
    ),
    example(
        "one millisecond decides",
        [arrived(at=hour(1) + 1), departed(at=hour(1))],
        substatus="hub_arrived",
    ),
    example(
        "at one instant the lower rank is first: nothing is late",
        [scan("delivered", at=hour(5)), scan("out_for_delivery", at=hour(5))],
        milestone="delivered",
        late_scans=0,
        conditions=[],
    ),
    example(
        "at one instant the lower rank is first: out for delivery stands",
        [scan("in_transit", at=hour(5)), scan("out_for_delivery", at=hour(5))],
        milestone="out_for_delivery",
    ),
    example(
        "a hint goes before rank: in transit again",
        [scan("in_transit", at=hour(5), hint=2), scan("out_for_delivery", at=hour(5), hint=1)],
        milestone="in_transit",
    ),
    example(
        "a hint goes before rank: a load scan hinted behind delivery is late",
        [scan("out_for_delivery", at=hour(5), hint=2), scan("delivered", at=hour(5), hint=1)],
        milestone="delivered",
        late_scans=1,
        conditions=[],
    ),
    example(
        "the higher hint is last",
        [arrived(at=hour(1), hint=10), departed(at=hour(1), hint=9)],
        substatus="hub_arrived",
    ),
    example(
        "a negative hint is last where the other has none",
        [arrived(at=hour(1), hint=-5), departed(at=hour(1))],
        substatus="hub_arrived",
    ),
    example(
        "a hint of zero is a hint",
        [arrived(at=hour(1), hint=0), departed(at=hour(1))],
        substatus="hub_arrived",
    ),
    example(
        "time goes before hints",
        [arrived(at=hour(1), hint=99), departed(at=hour(2), hint=1)],
        substatus="hub_departed",
    ),
)
def test_r01_facts_sort_by_time_hint_and_rank(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize("code", CODES)
def test_r01_the_event_id_decides_what_nothing_else_does(code: str) -> None:
    events = [arrived(at=hour(1), code=f"{code}1"), departed(at=hour(1), code=f"{code}2")]
    last = max(events, key=lambda event: str(event["event_id"]))

    assert_shown(events, {"substatus": last["data"]["substatus"], "scans": 2})


def picked(offset: str, code: str) -> Json:
    return scan("picked_up", local="2026-03-01T08:00", offset=offset, code=code)


@table(
    example(
        "in transit on a day is its first moment",
        [arrived(date="2026-03-05"), departed(local=f"{MIDNIGHT}:00.001", offset="+00:00")],
        substatus="hub_departed",
    ),
    example(
        "and behind the last moment of the day before",
        [arrived(date="2026-03-05"), departed(local="2026-03-04T23:59:59.999", offset="+00:00")],
        substatus="hub_arrived",
    ),
    example(
        "out for delivery on a day is noon: behind a scan of the morning",
        [scan("out_for_delivery", date="2026-03-05"), arrived(local="2026-03-05T11:59", offset="+00:00")],
        milestone="out_for_delivery",
    ),
    example(
        "out for delivery on a day is noon: before a scan of the afternoon",
        [scan("out_for_delivery", date="2026-03-05"), arrived(local="2026-03-05T12:01", offset="+00:00")],
        milestone="in_transit",
    ),
    example(
        "returning on a day is noon",
        [scan("returning", date="2026-03-05"), arrived(local="2026-03-05T11:59", offset="+00:00")],
        milestone="returning",
        leg_no=2,
    ),
    example(
        "delivered on a day is its last moment",
        [
            scan("delivered", date="2026-03-05"),
            scan("out_for_delivery", local="2026-03-05T23:59", offset="+00:00"),
        ],
        milestone="delivered",
        late_scans=0,
        conditions=[],
    ),
    example(
        "lost on a day is its last moment",
        [scan("lost", date="2026-03-05"), arrived(local="2026-03-05T23:59", offset="+00:00")],
        milestone="lost",
    ),
    example(
        "cancelled on a day is its last moment",
        [
            scan("cancelled", date="2026-03-05"),
            scan("out_for_delivery", local="2026-03-05T23:59", offset="+00:00"),
        ],
        milestone="cancelled",
    ),
    example(
        "the steps of one day, all dates, come in their own order",
        [
            scan(step, date="2026-03-05")
            for step in ("delivered", "out_for_delivery", "in_transit", "picked_up")
        ],
        milestone="delivered",
        late_scans=0,
        conditions=[],
    ),
    example(
        "the date's end is that of the most frequent offset: 21:00 UTC at +03:00",
        [
            picked("+03:00", "A"),
            scan("delivered", date="2026-03-05"),
            scan("out_for_delivery", local="2026-03-06T00:30", offset="+03:00"),
        ],
        milestone="delivered",
        late_scans=1,
        conditions=[],
    ),
)
def test_r01_a_date_stands_where_its_step_usually_is(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
