"""Announcements: out for delivery and available for pickup; other steps are not told."""

import pytest

from tests.builders import (
    Json,
    hour,
    registered,
    retracted,
    scan,
)
from tests.unit.domain.rules.examples import told

D = hour(100)

MOVING = scan("in_transit", at=hour(90))

DELIVERED = scan("delivered", at=D)


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


@pytest.mark.parametrize("step", ["out_for_delivery", "available_for_pickup"])
class TestLastMile:
    """Out for delivery and available for pickup: told when the milestone becomes it."""

    def test_it_is_told_by_the_scan_that_entered_it(self, step: str) -> None:
        entered = scan(step, at=hour(95))

        (announced,) = told([MOVING, entered, scan(step, at=hour(96))])

        assert (announced["kind"], announced["cause"]) == (step, entered["event_id"])

    def test_entered_anew_it_is_told_anew(self, step: str) -> None:
        entered = [scan(step, at=hour(95)), scan(step, at=hour(99))]

        announcements = told([MOVING, entered[0], scan("in_transit", at=hour(97)), entered[1]])

        assert kinds(announcements) == [step, step]
        assert [announced["cause"] for announced in announcements] == [
            scanned["event_id"] for scanned in entered
        ]

    def test_what_follows_takes_nothing_back(self, step: str) -> None:
        assert kinds(told([MOVING, scan(step, at=hour(95)), DELIVERED])) == [step, "delivered"]

    def test_learnt_late_it_is_not_told(self, step: str) -> None:
        assert kinds(told([MOVING, DELIVERED, scan(step, at=hour(95))])) == ["delivered"]

    def test_retracted_it_is_taken_back(self, step: str) -> None:
        entered = scan(step, at=hour(95))

        announced, correction = told([MOVING, entered, retracted(entered)])

        assert kinds([announced, correction]) == [step, "correction"]
        assert correction["corrects"] == announced["alert_id"]


@pytest.mark.parametrize(
    "milestone", ["info_received", "picked_up", "in_transit", "delivery_attempted", "returning", "returned"]
)
def test_these_steps_are_not_told(milestone: str) -> None:
    assert told([registered(), scan(milestone, at=hour(9))]) == []
