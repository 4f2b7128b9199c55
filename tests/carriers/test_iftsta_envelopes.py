"""EDIFACT: UNA, release characters, character sets, cut-off ends, wrong counts; what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload
from tests.carriers.interchanges import (
    ARRIVED,
    DELIVERED,
    UNB,
    codes,
    ids,
    iftsta_of,
    message,
    only,
    read_iftsta,
)

BOTH = iftsta_of(ARRIVED, DELIVERED)
GROUPED = (
    UNB
    + "UNG+IFTSTA+HAULER+SHOP+260302:0900+5+UN+D:01B'"
    + message(ARRIVED, reference="1")
    + message(DELIVERED, reference="2")
    + "UNE+2+5'UNZ+1+77'"
)


def written_with(marks: str, text: str) -> str:
    component, element, release, end = marks
    table = str.maketrans({":": component, "+": element, "?": release, "'": end})
    return f"UNA{component}{element}.{release} {end}" + text.translate(table)


@pytest.mark.parametrize(
    "text",
    [
        BOTH,
        GROUPED,
        BOTH.replace("'", "'\r\n"),
        "\n".join(BOTH[at : at + 80] for at in range(0, len(BOTH), 80)),
        written_with(":+?'", BOTH),
        written_with("*|!~", BOTH),
        written_with("*|!~", BOTH).replace("~", "~\n").replace("UNA*|.! ~\n", "UNA*|.! ~\r\n"),
        written_with(":+ '", BOTH),
        BOTH[:-1],
        UNB + message(ARRIVED) + "UNZ+1+77'" + UNB + message(DELIVERED) + "UNZ+1+77'",
        iftsta_of(ARRIVED) + "\r\n" + written_with("*|!~", iftsta_of(DELIVERED)),
    ],
    ids=[
        "as it is",
        "in a group",
        "lines",
        "80 columns",
        "UNA with the usual marks",
        "UNA with others",
        "UNA on a line",
        "no release character",
        "no last mark",
        "two interchanges",
        "two with other marks",
    ],
)
def test_the_same_statuses_written_differently_are_the_same(text: str) -> None:
    told = read_iftsta(text)

    assert told.warnings == ()
    assert codes(told) == ["1", "21"]
    assert ids(told) == ids(read_iftsta(BOTH))


def test_released_marks_are_text() -> None:
    told = only(read_iftsta(iftsta_of(ARRIVED, "FTX+AAI+++IT?'S 2?+2?: FOUR??'")))

    assert told["raw"]["text"] == "IT'S 2+2: FOUR?"


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("UNOC", "latin-1"),
        ("UNOD", "iso8859-2"),
        ("UNOE", "iso8859-5"),
        ("UNOF", "iso8859-7"),
        ("UNOW", "utf-8"),
        ("UNOY", "utf-8"),
    ],
)
def test_the_character_set_is_the_one_that_unb_names(charset: str, codec: str) -> None:
    name = {"iso8859-5": "МИНСК", "iso8859-7": "ΑΘΗΝΑ", "iso8859-2": "ŁÓDŹ"}.get(codec, "KÖLN")
    text = iftsta_of("STS+1+1'DTM+334:20260301:102'", f"LOC+14+:::{name}'").replace("UNOC", charset)

    told = read_iftsta(text.encode(codec))

    assert told.warnings == ()
    assert only(told)["data"]["location"]["city"] == name


@pytest.mark.parametrize(("charset", "codec"), [("UNOA", "cp1252"), ("UNOB", "utf-8"), ("UNOY", "cp1252")])
def test_characters_that_the_named_set_has_not_are_read_and_told(charset: str, codec: str) -> None:
    text = iftsta_of("STS+1+1'DTM+334:20260301:102'", "LOC+14+:::KÖLN'").replace("UNOC", charset)

    told = read_iftsta(text.encode(codec))

    assert only(told)["data"]["location"]["city"] == "KÖLN"
    assert f"outside of {charset}" in told.warnings[0]


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (("UNT+9+1'", "UNT+8+1'"), "message 1: UNT counts '8', there are 9"),
        (("UNT+9+1'", "UNT+9+2'"), "UNT has the reference '2', not '1'"),
        (("UNZ+1+77'", "UNZ+2+77'"), "UNZ counts '2', there are 1"),
        (("UNZ+1+77'", "UNZ+1+78'"), "UNZ has the reference '78', not '77'"),
        (("UNZ+1+77'", ""), "interchange 77 is cut off: no UNZ"),
        (("UNT+9+1'UNZ+1+77'", ""), "message 1 is cut off: no UNT"),
        ((UNB, "-- mail --" + UNB), "10 bytes before the first UNB"),
        ((UNB, ""), "a UNZ without its UNB"),
        (("UNZ+1+77'", "LOC+14'UNZ+1+77'"), "'LOC' outside of a message"),
        ((":0900+77'", ":0900+77++++++1'"), "marked as a test"),
    ],
)
def test_a_defect_is_survived_and_named(broken: tuple[str, str], named: str) -> None:
    told = read_iftsta(BOTH.replace(*broken))

    assert codes(told) == ["1", "21"]
    assert any(named in warning for warning in told.warnings), told.warnings


def test_a_wrong_count_of_a_group_is_named() -> None:
    told = read_iftsta(GROUPED.replace("UNE+2+5", "UNE+3+5"))

    assert told.warnings == ("UNE counts '3', there are 2",)


def test_another_message_beside_an_iftsta_is_left_out_and_named() -> None:
    control = "UNH+9+CONTRL:D:3:UN'UCI+1+A+B+7'UNT+3+9'"

    told = read_iftsta(BOTH.replace("UNZ+1", control + "UNZ+2"))

    assert codes(told) == ["1", "21"]
    assert told.warnings == ("message 9 is a 'CONTRL', not an IFTSTA: left out",)


@pytest.mark.parametrize("last", ["DTM+334:2026030208", "LOC+14+DEBER"])
def test_a_status_that_is_cut_off_before_its_time_or_place_is_left_out_and_named(last: str) -> None:
    told = read_iftsta(BOTH[: BOTH.index(last) + len(last)])

    assert codes(told) == ["1"]
    assert any("cut off within 'STS+1+21'" in warning for warning in told.warnings)


def test_an_interchange_cut_off_in_a_segment_does_not_swallow_the_next() -> None:
    told = read_iftsta(BOTH[: BOTH.index("DTM+334:202603020800") + 9] + iftsta_of(ARRIVED))

    assert codes(told) == ["1"]
    assert any("ends within the segment 'DTM+334:2'" in warning for warning in told.warnings)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "neither UNB nor UNH"),
        ("ISA*00*", "neither UNB nor UNH"),
        (UNB, "no IFTSTA message"),
        (BOTH.replace("IFTSTA", "IFTMIN"), "a 'IFTMIN', not an IFTSTA"),
    ],
)
def test_what_holds_no_iftsta_is_refused_whole_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidPayload, match=reason):
        read_iftsta(text)


def test_twice_shuffled_reworded_and_split_it_has_the_same_ids() -> None:
    once = ids(read_iftsta(BOTH))

    assert ids(read_iftsta(iftsta_of(ARRIVED, ARRIVED, DELIVERED))) == once
    assert ids(read_iftsta(iftsta_of(DELIVERED, ARRIVED))) == [once[1], once[0]]
    assert ids(read_iftsta(iftsta_of(ARRIVED, "FTX+AAI+++new words'", DELIVERED))) == once
    assert ids(read_iftsta(iftsta_of(ARRIVED))) + ids(read_iftsta(iftsta_of(DELIVERED))) == once


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=250))
def test_no_bytes_raise_anything_but_the_typed_error(junk: bytes, at: int) -> None:
    text = BOTH.encode()

    try:
        told = read_iftsta(text[:at] + junk + text[at:])
    except InvalidPayload:
        return
    assert all("type" in event.members for event in told.events)


def test_defects_of_a_hostile_stream_are_counted_and_not_kept() -> None:
    told = read_iftsta(BOTH + "LOC+14'" * 10_000)

    assert len(told.warnings) == 101
    assert told.warnings[-1] == "and 9900 more"
