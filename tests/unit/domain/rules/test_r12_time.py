"""R12: deadlines come out of the fold, and DeadlinePassed acts on no other."""

from typing import Any

import pytest

from tests.builders import Json, cancelled, day, deadline_passed, hour, promise, registered, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

LAST = hour(10)
MOVING = scan("in_transit", at=LAST)
STALE_AT = LAST + day(14) - day(0)
EXPIRED_AT = LAST + day(60) - day(0)
FIRST = registered(promise=promise("2026-03-05", zone="UTC"))
OVERDUE_AT = day(4)
FROM_HANDOVER_ON = (
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
)


@pytest.mark.parametrize("step", FROM_HANDOVER_ON)
def test_r12_a_parcel_is_stale_14_days_and_expires_60_days_after_its_last_scan(step: str) -> None:
    events = [registered(), scan(step, at=LAST)]

    assert_shown(
        events, {"due": due(stale=utc(STALE_AT), expired=utc(EXPIRED_AT)), "conditions": [], "closed": False}
    )


@table(
    example("nothing stalls before the hand-over", [registered()], due=due(stale=None)),
    example("nor with a label", [registered(), scan("info_received", at=hour(1))], due=due(stale=None)),
    example(
        "a later scan puts it off",
        [MOVING, scan("in_transit", at=day(3))],
        due=due(stale=utc(day(17)), expired=utc(day(63))),
    ),
    example(
        "a scan learnt later, made earlier, does not",
        [MOVING, scan("picked_up", at=hour(1), recorded_at=day(9))],
        due=due(stale=utc(STALE_AT)),
    ),
    example(
        "without zone: at the latest possible moment, 12 hours more",
        [scan("in_transit", local="2026-03-02T10:00")],
        due=due(stale="2026-03-16T22:00:00.000Z", expired="2026-05-01T22:00:00.000Z"),
    ),
    example("a delivered parcel does not stall", [MOVING, scan("delivered", at=day(1))], due=due(stale=None)),
    example("a returned parcel does not stall", [MOVING, scan("returned", at=day(1))], due=due(stale=None)),
    example("a cancelled parcel does not stall", [MOVING, cancelled(at=day(1))], due=due(stale=None)),
    example(
        "a parcel on its way back stalls",
        [MOVING, scan("returning", at=day(1))],
        due=due(stale=utc(day(15)), expired=utc(day(61))),
    ),
)
def test_r12_stale_and_expired(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@table(
    example(
        "the time has come",
        [MOVING, deadline_passed("stale", STALE_AT)],
        conditions=["stale"],
        milestone="in_transit",
        status="in_transit",
        due=due(stale=None, expired=utc(EXPIRED_AT)),
    ),
    example(
        "a millisecond too early it has not",
        [MOVING, deadline_passed("stale", STALE_AT - 1)],
        conditions=[],
        due=due(stale=utc(STALE_AT)),
    ),
    example(
        "a deadline that the fold does not derive does nothing",
        [registered(), deadline_passed("stale", STALE_AT)],
        conditions=[],
        milestone="registered",
        due=due(stale=None),
    ),
    example(
        "a deadline alone does nothing", [deadline_passed("stale", STALE_AT)], conditions=[], milestone=None
    ),
    example(
        "an earlier one beside it takes nothing away",
        [MOVING, deadline_passed("stale", STALE_AT), deadline_passed("stale", STALE_AT - 1)],
        conditions=["stale"],
        due=due(stale=None),
    ),
    example(
        "nor does a later one: the time has come all the same",
        [MOVING, deadline_passed("stale", STALE_AT), deadline_passed("stale", STALE_AT + 1)],
        conditions=["stale"],
        due=due(stale=None),
    ),
    example(
        "a time of another kind is another time",
        [MOVING, deadline_passed("expired", STALE_AT), deadline_passed("settled", STALE_AT)],
        conditions=[],
        due=due(stale=utc(STALE_AT)),
    ),
    example(
        "a scan within the 14 days, learnt behind them, was in time",
        [
            MOVING,
            deadline_passed("stale", STALE_AT),
            scan("in_transit", at=STALE_AT - 1, recorded_at=day(20)),
        ],
        conditions=[],
        due=due(stale=utc(STALE_AT - 1 + day(14) - day(0))),
    ),
    example(
        "a scan behind the 14 days ends it",
        [MOVING, deadline_passed("stale", STALE_AT), scan("in_transit", at=STALE_AT + 1)],
        conditions=[],
        due=due(stale=utc(STALE_AT + 1 + day(14) - day(0))),
    ),
    example(
        "stale, moving, stale again",
        [
            MOVING,
            deadline_passed("stale", STALE_AT),
            scan("in_transit", at=day(20)),
            deadline_passed("stale", day(34)),
        ],
        conditions=["stale"],
        due=due(stale=None),
    ),
    example(
        "paper does not end it",
        [MOVING, deadline_passed("stale", STALE_AT), scan(None, code="BILL", at=day(20))],
        conditions=["stale"],
    ),
)
def test_r12_a_deadline_passes(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@table(
    example("a promise is due", [FIRST], due=due(promise_overdue=utc(OVERDUE_AT))),
    example(
        "a promise is due with no scan at all",
        [FIRST, deadline_passed("promise_overdue", OVERDUE_AT)],
        conditions=["delayed_overdue"],
        milestone="registered",
        due=due(promise_overdue=None),
    ),
    example(
        "not before its time",
        [FIRST, deadline_passed("promise_overdue", OVERDUE_AT - 1)],
        conditions=[],
        due=due(promise_overdue=utc(OVERDUE_AT)),
    ),
    example(
        "not where there is no promise",
        [registered(), deadline_passed("promise_overdue", OVERDUE_AT)],
        conditions=[],
    ),
    example(
        "not where it was fulfilled",
        [FIRST, scan("delivered", at=OVERDUE_AT - 1), deadline_passed("promise_overdue", OVERDUE_AT)],
        conditions=[],
        kept="kept",
    ),
    example(
        "a hub scan does not fulfil it",
        [FIRST, scan("in_transit", at=day(1)), deadline_passed("promise_overdue", OVERDUE_AT)],
        conditions=["delayed_overdue"],
    ),
    example(
        "a promise and a silence are due side by side",
        [FIRST, MOVING],
        due=due(promise_overdue=utc(OVERDUE_AT), stale=utc(STALE_AT), expired=utc(EXPIRED_AT)),
    ),
)
def test_r12_a_promise_passes(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize(
    ("end", "reason"),
    [("delivered", "delivered_settled"), ("returned", "returned"), ("cancelled", "cancelled")],
)
def test_r12_an_end_settles_in_72_hours(end: str, reason: str) -> None:
    ended, settled_at = scan(end, at=day(2)), day(5)

    assert_shown([MOVING, ended], {"closed": False, "due": due(settled=utc(settled_at))})
    assert_shown([MOVING, ended, deadline_passed("settled", settled_at - 1)], {"closed": False})
    assert_shown(
        [MOVING, ended, deadline_passed("settled", settled_at)],
        {
            "closed": True,
            "tracking_state": lambda state: reason in state,
            "due": due(settled=None),
            "milestone": end,
        },
    )


@table(
    example("nothing settles that has not ended", [MOVING], due=due(settled=None), tracking_state="active"),
    example(
        "the next use of a number was never closed",
        [
            registered("O-1"),
            scan("delivered", at=day(2)),
            deadline_passed("settled", day(5)),
            registered("O-2", at=day(20)),
            scan("picked_up", at=day(21)),
        ],
        use_no=2,
        tracking_state="active",
    ),
    example(
        "60 days of silence close",
        [MOVING, deadline_passed("expired", EXPIRED_AT)],
        closed=True,
        tracking_state=lambda state: "expired" in state,
        milestone="in_transit",
        due=due(expired=None),
    ),
    example(
        "a scan opens it again",
        [MOVING, deadline_passed("expired", EXPIRED_AT), scan("in_transit", at=day(70))],
        tracking_state="reopened",
        milestone="in_transit",
        due=due(expired=utc(day(130))),
    ),
    example(
        "a cancellation of ours settles too",
        [MOVING, cancelled(at=day(2)), deadline_passed("settled", day(5))],
        closed=True,
        milestone="cancelled",
    ),
)
def test_r12_what_closes_tracking(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
