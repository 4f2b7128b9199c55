"""Strict JSON: what two readers could read differently is refused, by name and pointer."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.strict_json import MAX_DEPTH, InvalidJson, TooDeep, read_strict, split_array

REFUSED = {
    "nothing": (b"", "", "unreadable"),
    "blank": (b"  ", "", "unreadable"),
    "cut off": (b'{"a":', "", "unreadable"),
    "text behind the value": (b"{} {}", "", "unreadable"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "", "unreadable"),
    "Latin-1": ('{"a":"é"}'.encode("latin-1"), "", "not UTF-8 at byte 6"),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "", "not UTF-8"),
    "a raw NUL": (b'{"a":"\x00"}', "", "unreadable"),
    "an escaped NUL": (b'{"a":["\\u0000"]}', "/a/0", "NUL"),
    "a NUL in a name": (b'{"a":{"\\u0000":1}}', "/a", "NUL"),
    "a lone high surrogate": (b'{"a":"\\ud800"}', "/a", "surrogate"),
    "a lone low surrogate": (b'{"a":{"b":"\\udc00x"}}', "/a/b", "surrogate"),
    "a duplicate key": (b'{"a":1,"b":{"c":1,"c":1}}', "/b/c", "duplicate key"),
    "a duplicate key written in two ways": (b'{"a":1,"\\u0061":2}', "/a", "duplicate key"),
    "a duplicate key with a slash": (b'{"a/~":1,"a/~":2}', "/a~1~0", "duplicate key"),
    "NaN": (b'{"a":NaN}', "/a", "NaN"),
    "Infinity": (b'{"a":[-Infinity]}', "/a/0", "-Infinity"),
    "a number that overflows to infinity": (b'{"a":1e999}', "/a", "finite"),
    "one above 64 bits": (b'{"a":9223372036854775808}', "/a", "64 bits"),
    "one below 64 bits": (b'{"a":-9223372036854775809}', "/a", "64 bits"),
    "a number of 5,000 digits": (b"9" * 5000, "", "64 bits"),
}


@pytest.mark.parametrize(("text", "pointer", "detail"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_is_named_with_its_pointer(text: bytes, pointer: str, detail: str) -> None:
    with pytest.raises(InvalidJson) as refused:
        read_strict(text)

    assert refused.value.pointer == pointer
    assert detail in refused.value.detail


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a":9223372036854775807,"b":-9223372036854775808}', {"a": 2**63 - 1, "b": -(2**63)}),
        (b'"\\ud83d\\ude00\\u00e9"', "😀é"),
        (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
        (b' {"a": 1.5e300} ', {"a": 1.5e300}),
    ],
    ids=["64-bit integers", "a pair of surrogates", "one name in two objects", "blanks around"],
)
def test_good_json_is_read(text: bytes, value: object) -> None:
    assert read_strict(text) == value


def test_depth_is_counted_outside_of_texts_only() -> None:
    deepest = b"[" * MAX_DEPTH + b'"[[[\\"{{{"' + b"]" * MAX_DEPTH

    assert read_strict(deepest)
    with pytest.raises(TooDeep):
        read_strict(b"[" + deepest + b"]")


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'"' + b"\\" * 3])
def test_a_megabyte_of_anything_is_refused_quickly(bracket: bytes) -> None:
    text = bracket * (1024 * 1024 // len(bracket))

    began = time.monotonic()
    with pytest.raises(InvalidJson):
        read_strict(text)

    assert time.monotonic() - began < 2


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~é", max_size=3), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_every_value_that_can_be_written_is_read_back(value: object) -> None:
    assert read_strict(json.dumps(value).encode()) == value
    assert read_strict(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0dn1e', max_size=40).map(str.encode))
def test_no_bytes_raise_anything_but_invalid_json(text: bytes) -> None:
    try:
        value = read_strict(text)
    except InvalidJson:
        return

    assert value == json.loads(text)


def test_an_array_is_split_at_its_own_commas() -> None:
    pieces = split_array(b' [ {"a":[1,2],"b":"],["} ,2,"x,y"] ')

    assert [read_strict(piece) for piece in pieces] == [{"a": [1, 2], "b": "],["}, 2, "x,y"]
    assert split_array(b"[ ]") == []


@pytest.mark.parametrize("text", [b"[1", b"1]", b"[[1]", b"[1]]", b"{}", b"\xff[]"])
def test_what_is_no_array_is_not_split(text: bytes) -> None:
    with pytest.raises(InvalidJson):
        split_array(text)
