"""Carriers' times: each form brought into ours, and nothing invented."""

import pytest

from services.ingest.reading.times import (
    UNDATED,
    When,
    false_z,
    is_local,
    iso,
    joined,
    offset_of,
    with_offset,
    with_twin,
    written,
)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("2026-02-10T07:13:56", "2026-02-10T07:13:56"),
        ("2026-02-10 07:13:56", "2026-02-10T07:13:56"),
        ("2026-02-10T07:13", "2026-02-10T07:13"),
        ("2026-02-10T07:13:56Z", "2026-02-10T07:13:56Z"),
        ("2026-02-10T07:13:56+0100", "2026-02-10T07:13:56+01:00"),
        ("2026-02-10T07:13:56 -05:00", "2026-02-10T07:13:56-05:00"),
        ("2026-02-10T07:13:56.1234567891-05", "2026-02-10T07:13:56.123456789-05:00"),
        ("2026-02-10", "2026-02-10"),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00", None),
        ("yesterday", None),
    ],
)
def test_iso_like_texts_keep_exactly_what_they_state(text: str, ours: str | None) -> None:
    assert iso(text) == When(ours, text)


def test_a_text_too_long_for_a_time_is_none_and_is_not_remembered() -> None:
    long = "2026-02-10" + " " * 60

    for _ in range(2):
        assert iso(long) == written(long, "%Y-%m-%d") == When(None, long)


def test_no_text_is_undated() -> None:
    assert iso(None) == written(None, "%Y") == joined(None, None) == iso("") == UNDATED


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("8/17/2021 7:11:26 PM", "2021-08-17T19:11:26"),
        ("8/17/2021 7:11:26 AM", "2021-08-17T07:11:26"),
        ("8/17/2021 12:00:00 AM", "2021-08-17T00:00:00"),
        ("February 7, 2014", "2014-02-07"),
        ("17.08.2021 19:11:26 +0200", "2021-08-17T19:11:26+02:00"),
        ("17/8", None),
    ],
)
def test_a_written_time_is_read_by_the_format_that_fits(text: str, ours: str | None) -> None:
    formats = ("%m/%d/%Y %I:%M:%S %p", "%B %d, %Y", "%d.%m.%Y %H:%M:%S %z")

    assert written(text, *formats) == When(ours, text)


@pytest.mark.parametrize(
    ("date", "time", "offset", "ours"),
    [
        ("20260310", "081500", None, When("2026-03-10T08:15:00", "20260310 081500")),
        ("20260310", None, None, When("2026-03-10", "20260310")),
        ("20260310", "990000", "-05:00", When("2026-03-10", "20260310 990000 -05:00")),
        ("20260310", "081500", "-05:00", When("2026-03-10T08:15:00-05:00", "20260310 081500 -05:00")),
        ("20260310", "081500", "EDT", When("2026-03-10T08:15:00-04:00", "20260310 081500 EDT")),
        ("20260310", "081500", "XYZ", When("2026-03-10T08:15:00", "20260310 081500 XYZ")),
        (None, "081500", None, When(None, "081500")),
    ],
    ids=[
        "both",
        "no time",
        "no such time",
        "an offset",
        "an abbreviation",
        "a word for an offset",
        "no date",
    ],
)
def test_a_date_and_a_time_in_two_members_are_joined(
    date: str | None, time: str | None, offset: str | None, ours: When
) -> None:
    assert joined(date, time, offset=offset) == ours


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("Z", "+00:00"),
        ("+0200", "+02:00"),
        ("-5", "-05:00"),
        ("GMT-04:30", "-04:30"),
        ("pst", "-08:00"),
        ("+15:00", None),
        ("", None),
    ],
)
def test_an_offset_is_read_or_left_out(text: str, offset: str | None) -> None:
    assert offset_of(text) == offset


def test_a_false_z_is_dropped_and_the_carriers_text_kept() -> None:
    assert false_z(iso("2026-03-10T08:15:00Z")) == When("2026-03-10T08:15:00", "2026-03-10T08:15:00Z")
    assert false_z(iso("2026-03-10T08:15:00+02:00")).text == "2026-03-10T08:15:00"
    assert false_z(iso("2026-03-10")).text == "2026-03-10"


def test_an_offset_beside_a_time_does_not_change_one_that_has_its_own() -> None:
    assert with_offset(iso("2026-03-10T08:15:00"), "-05:00").text == "2026-03-10T08:15:00-05:00"
    assert with_offset(iso("2026-03-10T08:15:00Z"), "-05:00").text == "2026-03-10T08:15:00Z"
    assert with_offset(iso("2026-03-10"), "-05:00").text == "2026-03-10"


@pytest.mark.parametrize(
    ("local", "gmt", "offset", "ours"),
    [
        ("2026-03-10T23:00:00", "2026-03-11T04:00:00Z", None, "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "2026-03-11T04:00:00", None, "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "2026-03-11T04:01:30", None, "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "2026-03-10T17:30:00", None, "2026-03-10T23:00:00+05:30"),
        ("2026-03-10T23:00:00", "2026-03-10T04:00:00", None, "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "2026-03-10T04:00:00", "-05:00", "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "2026-03-11T06:00:00", "-05:00", "2026-03-10T23:00:00"),
        ("2026-03-10T23:00:00", "2026-03-12T10:00:00", None, "2026-03-10T23:00:00"),
        ("2026-03-10T23:00:00", "", "-05:00", "2026-03-10T23:00:00-05:00"),
        ("2026-03-10T23:00:00", "", None, "2026-03-10T23:00:00"),
        ("2026-03-10", "2026-03-10T04:00:00", None, "2026-03-10"),
        ("", "2026-03-10T04:00:00", None, "2026-03-10T04:00:00Z"),
    ],
    ids=[
        "a twin",
        "a twin without its Z",
        "a twin a minute late",
        "half an hour",
        "a twin that forgot to roll its date",
        "the same beside a stated offset",
        "a twin that contradicts the stated offset",
        "two offsets fit",
        "no twin but an offset",
        "no twin",
        "a date",
        "only the twin",
    ],
)
def test_a_gmt_twin_proves_an_offset_or_nothing(local: str, gmt: str, offset: str | None, ours: str) -> None:
    assert with_twin(iso(local), iso(gmt), offset=offset).text == ours


def test_local_times_are_told_from_dates_and_exact_times() -> None:
    local, exact = iso("2026-03-10T08:15:00"), iso("2026-03-10T08:15:00Z")

    assert [is_local(when) for when in (local, exact, iso("2026-03-10"), UNDATED, When("no time"))] == [
        True,
        False,
        False,
        False,
        False,
    ]
