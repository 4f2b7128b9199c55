"""Announcements: one delivery per leg, use and shipment, whatever arrives first."""

import itertools

import pytest

from tests.builders import (
    Json,
    day,
    hour,
    registered,
    retracted,
    scan,
)
from tests.unit.domain.rules.examples import told

D = hour(100)

MOVING = scan("in_transit", at=hour(90))

DELIVERED = scan("delivered", at=D)

ATTEMPTED = scan("delivery_attempted", at=D + hour(10) - hour(0))

GONE = retracted(DELIVERED)

BACK = retracted(GONE)


def kinds(announcements: list[Json]) -> list[str]:
    return [announced["kind"] for announced in announcements]


def standing(announcements: list[Json]) -> list[Json]:
    """What was told and not taken back."""
    withdrawn = {announced["corrects"] for announced in announcements if announced["kind"] == "correction"}
    return [
        told for told in announcements if told["kind"] != "correction" and told["alert_id"] not in withdrawn
    ]


def test_a_second_leg_has_a_delivery_of_its_own() -> None:
    onward = [scan("picked_up", at=D + day(4) - day(0)), scan("in_transit", at=D + day(5) - day(0))]
    again = scan("delivered", at=D + day(6) - day(0))

    first, second = told([MOVING, DELIVERED, *onward, again], "delivered", "correction")

    assert (first["cause"], second["cause"]) == (DELIVERED["event_id"], again["event_id"])
    assert (first["leg_no"], second["leg_no"]) == (1, 2)


def test_a_second_use_has_a_delivery_of_its_own() -> None:
    again = scan("delivered", at=day(23))

    first, second = told(
        [registered(), DELIVERED, registered("O-2", at=day(20)), again], "delivered", "correction"
    )

    assert (first["use_no"], second["use_no"]) == (1, 2)
    assert second["cause"] == again["event_id"]


@pytest.mark.parametrize("home", ["delivered", "returned"])
def test_home_at_the_sender_is_no_delivery(home: str) -> None:
    assert told([MOVING, scan("returning", at=hour(95)), scan(home, at=D)], "delivered") == []


def test_a_return_learnt_later_takes_the_delivery_to_the_sender_back() -> None:
    returning = scan("returning", at=hour(95), recorded_at=day(9))

    delivered, correction = told([MOVING, DELIVERED, returning], "delivered", "correction")

    assert correction["corrects"] == delivered["alert_id"]


def test_a_return_behind_a_delivery_leaves_it_told() -> None:
    announcements = told(
        [MOVING, DELIVERED, scan("returning", at=D + day(1) - day(0))], "delivered", "correction"
    )

    assert kinds(announcements) == ["delivered"]


def test_of_several_pieces_the_shipment_is_delivered_once() -> None:
    first, second = (scan("delivered", piece=piece, at=D + n) for n, piece in enumerate("AB"))
    moving = [scan("in_transit", piece=piece, at=hour(90)) for piece in "AB"]

    assert told([*moving, first], "delivered") == []
    assert kinds(told([*moving, first, second], "delivered")) == ["delivered"]


PREMATURE = [
    MOVING,
    DELIVERED,
    scan("out_for_delivery", at=D + hour(5) - hour(0)),
    scan("delivered", at=D + hour(9) - hour(0)),
]


@pytest.mark.parametrize(
    ("events", "causes"),
    [
        (PREMATURE, [PREMATURE[3]]),
        ([MOVING, DELIVERED, ATTEMPTED], []),
        ([MOVING, DELIVERED, GONE], []),
        ([MOVING, DELIVERED, GONE, BACK], [DELIVERED]),
        ([DELIVERED, ATTEMPTED, retracted(ATTEMPTED)], [DELIVERED]),
        ([DELIVERED, scan("returning", at=hour(95)), retracted(scan("returning", at=hour(95)))], [DELIVERED]),
    ],
    ids=[
        "premature, then real",
        "premature",
        "retracted",
        "retracted twice",
        "attempt retracted",
        "return retracted",
    ],
)
def test_in_every_order_the_standing_deliveries_are_the_same(events: list[Json], causes: list[Json]) -> None:
    for order in itertools.permutations(events):
        announcements = told([*order, *order], "delivered", "correction")

        assert [alert["cause"] for alert in standing(announcements)] == [
            cause["event_id"] for cause in causes
        ]
        assert len({alert["alert_id"] for alert in announcements}) == len(announcements)
