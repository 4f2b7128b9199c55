"""R8: a number that is used again."""

from typing import Any

import pytest

from tests.builders import Json, cancelled, case_opened, day, promise, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

FIRST = registered("O-1", promise=promise("2026-03-20", zone="UTC"))
SECOND = registered("O-2", at=day(20))
END = day(5)
LATER = 120


@pytest.mark.parametrize("end", ["delivered", "returned", "lost", "cancelled"])
def test_r08_another_order_after_the_end_is_another_use(end: str) -> None:
    events = [FIRST, scan("in_transit", at=day(2)), scan(end, at=END), SECOND]

    assert_shown(
        events,
        {
            "use_no": 2,
            "leg_no": 1,
            "direction": "forward",
            "milestone": "registered",
            "status": "registered",
            "order_id": "O-2",
            "conditions": [],
            "promised": None,
        },
    )


@pytest.mark.parametrize("before", ["info_received", "in_transit", "out_for_delivery", "returning"])
def test_r08_another_order_before_the_end_is_no_other_use(before: str) -> None:
    events = [FIRST, scan(before, at=END), SECOND]

    assert_shown(events, {"use_no": 1, "milestone": before})


@pytest.mark.parametrize("start", ["registered", "info_received", "picked_up", "in_transit"])
@pytest.mark.parametrize("end", ["delivered", "returned"])
def test_r08_a_beginning_120_days_after_the_end_is_another_use(end: str, start: str) -> None:
    events = [scan("picked_up", at=day(1)), scan(end, at=END), scan(start, at=END + day(LATER) - day(0))]

    assert_shown(
        events, {"use_no": 2, "leg_no": 1, "milestone": start, "conditions": [], "delivered_at": None}
    )


@pytest.mark.parametrize("start", ["registered", "info_received", "picked_up", "in_transit"])
def test_r08_a_millisecond_less_than_120_days_is_not(start: str) -> None:
    events = [
        scan("picked_up", at=day(1)),
        scan("delivered", at=END),
        scan(start, at=END + day(LATER) - day(0) - 1),
    ]

    assert_shown(events, {"use_no": 1, "leg_no": 1, "milestone": "delivered", "delivered_at": utc(END)})


@table(
    example(
        "the same order again is the same use",
        [FIRST, scan("delivered", at=END), registered("O-1", at=day(20))],
        use_no=1,
        milestone="delivered",
        order_id="O-1",
    ),
    example(
        "another order dated before the end is no other use",
        [FIRST, scan("delivered", at=END), registered("O-2", at=END - 1)],
        use_no=1,
        milestone="delivered",
    ),
    example(
        "another order at the very instant is not surely after",
        [FIRST, scan("delivered", at=END), registered("O-2", at=END)],
        use_no=1,
        milestone="delivered",
    ),
    example(
        "another order a millisecond later is",
        [FIRST, scan("delivered", at=END), registered("O-2", at=END + 1)],
        use_no=2,
        milestone="registered",
    ),
    example(
        "another order without zone within 14 hours is not surely after",
        [FIRST, scan("delivered", at=END), registered("O-2", local="2026-03-07T14:00")],
        use_no=1,
        milestone="delivered",
    ),
    example(
        "another order without zone behind 14 hours is",
        [FIRST, scan("delivered", at=END), registered("O-2", local="2026-03-07T14:01")],
        use_no=2,
        milestone="registered",
    ),
    example(
        "after a cancellation of ours too",
        [FIRST, cancelled(at=END), SECOND],
        use_no=2,
        milestone="registered",
        order_id="O-2",
    ),
    example(
        "the next use goes its own way",
        [
            FIRST,
            scan("delivered", at=END),
            SECOND,
            scan("picked_up", at=day(21)),
            scan("in_transit", at=day(22)),
            scan("delivered", at=day(23)),
        ],
        use_no=2,
        leg_no=1,
        milestone="delivered",
        delivered_at=utc(day(23)),
        conditions=[],
    ),
    example(
        "what belongs to the first use moves the second by nothing, learnt last",
        [
            FIRST,
            scan("delivered", at=END),
            SECOND,
            scan("picked_up", at=day(21)),
            scan("in_transit", at=day(3)),
        ],
        use_no=2,
        milestone="picked_up",
        late_scans=0,
    ),
    example(
        "conditions of the first use stay there",
        [
            FIRST,
            scan("delivered", substatus="damaged", at=END),
            case_opened("delivery_disputed", at=day(6)),
            SECOND,
        ],
        use_no=2,
        conditions=[],
        status="registered",
    ),
    example(
        "the promise of the second use is its own",
        [
            FIRST,
            scan("delivered", at=END),
            registered("O-2", at=day(20), promise=promise("2026-04-01", zone="UTC")),
        ],
        use_no=2,
        promised="2026-04-01",
        first_promised="2026-04-01",
        kept="open",
    ),
    example(
        "a third use",
        [
            FIRST,
            scan("delivered", at=END),
            SECOND,
            scan("delivered", at=day(25)),
            registered("O-3", at=day(40)),
        ],
        use_no=3,
        order_id="O-3",
        milestone="registered",
    ),
    example(
        "the 120 days count from the last physical scan, not from the delivery",
        [
            scan("delivered", at=END),
            scan("in_transit", at=day(6)),
            scan("picked_up", at=END + day(LATER) - day(0)),
        ],
        use_no=1,
        milestone="delivered",
    ),
    example(
        "120 days after the last physical scan",
        [scan("delivered", at=END), scan("in_transit", at=day(6)), scan("picked_up", at=day(6 + LATER))],
        use_no=2,
        milestone="picked_up",
    ),
    example(
        "out for delivery is no beginning, even after 120 days",
        [scan("delivered", at=END), scan("out_for_delivery", at=day(5 + LATER))],
        use_no=1,
        milestone="delivered",
        conditions=["conflicting_scans"],
    ),
    example(
        "a parcel that never came to its end is the same one after 120 days",
        [scan("in_transit", at=END), scan("in_transit", at=day(5 + LATER))],
        use_no=1,
        milestone="in_transit",
        since=utc(END),
    ),
)
def test_r08_where_the_next_use_starts(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
