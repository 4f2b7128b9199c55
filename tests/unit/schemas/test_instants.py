"""Instants: the one text form on the wire and its milliseconds."""

import pytest

from schemas.instants import datetime_of, instant_ms, instant_text, local_ms, local_text, ms_of


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2018-10-17T03:00:00.000Z", 1_539_745_200_000),
        ("2100-02-28T23:59:59.999Z", 4_107_542_399_999),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
    ],
)
def test_an_instant_reads_back_as_the_same_text(text: str, ms: int) -> None:
    assert instant_ms(text) == ms
    assert instant_text(ms) == text
    assert ms_of(datetime_of(ms)) == ms


def test_an_offset_is_reckoned_in() -> None:
    assert instant_ms("2026-11-21T00:30:00+14:00") == instant_ms("2026-11-20T10:30:00.000Z")
    assert instant_ms("2026-11-20T23:30:00-12:00") == instant_ms("2026-11-21T11:30:00.000Z")


def test_text_order_is_time_order() -> None:
    moments = [-1, 0, 1, 999, 1_000, 1_539_745_200_000, 4_107_542_399_999]

    assert sorted(map(instant_text, moments)) == [instant_text(ms) for ms in moments]


def test_a_local_time_has_no_zone_and_a_date_is_its_midnight() -> None:
    assert local_text(local_ms("2026-11-21T18:04:00.000")) == "2026-11-21T18:04:00.000"
    assert local_ms("2026-11-21") == local_ms("2026-11-21T00:00:00.000")


def test_an_instant_needs_an_offset_and_a_local_time_must_not_have_one() -> None:
    with pytest.raises(ValueError, match="no offset"):
        instant_ms("2026-11-21T18:04:00")
    with pytest.raises(ValueError, match="an offset"):
        local_ms("2026-11-21T18:04:00Z")


def test_a_moment_out_of_the_calendar_is_an_overflow() -> None:
    with pytest.raises(OverflowError):
        instant_text(10**18)
