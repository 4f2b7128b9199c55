"""R11: delays announced, predicted and come true."""

from typing import Any

from tests.builders import Json, day, deadline_passed, promise, registered, revised, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

FIRST = registered(promise=promise("2026-03-05", zone="UTC"))

END_OF_FIFTH = day(4)
WINDOW = registered(promise=promise("2026-03-05T12:00:00.000Z"))


def moved(to: str, at: int, **more: Any) -> Json:
    return revised(to, zone="UTC", at=at, **more)


@table(
    example(
        "a carrier's estimate past the promise announces a delay",
        [FIRST, moved("2026-03-06", day(1), kind="carrier_estimate")],
        conditions=["delayed_announced"],
        opened={"delayed_announced": utc(day(1))},
    ),
    example(
        "an estimate of the promised day does not",
        [FIRST, moved("2026-03-05", day(1), kind="carrier_estimate")],
        conditions=[],
    ),
    example(
        "a prediction past the promise predicts a delay",
        [FIRST, moved("2026-03-06", day(1), kind="predicted")],
        conditions=["delayed_predicted"],
    ),
    example(
        "a prediction of the promised day does not",
        [FIRST, moved("2026-03-05", day(1), kind="predicted")],
        conditions=[],
    ),
    example(
        "an estimate within the promised day, to the minute, does not",
        [FIRST, moved("2026-03-05T18:00:00.000Z", day(1), kind="carrier_estimate")],
        conditions=[],
    ),
    example(
        "an estimate of the night behind it does",
        [FIRST, moved("2026-03-06T01:00:00.000Z", day(1), kind="carrier_estimate")],
        conditions=["delayed_announced"],
    ),
    example(
        "the promised minute itself is not past it",
        [WINDOW, moved("2026-03-05T12:00:00.000Z", day(1), kind="predicted")],
        conditions=[],
    ),
    example(
        "a millisecond behind the promised minute is",
        [WINDOW, moved("2026-03-05T12:00:00.001Z", day(1), kind="predicted")],
        conditions=["delayed_predicted"],
    ),
    example(
        "without a promise nothing is late",
        [registered(), moved("2026-03-06", day(1), kind="predicted")],
        conditions=[],
    ),
    example(
        "delivery ends an announced delay",
        [FIRST, moved("2026-03-06", day(1), kind="carrier_estimate"), scan("delivered", at=day(3))],
        conditions=[],
    ),
    example(
        "the promise passed",
        [FIRST, scan("in_transit", at=day(1)), deadline_passed("promise_overdue", END_OF_FIFTH)],
        conditions=["delayed_overdue"],
        milestone="in_transit",
        status="in_transit",
        due=due(promise_overdue=None),
    ),
    example(
        "the promise passed, then a hub scan: still overdue",
        [FIRST, deadline_passed("promise_overdue", END_OF_FIFTH), scan("in_transit", at=day(5))],
        conditions=["delayed_overdue"],
    ),
    example(
        "overdue and then delivered",
        [FIRST, deadline_passed("promise_overdue", END_OF_FIFTH), scan("delivered", at=day(5))],
        conditions=[],
        kept="late",
        due=due(promise_overdue=None),
    ),
    example(
        "overdue and then attempted",
        [FIRST, deadline_passed("promise_overdue", END_OF_FIFTH), scan("delivery_attempted", at=day(5))],
        conditions=[],
        kept="late",
    ),
    example(
        "overdue only as long as a timely delivery is unknown",
        [
            FIRST,
            deadline_passed("promise_overdue", END_OF_FIFTH),
            scan("delivered", at=day(3), recorded_at=day(6)),
        ],
        conditions=[],
        kept="kept",
    ),
    example(
        "overdue only as long as a timely revision is unknown",
        [
            FIRST,
            deadline_passed("promise_overdue", END_OF_FIFTH),
            moved("2026-03-20", day(3), recorded_at=day(6)),
        ],
        conditions=[],
        kept="open",
        due=due(promise_overdue=utc(day(19))),
    ),
    example(
        "the revised promise passed",
        [FIRST, moved("2026-03-08", day(3)), deadline_passed("promise_overdue", day(7))],
        conditions=["delayed_overdue"],
    ),
)
def test_r11_delays(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
