"""R1: offsets make instants, and an unknown zone is the most frequent one."""

from typing import Any

from tests.builders import Json, hour, registered, scan
from tests.unit.domain.rules.examples import assert_shown, example, table, utc


def arrived(**when: Any) -> Json:
    return scan("in_transit", substatus="hub_arrived", **when)


def departed(**when: Any) -> Json:
    return scan("in_transit", substatus="hub_departed", **when)


@table(
    example(
        "ten in the morning at +14:00 is eight in the evening of the day before",
        [
            arrived(local="2026-03-03T10:00", offset="+14:00"),
            departed(local="2026-03-02T20:01", offset="+00:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "and a minute earlier it was not yet",
        [
            arrived(local="2026-03-03T10:00", offset="+14:00"),
            departed(local="2026-03-02T19:59", offset="+00:00"),
        ],
        substatus="hub_arrived",
    ),
    example(
        "ten in the morning at -12:00 is ten in the evening",
        [
            arrived(local="2026-03-02T10:00", offset="-12:00"),
            departed(local="2026-03-02T21:59", offset="+00:00"),
        ],
        substatus="hub_arrived",
    ),
    example(
        "and two minutes later it was over",
        [
            arrived(local="2026-03-02T10:00", offset="-12:00"),
            departed(local="2026-03-02T22:01", offset="+00:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "+14:00 and -12:00 on one wall clock lie 26 hours apart",
        [
            arrived(local="2026-03-03T10:00", offset="+14:00"),
            departed(local="2026-03-02T10:00", offset="-12:00"),
        ],
        substatus="hub_departed",
        last_at="2026-03-02T22:00:00.000Z",
    ),
    example(
        "an inferred zone counts as the instant",
        [
            arrived(local="2026-03-02T12:00", offset="+05:00", confidence="location_inferred"),
            departed(local="2026-03-02T08:00", offset="+00:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "a given offset counts as the instant",
        [
            arrived(local="2026-03-02T12:00", offset="+05:00", confidence="offset_given"),
            departed(local="2026-03-02T06:59", offset="+00:00"),
        ],
        substatus="hub_arrived",
    ),
    example(
        "a half-hour offset counts in full",
        [
            arrived(local="2026-03-02T12:00", offset="+05:30"),
            departed(local="2026-03-02T06:31", offset="+00:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "the wall clock that falls back: the second half past two is later",
        [
            arrived(local="2025-10-26T02:30", offset="+02:00"),
            departed(local="2025-10-26T02:30", offset="+01:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "a wall clock inside the spring gap is a time like any other",
        [
            scan("picked_up", local="2026-03-29T01:59"),
            arrived(local="2026-03-29T02:30"),
            departed(local="2026-03-29T03:00"),
        ],
        substatus="hub_departed",
        late_scans=0,
        undated_scans=0,
    ),
)
def test_r01_an_offset_makes_an_instant(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)


def picked(offset: str, code: str) -> Json:
    return scan("picked_up", local="2026-03-01T08:00", offset=offset, code=code)


@table(
    example(
        "no scan has an offset: the local time stands for UTC",
        [arrived(local="2026-03-02T12:00"), departed(local="2026-03-02T12:01")],
        substatus="hub_departed",
    ),
    example(
        "the most frequent offset +03:00 makes noon nine o'clock",
        [
            picked("+03:00", "A"),
            picked("-05:00", "B"),
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T12:30", offset="+03:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "the most frequent offset -05:00 makes noon five in the afternoon",
        [
            picked("-05:00", "A"),
            picked("-05:00", "B"),
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T12:30", offset="+03:00"),
        ],
        substatus="hub_arrived",
    ),
    example(
        "a tie goes to the smallest absolute offset, +03:00 before -05:00",
        [
            picked("-05:00", "A"),
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T12:30", offset="+03:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "then to the smallest value, -02:00 before +02:00: noon is two o'clock UTC",
        [
            picked("-02:00", "A"),
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T15:30", offset="+02:00"),
        ],
        substatus="hub_arrived",
    ),
    example(
        "one fact said twice votes once",
        [
            picked("-05:00", "A"),
            picked("-05:00", "A") | {"recorded_at": utc(hour(1))},
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T12:30", offset="+03:00"),
        ],
        substatus="hub_departed",
    ),
    example(
        "only scans have a vote: the registration's offset leaves the tie alone",
        [
            registered(local="2026-03-01T08:00", offset="-05:00"),
            picked("-05:00", "A"),
            arrived(local="2026-03-02T12:00"),
            departed(local="2026-03-02T12:30", offset="+03:00"),
        ],
        substatus="hub_departed",
    ),
)
def test_r01_an_unknown_zone_is_the_most_frequent_one(events: list[Json], expected: dict[str, Any]) -> None:
    assert_shown(events, expected)
