"""The checksum computed again: every shipment folded from its rows, without the projector's help."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from services.cli.readback.store import ReadModel
from services.cli.readback.summary import hex_sum
from services.domain.checksum import shipment_hash
from services.domain.facts import fact_of
from services.domain.fold import fold_all
from services.domain.view import view


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The sum of the shipments' hashes as 16 hex digits, and how many they are."""

    checksum: str
    shipments: int


def recomputed(model: ReadModel, *, seen: Callable[[int], None]) -> Recomputed:
    """Fold every shipment of the timeline from scratch; `seen` hears of each. Raises InvalidFact."""
    total = shipments = 0
    for key, envelopes in model.all_facts():
        shipment = fold_all(key, [fact_of(envelope) for envelope in envelopes])
        total += shipment_hash(shipment, orjson.dumps(view(shipment)))
        shipments += 1
        seen(1)
    return Recomputed(hex_sum(total), shipments)
