"""The checksum computed again: every shipment folded from its facts, hashed with what its row shows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from services.cli.readback.store import ReadModel
from services.cli.readback.summary import hex_sum
from services.domain.checksum import shipment_hash
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view

_AT_ONCE: Final = 1_000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The sum of the shipments' hashes as 16 hex digits, how many they are, how many rows are wrong."""

    checksum: str
    shipments: int
    wrong: int


def recomputed(model: ReadModel, *, seen: Callable[[int], None]) -> Recomputed:
    """Fold every shipment of the timeline from scratch; `seen` hears of them. Raises InvalidFact.

    A row that shows something else than its facts tell goes into the sum as it stands, a missing one never.
    """
    total = shipments = wrong = 0
    for part in _parts(model.all_facts()):
        stored = model.shown_of([key for key, _ in part])
        for key, envelopes in part:
            shipment = fold_all(key, [fact_of(envelope) for envelope in envelopes])
            told = orjson.dumps(view(shipment))
            shows = stored.get(key)
            shipments += shows is not None
            wrong += shows != told
            total += 0 if shows is None else shipment_hash(shipment, shows)
        seen(len(part))
    return Recomputed(hex_sum(total), shipments, wrong)


def _parts(facts: Iterator[tuple[str, list[Json]]]) -> Iterable[list[tuple[str, list[Json]]]]:
    while part := list(islice(facts, _AT_ONCE)):
        yield part
