"""Deadlines as they are read off a shipment, and the event that proposes one."""

import itertools

from schemas.event import Envelope, data_of
from schemas.ids import deadline_event_id
from schemas.instants import instant_text
from services.domain.deadlines import pending, wake_ms
from services.domain.proposal import deadline_passed
from services.domain.shipment import unseen
from tests.builders import day, hour, promise, registered, replay, scan

ORDER = registered(promise=promise("2026-03-05", zone="UTC"))
MOVING = scan("in_transit", at=hour(0))
ALL = [("promise_overdue", day(4)), ("stale", day(14)), ("expired", day(60))]


def test_nothing_is_due_for_a_number_never_seen() -> None:
    shipment = unseen("acme:P1")

    assert pending(shipment) == ()
    assert wake_ms(shipment) is None


def test_deadlines_are_listed_by_time_and_the_first_wakes() -> None:
    for order in itertools.permutations([ORDER, MOVING]):
        shipment = replay(order)

        assert [(str(deadline.kind), deadline.at_ms) for deadline in pending(shipment)] == ALL
        assert wake_ms(shipment) == day(4)


def test_fired_one_after_the_other_every_deadline_passes_exactly_once() -> None:
    events, fired = [ORDER, MOVING], []

    while due := pending(replay(events)):
        fired.append((str(due[0].kind), due[0].at_ms))
        events.append(deadline_passed("acme:P1", due[0], recorded_at=instant_text(due[0].at_ms)))

    assert fired == ALL
    assert wake_ms(replay(events)) is None


def test_a_delivery_leaves_only_its_settling() -> None:
    shipment = replay([ORDER, MOVING, scan("delivered", at=day(2))])

    assert [(str(deadline.kind), deadline.at_ms) for deadline in pending(shipment)] == [("settled", day(5))]


def test_a_proposal_is_an_event_whose_id_anyone_can_compute() -> None:
    (first, *_) = pending(replay([ORDER, MOVING]))

    envelope = deadline_passed("acme:P1", first, recorded_at=instant_text(day(5)))

    assert data_of(Envelope.model_validate(envelope))
    assert envelope["type"] == "DeadlinePassed"
    assert envelope["data"] == {"kind": "promise_overdue", "deadline": "2026-03-06T00:00:00.000Z"}
    assert envelope["recorded_at"] == "2026-03-07T00:00:00.000Z"
    assert envelope["event_id"] == deadline_event_id(
        ("acme", "P1"), kind="promise_overdue", deadline="2026-03-06T00:00:00.000Z"
    )


def test_a_proposal_for_a_key_with_odd_characters_keeps_carrier_and_number_apart() -> None:
    envelope = deadline_passed("acme:A:1", pending(replay([MOVING]))[0], recorded_at=instant_text(day(20)))

    assert envelope["shipment"] == "acme:A:1"
    assert envelope["event_id"] == deadline_event_id(
        ("acme", "A:1"), kind="stale", deadline=instant_text(day(14))
    )
