"""R16: a shipment of several pieces is where its least advanced piece is."""

from typing import Any

from tests.builders import Json, deadline_passed, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, including, table


def piece(name: str, milestone: str, at: float, **more: Any) -> Json:
    return scan(milestone, piece=name, at=hour(at), **more)


ALL_PICKED_UP = scan("picked_up", at=hour(1))


@table(
    example(
        "the least advanced piece decides",
        [ALL_PICKED_UP, piece("A", "out_for_delivery", 5), piece("B", "in_transit", 4)],
        milestone="in_transit",
        pieces={"A": "out_for_delivery", "B": "in_transit"},
        conditions=[],
        status="in_transit",
    ),
    example(
        "a piece without further scans stays behind",
        [ALL_PICKED_UP, piece("A", "in_transit", 5), piece("B", "picked_up", 4)],
        milestone="picked_up",
    ),
    example(
        "one delivered, one not: a piece is missing",
        [ALL_PICKED_UP, piece("A", "delivered", 9), piece("B", "in_transit", 4)],
        milestone="in_transit",
        conditions=["missing_pieces"],
        status="exception",
        pieces={"A": "delivered", "B": "in_transit"},
    ),
    example(
        "the piece that was tried most often tells how often",
        [
            ALL_PICKED_UP,
            piece("A", "delivery_attempted", 5),
            piece("A", "delivery_attempted", 30),
            piece("B", "delivery_attempted", 6),
        ],
        attempts=2,
    ),
    example(
        "both delivered",
        [ALL_PICKED_UP, piece("A", "delivered", 9), piece("B", "delivered", 10)],
        milestone="delivered",
        conditions=[],
        status="delivered",
        pieces={"A": "delivered", "B": "delivered"},
    ),
    example(
        "a scan of no piece is one of all",
        [piece("A", "in_transit", 4), piece("B", "out_for_delivery", 5), scan("delivered", at=hour(9))],
        milestone="delivered",
        conditions=[],
    ),
    example(
        "an early scan of no piece moves none back",
        [
            scan("in_transit", at=hour(2)),
            piece("A", "out_for_delivery", 5),
            piece("B", "out_for_delivery", 6),
        ],
        milestone="out_for_delivery",
        late_scans=0,
    ),
    example(
        "three pieces, one of them behind",
        [
            piece("A", "delivered", 9),
            piece("B", "out_for_delivery", 8),
            piece("C", "in_transit", 7),
        ],
        milestone="in_transit",
        conditions=["missing_pieces"],
        pieces={"A": "delivered", "B": "out_for_delivery", "C": "in_transit"},
    ),
    example(
        "an attempt at one piece makes no other's delivery premature",
        [ALL_PICKED_UP, piece("B", "delivered", 9), piece("A", "delivery_attempted", 11)],
        milestone="delivery_attempted",
        pieces={"A": "delivery_attempted", "B": "delivered"},
        conditions=["missing_pieces"],
    ),
    example(
        "one piece goes its way behind another's delivery: no conflict",
        [
            ALL_PICKED_UP,
            piece("A", "delivered", 9),
            piece("B", "in_transit", 10),
            piece("B", "delivered", 12),
        ],
        milestone="delivered",
        pieces={"A": "delivered", "B": "delivered"},
        conditions=[],
        leg_no=1,
    ),
    example(
        "an attempt at a piece makes its own delivery premature",
        [piece("A", "delivered", 9), piece("B", "delivered", 9), piece("A", "delivery_attempted", 11)],
        milestone="delivery_attempted",
        pieces={"A": "delivery_attempted", "B": "delivered"},
    ),
    example(
        "one piece only: it is the shipment",
        [piece("A", "in_transit", 4), piece("A", "delivered", 9)],
        milestone="delivered",
        conditions=[],
        status="delivered",
    ),
    example(
        "a late scan of one piece is late for that piece",
        [piece("A", "in_transit", 4), piece("B", "picked_up", 5), piece("A", "picked_up", 6)],
        milestone="picked_up",
        pieces={"A": "in_transit", "B": "picked_up"},
        late_scans=1,
    ),
    example(
        "late scans of two pieces are two late scans",
        [
            piece("A", "in_transit", 4),
            piece("B", "in_transit", 4),
            piece("A", "picked_up", 6),
            piece("B", "picked_up", 6),
        ],
        milestone="in_transit",
        late_scans=2,
    ),
    example(
        "a late scan of all pieces is one late scan",
        [piece("A", "in_transit", 4), piece("B", "in_transit", 4), scan("picked_up", at=hour(6))],
        milestone="in_transit",
        late_scans=1,
    ),
    example(
        "a damaged piece is a damaged shipment",
        [piece("A", "in_transit", 4, reason="damaged"), piece("B", "in_transit", 5)],
        conditions=including("damaged"),
        status="exception",
        milestone="in_transit",
    ),
    example(
        "a silence of days closes nothing while a piece is on its way",
        [piece("A", "delivered", 9), piece("B", "in_transit", 10), deadline_passed("settled", hour(81))],
        milestone="in_transit",
        closed=False,
        conditions=["missing_pieces"],
    ),
)
def test_r16_the_least_advanced_piece_decides(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
