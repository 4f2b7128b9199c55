"""Announcements: what stands is told once, whatever else is to be told behind it."""

import pytest

from tests.builders import (
    Json,
    case_opened,
    case_resolved,
    day,
    deadline_passed,
    promise,
    registered,
    revised,
    scan,
)
from tests.unit.domain.rules.examples import told

ORDER = registered(promise=promise("2026-03-05", zone="UTC"))
OVERDUE = deadline_passed("promise_overdue", day(4))
STALLED = deadline_passed("stale", day(14))
MOVING = scan("in_transit", at=day(0), code="M")
LATER = [
    case_opened("damaged", at=day(20)),
    case_opened("delivery_disputed", case_id="K-2", at=day(21)),
    case_resolved("damaged", at=day(22)),
]
"""Each is told itself: every rule looks again at what stands."""


@pytest.mark.parametrize(
    ("kind", "events"),
    [
        ("delay_overdue", [ORDER, OVERDUE]),
        ("stalled", [MOVING, STALLED]),
        ("delivered", [scan("delivered", at=day(1))]),
        ("out_for_delivery", [scan("out_for_delivery", at=day(1))]),
        ("available_for_pickup", [scan("available_for_pickup", at=day(1))]),
        ("action_required", [scan("in_transit", reason="action_required", at=day(1))]),
        ("delay_announced", [ORDER, revised("2026-03-09", kind="carrier_estimate", zone="UTC", at=day(1))]),
        ("delay_predicted", [ORDER, revised("2026-03-09", kind="predicted", zone="UTC", at=day(1))]),
    ],
)
def test_what_stands_is_told_once_whatever_else_is_told_behind_it(kind: str, events: list[Json]) -> None:
    announced = [a["kind"] for a in told([*events, *LATER, *reversed(LATER), *events])]

    assert announced.count(kind) == 1
    assert announced.count("exception_opened") == 2
    assert announced.count("exception_closed") == 1
    assert "correction" not in announced


def test_an_exception_is_opened_once_while_others_open_and_close() -> None:
    held = scan("in_transit", reason="customs_hold", at=day(1))

    announced = [a for a in told([held, *LATER]) if a["condition"] == "customs_hold"]

    assert [a["kind"] for a in announced] == ["exception_opened"]
