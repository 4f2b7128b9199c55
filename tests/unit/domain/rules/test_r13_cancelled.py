"""R13: where a cancellation is taken, and what scans behind it mean."""

from typing import Any

import pytest

from tests.builders import Json, cancelled, day, hour, promise, registered, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

C = hour(20)
OFF = cancelled(at=C, reason="changed mind", party="sender")
BEFORE = (
    "registered",
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("off", [OFF, scan("cancelled", at=C)], ids=["our own", "the carrier's"])
def test_r13_a_cancellation_is_taken_before_the_end(off: Json, before: str) -> None:
    events = [scan(before, at=hour(10)), off]

    assert_shown(
        events,
        {"milestone": "cancelled", "status": "cancelled", "since": utc(C), "leg_no": 1, "conditions": []},
    )


@pytest.mark.parametrize("end", ["delivered", "returned"])
@pytest.mark.parametrize("off", [OFF, scan("cancelled", at=C)], ids=["our own", "the carrier's"])
def test_r13_behind_the_end_it_is_late(off: Json, end: str) -> None:
    events = [scan("in_transit", at=hour(1)), scan(end, at=hour(10)), off]

    shown = {"milestone": end, "status": end, "since": utc(hour(10)), "conditions": [], "late_scans": 1}
    assert_shown(events, shown)


@pytest.mark.parametrize("low", ["picked_up", "in_transit"])
def test_r13_a_low_scan_behind_it_conflicts(low: str) -> None:
    events = [scan("info_received", at=hour(1)), OFF, scan(low, at=hour(30))]

    assert_shown(
        events,
        {
            "milestone": "cancelled",
            "conditions": ["conflicting_scans"],
            "opened": {"conflicting_scans": utc(hour(30))},
            "status": "cancelled",
        },
    )


@pytest.mark.parametrize("high", ["out_for_delivery", "available_for_pickup", "delivery_attempted"])
def test_r13_a_high_scan_behind_it_says_that_cancelling_failed(high: str) -> None:
    events = [scan("in_transit", at=hour(1)), OFF, scan(high, at=hour(30))]

    assert_shown(
        events, {"milestone": high, "conditions": ["conflicting_scans"], "leg_no": 1, "since": utc(hour(30))}
    )


@pytest.mark.parametrize("back", ["returning", "returned"])
def test_r13_a_return_behind_it_goes_on_as_a_return(back: str) -> None:
    events = [scan("in_transit", at=hour(1)), OFF, scan(back, at=hour(30))]

    assert_shown(events, {"milestone": back, "direction": "return", "leg_no": 2})


@table(
    example("a cancellation alone", [OFF], milestone="cancelled", status="cancelled"),
    example(
        "a cancellation closes conditions",
        [
            scan("in_transit", reason="on_hold", at=hour(1)),
            scan(None, reason="action_required", code="A", at=hour(2)),
            OFF,
        ],
        conditions=[],
        status="cancelled",
    ),
    example(
        "and voids the promise",
        [registered(promise=promise("2026-03-05", zone="UTC")), scan("in_transit", at=hour(1)), OFF],
        kept=lambda kept: kept in (None, "void"),
        due=due(promise_overdue=None),
    ),
    example(
        "in a return leg it is not taken",
        [scan("in_transit", at=hour(1)), scan("returning", at=hour(10)), OFF],
        milestone="returning",
        leg_no=2,
        status="returning",
    ),
    example(
        "a hub scan not surely after it conflicts with nothing",
        [scan("in_transit", at=hour(1)), OFF, scan("in_transit", local="2026-03-03T09:59")],
        milestone="cancelled",
        conditions=[],
    ),
    example(
        "a hub scan before it, learnt later, conflicts with nothing",
        [scan("picked_up", at=hour(1)), OFF, scan("in_transit", at=C - 1, recorded_at=day(3))],
        milestone="cancelled",
        conditions=[],
    ),
    example(
        "a millisecond later it does",
        [scan("picked_up", at=hour(1)), OFF, scan("in_transit", at=C + 1)],
        milestone="cancelled",
        conditions=["conflicting_scans"],
    ),
    example(
        "a manifest or an unmapped code behind it conflicts with nothing",
        [OFF, scan("info_received", at=hour(30)), scan("unknown", code="Q", at=hour(31))],
        milestone="cancelled",
        conditions=[],
    ),
    example(
        "cancelled, and delivered all the same",
        [scan("in_transit", at=hour(1)), OFF, scan("delivered", at=hour(30))],
        milestone="delivered",
        delivered_at=utc(hour(30)),
        conditions=[],
        status="delivered",
        leg_no=1,
    ),
    example(
        "cancelled, out for delivery, delivered: the conflict ends",
        [
            scan("in_transit", at=hour(1)),
            OFF,
            scan("out_for_delivery", at=hour(30)),
            scan("delivered", at=hour(33)),
        ],
        milestone="delivered",
        conditions=[],
    ),
    example(
        "cancelled, a hub scan, out for delivery: the conflict goes on",
        [OFF, scan("in_transit", at=hour(25)), scan("out_for_delivery", at=hour(30))],
        milestone="out_for_delivery",
        conditions=["conflicting_scans"],
        opened={"conflicting_scans": utc(hour(25))},
    ),
    example(
        "at one instant the delivery is first, and the cancellation late",
        [scan("in_transit", at=hour(1)), OFF, scan("delivered", at=C)],
        milestone="delivered",
        conditions=[],
    ),
)
def test_r13_what_a_cancellation_does(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
