"""X12's envelopes: marks, lines, several interchanges, cut-off ends, wrong counts; what is refused whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload
from services.ingest.edi.x12 import parse
from tests.carriers.interchanges import D1, ISA, X4, codes, ids, read_x12, x12_of


def ids_of(text: str) -> list[str]:
    return ids(read_x12(text))


@pytest.mark.parametrize(
    "text",
    [
        x12_of(X4).replace("~", "~\r\n"),
        x12_of(X4).replace("~", "\n"),
        x12_of(X4).replace("~", "\r\n"),
        x12_of(X4).replace("~", "!").replace("*", "|"),
        "\ufeff" + x12_of(X4),
        "\n".join(x12_of(X4)[at : at + 80] for at in range(0, len(x12_of(X4)), 80)),
        x12_of(X4)[:-1],
    ],
    ids=[
        "lines",
        "line feeds only",
        "lines only",
        "other marks",
        "a byte order mark",
        "80 columns",
        "no last mark",
    ],
)
def test_the_same_message_written_differently_is_the_same(text: str) -> None:
    told = parse(text.encode(), carrier="edi")

    assert codes(told) == ["X4"]
    assert told.warnings == ()


def test_several_interchanges_in_one_stream_are_all_read() -> None:
    second = x12_of("AT7*D1*NS***20260302*0800*CT~").replace("~", "^").replace("*", "|")

    told = read_x12(x12_of(X4) + "\n" + second)

    assert codes(told) == ["X4", "D1"]
    assert told.warnings == ()


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (("SE*5", "SE*9"), "transaction 0001: SE counts '9', there are 5"),
        (("SE*5*0001", "SE*5*0002"), "SE has the control number '0002'"),
        (("GE*1", "GE*2"), "GE counts '2', there are 1"),
        (("GE*1*7", "GE*1*8"), "GE has the control number '8'"),
        (("IEA*1", "IEA*3"), "IEA counts '3', there are 1"),
        (("IEA*1*000000007", "IEA*1*000000008"), "IEA has the control number '000000008'"),
        (("IEA*1*000000007~", ""), "interchange 000000007 is cut off: no IEA"),
        (("GE*1*7~IEA*1*000000007~", ""), "group 7 is cut off: no GE"),
        (("SE*5*0001~GE*1*7~IEA*1*000000007~", ""), "transaction 0001 is cut off: no SE"),
        (("*P*>", "*T*>"), "marked as a test"),
        ((ISA, "-- mail header --" + ISA), "17 characters before the first ISA"),
        (("GE*1*7~", "GE*1*7~N1*XX~"), "'N1' outside of a transaction"),
    ],
)
def test_a_defect_is_survived_and_named(broken: tuple[str, str], named: str) -> None:
    told = read_x12(x12_of(X4).replace(*broken))

    assert codes(told) == ["X4"]
    assert any(named in warning for warning in told.warnings), told.warnings


def test_a_status_that_is_cut_off_before_its_place_is_left_out_and_named() -> None:
    whole = x12_of(X4, "AT7*D1*NS***20260302*0800*CT~MS1*Austin*TX~")

    told = read_x12(whole[: whole.index("MS1*Austin") + 6])

    assert codes(told) == ["X4"]
    assert any("AT7*D1" in warning and "cut off" in warning for warning in told.warnings)


def test_what_a_cut_off_interchange_gives_has_the_ids_of_the_whole() -> None:
    whole = x12_of(
        "LX*1~", X4, "MAN*GM*00034041~", "LX*2~", "AT7*D1*NS***20260302*0800*CT~MS1*Austin*TX~MAN*GM*2~"
    )

    cut = ids_of(whole[: whole.index("MAN*GM*2")])

    assert cut == ids_of(whole)[:1]


def test_an_interchange_cut_off_in_a_segment_does_not_swallow_the_next() -> None:
    cut = x12_of("AT7*D1*NS***20260302*0800*CT~")
    cut = cut[: cut.index("SE*")] + "L11*AB"

    told = read_x12(cut + x12_of(X4))

    assert codes(told) == ["X4"]
    assert any("AT7*D1" in warning for warning in told.warnings)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no ISA"),
        ("UNB+UNOA:1+A+B'", "no ISA"),
        ("ISA*00*", "no ISA"),
        (ISA, "no 214 transaction"),
        (x12_of(X4).replace("ST*214", "ST*990"), "a '990', not a 214"),
        (x12_of(X4).replace("*X*004010", "*X*003050"), "older than 004010"),
    ],
)
def test_what_holds_no_214_is_refused_whole_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidPayload, match=reason):
        read_x12(text)


def test_twice_shuffled_and_moved_it_has_the_same_ids() -> None:
    moved = D1.replace("Austin*TX", "Round Rock*TX*US")

    once = ids_of(x12_of(X4, D1))

    assert ids_of(x12_of(X4, X4, D1, D1)) == once
    assert ids_of(x12_of(moved, X4)) == [once[1], once[0]]
    assert ids_of(x12_of(X4)) + ids_of(x12_of(D1)) == once


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=200))
def test_no_bytes_raise_anything_but_the_typed_error(junk: bytes, at: int) -> None:
    text = x12_of("LX*1~", X4, "AT7*AG*NS***20260304*1700*ET~").encode()

    try:
        told = parse(text[:at] + junk + text[at:], carrier="edi")
    except InvalidPayload:
        return
    assert all("type" in event.members for event in told.events)


def test_defects_of_a_hostile_stream_are_counted_and_not_kept() -> None:
    told = read_x12(x12_of(X4) + "N1*X~" * 10_000)

    assert len(told.warnings) == 101
    assert told.warnings[-1] == "and 9900 more"
