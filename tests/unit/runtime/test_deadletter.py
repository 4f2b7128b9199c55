"""A dead letter keeps the bytes and says why."""

from dataclasses import replace

import pytest

from services.runtime.deadletter import HEADERS, DeadLetter, read_dead_letter

LETTER = DeadLetter(
    value=b"\xff{not json",
    key=b"dhl:1",
    original_topic="shipment-events",
    partition=3,
    offset=42,
    event_id="0b5e",
    attempt=2,
    error_class="invalid_json",
    first_failure="2026-01-01T00:00:00.000Z",
    code_version="0.1.0",
)


def test_a_dead_letter_has_exactly_the_eight_headers() -> None:
    record = LETTER.record()

    assert tuple(name for name, _ in record.headers) == HEADERS
    assert dict(record.headers)["x-original-offset"] == b"42"
    assert (record.key, record.value) == (b"dhl:1", b"\xff{not json")


def test_what_is_unknown_is_an_empty_header() -> None:
    letter = replace(LETTER, key=None, original_topic=None, partition=None, offset=None, event_id=None)

    record = letter.record()

    assert record.key == b""
    assert [text for name, text in record.headers if not text] == [b""] * 4


@pytest.mark.parametrize("letter", [LETTER, replace(LETTER, key=None, offset=None, event_id=None)])
def test_a_dead_letter_is_read_back_as_it_was(letter: DeadLetter) -> None:
    record = letter.record()

    assert read_dead_letter(record.key, record.value, record.headers) == letter


def test_a_record_put_there_by_hand_is_read_with_what_it_has() -> None:
    letter = read_dead_letter(None, b"x", [("x-error-class", b"by_hand"), ("other", None)])

    assert letter == replace(
        LETTER,
        value=b"x",
        key=None,
        original_topic=None,
        partition=None,
        offset=None,
        event_id=None,
        attempt=1,
        error_class="by_hand",
        first_failure="",
        code_version="",
    )


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="seven"):
        read_dead_letter(None, b"x", [("x-attempt", b"seven")])
