"""Announcements: exceptions, one per run of a condition, and action required."""

from typing import Any

import pytest

from schemas.ids import alert_id
from schemas.status import Announcement
from tests.builders import (
    Json,
    case_opened,
    case_resolved,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    scan,
)
from tests.unit.domain.rules.examples import told, utc

KEY = "acme:P1"

D = hour(100)

MOVING = scan("in_transit", at=hour(90))

DELIVERED = scan("delivered", at=D)

ATTEMPTED = scan("delivery_attempted", at=D + hour(10) - hour(0))

ON_HOLD = scan("in_transit", reason="on_hold", party="carrier", at=hour(20))

GONE = retracted(DELIVERED)


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


ORDER = registered(promise=promise("2026-03-05", zone="UTC"))

DUE = day(4)

PASSED = deadline_passed("promise_overdue", DUE)


@pytest.mark.parametrize(
    "condition", ["on_hold", "customs_hold", "address_issue", "refused", "damaged", "missing_pieces"]
)
def test_an_exception_is_told_with_its_opener(condition: str) -> None:
    opener = scan("in_transit", reason=condition, party="customs", at=hour(95))

    (opened,) = told([MOVING, opener])

    assert opened["kind"] == "exception_opened"
    assert opened["cause"] == opener["event_id"]
    assert opened["condition"] == condition
    assert (opened["reason"], opened["party"]) == (condition, "customs")
    assert opened["occurred_at"] == utc(hour(95))


def test_an_exception_is_told_when_it_closes_with_the_same_cause() -> None:
    opened, closed = told([ON_HOLD, scan("in_transit", at=hour(30))])

    assert kinds([opened, closed]) == ["exception_opened", "exception_closed"]
    assert closed["cause"] == opened["cause"] == ON_HOLD["event_id"]
    assert closed["alert_id"] == alert_id(KEY, kind="exception_closed", cause=ON_HOLD["event_id"], n=1)
    assert closed["condition"] == "on_hold"


@pytest.mark.parametrize(
    "quiet",
    [
        scan("in_transit", reason="on_hold", at=hour(21)),
        scan("in_transit", reason="on_hold", at=hour(19), recorded_at=day(9)),
        scan(None, code="BILL", at=hour(21)),
        scan("picked_up", at=hour(21)),
        scan("in_transit", at=hour(19), recorded_at=day(9)),
    ],
    ids=["a second opener", "an earlier opener learnt later", "paper", "a late scan", "an earlier scan"],
)
def test_a_run_of_openers_is_told_once(quiet: Json) -> None:
    announcements = told([ON_HOLD, quiet], "exception_opened", "exception_closed", "correction")

    assert kinds(announcements) == ["exception_opened"]


def test_a_new_run_is_told_again_with_its_own_opener() -> None:
    again = scan("in_transit", reason="on_hold", at=hour(40))

    announcements = told([ON_HOLD, scan("in_transit", at=hour(30)), again])

    assert kinds(announcements) == ["exception_opened", "exception_closed", "exception_opened"]
    assert announcements[2]["cause"] == again["event_id"]


def test_an_exception_learnt_behind_its_end_is_not_told() -> None:
    assert told([scan("in_transit", at=hour(30)), ON_HOLD], "exception_opened", "exception_closed") == []


def test_a_retracted_opener_is_taken_back_not_closed() -> None:
    opened, correction = told([scan("picked_up", at=hour(1)), ON_HOLD, retracted(ON_HOLD)])

    assert kinds([opened, correction]) == ["exception_opened", "correction"]
    assert correction["corrects"] == opened["alert_id"]


def test_a_dispute_is_told_and_its_resolution_too() -> None:
    dispute = case_opened("delivery_disputed", at=hour(110), party="recipient")

    announcements = told([MOVING, DELIVERED, dispute, case_resolved("delivery_disputed", at=hour(120))])

    assert kinds(announcements) == ["delivered", "exception_opened", "exception_closed"]
    assert announcements[1]["cause"] == announcements[2]["cause"] == dispute["event_id"]


def test_a_loss_is_told_and_the_finding_too() -> None:
    announcements = told([MOVING, scan("lost", at=hour(95)), scan("in_transit", at=hour(99))])

    assert kinds(announcements) == ["exception_opened", "exception_closed"]
    assert announcements[0]["condition"] == "lost"


def test_action_required_is_told_and_ends_silently() -> None:
    opener = scan("delivery_attempted", substatus="payment_not_ready", party="recipient", at=hour(95))

    announcements = told([MOVING, opener, scan("in_transit", at=hour(99))])

    assert kinds(announcements) == ["action_required"]
    assert announcements[0]["cause"] == opener["event_id"]


def test_every_announcement_is_one_of_the_wire() -> None:
    events: list[Any] = [ORDER, ON_HOLD, MOVING, PASSED, DELIVERED, ATTEMPTED, GONE]

    announcements = told(events)

    assert {Announcement.model_validate(announced).kind.value for announced in announcements} >= {
        "correction",
        "delay_overdue",
        "delivered",
        "exception_opened",
        "exception_closed",
    }
