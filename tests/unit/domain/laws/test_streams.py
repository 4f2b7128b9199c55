"""Many seeded streams of each of many histories, shuffled and with repeats: one hash, whatever came first.

A failure names the history and the stream that show it.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from typing import Final

import pytest

from services.domain.checksum import MODULUS, checksum_text
from services.domain.facts import fact_of
from tests.unit.domain.laws.histories import seeded_history
from tests.unit.domain.laws.streams import STREAMS, checksums, hash_of, stream_of

HISTORIES: Final = 1_000
MANY_HISTORIES: Final = 50_000


def test_twenty_thousand_shuffled_and_duplicated_streams_give_one_hash() -> None:
    sums = checksums(range(HISTORIES))

    assert HISTORIES * STREAMS == 20_000
    assert len({*sums}) == 1


def test_the_streams_are_as_nasty_as_they_are_said_to_be() -> None:
    facts = [fact_of(envelope) for envelope in seeded_history(7)]
    streams = [stream_of(facts, seed) for seed in range(50)]

    assert all({*stream} == {*facts} for stream in streams)
    assert any(len(stream) > len(facts) for stream in streams)
    assert len({tuple(fact.event_id for fact in stream) for stream in streams}) > 25
    assert len({hash_of([fact_of(e) for e in seeded_history(seed)]) for seed in range(200)}) > 150


@pytest.mark.fuzz
@pytest.mark.timeout(7_200)
def test_a_million_shuffled_and_duplicated_streams_give_one_hash(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [range(a, b) for a, b in pairwise(range(0, MANY_HISTORIES + 1, 500))]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        told = list(pool.map(checksums, parts))

    sums = {sum(column) % MODULUS for column in zip(*told, strict=True)}
    with capsys.disabled():
        count, hashes = MANY_HISTORIES * STREAMS, ", ".join(map(checksum_text, sums))
        told_in_words = f"{count:,} streams of {MANY_HISTORIES:,} histories: {len(sums)} hash ({hashes})"
        sys.stdout.write(f"\n{told_in_words}\n")
    assert len(sums) == 1
