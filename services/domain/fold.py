"""Facts into a shipment, one at a time or all at once: the same value in any order, with any repeats."""

from collections.abc import Iterable
from typing import Final

from services.domain.derive import derive
from services.domain.facts import Fact
from services.domain.quick import appended
from services.domain.shipment import Shipment
from services.domain.versions import merged

RULES_VERSION: Final = 1
"""Raised with every change of a rule's outcome: a model folded by other rules is rebuilt, never mixed."""


def fold(shipment: Shipment, fact: Fact) -> Shipment:
    """The shipment with one more fact; the very same object when the fact adds nothing."""
    # most ids are new, which one look at the heads tells
    known = fact.event_id[:8] in shipment.heads
    index = _index_of(shipment, fact.event_id) if known else None
    if index is not None:
        return _with_copy(shipment, index, merged(shipment.facts[index], fact))
    after = appended(shipment, fact)
    return derive(shipment.key, (*shipment.facts, fact)) if after is None else after


def fold_all(key: str, facts: Iterable[Fact]) -> Shipment:
    """The shipment that a heap of facts tells of, worked out once."""
    known: dict[str, Fact] = {}
    for fact in facts:
        other = known.get(fact.event_id)
        known[fact.event_id] = fact if other is None else merged(other, fact)
    return derive(key, known.values())


def _index_of(shipment: Shipment, event_id: str) -> int | None:
    """Where the fact with this id stands: found by the heads of the ids, which a C search runs through."""
    head, heads, facts = event_id[:8], shipment.heads, shipment.facts
    at = heads.find(head)
    while at >= 0:
        index, inside = divmod(at, 8)
        if not inside and facts[index].event_id == event_id:
            return index
        at = heads.find(head, at + 1)
    return None


def _with_copy(shipment: Shipment, index: int, fact: Fact) -> Shipment:
    if fact is shipment.facts[index]:
        return shipment
    return derive(shipment.key, (*shipment.facts[:index], fact, *shipment.facts[index + 1 :]))
