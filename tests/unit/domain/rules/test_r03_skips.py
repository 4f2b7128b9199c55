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
