"""What people asked of a parcel, and what the timeline says became of it."""

from itertools import permutations
from typing import Any

import pytest

from schemas.vocabulary import EventType
from services.domain.requests import Asked, requests_of
from services.domain.view import view
from tests.builders import (
    cancelled,
    case_opened,
    case_resolved,
    day,
    fact,
    hour,
    registered,
    replay,
    retracted,
    scan,
)

Json = dict[str, Any]


def change(name: str = "R-1", *, at: int = hour(5), address: bool = True, reason: str | None = None) -> Json:
    """A change of address that was asked for; without an address and with the reason, a return."""
    sealed = {"key_id": "k", "nonce": "n", "ciphertext": "c"} if address else None
    data = {"request_id": name, "address": sealed, "reason": reason}
    return fact(EventType.ADDRESS_CHANGE_REQUESTED, data, at=at)


def answer(kind: EventType, name: str = "R-1", *, at: int = hour(9)) -> Json:
    """The answer to a request."""
    return fact(kind, {"request_id": name}, at=at)


def asked(*envelopes: Json) -> list[Asked]:
    """What was asked, whatever the order in which the envelopes came: it must not matter."""
    answers = {
        tuple(requests_of(view(replay(order)), order))
        for order in permutations([registered(at=hour(0)), *envelopes])
    }
    assert len(answers) == 1
    return list(answers.pop())


def test_nothing_was_asked_of_a_parcel_that_only_travels() -> None:
    assert asked(scan("picked_up", at=hour(5))) == []


def test_a_cancellation_is_done_where_the_parcel_stays() -> None:
    (one,) = asked(cancelled(at=hour(5), reason="changed_mind"))

    assert (one.kind, one.state, one.why) == ("cancel", "done", "changed_mind")


@pytest.mark.parametrize(
    ("scans", "state"),
    [
        ([scan("in_transit", at=hour(9))], "applied"),
        ([scan("in_transit", at=hour(9)), scan("delivered", at=hour(30))], "refused"),
        ([scan("returning", at=hour(9))], "applied"),
        ([scan("returned", at=hour(9))], "done"),
    ],
    ids=["still moving", "delivered all the same", "on its way back", "back"],
)
def test_a_cancellation_is_judged_by_what_the_parcel_does_next(scans: list[Json], state: str) -> None:
    (one,) = asked(scan("picked_up", at=hour(1)), cancelled(at=hour(5)), *scans)

    assert one.state == state


def test_a_cancellation_that_was_taken_back_is_withdrawn() -> None:
    cancel = cancelled(at=hour(5))

    (one,) = asked(cancel, retracted(cancel, at=hour(6)))

    assert one.state == "withdrawn"


def test_a_withdrawal_that_was_itself_withdrawn_counts_no_more() -> None:
    cancel = cancelled(at=hour(5))
    withdrawal = retracted(cancel, at=hour(6))

    (one,) = asked(cancel, withdrawal, retracted(withdrawal, at=hour(7)))

    assert one.state == "done"


@pytest.mark.parametrize(
    ("kind", "state"),
    [(EventType.ADDRESS_CHANGE_APPLIED, "applied"), (EventType.ADDRESS_CHANGE_REFUSED, "refused")],
)
def test_a_change_of_address_is_answered_by_its_name(kind: EventType, state: str) -> None:
    first, second = asked(change("R-1"), change("R-2", at=hour(4)), answer(kind, "R-1"))

    assert (first.kind, first.request_id, first.state) == ("address_change", "R-1", state)
    assert first.answered_at == "2026-03-02T09:00:00.000Z"
    assert (second.request_id, second.state, second.answered_at) == ("R-2", "requested", None)


def test_a_changed_address_is_done_with_the_delivery() -> None:
    (one,) = asked(change(), answer(EventType.ADDRESS_CHANGE_APPLIED), scan("delivered", at=day(2)))

    assert one.state == "done"


def test_a_delivery_does_not_answer_a_change_that_nobody_made() -> None:
    (one,) = asked(change(), scan("delivered", at=day(2)))

    assert one.state == "requested"


def test_a_return_has_the_word_for_it_and_no_address() -> None:
    plain = change("R-1", address=False, reason="return_to_sender")
    with_why = change("R-2", at=hour(4), address=False, reason="return_to_sender: wrong_item")
    elsewhere = change("R-3", at=hour(3), reason="return_to_sender: wrong_item")

    kinds = [(one.kind, one.why) for one in asked(plain, with_why, elsewhere)]

    assert kinds == [
        ("return", None),
        ("return", "wrong_item"),
        ("address_change", "return_to_sender: wrong_item"),
    ]


def test_a_return_is_applied_when_the_parcel_turns_round_and_done_when_it_is_back() -> None:
    back = change(address=False, reason="return_to_sender")
    turned, arrived = scan("returning", at=hour(9)), scan("returned", at=day(2))

    assert [one.state for one in asked(back)] == ["requested"]
    assert [one.state for one in asked(back, turned)] == ["applied"]
    assert [one.state for one in asked(back, turned, arrived)] == ["done"]


def test_a_return_leg_of_before_does_not_answer_a_new_request() -> None:
    (one,) = asked(scan("returning", at=hour(2)), change(address=False, reason="return_to_sender"))

    assert one.state == "requested"


def test_a_case_is_open_until_it_is_resolved_by_its_name() -> None:
    opened, other = (
        case_opened("damaged", case_id="K-1", at=hour(5)),
        case_resolved(None, case_id="K-2", at=hour(6)),
    )

    assert [one.state for one in asked(opened, other)] == ["requested"]
    (one,) = asked(opened, case_resolved(None, case_id="K-1", at=hour(7)))
    assert (one.kind, one.state) == ("damaged", "done")


def test_a_case_that_was_turned_down_is_refused() -> None:
    resolved = fact(EventType.CASE_RESOLVED, {"case_id": "K-1", "outcome": "Rejected"}, at=hour(7))

    (one,) = asked(case_opened("damaged", at=hour(5)), resolved)

    assert one.state == "refused"


def test_a_lost_parcel_that_turns_up_is_found() -> None:
    lost = [scan("picked_up", at=hour(1)), case_opened("lost", at=hour(5))]

    assert [one.state for one in asked(*lost)] == ["requested"]
    assert [one.state for one in asked(*lost, scan("in_transit", at=hour(9)))] == ["done"]


def test_a_question_is_a_case_without_a_kind_and_troubles_nothing() -> None:
    question = fact(EventType.CASE_OPENED, {"case_id": "K-1", "reason": "contact: delivery_day"}, at=hour(5))

    (one,) = asked(question)

    assert (one.kind, one.why, one.state) == ("contact", "delivery_day", "requested")
    assert view(replay([registered(at=hour(0)), question]))["conditions"] == []


def test_what_was_asked_of_an_earlier_use_of_the_number_is_not_told_of_this_one() -> None:
    old = [scan("delivered", at=hour(1)), change("R-1", address=False, reason="return_to_sender", at=hour(5))]

    (one,) = asked(*old, registered("O-2", at=day(200)), change("R-9", at=day(201)))

    assert one.request_id == "R-9"
