"""R1: surely after. A hub scan surely after a delivery conflicts with it (R5 c); else it is late."""

from typing import Any

from tests.builders import Json, scan
from tests.unit.domain.rules.examples import assert_shown, example, table

CONFLICT = {"milestone": "delivered", "conditions": ["conflicting_scans"]}
LATE = {"milestone": "delivered", "conditions": [], "late_scans": 1}


def pair(delivered: dict[str, Any], hub: dict[str, Any]) -> list[Json]:
    return [scan("delivered", **delivered), scan("in_transit", hint=1, **hub)]


def exact(local: str) -> dict[str, str]:
    return {"local": local, "offset": "+00:00"}


def unzoned(local: str) -> dict[str, str]:
    return {"local": local}


def dated(date: str) -> dict[str, str]:
    return {"date": date}


@table(
    example(
        "two instants: one millisecond is enough",
        pair(exact("2026-03-05T10:00"), exact("2026-03-05T10:00:00.001")),
        **CONFLICT,
    ),
    example(
        "two instants: the same one is not after",
        pair(exact("2026-03-05T10:00"), exact("2026-03-05T10:00")),
        **LATE,
    ),
    example(
        "two wall clocks without zone: compared with each other, one millisecond is enough",
        pair(unzoned("2026-03-05T10:00"), unzoned("2026-03-05T10:00:00.001")),
        **CONFLICT,
    ),
    example(
        "two wall clocks without zone: the same time is not after",
        pair(unzoned("2026-03-05T10:00"), unzoned("2026-03-05T10:00")),
        **LATE,
    ),
    example(
        "a wall clock against an instant: at its earliest it is 14 hours less, equal is not after",
        pair(exact("2026-03-05T10:00"), unzoned("2026-03-06T00:00")),
        **LATE,
    ),
    example(
        "a wall clock against an instant: more than 14 hours is after",
        pair(exact("2026-03-05T10:00"), unzoned("2026-03-06T00:00:00.001")),
        **CONFLICT,
    ),
    example(
        "an instant against a wall clock: at its latest that is 12 hours more, equal is not after",
        pair(unzoned("2026-03-05T10:00"), exact("2026-03-05T22:00")),
        **LATE,
    ),
    example(
        "an instant against a wall clock: more than 12 hours is after",
        pair(unzoned("2026-03-05T10:00"), exact("2026-03-05T22:00:00.001")),
        **CONFLICT,
    ),
    example(
        "a wall clock against a date: the next midnight is after",
        pair(dated("2026-03-05"), unzoned("2026-03-06T00:00")),
        **CONFLICT,
    ),
    example(
        "a date against a wall clock: the next date is after",
        pair(unzoned("2026-03-05T23:59"), dated("2026-03-06")),
        **CONFLICT,
    ),
    example(
        "a date against a date: the next one is after",
        pair(dated("2026-03-05"), dated("2026-03-06")),
        **CONFLICT,
    ),
    example(
        "an instant against a date: its last moment plus 12 hours is not after",
        pair(dated("2026-03-05"), exact("2026-03-06T11:59:59.999")),
        **LATE,
    ),
    example(
        "an instant against a date: a millisecond behind that is after",
        pair(dated("2026-03-05"), exact("2026-03-06T12:00")),
        **CONFLICT,
    ),
    example(
        "a date against an instant: its first moment less 14 hours, equal is not after",
        pair(exact("2026-03-05T10:00"), dated("2026-03-06")),
        **LATE,
    ),
    example(
        "a date against an instant: a millisecond before that is after",
        pair(exact("2026-03-05T09:59:59.999"), dated("2026-03-06")),
        **CONFLICT,
    ),
    example(
        "+14:00 against -12:00: the wall clocks say before, the instants after",
        pair(
            {"local": "2026-03-05T12:00", "offset": "+14:00"},
            {"local": "2026-03-05T10:00", "offset": "-12:00"},
        ),
        **CONFLICT,
    ),
)
def test_r01_surely_after_compares_what_is_possible(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
