"""Real payloads are known again: doubled, in another order, in other words and in pieces."""

import random
import re

import pytest

from schemas.ids import canonical_json
from services.cli.output import CommandError
from tests.carriers.shared import Json, Tree, body, needs_shared_data
from tests.carriers.shared_rows import READABLE, scans, short, told

TEXTS = re.compile(r"desc|text|message|remark|comment|city|town|location.?name", re.IGNORECASE)

pytestmark = needs_shared_data


def same(row: Json, payload: bytes) -> None:
    """Assert that the payload is read as that of the row: the same events, whatever their order."""
    assert sorted(map(canonical_json, told(row, payload))) == sorted(map(canonical_json, told(row)))


def identities(row: Json, payload: bytes) -> set[str]:
    """The ids of the scans in a payload; none where it is an answer without events."""
    try:
        return {event["event_id"] for event in scans(told(row, payload))}
    except CommandError:
        return set()


@pytest.mark.parametrize("row", READABLE, ids=short)
def test_what_stands_twice_in_a_payload_is_the_same_events(row: Json) -> None:
    doubled = Tree(body(row["raw"])).reordered(lambda listed: [*listed, *listed])

    same(row, doubled)


@pytest.mark.parametrize("row", READABLE, ids=short)
def test_a_payload_reversed_or_shuffled_is_the_same_events(row: Json) -> None:
    tree = Tree(body(row["raw"]))
    dice = random.Random(row["id"])

    same(row, tree.reordered(lambda listed: listed[::-1]))
    for _ in range(5):
        same(row, tree.reordered(lambda listed: dice.sample(listed, len(listed))))


@pytest.mark.parametrize("row", READABLE, ids=short)
def test_a_payload_in_other_words_has_the_same_ids(row: Json) -> None:
    def word(name: str, text: str) -> str:
        return f"{text} otherwise" if TEXTS.search(name) and "code" not in name.lower() else text

    reworded = Tree(body(row["raw"])).reworded(word)

    assert identities(row, reworded) == {event["event_id"] for event in scans(told(row))}


@pytest.mark.parametrize("row", READABLE, ids=short)
def test_a_payload_split_into_two_has_the_same_ids(row: Json) -> None:
    whole = {event["event_id"] for event in scans(told(row))}

    for first, rest in Tree(body(row["raw"])).split():
        assert identities(row, first) | identities(row, rest) == whole
