"""R9: what was retracted is out of every rule, in any order of arrival."""

from typing import Any

import pytest

from tests.builders import (
    Json,
    cancelled,
    case_opened,
    case_resolved,
    day,
    deadline_passed,
    hour,
    promise,
    registered,
    replay,
    retracted,
    revised,
    scan,
)
from tests.unit.domain.rules.examples import assert_shown, due, example, seen, table, utc

IN_TRANSIT = scan("in_transit", at=hour(10))
DELIVERED = scan("delivered", at=hour(20))
FIRST = registered(promise=promise("2026-03-10", zone="UTC"))
FARTHER = revised("2026-03-15", zone="UTC", at=day(1))
GONE = retracted(DELIVERED)
HELD = scan("in_transit", reason="on_hold", at=hour(12))
STALE_AT = hour(10 + 14 * 24)


@table(
    example(
        "a retracted delivery never was",
        [IN_TRANSIT, DELIVERED, GONE],
        milestone="in_transit",
        delivered_at=None,
        since=utc(hour(10)),
        due=due(settled=None, stale=utc(STALE_AT)),
    ),
    example(
        "a retraction that is itself retracted is none",
        [IN_TRANSIT, DELIVERED, GONE, retracted(GONE)],
        milestone="delivered",
        delivered_at=utc(hour(20)),
    ),
    example(
        "two retractions, one of them retracted: it is out",
        [IN_TRANSIT, DELIVERED, GONE, retracted(DELIVERED, at=hour(30)), retracted(GONE)],
        milestone="in_transit",
    ),
    example(
        "a retracted opener never opened",
        [IN_TRANSIT, HELD, retracted(HELD)],
        conditions=[],
        last_at=utc(hour(10)),
    ),
    example(
        "a retracted closer never closed",
        [HELD, scan("out_for_delivery", at=hour(13)), retracted(scan("out_for_delivery", at=hour(13)))],
        conditions=["on_hold"],
        milestone="in_transit",
    ),
    example(
        "a retracted registration never registered",
        [FIRST, IN_TRANSIT, retracted(FIRST)],
        order_id=None,
        promised=None,
        milestone="in_transit",
    ),
    example(
        "a retracted revision leaves the promise", [FIRST, FARTHER, retracted(FARTHER)], promised="2026-03-10"
    ),
    example(
        "a retracted cancellation never cancelled",
        [IN_TRANSIT, cancelled(at=hour(20)), retracted(cancelled(at=hour(20)))],
        milestone="in_transit",
        status="in_transit",
    ),
    example(
        "a retracted case never opened",
        [IN_TRANSIT, case_opened("damaged", at=hour(20)), retracted(case_opened("damaged", at=hour(20)))],
        conditions=[],
    ),
    example(
        "a retracted resolution leaves the case",
        [
            case_opened("damaged", at=hour(20)),
            case_resolved("damaged", at=hour(30)),
            retracted(case_resolved("damaged", at=hour(30))),
        ],
        conditions=["damaged"],
    ),
    example(
        "a retracted return starts no leg",
        [IN_TRANSIT, scan("returning", at=hour(20)), retracted(scan("returning", at=hour(20)))],
        leg_no=1,
        direction="forward",
        milestone="in_transit",
    ),
    example(
        "a retracted attempt no longer makes a delivery premature",
        [
            DELIVERED,
            scan("delivery_attempted", at=hour(22)),
            retracted(scan("delivery_attempted", at=hour(22))),
        ],
        milestone="delivered",
        attempts=0,
        conditions=[],
    ),
    example(
        "a retracted scan has no vote on the zone",
        [
            scan("picked_up", local="2026-03-01T08:00", offset="-05:00"),
            retracted(scan("picked_up", local="2026-03-01T08:00", offset="-05:00")),
            scan("in_transit", substatus="hub_arrived", local="2026-03-02T12:00"),
            scan("in_transit", substatus="hub_departed", local="2026-03-02T12:30", offset="+09:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "an unmatched target does nothing",
        [IN_TRANSIT, retracted("00000000-0000-5000-8000-000000000000")],
        milestone="in_transit",
        conditions=[],
    ),
    example("a retraction alone is no trouble", [GONE], milestone=None, conditions=[]),
    example(
        "the passing of a deadline cannot be retracted",
        [IN_TRANSIT, deadline_passed("stale", STALE_AT), retracted(deadline_passed("stale", STALE_AT))],
        conditions=["stale"],
        due=due(stale=None),
    ),
)
def test_r09_what_was_retracted_never_was(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


STORY = [
    FIRST,
    scan("picked_up", at=hour(5)),
    IN_TRANSIT,
    FARTHER,
    HELD,
    DELIVERED,
    scan("in_transit", at=hour(25)),
    cancelled(at=hour(26)),
    case_opened("delivery_disputed", at=hour(27)),
    scan("returning", at=hour(30)),
]
SHOWN = (
    "milestone",
    "substatus",
    "status",
    "leg_no",
    "use_no",
    "conditions",
    "opened",
    "promised",
    "due",
    "since",
)


@pytest.mark.parametrize(
    "target", range(len(STORY)), ids=[f"{event['type']} {n}" for n, event in enumerate(STORY)]
)
def test_r09_with_a_retraction_it_is_as_if_never_seen(target: int) -> None:
    never_seen = seen(replay(STORY[:target] + STORY[target + 1 :]))

    assert_shown([*STORY, retracted(STORY[target])], {name: never_seen[name] for name in SHOWN})
