"""Times as they are sent: what they state, and what identity hashes of them."""

import pytest

from services.ingest.moment import (
    UNDATED,
    InvalidMoment,
    InvalidZone,
    Moment,
    date_or_instant,
    instant_of,
    moment_of,
)


def exact(utc: str, local: str, offset: str) -> Moment:
    return Moment(utc, local, offset, "exact", "instant", utc)


EXACT = {
    "an offset": (
        "2026-11-20T09:00:00+05:00",
        "2026-11-20T04:00:00.000Z",
        "2026-11-20T09:00:00.000",
        "+05:00",
    ),
    "Z": ("2026-11-20T09:00:00Z", "2026-11-20T09:00:00.000Z", "2026-11-20T09:00:00.000", "+00:00"),
    "small letters": (
        "2026-11-20t09:00:00z",
        "2026-11-20T09:00:00.000Z",
        "2026-11-20T09:00:00.000",
        "+00:00",
    ),
    "the first of all zones": (
        "2026-01-01T00:00:00+14:00",
        "2025-12-31T10:00:00.000Z",
        "2026-01-01T00:00:00.000",
        "+14:00",
    ),
    "the last of all zones": (
        "2025-12-31T23:30:00-12:00",
        "2026-01-01T11:30:00.000Z",
        "2025-12-31T23:30:00.000",
        "-12:00",
    ),
    "an unknown local offset": (
        "2026-01-01T00:00:00-00:00",
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000",
        "+00:00",
    ),
    "nanoseconds are cut": (
        "2026-01-01T00:00:00.123999999Z",
        "2026-01-01T00:00:00.123Z",
        "2026-01-01T00:00:00.123",
        "+00:00",
    ),
    "a leap second": (
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:59.999Z",
        "2016-12-31T23:59:59.999",
        "+00:00",
    ),
    "a leap second elsewhere": (
        "2017-01-01T05:29:60+05:30",
        "2016-12-31T23:59:59.999Z",
        "2017-01-01T05:29:59.999",
        "+05:30",
    ),
    "1970": ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000", "+00:00"),
    "2100": ("2100-02-28T00:00:00Z", "2100-02-28T00:00:00.000Z", "2100-02-28T00:00:00.000", "+00:00"),
}


@pytest.mark.parametrize(("text", "utc", "local", "offset"), EXACT.values(), ids=EXACT.keys())
def test_a_time_with_an_offset_is_exact(text: str, utc: str, local: str, offset: str) -> None:
    assert moment_of(text) == exact(utc, local, offset)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-11-20T09:00:00", "2026-11-20T09:00:00.000"),
        ("2026-11-20 09:00", "2026-11-20T09:00:00.000"),
        ("2026-11-20T09:00:00,5", "2026-11-20T09:00:00.500"),
    ],
)
def test_a_local_time_stays_one_of_an_unknown_zone(text: str, local: str) -> None:
    assert moment_of(text) == Moment(None, local, None, "unknown", "instant", local)


def test_a_bare_date_is_a_date_even_beside_a_zone() -> None:
    expected = Moment(None, "2026-11-20", None, "unknown", "date", "2026-11-20")

    assert moment_of("2026-11-20") == expected
    assert moment_of("2026-11-20", zone="Asia/Almaty") == expected


def test_no_time_is_undated() -> None:
    assert moment_of(None, zone="Asia/Almaty") == UNDATED


ZONED = {
    "an ordinary time": ("2026-07-01T12:00:00", "2026-07-01T10:00:00.000Z", "+02:00"),
    "skipped in spring: the offset before": ("2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z", "+01:00"),
    "twice in autumn: the first": ("2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z", "+02:00"),
}


@pytest.mark.parametrize(("text", "utc", "offset"), ZONED.values(), ids=ZONED.keys())
def test_a_named_zone_gives_the_instant_and_identity_keeps_what_was_written(
    text: str, utc: str, offset: str
) -> None:
    moment = moment_of(text, zone="Europe/Berlin")

    assert moment == Moment(utc, f"{text}.000", offset, "offset_given", "instant", f"{text}.000")


def test_a_zone_read_off_the_place_says_so() -> None:
    assert moment_of("2026-07-01T12:00:00", zone="Europe/Berlin", inferred=True).tz_confidence == (
        "location_inferred"
    )


def test_a_zone_beside_an_offset_adds_nothing() -> None:
    text = "2026-07-01T12:00:00+05:00"

    assert moment_of(text, zone="Europe/Berlin") == moment_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "2026-1-1",
        "20261120T090000Z",
        "2026-W01-1",
        "2026-13-01",
        "2026-02-30",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T12:30:60",
        "2016-12-31T23:58:60Z",
        "2016-12-31T12:59:60Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+05:60",
        "2026-01-01T00:00:00+0500",
        "2026-01-01T00:00:00 Z",
        "1899-12-31",
        "2200-01-01T00:00:00Z",
        "0000-01-01",
        "2026-01-01\n",
        "٢٠٢٦-01-01",
        "2026-01-01T00:00:00.Z",
        "1767225600",
    ],
)
def test_what_states_no_time_of_ours_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoment):
        moment_of(text)


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "America", "../etc/passwd", "/etc/localtime", "utc\x00"]
)
def test_what_names_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidZone):
        moment_of("2026-01-01T00:00:00", zone=zone)


def test_a_bound_of_a_promise_is_a_date_or_an_instant() -> None:
    assert date_or_instant("2026-11-24") == "2026-11-24"
    assert date_or_instant("2026-11-24T18:00:00+05:00") == "2026-11-24T13:00:00.000Z"
    with pytest.raises(InvalidMoment):
        date_or_instant("2026-11-24T18:00:00")


def test_an_instant_needs_its_offset() -> None:
    assert instant_of("2026-11-24T18:00:00+05:00") == "2026-11-24T13:00:00.000Z"
    with pytest.raises(InvalidMoment):
        instant_of("2026-11-24")
