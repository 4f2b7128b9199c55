"""R5 a and b: repeats of a delivery, and deliveries that were none."""

from typing import Any

import pytest

from tests.builders import Json, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

D = hour(100)

FORERUNNERS = ("in_transit", "out_for_delivery", "available_for_pickup")


def after(hours: float) -> int:
    return D + hour(hours) - hour(0)


def delivered(at: int = D, **more: Any) -> Json:
    return scan("delivered", at=at, **more)


@table(
    example(
        "a repeat with nothing between: the first counts",
        [delivered(substatus="mailbox"), delivered(after(1), substatus="signed")],
        milestone="delivered",
        delivered_at=utc(D),
        since=utc(D),
        substatus="mailbox",
        conditions=[],
        leg_no=1,
    ),
    example(
        "a repeat behind the window, with nothing between, is a repeat too",
        [delivered(), delivered(after(200))],
        delivered_at=utc(D),
        leg_no=1,
        use_no=1,
    ),
    example(
        "paper between does not make it another one",
        [delivered(), scan(None, code="SIG", at=after(1)), delivered(after(2))],
        delivered_at=utc(D),
        conditions=[],
    ),
    example(
        "the earlier one counts though it is learnt later",
        [delivered(after(1)), delivered(D, recorded_at=after(50))],
        delivered_at=utc(D),
    ),
)
def test_r05a_a_repeat_counts_once(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize(
    "hours", [1 / 3_600_000, 10, 72 - 1 / 3_600_000, 72], ids=["1 ms", "10 h", "72 h less 1 ms", "72 h"]
)
def test_r05b_an_attempt_inside_the_window_makes_the_delivery_premature(hours: float) -> None:
    events = [scan("in_transit", at=hour(90)), delivered(), scan("delivery_attempted", at=after(hours))]

    assert_shown(
        events,
        {
            "milestone": "delivery_attempted",
            "delivered_at": None,
            "attempts": 1,
            "leg_no": 1,
            "conditions": [],
        },
    )


@pytest.mark.parametrize("hours", [72 + 1 / 3_600_000, 100], ids=["72 h and 1 ms", "100 h"])
def test_r05b_an_attempt_behind_the_window_leaves_the_delivery(hours: float) -> None:
    events = [scan("in_transit", at=hour(90)), delivered(), scan("delivery_attempted", at=after(hours))]

    assert_shown(
        events,
        {"milestone": "delivered", "delivered_at": utc(D), "conditions": ["conflicting_scans"], "leg_no": 1},
    )


@pytest.mark.parametrize("between", FORERUNNERS)
def test_r05b_a_scan_and_then_another_delivery_make_the_first_premature(between: str) -> None:
    events = [delivered(), scan(between, at=after(10)), delivered(after(20))]

    assert_shown(
        events,
        {
            "milestone": "delivered",
            "delivered_at": utc(after(20)),
            "since": utc(after(20)),
            "conditions": [],
            "leg_no": 1,
        },
    )


@table(
    example(
        "an attempt not surely after is late",
        [delivered(), scan("delivery_attempted", at=D, hint=1)],
        milestone="delivered",
        conditions=[],
        late_scans=1,
        attempts=0,
    ),
    example(
        "an attempt of an unknown zone within 14 hours is late",
        [
            delivered(local="2026-03-06T04:00", offset="+00:00"),
            scan("delivery_attempted", local="2026-03-06T17:00"),
        ],
        milestone="delivered",
        conditions=[],
        late_scans=1,
    ),
    example(
        "the second delivery must be surely after the scan between",
        [delivered(), scan("in_transit", at=after(10)), delivered(after(10), hint=1)],
        milestone="delivered",
        delivered_at=utc(D),
        conditions=["conflicting_scans"],
    ),
    example(
        "a hand-over between makes nothing premature",
        [delivered(), scan("picked_up", at=after(10)), delivered(after(20))],
        milestone="delivered",
        delivered_at=utc(D),
        conditions=["conflicting_scans"],
        leg_no=1,
    ),
    example(
        "a repeat of a premature delivery is premature too",
        [delivered(), delivered(after(1)), scan("delivery_attempted", at=after(10))],
        milestone="delivery_attempted",
        delivered_at=None,
    ),
    example(
        "two premature deliveries, then the real one",
        [
            delivered(),
            scan("delivery_attempted", at=after(10)),
            delivered(after(20)),
            scan("delivery_attempted", at=after(30)),
            delivered(after(40)),
        ],
        milestone="delivered",
        delivered_at=utc(after(40)),
        attempts=2,
        leg_no=1,
        conditions=[],
    ),
    example(
        "an attempt behind a return makes nothing premature",
        [delivered(), scan("returning", at=after(5)), scan("delivery_attempted", at=after(10))],
        direction="return",
        leg_no=2,
        milestone="delivery_attempted",
    ),
    example(
        "an attempt, and then delivered: the delivery stands",
        [scan("delivery_attempted", at=hour(80)), delivered()],
        milestone="delivered",
        delivered_at=utc(D),
        attempts=1,
        conditions=[],
    ),
    example(
        "a delivery that becomes premature leaves no conflict behind",
        [delivered(), scan("picked_up", at=after(1)), scan("delivery_attempted", at=after(10))],
        milestone="delivery_attempted",
        delivered_at=None,
        conditions=[],
    ),
)
def test_r05b_what_makes_a_delivery_premature(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
