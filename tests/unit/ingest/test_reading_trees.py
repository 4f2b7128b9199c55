"""XML and JSON of carriers: what is found, what is survived, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload
from services.ingest.reading.json_tree import member, objects, read_json, word
from services.ingest.reading.xml_tree import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_ELEMENTS,
    attribute,
    descendants,
    every,
    read_xml,
    text,
)

ANSWER = b"""
<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="urn:s"><s:Body><Reply>
  <Package id=" 7 "><Code> DL </Code><Note/><Event><Code>A</Code></Event></Package>
  <Package><Event><Code>B</Code></Event></Package>
</Reply></s:Body></s:Envelope>"""


def test_elements_are_found_by_their_names_without_prefixes() -> None:
    root = read_xml(ANSWER)
    packages = every(root, "Body/Reply/Package")

    assert (root.tag, len(packages)) == ("Envelope", 2)
    assert [text(each, "Code") for each in packages] == ["DL", None]
    assert text(packages[0], "Note") is None
    assert attribute(packages[0], "id") == "7"
    assert attribute(root, "id", "Body/Reply/Package") == "7"
    assert attribute(packages[1], "id") is None
    assert [text(each, "Code") for each in descendants(root, "Event")] == ["A", "B"]


def test_nothing_is_found_below_nothing() -> None:
    assert (text(None, "Code"), attribute(None, "id"), every(None, "a"), descendants(None, "a")) == (
        None,
        None,
        [],
        [],
    )


@pytest.mark.parametrize(
    "payload",
    [
        b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<!DOCTYPE a><a/>",
        b"<a>&b;</a>",
        b"<a>",
        b"<a/><b/>",
        b"",
        b"\xff\xff",
        b"<a>\xff</a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b'<?xml version="1.0" encoding="shift_jis"?><a/>',
        b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
        b"<a>" + b"<b/>" * MAX_ELEMENTS + b"</a>",
        b"<a>" + b" " * MAX_BYTES + b"</a>",
    ],
    ids=[
        *("an entity", "an external entity", "a document type", "an unknown entity", "cut off", "two roots"),
        *("nothing", "no text", "bad UTF-8", "an unknown encoding", "an encoding of many bytes"),
        *("too deep", "too many elements", "too large"),
    ],
)
def test_xml_that_is_no_plain_tree_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        read_xml(payload)


def test_the_limits_themselves_are_taken() -> None:
    deep = b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH

    assert read_xml(deep).tag == "a"
    assert text(read_xml('<?xml version="1.0" encoding="latin-1"?><a>é</a>'.encode("latin-1"))) == "é"
    assert text(read_xml('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"))) == "é"


@given(st.binary(max_size=60) | st.text(alphabet='<>/a!&;[]" =?x', max_size=40).map(str.encode))
def test_no_bytes_raise_anything_but_invalid(payload: bytes) -> None:
    try:
        assert read_xml(payload).tag
    except InvalidPayload:
        return


TOLD = {"a": [{"b": " x "}, 7, None, {"b": 5}], "one": {"b": "y"}, "yes": True, "half": 0.5}


def test_members_are_found_or_none() -> None:
    assert member(TOLD, "a", 0, "b") == " x "
    assert member(TOLD, "a", -1, "b") == 5
    assert [member(TOLD, *path) for path in (("a", 9), ("a", "b"), ("one", 0), ("a", 1, "b"))] == [None] * 4


def test_objects_of_a_list_of_one_object_and_of_nothing() -> None:
    warnings: list[str] = []

    assert objects(TOLD, "a", warnings=warnings) == [{"b": " x "}, {"b": 5}]
    assert warnings == ["/a/1 is no object and is left out"]
    assert objects(TOLD, "one") == [{"b": "y"}]
    assert (objects(TOLD, "none"), objects(TOLD, "yes")) == ([], [])


def test_words_are_texts_and_numbers() -> None:
    assert [word(value) for value in (" x ", 5, 0.5, "", "  ", True, None, {}, [])] == [
        "x",
        "5",
        "0.5",
        *[None] * 6,
    ]
    assert word(TOLD, "a", 0, "b") == "x"


@pytest.mark.parametrize("payload", [b"", b"{", b'{"a":1,"a":2}', b"[" * 99, b'"\\u0000"', b"\xff"])
def test_json_that_is_not_strict_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        read_json(payload)


def test_a_byte_order_mark_before_json_is_no_fault() -> None:
    assert read_json(b"\xef\xbb\xbf{}") == {}
