"""Announcements: delay_overdue, and what takes it back."""

import pytest

from schemas.ids import alert_id, deadline_event_id
from tests.builders import (
    Json,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    revised,
    scan,
)
from tests.unit.domain.rules.examples import told, utc

KEY = "acme:P1"

MOVING = scan("in_transit", at=hour(90))


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


ORDER = registered(promise=promise("2026-03-05", zone="UTC"))

DUE = day(4)

PASSED = deadline_passed("promise_overdue", DUE)

OVERDUE_CAUSE = deadline_event_id(("acme", "P1"), kind="promise_overdue", deadline=utc(DUE))

LATER_PROMISE = revised("2026-03-09", zone="UTC", at=day(3), recorded_at=day(5))

DELAY = ("delay_overdue", "delivered", "correction")


def test_overdue_is_told_when_the_promise_passed() -> None:
    (overdue,) = told([ORDER, PASSED])

    assert overdue["kind"] == "delay_overdue"
    assert overdue["cause"] == OVERDUE_CAUSE
    assert overdue["alert_id"] == alert_id(KEY, kind="delay_overdue", cause=OVERDUE_CAUSE, n=1)
    assert overdue["occurred_at"] == utc(DUE)


@pytest.mark.parametrize(
    "events",
    [
        [ORDER, deadline_passed("promise_overdue", DUE - 1)],
        [registered(), PASSED],
        [ORDER, scan("delivered", at=day(3)), PASSED],
        [ORDER, scan("delivery_attempted", at=day(3)), PASSED],
        [ORDER, scan("available_for_pickup", at=day(3)), PASSED],
        [ORDER, scan("delivered", at=day(5)), PASSED],
        [ORDER, LATER_PROMISE, PASSED],
        [ORDER, scan("in_transit", at=day(1)), scan("cancelled", at=day(2)), PASSED],
        [ORDER, deadline_passed("stale", DUE)],
    ],
    ids=[
        "too early",
        "no promise",
        "delivered in time",
        "attempted in time",
        "to be collected in time",
        "delivered late, known before",
        "promised anew in time",
        "cancelled",
        "another deadline",
    ],
)
def test_overdue_is_not_told(events: list[Json]) -> None:
    assert told(events, "delay_overdue", "correction") == []


def test_overdue_is_told_once_however_often_the_time_passes() -> None:
    later = deadline_passed("promise_overdue", DUE + hour(1) - hour(0))

    announcements = told([ORDER, MOVING, PASSED, PASSED, later, scan("in_transit", at=day(6))], *DELAY)

    assert kinds(announcements) == ["delay_overdue"]


def test_overdue_is_told_once_whatever_else_is_to_be_told_behind_it() -> None:
    held = scan("in_transit", at=day(5), reason="customs_hold")
    events = [ORDER, PASSED, held, scan("out_for_delivery", at=day(6)), scan("in_transit", at=day(7))]

    announcements = told([*events, scan("available_for_pickup", at=day(8)), retracted(held)])

    assert kinds(announcements).count("delay_overdue") == 1
    assert len(announcements) > 3


def test_overdue_and_then_delivered_late_takes_nothing_back() -> None:
    overdue, delivered = told([ORDER, PASSED, scan("delivered", at=day(5))], *DELAY)

    assert kinds([overdue, delivered]) == ["delay_overdue", "delivered"]
    assert delivered["late_by"] == "P2D"


def test_overdue_stays_told_when_the_number_is_used_again() -> None:
    again = registered("O-2", at=day(20), promise=promise("2026-04-05", zone="UTC"))

    announcements = told([ORDER, PASSED, scan("delivered", at=day(5)), again], *DELAY)

    assert kinds(announcements) == ["delay_overdue", "delivered"]


def test_overdue_is_taken_back_when_the_promise_was_kept_after_all() -> None:
    in_time = scan("delivered", at=day(3), recorded_at=day(6))

    overdue, correction, delivered = told([ORDER, PASSED, in_time], *DELAY)

    assert kinds([overdue, correction, delivered]) == ["delay_overdue", "correction", "delivered"]
    assert correction["corrects"] == overdue["alert_id"]
    assert delivered.get("late_by") is None


def test_overdue_is_taken_back_when_an_attempt_was_in_time() -> None:
    in_time = scan("delivery_attempted", at=day(3), recorded_at=day(6))

    overdue, correction = told([ORDER, PASSED, in_time], *DELAY)

    assert correction["corrects"] == overdue["alert_id"]


def test_overdue_is_taken_back_when_the_promise_was_another() -> None:
    overdue, correction = told([ORDER, PASSED, LATER_PROMISE], *DELAY)

    assert correction["corrects"] == overdue["alert_id"]


def test_overdue_is_taken_back_when_nothing_had_been_promised_after_all() -> None:
    overdue, correction = told([ORDER, MOVING, PASSED, retracted(ORDER)], *DELAY)

    assert kinds([overdue, correction]) == ["delay_overdue", "correction"]
    assert correction["corrects"] == overdue["alert_id"]


def test_the_other_promise_passing_is_told_by_its_own_cause() -> None:
    first, _, second = told(
        [ORDER, PASSED, LATER_PROMISE, deadline_passed("promise_overdue", day(8))], *DELAY
    )

    assert (first["n"], second["n"]) == (1, 1)
    assert second["kind"] == "delay_overdue"
    assert second["cause"] == deadline_event_id(("acme", "P1"), kind="promise_overdue", deadline=utc(day(8)))


def test_overdue_that_becomes_true_again_is_told_again() -> None:
    first, correction, second = told([ORDER, PASSED, LATER_PROMISE, retracted(LATER_PROMISE)], *DELAY)

    assert correction["corrects"] == first["alert_id"]
    assert second["cause"] == first["cause"] == OVERDUE_CAUSE
    assert (second["kind"], second["n"]) == ("delay_overdue", 2)


def test_overdue_is_told_behind_the_delivery_that_was_retracted() -> None:
    in_time = scan("delivered", at=day(3))

    announcements = told([ORDER, in_time, PASSED, retracted(in_time)], *DELAY)

    assert sorted(kinds(announcements)) == ["correction", "delay_overdue", "delivered"]
    assert announcements[-1]["cause"] == OVERDUE_CAUSE
