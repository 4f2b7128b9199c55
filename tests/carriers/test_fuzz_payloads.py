"""No bytes make a parser raise anything but InvalidPayload, nor say what an event may not.

Each example is one throw of the dice: it seeds many payloads, so that `make fuzz` reads 200,000 per
parser. What a parser gives must also pass the check of canonical events, or be named as refused.
"""

import time
from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload, ParsedEvent, ParsedPayload, Reader
from services.ingest.checks import InvalidEvent, check_event
from services.ingest.edi.documents import FORMATS, Documents
from services.ingest.reading.zones import read_places
from services.ingest.registry import carriers
from tests.carriers.mutations import mutated, noise
from tests.carriers.samples import samples
from tests.carriers.shared import body, rows

PAYLOADS = rows("shared-carrier-payloads.jsonl.gz")
SAMPLES = rows("shared-webhooks-and-doc-samples.jsonl.gz")
MESSAGES = rows("shared-edi.jsonl.gz")
PARSERS: list[Reader] = [*carriers().values(), *(Documents("edi", format=each) for each in FORMATS)]
PER_EXAMPLE = 40
TOO_LONG_S = 5.0


@pytest.fixture(scope="module", autouse=True)
def places_read() -> None:
    """As in ingest: before the first payload, so that none is measured with it."""
    read_places()


SOURCES = {
    "17track": "track17",
    "ups_official": "ups",
    "bring_event_cast": "bring",
    "easypost_examples": "easypost",
}
STANDARDS = {"x12-214": "X12", "iftsta": "EDIFACT"}
REFUSED = ("/tracking_number", "/data/piece", "/carrier_event_id", "/raw/code", "/raw/time")
"""What may be too long or no ASCII in a spoiled payload: the event is refused by name, not lost."""


def name(parser: Reader) -> str:
    return getattr(parser, "format", None) or parser.code


@cache
def seeds(parser: str) -> list[bytes]:
    """Payloads to spoil, real ones where they are on this machine, and the beginnings of others."""
    found = [body(row["raw"]) for row in PAYLOADS if row["carrier"] == parser]
    found += [body(row["payload"]) for row in SAMPLES if SOURCES.get(row["source"], row["name"]) == parser]
    found += [body(row["raw"]) for row in MESSAGES if row["standard"].startswith(STANDARDS.get(parser, "?"))]
    return [*found, *found, *found, *samples(parser), *samples(parser), b"{}", b"[{}]", b"<a><b>c</b></a>"]


def read(parser: Reader, payload: bytes) -> None:
    """Assert what must hold of any bytes."""
    began = time.monotonic()
    try:
        parsed = parser.parse(payload)
    except InvalidPayload:
        parsed = ParsedPayload()
    except Exception as error:
        raise AssertionError(f"{name(parser)}: {error!r} of {payload!r}") from error
    assert time.monotonic() - began < TOO_LONG_S, payload
    for event in parsed.events:
        fault = refusal(event)
        assert fault is None or fault.pointer in REFUSED, f"{name(parser)}: {fault} of {payload!r}"


def refusal(event: ParsedEvent) -> InvalidEvent | None:
    try:
        check_event(event.members, zone_inferred=event.zone_inferred)
    except InvalidEvent as error:
        return error
    return None


def payloads(known: list[bytes], dice: Random, many: int) -> Iterator[bytes]:
    for _ in range(many):
        yield noise(dice) if dice.random() < 0.1 else mutated(dice.choice(known), dice)


def read_many(parser: Reader, seed: int, many: int) -> None:
    for payload in payloads(seeds(name(parser)), Random(seed), many):
        read(parser, payload)


@pytest.mark.parametrize("parser", PARSERS, ids=name)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_bytes_make_a_parser_raise_anything_but_invalid(parser: Reader, seed: int) -> None:
    read_many(parser, seed, many=30)


@pytest.mark.fuzz
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("parser", PARSERS, ids=name)
@settings(deadline=None)
@given(seed=st.integers(0, 2**64))
def test_no_bytes_at_all_make_a_parser_raise_anything_but_invalid(parser: Reader, seed: int) -> None:
    read_many(parser, seed, many=PER_EXAMPLE)
