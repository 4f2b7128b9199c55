"""R10: runs of a condition: since when it is open, cases, losses, suspect numbers."""

from typing import Any

import pytest

from tests.builders import Json, case_opened, case_resolved, day, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc

PHYSICAL = ("picked_up", "in_transit", "out_for_delivery", "available_for_pickup", "delivery_attempted")


@table(
    example(
        "a resolution closes what a scan opened",
        [scan("delivered", substatus="damaged", at=hour(2)), case_resolved("damaged", at=hour(9))],
        conditions=[],
    ),
    example(
        "a resolution that names the case alone closes what the case opened",
        [case_opened("damaged", at=hour(2)), case_resolved(None, at=hour(9))],
        conditions=[],
    ),
    example(
        "a resolution before the opener closes nothing",
        [case_resolved("damaged", at=hour(1)), scan("in_transit", reason="damaged", at=hour(2))],
        conditions=["damaged"],
    ),
    example(
        "a resolution of another kind closes nothing",
        [
            case_opened("damaged", at=hour(2)),
            case_opened("missing_pieces", case_id="K-2", at=hour(3)),
            case_resolved("missing_pieces", case_id="K-2", at=hour(4)),
        ],
        conditions=["damaged"],
    ),
    example(
        "resolved and opened again",
        [
            case_opened("damaged", at=hour(2)),
            case_resolved("damaged", at=hour(3)),
            case_opened("damaged", case_id="K-2", at=hour(4)),
        ],
        conditions=["damaged"],
        opened={"damaged": utc(hour(4))},
    ),
    example(
        "opened and resolved at one instant: resolved",
        [case_opened("damaged", at=hour(2)), case_resolved("damaged", at=hour(2))],
        conditions=[],
    ),
    example(
        "the milestone lost opens lost",
        [scan("in_transit", at=hour(1)), scan("lost", at=hour(2))],
        milestone="lost",
        conditions=["lost"],
        opened={"lost": utc(hour(2))},
    ),
    example(
        "a case of loss is closed by the parcel being scanned",
        [scan("in_transit", at=hour(1)), case_opened("lost", at=hour(2)), scan("in_transit", at=hour(3))],
        conditions=[],
    ),
    example(
        "a number that fails validation is suspect",
        [registered(number_valid=False)],
        conditions=["number_suspect"],
        opened={"number_suspect": utc(hour(0))},
        status="registered",
    ),
    example(
        "a manifest leaves it suspect",
        [registered(number_valid=False), scan("info_received", at=hour(2))],
        conditions=["number_suspect"],
    ),
    example("a valid number is not suspect", [registered(number_valid=True)], conditions=[]),
    *(
        example(
            f"{step} clears the number",
            [registered(number_valid=False), scan(step, at=hour(2))],
            conditions=[],
        )
        for step in PHYSICAL
    ),
)
def test_r10_cases_losses_and_numbers(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


def held(n: float, **more: Any) -> Json:
    return scan("in_transit", reason="on_hold", at=hour(n), **more)


@table(
    example(
        "a run goes on while scans open it",
        [held(2), held(3)],
        conditions=["on_hold"],
        opened={"on_hold": utc(hour(2))},
    ),
    example(
        "since moves back when an earlier opener is learnt",
        [held(3), held(2, recorded_at=day(5))],
        opened={"on_hold": utc(hour(2))},
    ),
    example(
        "a closer between starts a new run",
        [held(2), scan("in_transit", at=hour(3)), held(4)],
        conditions=["on_hold"],
        opened={"on_hold": utc(hour(4))},
    ),
    example(
        "a scan that opens another closes this one",
        [held(2), scan("in_transit", reason="customs_hold", at=hour(3))],
        conditions=["customs_hold"],
    ),
    example(
        "paper between neither closes nor renews",
        [held(2), scan(None, code="BILL", at=hour(3)), held(4)],
        opened={"on_hold": utc(hour(2))},
    ),
    example(
        "damaged stays while holds come and go",
        [scan("in_transit", reason="damaged", at=hour(1)), held(2), scan("in_transit", at=hour(3))],
        conditions=["damaged"],
        opened={"damaged": utc(hour(1))},
    ),
    example(
        "a reason is shown",
        [scan("in_transit", reason="customs_hold", party="customs", at=hour(2))],
        reasons={"customs_hold": "customs_hold"},
        parties={"customs_hold": "customs"},
    ),
    example(
        "returning refused: refused is open in the return leg",
        [scan("in_transit", at=hour(1)), scan("returning", substatus="refused", at=hour(2))],
        conditions=["refused"],
        leg_no=2,
        status="exception",
    ),
    example(
        "refused is not closed by returning of the same leg",
        [scan("returning", substatus="refused", at=hour(2)), scan("returning", at=hour(3))],
        conditions=["refused"],
        opened={"refused": utc(hour(2))},
    ),
    example(
        "but by any other scan of that leg",
        [scan("returning", substatus="refused", at=hour(2)), scan("in_transit", at=hour(3))],
        conditions=[],
    ),
    example(
        "a condition opened and never closed is open behind no scan at all",
        [scan(None, reason="address_issue", code="A1", at=hour(2))],
        conditions=["address_issue"],
        milestone=None,
    ),
)
def test_r10_a_run_of_openers(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize("code", ["A", "B", "C", "D", "E", "F"])
def test_r10_at_one_instant_openers_come_before_closers(code: str) -> None:
    events = [held(2, code=f"{code}1"), scan("in_transit", at=hour(2), code=f"{code}2")]

    assert_shown(events, {"conditions": []})


@pytest.mark.parametrize("code", ["A", "B", "C", "D", "E", "F"])
def test_r10_at_one_instant_a_hint_goes_before_that(code: str) -> None:
    events = [held(2, code=f"{code}1", hint=2), scan("in_transit", at=hour(2), code=f"{code}2", hint=1)]

    assert_shown(events, {"conditions": ["on_hold"]})
