"""R2: which scans move a leg, and what a scan of the same milestone renews."""

from typing import Any

import pytest

from tests.builders import Json, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

RANK_3 = "in_transit"
RANK_4 = ("out_for_delivery", "available_for_pickup", "delivery_attempted")
LAST_MILE = [(first, then) for first in RANK_4 for then in RANK_4 if first != then]
UPWARD = ("registered", "info_received", "picked_up", "in_transit", "out_for_delivery", "delivered")
TAKEN = [(low, high) for i, low in enumerate(UPWARD) for high in UPWARD[i + 1 :]]
LATE = [("in_transit", "picked_up"), *((last, "picked_up") for last in RANK_4)]


@pytest.mark.parametrize(("low", "high"), TAKEN)
def test_r02_a_higher_rank_is_taken(low: str, high: str) -> None:
    events = [scan(low, at=hour(1)), scan(high, at=hour(2))]

    assert_shown(events, {"milestone": high, "since": utc(hour(2)), "late_scans": 0})


@pytest.mark.parametrize(("first", "then"), LAST_MILE)
def test_r02_the_last_mile_goes_back_and_forth_at_one_rank(first: str, then: str) -> None:
    events = [scan(first, at=hour(1)), scan(then, at=hour(2))]

    assert_shown(events, {"milestone": then, "since": utc(hour(2)), "late_scans": 0})


@pytest.mark.parametrize("last_mile", RANK_4)
def test_r02_the_last_mile_may_go_back_to_in_transit(last_mile: str) -> None:
    events = [scan(last_mile, at=hour(1)), scan("in_transit", at=hour(2))]

    assert_shown(events, {"milestone": "in_transit", "since": utc(hour(2)), "late_scans": 0})


@pytest.mark.parametrize(("high", "low"), LATE)
def test_r02_any_other_lower_rank_is_late(high: str, low: str) -> None:
    events = [scan(high, at=hour(1)), scan(low, at=hour(2))]

    assert_shown(
        events,
        {"milestone": high, "since": utc(hour(1)), "last_at": utc(hour(1)), "late_scans": 1, "scans": 2},
    )


CITY_A = {"city": "Almaty", "country": "KZ"}
CITY_B = {"city": "Astana", "country": "KZ"}


@table(
    example(
        "the same milestone renews sub-status and last, not since",
        [
            scan("in_transit", substatus="hub_arrived", at=hour(1)),
            scan("in_transit", substatus="hub_departed", at=hour(3)),
        ],
        milestone="in_transit",
        substatus="hub_departed",
        since=utc(hour(1)),
        last_at=utc(hour(3)),
    ),
    example(
        "the same milestone renews the place",
        [scan("in_transit", location=CITY_A, at=hour(1)), scan("in_transit", location=CITY_B, at=hour(3))],
        place=lambda place: place["city"] == "Astana",
        since=utc(hour(1)),
    ),
    example(
        "a place may have coordinates and nothing else",
        [scan("in_transit", location={"lat": 43.25, "lon": 76.95}, at=hour(1))],
        place=lambda place: (place["lat"], place["lon"]) == (43.25, 76.95),
    ),
    example(
        "a late scan renews nothing",
        [
            scan("in_transit", substatus="hub_arrived", location=CITY_A, at=hour(1)),
            scan("picked_up", substatus="collected", location=CITY_B, at=hour(3)),
        ],
        milestone="in_transit",
        substatus="hub_arrived",
        place=lambda place: place["city"] == "Almaty",
        since=utc(hour(1)),
        last_at=utc(hour(1)),
        late_scans=1,
    ),
    example(
        "back in transit begins anew",
        [
            scan("in_transit", at=hour(1)),
            scan("out_for_delivery", at=hour(2)),
            scan("in_transit", substatus="local_facility", at=hour(3)),
        ],
        milestone="in_transit",
        substatus="local_facility",
        since=utc(hour(3)),
        late_scans=0,
    ),
    example(
        "back in transit, and out again the next day",
        [
            scan("out_for_delivery", at=hour(2)),
            scan("in_transit", at=hour(12)),
            scan("out_for_delivery", at=hour(26)),
        ],
        milestone="out_for_delivery",
        since=utc(hour(26)),
        late_scans=0,
    ),
    example(
        "4 to 3 opens no way to 2",
        [scan("out_for_delivery", at=hour(2)), scan("in_transit", at=hour(3)), scan("picked_up", at=hour(4))],
        milestone="in_transit",
        late_scans=1,
    ),
    example(
        "each late scan is counted",
        [scan("out_for_delivery", at=hour(2)), scan("picked_up", at=hour(3)), scan("picked_up", at=hour(4))],
        milestone="out_for_delivery",
        late_scans=2,
        scans=3,
    ),
    example(
        "a scan that only arrives late is no late scan",
        [scan("out_for_delivery", at=hour(5)), scan("picked_up", at=hour(1), recorded_at=hour(90))],
        milestone="out_for_delivery",
        late_scans=0,
    ),
    example(
        "three attempts are three attempts",
        [registered(), *(scan("delivery_attempted", at=hour(20 * n)) for n in (1, 2, 3))],
        milestone="delivery_attempted",
        attempts=3,
        since=utc(hour(20)),
    ),
    example(
        "the whole way in order",
        [registered(), *(scan(step, at=hour(n)) for n, step in enumerate(UPWARD[1:], start=1))],
        milestone="delivered",
        delivered_at=utc(hour(5)),
        late_scans=0,
        inferred=[],
        leg_no=1,
        use_no=1,
        direction="forward",
        conditions=[],
    ),
)
def test_r02_what_a_scan_renews(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
