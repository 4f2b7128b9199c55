"""R11: whether a promise was kept: dates by date, windows by what is possible, and its deadline."""

from typing import Any

import pytest

from tests.builders import Json, day, promise, registered, scan
from tests.unit.domain.rules.examples import assert_shown, due, example, table


def made(**when: Any) -> list[Json]:
    zone = when.pop("zone", "UTC")
    return [registered(at=day(-3), promise=promise("2026-03-05", zone=zone)), scan("delivered", **when)]


@table(
    example("the last minute of the day", made(local="2026-03-05T23:59", offset="+00:00"), kept="kept"),
    example("the first moment of the next", made(local="2026-03-06T00:00", offset="+00:00"), kept="late"),
    example(
        "the scan's own date counts at +14:00, though the promise is for Niue",
        made(local="2026-03-06T00:30", offset="+14:00", zone="Pacific/Niue"),
        kept="late",
    ),
    example(
        "the scan's own date counts at -12:00, though in UTC it is tomorrow",
        made(local="2026-03-05T23:30", offset="-12:00"),
        kept="kept",
    ),
    example(
        "the scan's own date counts at -12:00, though in the promise's zone it is tomorrow",
        made(local="2026-03-05T23:30", offset="-12:00", zone="Asia/Tokyo"),
        kept="kept",
    ),
    example(
        "the scan's own date counts at +00:00, though in the promise's zone it is tomorrow",
        made(local="2026-03-05T23:30", offset="+00:00", zone="Asia/Almaty"),
        kept="kept",
    ),
    example(
        "the scan's own date counts at +00:00, though in the promise's zone it is yesterday",
        made(local="2026-03-06T00:30", offset="+00:00", zone="America/Sao_Paulo"),
        kept="late",
    ),
    example("a wall clock without zone has its own date", made(local="2026-03-05T23:59"), kept="kept"),
    example("a wall clock without zone on the next date", made(local="2026-03-06T00:00"), kept="late"),
    example("a date is a date", made(date="2026-03-05"), kept="kept"),
    example("a date later is late", made(date="2026-03-06"), kept="late"),
    example("no zone of the promise changes nothing", made(date="2026-03-05", zone=None), kept="kept"),
)
def test_r11_a_date_is_compared_date_to_date(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


def window(**when: Any) -> list[Json]:
    to = "2026-03-05T12:00:00.000Z"
    return [
        registered(at=day(-3), promise=promise(to)),
        scan("delivered", **when),
    ]


@table(
    example("at the end of the window", window(at=day(3.5)), kept="kept"),
    example("before the window", window(at=day(3)), kept="kept"),
    example("a millisecond behind it", window(at=day(3.5) + 1), kept="late"),
    example("+14:00, by the instant", window(local="2026-03-06T02:00", offset="+14:00"), kept="kept"),
    example("-12:00, by the instant", window(local="2026-03-05T00:01", offset="-12:00"), kept="late"),
    example("without zone, at its latest in time", window(local="2026-03-05T00:00"), kept="kept"),
    example("without zone, at its latest not", window(local="2026-03-05T00:00:00.001"), kept="undetermined"),
    example("without zone, at its earliest in time", window(local="2026-03-06T02:00"), kept="undetermined"),
    example("without zone, at its earliest not", window(local="2026-03-06T02:00:00.001"), kept="late"),
    example("a date, all of it in time", window(date="2026-03-04"), kept="kept"),
    example("a date, part of it in time", window(date="2026-03-05"), kept="undetermined"),
    example("a date, earliest still in time", window(date="2026-03-06"), kept="undetermined"),
    example("a date, none of it in time", window(date="2026-03-07"), kept="late"),
)
def test_r11_a_window_is_compared_by_what_is_possible(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


@pytest.mark.parametrize(
    ("to", "zone", "deadline"),
    [
        ("2026-03-05", "UTC", "2026-03-06T00:00:00.000Z"),
        ("2026-03-05", None, "2026-03-06T12:00:00.000Z"),
        ("2026-03-05", "Asia/Almaty", "2026-03-05T19:00:00.000Z"),
        ("2026-03-05", "Pacific/Kiritimati", "2026-03-05T10:00:00.000Z"),
        ("2026-03-05", "America/Sao_Paulo", "2026-03-06T03:00:00.000Z"),
        ("2026-03-29", "Europe/Berlin", "2026-03-29T22:00:00.000Z"),
        ("2026-03-28", "Europe/Berlin", "2026-03-28T23:00:00.000Z"),
        ("2026-10-24", "Europe/Berlin", "2026-10-24T22:00:00.000Z"),
        ("2026-10-25", "Europe/Berlin", "2026-10-25T23:00:00.000Z"),
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00.000Z"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-05T02:00:00.000Z"),
        ("2018-02-17", "America/Sao_Paulo", "2018-02-18T03:00:00.000Z"),
        ("2026-03-05T18:30:00.000Z", None, "2026-03-05T18:30:00.000Z"),
        ("2026-03-05T18:30:00+05:00", None, "2026-03-05T13:30:00.000Z"),
    ],
)
def test_r11_the_deadline_of_a_date_is_the_end_of_that_day_in_its_zone(
    to: str, zone: str | None, deadline: str
) -> None:
    events = [registered(local="2018-01-01T00:00", offset="+00:00", promise=promise(to, zone=zone))]

    assert_shown(events, {"promise_due": deadline, "due": due(promise_overdue=deadline), "kept": "open"})
