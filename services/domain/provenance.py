"""Why a shipment is as it is: for every field the least facts that make it so, and the rules by which.

"Least" is meant strictly: the facts named give the field when folded alone, and no proper subset of
them does. The fold is not monotone, so it is not enough that none of them can be spared: every
smaller choice among them is folded too, down to a bound below which no choice can be.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from math import comb
from typing import Any, Final, NamedTuple

from services.domain.derive import derive
from services.domain.facts import Fact
from services.domain.fold import fold_all
from services.domain.reasons import fewest, rules_of, telling
from services.domain.shipment import Shipment
from services.domain.view import view

Json = dict[str, Any]
Chosen = tuple[int, ...]
"""Indexes of facts, rising."""

_TRIALS: Final = 16_000
"""So many smaller choices of one field's facts are tried at most: all of fourteen facts' and fewer."""
_ABSENT: Final = object()


class Because(NamedTuple):
    """One field of the view, and what made it so.

    `events` are ids in the order of R1; none where the key alone tells, or where it is so until some
    fact says otherwise. `least`: that no proper subset of them gives the field was proved.
    """

    field: str
    value: Any
    rules: tuple[str, ...]
    events: tuple[str, ...]
    least: bool


def provenance(key: str, facts: Iterable[Fact]) -> list[Because]:
    """Why each field of the view that is not null is so."""
    shipment = fold_all(key, facts)
    trials = _Trials(key, shipment.facts)
    return [_because(shipment, trials, name, value) for name, value in fields_of(view(shipment)).items()]


def fields_of(shown: Json) -> Json:
    """The view's fields that are not null; each condition, piece and member of the promise by itself."""
    fields: Json = {}
    for name, value in shown.items():
        if name == "conditions" and value:
            fields |= {f"conditions.{condition['name']}": condition for condition in value}
        elif name in ("promise", "pieces") and value:
            fields |= {f"{name}.{member}": told for member, told in value.items() if told is not None}
        elif value is not None:
            fields[name] = value
    return fields


class _Trials:
    """Folds of some of a shipment's facts; each choice is folded once, whichever field asks."""

    def __init__(self, key: str, facts: Sequence[Fact]) -> None:
        self.key = key
        self.facts = facts
        self._seen: dict[Chosen, Json] = {}

    def fields(self, chosen: Chosen) -> Json:
        found = self._seen.get(chosen)
        if found is None:
            found = fields_of(view(derive(self.key, [self.facts[index] for index in chosen])))
            self._seen[chosen] = found
        return found


def _because(shipment: Shipment, trials: _Trials, name: str, value: Any) -> Because:
    def holds(chosen: Iterable[int]) -> bool:
        told = trials.fields(tuple(sorted(chosen))).get(name, _ABSENT)
        return bool(told == value)

    chosen, least = _least_choice(holds, telling(shipment, name), floor=fewest(shipment, name, value))
    events = tuple(trials.facts[index] for index in chosen)
    rules = rules_of(name, value, shipment, events)
    return Because(name, value, rules, tuple(fact.event_id for fact in events), least)


def _least_choice(
    holds: Callable[[Iterable[int]], bool], order: Sequence[int], *, floor: int
) -> tuple[Chosen, bool]:
    """The facts that give the field, and whether no smaller choice of them does.

    `order` has all facts, those that most likely tell of the field first.
    """
    if holds(()):
        return (), True
    if holds(order[:floor]):
        return tuple(sorted(order[:floor])), True
    spared = _spared(holds, list(_first_that_holds(holds, order)))
    kept = tuple(sorted(spared))
    sizes = range(max(floor, 1), len(kept))
    proved = sum(comb(len(kept), size) for size in sizes) <= _TRIALS
    for fewer in _smaller(kept, sizes, most=_TRIALS):
        if holds(fewer):
            return fewer, proved
    return kept, proved


def _first_that_holds(holds: Callable[[Iterable[int]], bool], order: Sequence[int]) -> Sequence[int]:
    """The first few of `order` that suffice: all of them do."""
    size = 1
    while size < len(order):
        if holds(order[:size]):
            return order[:size]
        size += max(1, size // 2)
    return order


def _spared(holds: Callable[[Iterable[int]], bool], chosen: list[int]) -> list[int]:
    """`chosen` without what it can spare, the last tried first: none of what is left can go alone."""
    size = max(len(chosen) // 2, 1)
    while True:
        before = len(chosen)
        end = len(chosen)
        while end > 0:
            begin = max(end - size, 0)
            fewer = chosen[:begin] + chosen[end:]
            if holds(fewer):
                chosen = fewer
            end = begin
        if size == 1 and len(chosen) == before:
            return chosen
        size = max(size // 2, 1)


def _smaller(kept: Chosen, sizes: range, *, most: int) -> Iterator[Chosen]:
    """Smaller choices, the smallest first; of too many the smallest and the largest sizes."""
    affordable = [size for size in sizes if comb(len(kept), size) * 2 <= most]
    whole = sum(comb(len(kept), size) for size in sizes) <= most
    for size in sizes if whole else affordable:
        yield from combinations(kept, size)
