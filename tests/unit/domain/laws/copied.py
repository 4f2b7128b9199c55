"""Histories with more copies of their events: other mappings, other times of recording."""

import random
from collections.abc import Sequence
from typing import Final

from schemas.instants import instant_ms, instant_text
from tests.builders import Json, hour

HOUR: Final = hour(1) - hour(0)
_LAST: Final = instant_ms("9999-12-31T23:59:59.999Z")


def with_copies(history: Sequence[Json], seed: int) -> list[Json]:
    """The history with twice as many copies of its events somewhere in it."""
    chance, log = random.Random(seed), list(history)
    for _ in range(2 * len(history)):
        copy = dict(chance.choice(history))
        moved = instant_ms(copy["recorded_at"]) + chance.randrange(-3, 9) * HOUR
        copy["recorded_at"] = instant_text(min(moved, _LAST))
        if copy["type"] == "ScanRecorded":
            copy["mapping_version"] = chance.choice((1, 2, 3))
            copy["data"] = copy["data"] | {"milestone": chance.choice(("in_transit", "delivered"))}
        log.insert(chance.randrange(len(log) + 1), copy)
    return log
