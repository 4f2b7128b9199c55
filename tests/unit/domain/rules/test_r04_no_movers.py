"""R4: scans that move nothing, though they may open conditions."""

from typing import Any

import pytest

from tests.builders import Json, day, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

NO_MOVERS = (None, "unknown")
PAST_HANDOVER = ("picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted")


@pytest.mark.parametrize("note", NO_MOVERS)
@pytest.mark.parametrize("milestone", ["info_received", *PAST_HANDOVER, "delivered", "returned", "lost"])
def test_r04_a_code_that_moves_nothing_or_is_unmapped_moves_nothing(milestone: str, note: str | None) -> None:
    events = [scan(milestone, substatus="x", at=hour(1)), scan(note, substatus="y", at=hour(2), code="ZZ")]

    assert_shown(
        events,
        {
            "milestone": milestone,
            "substatus": "x",
            "since": utc(hour(1)),
            "conditions": without_new(milestone),
        },
    )


def without_new(milestone: str) -> list[str]:
    return ["lost"] if milestone == "lost" else []


@pytest.mark.parametrize("milestone", PAST_HANDOVER)
def test_r04_a_manifest_behind_the_handover_moves_nothing(milestone: str) -> None:
    events = [
        scan(milestone, substatus="x", at=hour(1)),
        scan("info_received", substatus="label_created", at=hour(2)),
    ]

    assert_shown(events, {"milestone": milestone, "substatus": "x", "since": utc(hour(1))})


@table(
    example(
        "registered behind a manifest moves nothing",
        [
            scan("info_received", substatus="label_created", at=hour(1)),
            scan("registered", substatus="number_not_found", at=hour(2)),
        ],
        milestone="info_received",
        substatus="label_created",
    ),
    example(
        "registered at rank 0 renews the sub-status",
        [
            scan("registered", substatus="awaiting_carrier_data", at=hour(1)),
            scan("registered", substatus="number_not_found", at=hour(2)),
        ],
        milestone="registered",
        substatus="number_not_found",
    ),
    example(
        "a manifest at rank 1 renews the sub-status",
        [
            scan("info_received", substatus="label_created", at=hour(1)),
            scan("info_received", substatus="awaiting_handover", at=hour(2)),
        ],
        milestone="info_received",
        substatus="awaiting_handover",
        since=utc(hour(1)),
    ),
    example(
        "a manifest at rank 0 moves",
        [registered(), scan("info_received", at=hour(2))],
        milestone="info_received",
        since=utc(hour(2)),
    ),
    example(
        "an unmapped code is counted",
        [
            scan("in_transit", at=hour(1)),
            scan("unknown", code="Q1", at=hour(2)),
            scan("unknown", code="Q2", at=hour(3)),
        ],
        milestone="in_transit",
        unknown_codes=2,
        scans=3,
    ),
    example(
        "a known code that moves nothing is no unknown code",
        [scan("in_transit", at=hour(1)), scan(None, code="BILL", at=hour(2))],
        unknown_codes=0,
        scans=2,
    ),
    example(
        "an unmapped code alone has no milestone",
        [scan("unknown", code="Q1", at=hour(2))],
        milestone=None,
        unknown_codes=1,
    ),
    example(
        "paper alone has no milestone", [scan(None, code="BILL", at=hour(2))], milestone=None, unknown_codes=0
    ),
    example(
        "behind a delivery neither paper nor an unmapped code nor a manifest conflicts",
        [
            scan("delivered", at=hour(1)),
            scan(None, code="SIG", at=hour(2)),
            scan("unknown", code="Q1", at=hour(3)),
            scan("info_received", at=hour(4)),
            scan("registered", at=hour(5)),
        ],
        milestone="delivered",
        conditions=[],
        leg_no=1,
        due=due(settled=utc(hour(73))),
    ),
    example(
        "paper is no physical scan: the parcel stalls all the same",
        [scan("in_transit", at=hour(0)), scan(None, code="BILL", at=day(5))],
        due=due(stale=utc(day(14))),
    ),
    example(
        "a code that moves nothing opens a condition",
        [scan("in_transit", at=hour(1)), scan(None, reason="customs_hold", code="DOC", at=hour(2))],
        milestone="in_transit",
        conditions=["customs_hold"],
        opened={"customs_hold": utc(hour(2))},
        status="exception",
    ),
    example(
        "an unmapped code opens a condition",
        [scan("in_transit", at=hour(1)), scan("unknown", reason="damaged", code="Q", at=hour(2))],
        milestone="in_transit",
        conditions=["damaged"],
    ),
    example(
        "a manifest that moves nothing opens a condition",
        [scan("in_transit", at=hour(1)), scan("info_received", reason="on_hold", at=hour(2))],
        milestone="in_transit",
        conditions=["on_hold"],
    ),
    example(
        "registered at rank 1 opens a condition",
        [scan("info_received", at=hour(1)), scan("registered", reason="address_issue", at=hour(2))],
        milestone="info_received",
        conditions=["address_issue"],
    ),
)
def test_r04_what_no_movers_do(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
