"""R3: any skip is legal; what was skipped is shown inferred, and no event is written for it."""

from typing import Any

from tests.builders import Json, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, including, table, without


@table(
    example(
        "from the label to the door",
        [scan("info_received", at=hour(1)), scan("delivered", at=hour(9))],
        milestone="delivered",
        inferred=including("picked_up", "in_transit"),
        scans=2,
    ),
    example(
        "from registration into transit",
        [registered(), scan("in_transit", at=hour(9))],
        milestone="in_transit",
        inferred=including("info_received", "picked_up"),
        scans=1,
    ),
    example(
        "a scanned step is not inferred",
        [scan("info_received", at=hour(1)), scan("in_transit", at=hour(3)), scan("delivered", at=hour(9))],
        inferred=lambda steps: "picked_up" in steps and "in_transit" not in steps,
    ),
    example(
        "a step whose scan arrives late is not inferred",
        [scan("info_received", at=hour(1)), scan("delivered", at=hour(9)), scan("picked_up", at=hour(2))],
        inferred=lambda steps: "in_transit" in steps and "picked_up" not in steps,
    ),
    example(
        "what lies ahead is not inferred",
        [scan("info_received", at=hour(1)), scan("in_transit", at=hour(9))],
        inferred=without("in_transit", "out_for_delivery", "delivered", "returned"),
    ),
    example(
        "no skip, nothing inferred",
        [scan("info_received", at=hour(1)), scan("picked_up", at=hour(2)), scan("in_transit", at=hour(3))],
        inferred=without("info_received", "picked_up", "in_transit", "out_for_delivery"),
    ),
)
def test_r03_skipped_milestones_are_inferred(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


FIRST_LEG = ("registered", "info_received", "picked_up", "in_transit", "out_for_delivery")
DELIVERED = scan("delivered", at=hour(9))


@table(
    example(
        "all but the label, in the order of the way",
        [scan("info_received", at=hour(1)), DELIVERED],
        inferred=["registered", "picked_up", "in_transit", "out_for_delivery"],
    ),
    example("a lone delivery", [DELIVERED], inferred=list(FIRST_LEG)),
    example("an attempt", [scan("delivery_attempted", at=hour(9))], inferred=list(FIRST_LEG[:4])),
    example(
        "lost on its way",
        [scan("in_transit", at=hour(9)), scan("lost", at=hour(110))],
        inferred=list(FIRST_LEG[:3]),
    ),
    example(
        "a second leg has neither order nor label",
        [DELIVERED, scan("picked_up", at=hour(100)), scan("delivered", at=hour(110))],
        leg_no=2,
        inferred=["in_transit", "out_for_delivery"],
    ),
    example(
        "its hand-over may be skipped",
        [DELIVERED, scan("in_transit", at=hour(100)), scan("out_for_delivery", at=hour(110))],
        leg_no=2,
        inferred=["picked_up"],
    ),
    example(
        "the way back begins with returning",
        [scan("in_transit", at=hour(9)), scan("returned", at=hour(110))],
        leg_no=2,
        inferred=["returning", "in_transit", "out_for_delivery"],
    ),
    example(
        "which is not inferred where it was scanned",
        [scan("in_transit", at=hour(9)), scan("returning", at=hour(20)), scan("returned", at=hour(110))],
        leg_no=2,
        inferred=["in_transit", "out_for_delivery"],
    ),
)
def test_r03_exactly_what_lies_before_in_the_leg_is_inferred(
    events: list[Json], expected: dict[str, Any]
) -> None:
    assert_shown(events, expected)
