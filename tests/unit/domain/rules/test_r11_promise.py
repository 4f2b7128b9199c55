"""R11: which promise is in force, and what fulfils it."""

from typing import Any

import pytest

from schemas.instants import instant_ms
from services.domain.promise_value import promise_of
from tests.builders import Json, cancelled, day, hour, promise, registered, revised, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table, utc

FIRST = registered(promise=promise("2026-03-05", zone="UTC"))

END_OF_FIFTH = day(4)


def moved(to: str, at: int, **more: Any) -> Json:
    return revised(to, zone="UTC", at=at, **more)


@table(
    example("no promise", [registered()], promised=None, due=due(promise_overdue=None)),
    example(
        "the order's own promise",
        [FIRST],
        promised="2026-03-05",
        promise_kind="order_promised",
        first_promised="2026-03-05",
        kept="open",
        first_kept="open",
    ),
    example("promised in a revision", [registered(), moved("2026-03-06", hour(1))], promised="2026-03-06"),
    example(
        "a carrier's promise where there is no other",
        [registered(), moved("2026-03-06", hour(1), kind="carrier_promised")],
        promised="2026-03-06",
        promise_kind="carrier_promised",
    ),
    example(
        "a custom promise goes before the carrier's",
        [
            registered(promise=promise("2026-03-06", zone="UTC", kind="carrier_promised")),
            moved("2026-03-08", hour(1), kind="custom"),
        ],
        promised="2026-03-08",
        promise_kind="custom",
    ),
    example(
        "the order's promise goes before a custom one that was first",
        [
            registered(promise=promise("2026-03-06", zone="UTC", kind="custom")),
            moved("2026-03-08", hour(1), kind="order_promised"),
        ],
        promised="2026-03-08",
        promise_kind="order_promised",
    ),
    example(
        "an estimate is no promise",
        [registered(), moved("2026-03-06", hour(1), kind="carrier_estimate")],
        promised=None,
        due=due(promise_overdue=None),
    ),
    example(
        "a prediction is no promise",
        [registered(), moved("2026-03-06", hour(1), kind="predicted")],
        promised=None,
    ),
    example(
        "revised by the order",
        [FIRST, moved("2026-03-09", day(1))],
        promised="2026-03-09",
        first_promised="2026-03-05",
        due=due(promise_overdue=utc(day(8))),
    ),
    example(
        "revised to an earlier day",
        [FIRST, moved("2026-03-04", day(1))],
        promised="2026-03-04",
        due=due(promise_overdue=utc(day(3))),
    ),
    example(
        "revised by a custom date",
        [FIRST, moved("2026-03-09", day(1), kind="custom")],
        promised="2026-03-09",
        promise_kind="custom",
        first_promised="2026-03-05",
    ),
    *(
        example(
            f"not revised by {kind}",
            [FIRST, moved("2026-03-09", day(1), kind=kind)],
            promised="2026-03-05",
            due=due(promise_overdue=utc(END_OF_FIFTH)),
        )
        for kind in ("carrier_promised", "carrier_estimate", "predicted")
    ),
    example(
        "revised at the very deadline",
        [FIRST, moved("2026-03-09", END_OF_FIFTH)],
        promised="2026-03-09",
    ),
    example(
        "a millisecond behind the deadline it is too late",
        [FIRST, moved("2026-03-09", END_OF_FIFTH + 1)],
        promised="2026-03-05",
    ),
    example(
        "revised twice, the second time within the new deadline",
        [FIRST, moved("2026-03-08", day(3)), moved("2026-03-12", day(6))],
        promised="2026-03-12",
        first_promised="2026-03-05",
    ),
    example(
        "the second revision too late for the first promise, where the first revision is missing",
        [FIRST, moved("2026-03-12", day(6))],
        promised="2026-03-05",
    ),
    example(
        "not revised behind fulfilment",
        [FIRST, scan("delivered", at=day(2)), moved("2026-03-09", day(2) + 1)],
        promised="2026-03-05",
        kept="kept",
    ),
    example(
        "revised before fulfilment",
        [FIRST, scan("delivered", at=day(2)), moved("2026-03-09", day(2) - 1)],
        promised="2026-03-09",
        kept="kept",
        first_kept="kept",
    ),
    example(
        "not revised behind an attempt",
        [FIRST, scan("delivery_attempted", at=day(2)), moved("2026-03-09", day(3))],
        promised="2026-03-05",
        kept="kept",
    ),
    example(
        "both judgements: the revision kept, the first promise not",
        [FIRST, moved("2026-03-09", day(2)), scan("delivered", at=day(6))],
        kept="kept",
        first_kept="late",
    ),
    example(
        "both judgements: late for both",
        [FIRST, moved("2026-03-06", day(2)), scan("delivered", at=day(6))],
        kept="late",
        first_kept="late",
    ),
    example(
        "both judgements: promised earlier and missed, the first promise kept",
        [FIRST, moved("2026-03-03", hour(2)), scan("delivered", at=day(2.5))],
        kept="late",
        first_kept="kept",
    ),
)
def test_r11_the_promise_in_force(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize("step", ["delivered", "delivery_attempted", "available_for_pickup"])
def test_r11_these_fulfil(step: str) -> None:
    events = [FIRST, scan(step, at=END_OF_FIFTH - 1), scan("delivered", at=day(9))]

    assert_shown(events, {"kept": "kept", "due": due(promise_overdue=None)})


@pytest.mark.parametrize("step", ["picked_up", "in_transit", "out_for_delivery", "info_received"])
def test_r11_these_do_not(step: str) -> None:
    events = [FIRST, scan(step, at=END_OF_FIFTH - 1), scan("delivered", at=END_OF_FIFTH)]

    assert_shown(events, {"kept": "late", "due": due(promise_overdue=None)})


@table(
    example(
        "a premature delivery fulfils nothing",
        [
            FIRST,
            scan("delivered", at=day(3)),
            scan("in_transit", at=day(3.5)),
            scan("delivered", at=day(4.5)),
        ],
        kept="late",
        delivered_at=utc(day(4.5)),
    ),
    example(
        "the attempt that makes it premature fulfils itself",
        [
            FIRST,
            scan("delivered", at=day(3)),
            scan("delivery_attempted", at=day(3.5)),
            scan("delivered", at=day(5)),
        ],
        kept="kept",
    ),
    example(
        "an undated delivery fulfils nothing",
        [FIRST, scan("delivered", at=None, recorded_at=day(3))],
        kept="open",
        due=due(promise_overdue=utc(END_OF_FIFTH)),
    ),
    example(
        "a second leg does not unkeep it",
        [
            FIRST,
            scan("delivered", at=day(3)),
            scan("picked_up", at=day(8)),
            scan("in_transit", at=day(9)),
        ],
        leg_no=2,
        due=due(promise_overdue=None),
    ),
    example(
        "a parcel on its way back has no promise to break",
        [FIRST, scan("in_transit", at=day(1)), scan("returning", at=day(2))],
        leg_no=2,
        due=due(promise_overdue=None),
    ),
    example(
        "a cancelled use has no promise",
        [FIRST, scan("in_transit", at=day(1)), cancelled(at=day(2))],
        kept=lambda kept: kept in (None, "void"),
        due=due(promise_overdue=None),
    ),
)
def test_r11_fulfilment(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize(
    ("end", "zone", "deadline"),
    [
        ("2026-03-05", "UTC", "2026-03-06T00:00:00.000Z"),
        ("2026-03-05", "Asia/Almaty", "2026-03-05T19:00:00.000Z"),
        ("2026-03-05", None, "2026-03-06T12:00:00.000Z"),
        ("2026-03-05T10:00:00+05:00", None, "2026-03-05T05:00:00.000Z"),
        ("2026-03-05T10:00:00", "Asia/Almaty", "2026-03-05T05:00:00.000Z"),
        ("2026-03-05T10:00:00", None, "2026-03-05T22:00:00.000Z"),
        ("9999-12-31", None, "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:59-12:00", None, "9999-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00+14:00", None, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_r11_a_promise_runs_out_where_its_day_or_window_ends(
    end: str, zone: str | None, deadline: str
) -> None:
    promised = promise_of("order_promised", start=None, end=end, zone=zone)

    assert promised.deadline == instant_ms(deadline)
