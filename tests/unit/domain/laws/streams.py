"""Seeded streams of a history, shuffled and with repeats, and the hash of what they give.

Plain `random` instead of hypothesis, for throughput: a quarter of a millisecond a stream.
"""

import random
from collections.abc import Sequence
from typing import Final

import orjson

from services.domain.checksum import shipment_hash
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold
from services.domain.shipment import unseen
from services.domain.view import view
from tests.unit.domain.laws.histories import KEY, seeded_history

STREAMS: Final = 20
"""Streams of each history; the one in the order of its making is not among them."""


def hash_of(stream: Sequence[Fact]) -> int:
    """The hash of the shipment that facts give when they arrive in this order."""
    shipment = unseen(KEY)
    for fact in stream:
        shipment = fold(shipment, fact)
    return shipment_hash(shipment, orjson.dumps(view(shipment)))


def stream_of(facts: Sequence[Fact], seed: int) -> list[Fact]:
    """All the facts in some order, up to as many of them again among them."""
    chance = random.Random(seed)
    stream = [*facts, *chance.choices(facts, k=chance.randint(0, len(facts)))]
    chance.shuffle(stream)
    return stream


def checksums(histories: range) -> list[int]:
    """The sum of all shipments' hashes: as made, then for the first stream of each history, the second..."""
    sums = [0] * (1 + STREAMS)
    for history in histories:
        facts = [fact_of(envelope) for envelope in seeded_history(history)]
        made = hash_of(facts)
        sums[0] += made
        for number in range(1, 1 + STREAMS):
            found = hash_of(stream_of(facts, history * STREAMS + number))
            assert found == made, f"history {history}, stream {number}: another hash"
            sums[number] += found
    return sums
