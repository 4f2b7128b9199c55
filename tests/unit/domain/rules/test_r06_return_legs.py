"""R6: a return starts a leg of its own, and how that leg counts."""

from typing import Any

import pytest

from tests.builders import Json, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

D = hour(100)

BEFORE_RETURN = (
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
)


def after(hours: float) -> int:
    return D + hour(hours) - hour(0)


def delivered(**more: Any) -> Json:
    return scan("delivered", at=D, **more)


@pytest.mark.parametrize("end", ["returning", "returned"])
@pytest.mark.parametrize("before", BEFORE_RETURN)
def test_r06_a_return_always_starts_a_leg_of_its_own(before: str, end: str) -> None:
    events = [scan(before, at=hour(10)), scan(end, at=hour(20))]

    assert_shown(
        events,
        {
            "milestone": end,
            "direction": "return",
            "leg_no": 2,
            "use_no": 1,
            "since": utc(hour(20)),
            "conditions": [],
        },
    )


RETURNING = scan("returning", at=hour(50))


@table(
    example(
        "returning counts 2: in transit is taken",
        [scan("delivery_attempted", at=hour(40)), RETURNING, scan("in_transit", at=hour(60))],
        milestone="in_transit",
        direction="return",
        leg_no=2,
        late_scans=0,
    ),
    example(
        "returning counts 2: said again behind a hub scan it is late",
        [RETURNING, scan("in_transit", at=hour(60)), scan("returning", substatus="unclaimed", at=hour(70))],
        milestone="in_transit",
        leg_no=2,
        late_scans=1,
    ),
    example(
        "returning again is the same milestone",
        [RETURNING, scan("returning", at=hour(55))],
        milestone="returning",
        leg_no=2,
        since=utc(hour(50)),
        last_at=utc(hour(55)),
    ),
    example(
        "delivered in a return leg means returned",
        [RETURNING, scan("in_transit", at=hour(60)), scan("delivered", at=hour(70))],
        milestone="returned",
        status="returned",
        direction="return",
        leg_no=2,
    ),
    example(
        "returned ends the return leg",
        [delivered(), scan("returning", at=after(5)), scan("returned", at=after(30))],
        milestone="returned",
        status="returned",
        leg_no=2,
    ),
    example(
        "out for delivery to the sender",
        [RETURNING, scan("out_for_delivery", at=hour(60))],
        milestone="out_for_delivery",
        direction="return",
        leg_no=2,
    ),
    example(
        "the problem is resolved: forward again",
        [
            scan("in_transit", at=hour(10)),
            RETURNING,
            scan("in_transit", substatus="problem_resolved", at=hour(60)),
        ],
        milestone="in_transit",
        direction="forward",
        leg_no=3,
    ),
    example(
        "forward again and delivered",
        [
            scan("in_transit", at=hour(10)),
            RETURNING,
            scan("in_transit", substatus="problem_resolved", at=hour(60)),
            scan("delivered", at=hour(80)),
        ],
        milestone="delivered",
        direction="forward",
        leg_no=3,
        delivered_at=utc(hour(80)),
    ),
    example(
        "what was delivered before goes on to the sender",
        [
            scan("delivered", at=hour(10)),
            RETURNING,
            scan("in_transit", substatus="problem_resolved", at=hour(60)),
        ],
        milestone="in_transit",
        direction="return",
        leg_no=2,
    ),
    example(
        "any other hub scan stays in the return leg",
        [scan("in_transit", at=hour(10)), RETURNING, scan("in_transit", substatus="rerouted", at=hour(60))],
        direction="return",
        leg_no=2,
    ),
    example(
        "a return that is learnt last was a return all the time",
        [
            scan("in_transit", at=hour(60)),
            scan("delivered", at=hour(70)),
            RETURNING | {"recorded_at": utc(hour(99))},
        ],
        milestone="returned",
        leg_no=2,
    ),
    example(
        "returned, and sent again",
        [
            scan("returned", at=hour(50)),
            scan("picked_up", at=hour(50 + 100)),
            scan("in_transit", at=hour(50 + 110)),
        ],
        milestone="in_transit",
        direction="forward",
        leg_no=3,
    ),
)
def test_r06_a_return_leg(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
