"""A number that was used again and again: each use by itself, and whose order it was (rule R8)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from services.domain.assemble import assemble, older_standing, order_of
from services.domain.bodies import Registration
from services.domain.derive import grounded
from services.domain.facts import Fact, fact_of
from services.domain.fold import fold_all
from services.domain.shipment import Order, Shipment

Json = dict[str, Any]


class Use(NamedTuple):
    """One use: `event_ids` of the facts that act in it, `registrations` those of its registrations."""

    use_no: int
    order: Order
    event_ids: frozenset[str]
    registrations: tuple[str, ...]


def uses_told(key: str, envelopes: Sequence[Json]) -> list[Use]:
    """The uses of the number, oldest first; at least one. Raises InvalidFact."""
    _, lines = grounded(key, _merged(key, envelopes))
    return [
        Use(
            use_no,
            order_of(line),
            frozenset(fact.event_id for _, fact in line),
            tuple(fact.event_id for _, fact in line if type(fact.body) is Registration),
        )
        for use_no, line in enumerate(lines, start=1)
    ]


def in_use(key: str, envelopes: Sequence[Json], use_no: int) -> Shipment | None:
    """The shipment as that use left it; None where there was no such use. Raises InvalidFact."""
    ground, lines = grounded(key, _merged(key, envelopes))
    if not 1 <= use_no <= len(lines):
        return None
    return assemble(ground, lines[use_no - 1], use_no, older_standing(lines[: use_no - 1]))


def _merged(key: str, envelopes: Sequence[Json]) -> tuple[Fact, ...]:
    return fold_all(key, [fact_of(envelope) for envelope in envelopes]).facts
