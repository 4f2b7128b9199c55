"""R6: where a leg ends and the next forward leg starts."""

from typing import Any

from tests.builders import Json, case_opened, hour, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

D = hour(100)


def after(hours: float) -> int:
    return D + hour(hours) - hour(0)


def delivered(**more: Any) -> Json:
    return scan("delivered", at=D, **more)


@table(
    example(
        "behind the window, a scan that another confirms",
        [delivered(), scan("in_transit", at=after(80)), scan("out_for_delivery", at=after(90))],
        milestone="out_for_delivery",
        direction="forward",
        leg_no=2,
        use_no=1,
        conditions=[],
        delivered_at=lambda at: at in (None, utc(D)),
    ),
    example(
        "a lone scan behind the window is a clock error",
        [delivered(), scan("in_transit", at=after(80))],
        milestone="delivered",
        leg_no=1,
        conditions=["conflicting_scans"],
    ),
    example(
        "a confirmation not surely after the first is none",
        [delivered(), scan("picked_up", at=after(80)), scan("in_transit", at=after(80))],
        milestone="delivered",
        leg_no=1,
    ),
    example(
        "a millisecond is sure",
        [delivered(), scan("picked_up", at=after(80)), scan("in_transit", at=after(80) + 1)],
        milestone="in_transit",
        leg_no=2,
    ),
    example(
        "the first of the two must be behind the window",
        [delivered(), scan("in_transit", at=after(72) - 1), scan("out_for_delivery", at=after(90))],
        milestone="delivered",
        leg_no=1,
        conditions=["conflicting_scans"],
    ),
    example(
        "a millisecond behind the window is behind it",
        [delivered(), scan("in_transit", at=after(72) + 1), scan("out_for_delivery", at=after(90))],
        milestone="out_for_delivery",
        leg_no=2,
    ),
    example(
        "two scans behind the window, one inside it: the leg starts with the two",
        [
            delivered(),
            scan("in_transit", at=after(10)),
            scan("in_transit", substatus="hub_arrived", at=after(80)),
            scan("out_for_delivery", at=after(90)),
        ],
        milestone="out_for_delivery",
        leg_no=2,
        conditions=[],
    ),
    example(
        "paper confirms nothing",
        [delivered(), scan("in_transit", at=after(80)), scan(None, code="BILL", at=after(90))],
        milestone="delivered",
        leg_no=1,
    ),
    example(
        "inside the window a hand-over starts a leg if a scan follows behind it",
        [delivered(), scan("picked_up", at=after(10)), scan("in_transit", at=after(80))],
        milestone="in_transit",
        direction="forward",
        leg_no=2,
        conditions=[],
    ),
    example(
        "a hand-over inside the window without any behind it starts none",
        [delivered(), scan("picked_up", at=after(10)), scan("in_transit", at=after(20))],
        milestone="delivered",
        leg_no=1,
        conditions=["conflicting_scans"],
    ),
    example(
        "a scan at the end of the window is not behind it",
        [delivered(), scan("picked_up", at=after(10)), scan("in_transit", at=after(72))],
        milestone="delivered",
        leg_no=1,
    ),
    example(
        "a hand-over is confirmed a millisecond behind the window",
        [delivered(), scan("picked_up", at=after(10)), scan("in_transit", at=after(72) + 1)],
        milestone="in_transit",
        leg_no=2,
    ),
    example(
        "nor does a leg start at the end of the window",
        [delivered(), scan("in_transit", at=after(72)), scan("out_for_delivery", at=after(90))],
        milestone="delivered",
        leg_no=1,
    ),
    example(
        "delivered again in the second leg",
        [
            delivered(),
            scan("picked_up", at=after(80)),
            scan("in_transit", at=after(85)),
            scan("delivered", at=after(90)),
        ],
        milestone="delivered",
        delivered_at=utc(after(90)),
        leg_no=2,
        conditions=[],
        status="delivered",
    ),
)
def test_r06_the_next_forward_leg(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


RETURNING = scan("returning", at=hour(50))

TROUBLES = [
    scan("in_transit", at=hour(10)),
    scan(None, reason="on_hold", code="H", at=hour(11)),
    scan(None, reason="action_required", code="R", at=hour(12)),
    scan(None, reason="damaged", code="D", at=hour(13)),
    case_opened("missing_pieces", at=hour(14)),
]


@table(
    example(
        "a new leg closes all conditions but damaged, missing_pieces and delivery_disputed",
        [*TROUBLES, case_opened("delivery_disputed", case_id="K-2", at=hour(15)), RETURNING],
        conditions=["damaged", "delivery_disputed", "missing_pieces"],
        leg_no=2,
    ),
    example(
        "before the new leg they are all open",
        [*TROUBLES],
        conditions=["action_required", "damaged", "missing_pieces", "on_hold"],
    ),
    example(
        "a conflict ends where it turns out to be a new leg",
        [
            delivered(),
            scan("in_transit", at=after(60)),
            scan("in_transit", at=after(80)),
            scan("in_transit", at=after(81)),
        ],
        conditions=[],
        leg_no=2,
        milestone="in_transit",
    ),
)
def test_r06_a_new_leg_starts_without_conditions(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
