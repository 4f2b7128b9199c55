"""What of an event's `data` the fold refuses: such a record is rejected, and nothing is guessed into it."""

from typing import Any

import pytest

from schemas.instants import instant_text
from schemas.vocabulary import EventType
from services.domain.bodies import Case, Details, InvalidFact, Passed
from services.domain.facts import Fact, fact_of
from tests.builders import Json, day, fact, promise

SCAN, REGISTERED, REVISED = (
    EventType.SCAN_RECORDED,
    EventType.SHIPMENT_REGISTERED,
    EventType.DELIVERY_DATE_REVISED,
)
ORDER = {"order_id": "O-1"}
MOVES = {"milestone": "in_transit"}
PROMISE = promise("2026-03-05")


def read(kind: EventType, data: Json) -> Fact:
    """The fact of an envelope with that data, which need not be what the type asks for."""
    return fact_of(fact(SCAN, MOVES, at=day(1)) | {"type": str(kind), "data": data})


def body_of(kind: EventType, data: Json) -> Any:
    """What the fold gets of it."""
    return read(kind, data).body


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        (SCAN, {"milestone": "teleported"}, "milestone 'teleported'"),
        (SCAN, MOVES | {"party": "moon"}, "party 'moon'"),
        (SCAN, MOVES | {"substatus": 7}, "no text"),
        (SCAN, MOVES | {"reason": []}, "no text"),
        (SCAN, MOVES | {"piece": 1}, "no text"),
        (SCAN, MOVES | {"piece": "x" * 257}, "more than 256"),
        (SCAN, MOVES | {"location": "Almaty"}, "no object"),
        (SCAN, MOVES | {"attempt": "first"}, "attempt"),
        (SCAN, MOVES | {"attempt": True}, "attempt"),
        (SCAN, MOVES | {"action": "call"}, "action"),
        (SCAN, MOVES | {"action": {"who": 1}}, "no text"),
        (SCAN, MOVES | {"action": {"until": 1}}, "no text"),
        (REGISTERED, {}, "order_id"),
        (REGISTERED, {"order_id": 1}, "order_id"),
        (REGISTERED, ORDER | {"customer_id": 1}, "no text"),
        (REGISTERED, ORDER | {"merchant": 1}, "no text"),
        (REGISTERED, ORDER | {"number_valid": "yes"}, "number_valid"),
        (REGISTERED, ORDER | {"promise": "soon"}, "promise"),
        (REGISTERED, ORDER | {"promise": {"kind": "order_promised"}}, "to is no text"),
        (REVISED, {"to": "2026-03-05"}, "kind is no text"),
        (REVISED, {"kind": "order_promised", "to": "soon"}, "soon"),
        (REVISED, PROMISE | {"from": 5}, "no text"),
        (REVISED, PROMISE | {"zone": 5}, "no text"),
        (EventType.EVENT_RETRACTED, {}, "retracts"),
        (EventType.SHIPMENT_CANCELLED, {"party": "moon"}, "party"),
        (EventType.SHIPMENT_CANCELLED, {"reason": 1}, "no text"),
        (EventType.ADDRESS_CHANGE_REQUESTED, {}, "request_id"),
        (EventType.ADDRESS_CHANGE_REQUESTED, {"request_id": 5}, "request_id"),
        (EventType.DEADLINE_PASSED, {"kind": "stale"}, "deadline"),
        (EventType.DEADLINE_PASSED, {"kind": "doom", "deadline": "2026-03-05T00:00:00.000Z"}, "deadline"),
        (EventType.DEADLINE_PASSED, {"kind": "stale", "deadline": "2026-03-05T00:00:00Z"}, "deadline"),
        (EventType.DEADLINE_PASSED, {"kind": "stale", "deadline": "2026-03-05T00:00:00.000+"}, "deadline"),
        (EventType.CASE_OPENED, {"kind": "lost"}, "case_id"),
        (EventType.CASE_OPENED, {"case_id": "K", "kind": "stolen"}, "case kind 'stolen'"),
        (EventType.CASE_OPENED, {"case_id": "K", "party": "moon"}, "party 'moon'"),
    ],
)
def test_what_is_wrong_in_the_data_is_no_fact(kind: EventType, data: Json, why: str) -> None:
    with pytest.raises(InvalidFact, match=why):
        body_of(kind, data)


@pytest.mark.parametrize(
    ("data", "details"),
    [
        (MOVES, None),
        (MOVES | {"attempt": 2}, Details(2, None, None, acts=False)),
        (MOVES | {"action": {}}, Details(None, None, None, acts=True)),
        (
            MOVES | {"attempt": 1, "action": {"who": "recipient", "until": "2026-03-05"}},
            Details(1, "recipient", "2026-03-05", acts=True),
        ),
    ],
)
def test_a_scan_tells_its_attempt_and_who_must_act(data: Json, details: Details | None) -> None:
    assert body_of(SCAN, data) == details


def test_a_name_of_the_longest_is_a_name() -> None:
    assert read(SCAN, MOVES | {"piece": "x" * 256}).piece == "x" * 256


@pytest.mark.parametrize(
    ("data", "suspect", "substatus"),
    [
        (ORDER, False, None),
        (ORDER | {"number_valid": True}, False, None),
        (ORDER | {"number_valid": False}, True, "number_invalid"),
        (ORDER | {"carrier_determined": True}, False, None),
        (ORDER | {"carrier_determined": False}, False, "carrier_undetermined"),
    ],
)
def test_a_registration_tells_whether_its_number_is_to_be_doubted(
    data: Json, suspect: bool, substatus: str | None
) -> None:
    told = read(REGISTERED, data)

    assert (told.body.suspect, told.substatus) == (suspect, substatus)  # type: ignore[union-attr]


def test_a_deadline_and_a_case_are_what_they_name() -> None:
    passed = {"kind": "stale", "deadline": instant_text(day(1))}

    assert body_of(EventType.DEADLINE_PASSED, passed) == Passed("stale", day(1))
    assert body_of(EventType.CASE_OPENED, {"case_id": "K", "kind": "lost"}) == Case("K", "lost")
    assert body_of(EventType.CASE_RESOLVED, {"case_id": "K"}) == Case("K", None)
