"""R7: facts without a time."""

from typing import Any

import pytest

from tests.builders import Json, cancelled, day, hour, promise, registered, revised, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

IN_TRANSIT = scan("in_transit", at=hour(10))


@pytest.mark.parametrize(
    "milestone",
    [
        "picked_up",
        "out_for_delivery",
        "delivery_attempted",
        "delivered",
        "returning",
        "returned",
        "lost",
        "cancelled",
    ],
)
def test_r07_an_undated_scan_moves_nothing(milestone: str) -> None:
    events = [IN_TRANSIT, scan(milestone, at=None, recorded_at=hour(20))]

    assert_shown(
        events,
        {
            "milestone": "in_transit",
            "leg_no": 1,
            "last_at": utc(hour(10)),
            "undated_scans": 1,
            "late_scans": 0,
            "scans": 2,
            "conditions": [],
            "delivered_at": None,
        },
    )


@table(
    example(
        "an undated scan opens nothing",
        [IN_TRANSIT, scan("in_transit", reason="damaged", code="D", at=None, recorded_at=hour(20))],
        conditions=[],
        status="in_transit",
        undated_scans=1,
    ),
    example(
        "an undated scan closes nothing",
        [
            scan("in_transit", reason="on_hold", at=hour(10)),
            scan("out_for_delivery", at=None, recorded_at=hour(20)),
        ],
        conditions=["on_hold"],
        milestone="in_transit",
    ),
    example(
        "an undated scan behind a delivery conflicts with nothing",
        [scan("delivered", at=hour(10)), scan("in_transit", at=None, recorded_at=hour(20))],
        conditions=[],
        milestone="delivered",
        due=due(settled=utc(hour(82))),
    ),
    example(
        "an undated scan keeps nobody awake",
        [IN_TRANSIT, scan("in_transit", at=None, recorded_at=day(9))],
        due=due(stale=utc(hour(10 + 14 * 24))),
    ),
    example(
        "an undated cancellation cancels nothing",
        [IN_TRANSIT, cancelled(at=None, recorded_at=hour(20))],
        milestone="in_transit",
        status="in_transit",
    ),
    example(
        "several undated scans are counted",
        [IN_TRANSIT, *(scan("delivered", at=None, code=code, recorded_at=hour(20)) for code in ("A", "B"))],
        undated_scans=2,
        milestone="in_transit",
    ),
    example(
        "an undated scan alone has no milestone",
        [scan("delivered", at=None)],
        milestone=None,
        undated_scans=1,
    ),
    example(
        "an undated registration counts as the earliest",
        [IN_TRANSIT, registered("O-7", at=None, recorded_at=day(3))],
        milestone="in_transit",
        order_id="O-7",
        customer_id="C-O-7",
    ),
    example(
        "an undated registration alone registers",
        [registered("O-7", at=None)],
        milestone="registered",
        status="registered",
        order_id="O-7",
    ),
    example(
        "an undated registration brings its promise",
        [registered(at=None, promise=promise("2026-03-10", zone="UTC")), IN_TRANSIT],
        promised="2026-03-10",
        kept="open",
    ),
    example(
        "an undated promise is in force, learnt whenever",
        [registered(), revised("2026-03-12", zone="UTC", at=None, recorded_at=day(30))],
        promised="2026-03-12",
    ),
    example(
        "a dated registration behind a scan never rewinds",
        [IN_TRANSIT, registered(at=hour(40))],
        milestone="in_transit",
        since=utc(hour(10)),
        order_id="O-1",
    ),
    example(
        "nor behind a delivery, where it is the same order",
        [scan("delivered", at=hour(10)), registered(at=hour(5)), registered(at=hour(40))],
        milestone="delivered",
        use_no=1,
    ),
)
def test_r07_what_undated_facts_do(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
