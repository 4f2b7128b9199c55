"""R10: what opens a condition and what closes it."""

import pytest

from tests.builders import case_opened, case_resolved, day, hour, scan
from tests.unit.domain.rules.examples import assert_shown, utc

BY_REASON = (
    "on_hold",
    "customs_hold",
    "address_issue",
    "refused",
    "damaged",
    "missing_pieces",
    "misrouted",
    "action_required",
)

BY_SUBSTATUS = (
    ("delivery_attempted", "refused", "refused"),
    ("delivery_attempted", "address_not_found", "address_issue"),
    ("delivery_attempted", "payment_not_ready", "action_required"),
    ("available_for_pickup", "final_notice", "action_required"),
    ("delivered", "damaged", "damaged"),
    ("delivered", "partial", "missing_pieces"),
    ("returning", "refused", "refused"),
)

OTHER_SUBSTATUSES = (
    ("delivery_attempted", "recipient_absent"),
    ("delivery_attempted", "business_closed"),
    ("available_for_pickup", "locker"),
    ("delivered", "signed"),
    ("in_transit", "customs_in"),
    ("in_transit", "customs_released"),
    ("returning", "unclaimed"),
)

CLOSED_BY_A_SCAN = ("on_hold", "customs_hold", "misrouted", "address_issue", "refused", "action_required")

CLOSED_BY_A_CASE = ("damaged", "missing_pieces", "delivery_disputed")


@pytest.mark.parametrize("reason", BY_REASON)
def test_r10_a_reason_opens_the_condition_of_its_name(reason: str) -> None:
    events = [scan("picked_up", at=hour(1)), scan("in_transit", reason=reason, party="other", at=hour(2))]

    assert_shown(
        events,
        {
            "conditions": [reason],
            "opened": {reason: utc(hour(2))},
            "parties": {reason: "other"},
            "milestone": "in_transit",
        },
    )


@pytest.mark.parametrize(("milestone", "substatus", "condition"), BY_SUBSTATUS)
def test_r10_a_substatus_opens_a_condition(milestone: str, substatus: str, condition: str) -> None:
    events = [scan("in_transit", at=hour(1)), scan(milestone, substatus=substatus, at=hour(2))]

    assert_shown(events, {"conditions": [condition], "opened": {condition: utc(hour(2))}})


@pytest.mark.parametrize(("milestone", "substatus"), OTHER_SUBSTATUSES)
def test_r10_any_other_substatus_opens_nothing(milestone: str, substatus: str) -> None:
    events = [scan("picked_up", at=hour(1)), scan(milestone, substatus=substatus, at=hour(2))]

    assert_shown(events, {"conditions": [], "substatus": substatus})


@pytest.mark.parametrize("kind", ["lost", *CLOSED_BY_A_CASE])
def test_r10_a_case_opens_the_condition_of_its_kind(kind: str) -> None:
    events = [scan("in_transit", at=hour(1)), case_opened(kind, party="recipient", at=hour(2))]

    assert_shown(
        events,
        {
            "conditions": [kind],
            "opened": {kind: utc(hour(2))},
            "parties": {kind: "recipient"},
            "milestone": "in_transit",
        },
    )


@pytest.mark.parametrize("condition", CLOSED_BY_A_SCAN)
def test_r10_the_first_later_physical_scan_closes(condition: str) -> None:
    events = [scan("in_transit", reason=condition, at=hour(2)), scan("in_transit", at=hour(3))]

    assert_shown(events, {"conditions": []})


@pytest.mark.parametrize("condition", CLOSED_BY_A_SCAN)
def test_r10_an_earlier_scan_closes_nothing_though_it_is_learnt_later(condition: str) -> None:
    events = [
        scan("in_transit", reason=condition, at=hour(2)),
        scan("in_transit", at=hour(1), recorded_at=day(1)),
    ]

    assert_shown(events, {"conditions": [condition], "opened": {condition: utc(hour(2))}})


@pytest.mark.parametrize("condition", CLOSED_BY_A_SCAN)
def test_r10_a_late_scan_closes_nothing(condition: str) -> None:
    events = [scan("out_for_delivery", reason=condition, at=hour(2)), scan("picked_up", at=hour(3))]

    assert_shown(events, {"conditions": [condition], "late_scans": 1})


@pytest.mark.parametrize("condition", CLOSED_BY_A_SCAN)
@pytest.mark.parametrize("end", ["delivered", "returned"])
def test_r10_delivered_and_returned_close(end: str, condition: str) -> None:
    events = [scan("in_transit", reason=condition, at=hour(2)), scan(end, at=hour(3))]

    assert_shown(events, {"conditions": []})


@pytest.mark.parametrize("condition", CLOSED_BY_A_CASE)
@pytest.mark.parametrize("later", ["in_transit", "delivered", "returning"])
def test_r10_three_conditions_outlive_every_scan(later: str, condition: str) -> None:
    events = [scan("picked_up", at=hour(1)), case_opened(condition, at=hour(2)), scan(later, at=hour(3))]

    assert_shown(events, {"conditions": [condition], "opened": {condition: utc(hour(2))}})


@pytest.mark.parametrize("condition", CLOSED_BY_A_CASE)
def test_r10_these_three_are_closed_by_their_case(condition: str) -> None:
    events = [
        case_opened(condition, at=hour(2)),
        scan("delivered", at=hour(3)),
        case_resolved(condition, at=hour(4)),
    ]

    assert_shown(events, {"conditions": [], "status": "delivered"})
