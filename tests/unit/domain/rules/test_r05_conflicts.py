"""R5 c and d: scans that conflict with a delivery, and the silence that settles it."""

from typing import Any

import pytest

from tests.builders import Json, deadline_passed, hour, minute, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

D = hour(100)

WINDOW = hour(72) - hour(0)

FORERUNNERS = ("in_transit", "out_for_delivery", "available_for_pickup")


def after(hours: float) -> int:
    return D + hour(hours) - hour(0)


def delivered(at: int = D, **more: Any) -> Json:
    return scan("delivered", at=at, **more)


@pytest.mark.parametrize("between", FORERUNNERS)
def test_r05c_the_same_scan_alone_conflicts(between: str) -> None:
    events = [delivered(), scan(between, at=after(10))]

    assert_shown(
        events,
        {
            "milestone": "delivered",
            "delivered_at": utc(D),
            "conditions": ["conflicting_scans"],
            "opened": {"conflicting_scans": utc(after(10))},
            "leg_no": 1,
            "status": "delivered",
        },
    )


@table(
    example(
        "delivered five minutes before the load scan",
        [
            scan("picked_up", at=hour(80)),
            scan("in_transit", at=hour(90)),
            delivered(),
            scan("out_for_delivery", at=D + minute(5) - minute(0)),
        ],
        milestone="delivered",
        delivered_at=utc(D),
        conditions=["conflicting_scans"],
        leg_no=1,
        status="delivered",
    ),
    example(
        "the same on wall clocks without zone",
        [
            scan("in_transit", local="2026-03-05T08:00"),
            scan("delivered", local="2026-03-05T10:00"),
            scan("out_for_delivery", local="2026-03-05T10:05"),
        ],
        milestone="delivered",
        conditions=["conflicting_scans"],
    ),
    example(
        "the same with a zone on one side only: nobody knows which was first",
        [
            scan("delivered", local="2026-03-05T10:00", offset="+00:00"),
            scan("out_for_delivery", local="2026-03-05T10:05"),
        ],
        milestone="delivered",
        conditions=[],
        late_scans=1,
    ),
    example(
        "a hand-over dated days after delivery is a clock error",
        [scan("info_received", at=hour(10)), delivered(), scan("picked_up", at=after(24 * 5))],
        milestone="delivered",
        delivered_at=utc(D),
        leg_no=1,
        use_no=1,
        conditions=["conflicting_scans"],
    ),
    example(
        "the same on wall clocks without zone, as the order export has it",
        [
            scan("info_received", local="2026-03-02T09:00:00"),
            scan("delivered", local="2026-03-05T18:36:05"),
            scan("picked_up", local="2026-03-09T17:28:00"),
        ],
        milestone="delivered",
        leg_no=1,
        use_no=1,
        conditions=["conflicting_scans"],
    ),
    example(
        "since is the first conflicting scan",
        [delivered(), scan("in_transit", at=after(10)), scan("out_for_delivery", at=after(20))],
        opened={"conflicting_scans": utc(after(10))},
    ),
)
def test_r05c_a_scan_behind_a_delivery_conflicts(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@table(
    example(
        "settled 72 hours after the delivery", [delivered()], due=due(settled=utc(D + WINDOW)), closed=False
    ),
    example("a repeat moves nothing", [delivered(), delivered(after(9))], due=due(settled=utc(D + WINDOW))),
    example(
        "72 hours after the last conflicting scan",
        [delivered(), scan("in_transit", at=after(10)), scan("out_for_delivery", at=after(20))],
        due=due(settled=utc(after(92))),
    ),
    example(
        "also after one behind the window",
        [delivered(), scan("in_transit", at=after(200))],
        due=due(settled=utc(after(272))),
    ),
    example(
        "silence settles",
        [delivered(), deadline_passed("settled", D + WINDOW)],
        milestone="delivered",
        closed=True,
        tracking_state=lambda state: "delivered_settled" in state,
        due=due(settled=None),
    ),
    example(
        "silence closes the conflict",
        [delivered(), scan("in_transit", at=after(10)), deadline_passed("settled", after(82))],
        milestone="delivered",
        conditions=[],
        closed=True,
    ),
    example(
        "the delivery's own 72 hours are not enough where a scan conflicts",
        [delivered(), scan("in_transit", at=after(10)), deadline_passed("settled", D + WINDOW)],
        conditions=["conflicting_scans"],
        closed=False,
        due=due(settled=utc(after(82))),
    ),
    example(
        "a scan behind the settling opens it again",
        [delivered(), deadline_passed("settled", D + WINDOW), scan("in_transit", at=after(100))],
        milestone="delivered",
        conditions=["conflicting_scans"],
        tracking_state="reopened",
        due=due(settled=utc(after(172))),
    ),
)
def test_r05d_silence_settles(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
