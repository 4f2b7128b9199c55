"""The one word for simple consumers: the milestone, or `exception`."""

from typing import Any

import pytest

from tests.builders import Json, case_opened, case_resolved, deadline_passed, hour, promise, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, table

MILESTONES = (
    "registered",
    "info_received",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
    "delivered",
    "returning",
    "returned",
    "cancelled",
)
EXCEPTIONS = ("on_hold", "customs_hold", "address_issue", "refused", "damaged", "missing_pieces")


@pytest.mark.parametrize("milestone", MILESTONES)
def test_status_is_the_milestone(milestone: str) -> None:
    assert_shown([scan(milestone, at=hour(1))], {"status": milestone, "milestone": milestone, "use_no": 1})


@pytest.mark.parametrize("condition", EXCEPTIONS)
@pytest.mark.parametrize("milestone", ["in_transit", "out_for_delivery", "delivery_attempted"])
def test_status_is_exception_while_one_of_these_is_open(milestone: str, condition: str) -> None:
    events = [scan("picked_up", at=hour(1)), scan(milestone, reason=condition, at=hour(2))]

    assert_shown(events, {"status": "exception", "milestone": milestone})


@pytest.mark.parametrize("condition", ["misrouted", "action_required"])
def test_status_is_no_exception_for_the_others(condition: str) -> None:
    events = [scan("picked_up", at=hour(1)), scan("in_transit", reason=condition, at=hour(2))]

    assert_shown(events, {"status": "in_transit", "conditions": [condition]})


@table(
    example(
        "damaged and delivered: delivered",
        [scan("delivered", substatus="damaged", at=hour(2))],
        status="delivered",
        conditions=["damaged"],
    ),
    example(
        "pieces missing and returned: returned",
        [case_opened("missing_pieces", at=hour(1)), scan("returned", at=hour(2))],
        status="returned",
        conditions=["missing_pieces"],
    ),
    example(
        "damaged and returning: exception",
        [case_opened("damaged", at=hour(1)), scan("returning", at=hour(2))],
        status="exception",
    ),
    example(
        "disputed, though delivered: exception",
        [scan("delivered", at=hour(2)), case_opened("delivery_disputed", at=hour(3))],
        status="exception",
        milestone="delivered",
    ),
    example(
        "the dispute resolved: delivered",
        [
            scan("delivered", at=hour(2)),
            case_opened("delivery_disputed", at=hour(3)),
            case_resolved("delivery_disputed", at=hour(4)),
        ],
        status="delivered",
    ),
    example(
        "a loss that was only claimed: exception, where the parcel was seen last",
        [scan("in_transit", at=hour(2)), case_opened("lost", at=hour(3))],
        status="exception",
        milestone="in_transit",
    ),
    example(
        "a hold and the door: delivered",
        [scan("in_transit", reason="on_hold", at=hour(2)), scan("delivered", at=hour(3))],
        status="delivered",
    ),
    example(
        "conflicting scans are no exception",
        [scan("delivered", at=hour(2)), scan("in_transit", at=hour(3))],
        status="delivered",
        conditions=["conflicting_scans"],
    ),
    example(
        "stale is no exception",
        [scan("in_transit", at=hour(0)), deadline_passed("stale", hour(14 * 24))],
        status="in_transit",
        conditions=["stale"],
    ),
    example(
        "overdue is no exception",
        [
            registered(promise=promise("2026-03-03", zone="UTC")),
            scan("in_transit", at=hour(0)),
            deadline_passed("promise_overdue", hour(48)),
        ],
        status="in_transit",
        conditions=["delayed_overdue"],
    ),
    example("a suspect number is no exception", [registered(number_valid=False)], status="registered"),
)
def test_status_beside_conditions(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
