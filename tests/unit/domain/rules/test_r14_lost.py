"""R14: lost, and found."""

from typing import Any

import pytest

from tests.builders import Json, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

LOST = scan("lost", substatus="carrier_declared", at=hour(20))
BEFORE = (
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
)
FOUND = ("picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted")


@pytest.mark.parametrize("before", BEFORE)
def test_r14_lost_is_taken_at_any_milestone_not_ended(before: str) -> None:
    events = [scan(before, at=hour(10)), LOST]

    assert_shown(
        events,
        {
            "milestone": "lost",
            "substatus": "carrier_declared",
            "conditions": ["lost"],
            "status": "exception",
            "leg_no": 1,
        },
    )


@pytest.mark.parametrize("end", ["delivered", "returned"])
def test_r14_lost_is_not_taken_behind_the_end(end: str) -> None:
    events = [scan("in_transit", at=hour(1)), scan(end, at=hour(10)), LOST]

    assert_shown(events, {"milestone": end, "since": utc(hour(10)), "late_scans": 1})


@pytest.mark.parametrize("found", FOUND)
def test_r14_a_scan_of_any_rank_finds_it(found: str) -> None:
    events = [scan("delivery_attempted", at=hour(10)), LOST, scan(found, at=hour(30))]

    assert_shown(
        events,
        {"milestone": found, "conditions": [], "status": found, "since": utc(hour(30)), "late_scans": 0},
    )


@table(
    example(
        "found and delivered",
        [scan("in_transit", at=hour(10)), LOST, scan("delivered", at=hour(30))],
        milestone="delivered",
        delivered_at=utc(hour(30)),
        conditions=[],
    ),
    example(
        "found on its way back",
        [scan("in_transit", at=hour(10)), LOST, scan("returning", at=hour(30))],
        milestone="returning",
        leg_no=2,
        conditions=[],
    ),
    example(
        "lost on its way back",
        [scan("returning", at=hour(10)), LOST],
        milestone="lost",
        leg_no=2,
        direction="return",
        conditions=["lost"],
    ),
    example(
        "a manifest does not find it",
        [scan("in_transit", at=hour(10)), LOST, scan("info_received", at=hour(30))],
        milestone="lost",
        conditions=["lost"],
    ),
    example(
        "a scan before the loss, learnt later, does not find it",
        [scan("picked_up", at=hour(10)), LOST, scan("in_transit", at=hour(19), recorded_at=hour(90))],
        milestone="lost",
        conditions=["lost"],
        opened={"lost": utc(hour(20))},
    ),
    example(
        "lost said twice is lost since the first time",
        [scan("in_transit", at=hour(10)), LOST, scan("lost", at=hour(25))],
        milestone="lost",
        since=utc(hour(20)),
        opened={"lost": utc(hour(20))},
    ),
    example(
        "found, and from there on in its usual order",
        [
            scan("out_for_delivery", at=hour(10)),
            LOST,
            scan("in_transit", at=hour(30)),
            scan("picked_up", at=hour(31)),
        ],
        milestone="in_transit",
        late_scans=1,
    ),
)
def test_r14_lost_and_found(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
