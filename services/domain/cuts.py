"""Cuts through what is known of a shipment: what was known at a moment, and what was true at one."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from services.domain.bodies import Passed
from services.domain.facts import UNDATED, Fact, fact_of, wire_ms
from services.domain.moments import NEVER, pos
from services.domain.order import EARLIEST_TYPES, is_future, is_placed, usual_zone, zones_of
from services.domain.versions import retracted

Json = dict[str, Any]

_RETRACTED: Final = "EventRetracted"


class Copy(NamedTuple):
    """One record of an event as the log holds it, recorded when it says itself."""

    offset: int
    envelope: Json


class Unsure(NamedTuple):
    """Events of which the log may hold copies that were never kept, from this offset on."""

    start: int
    event_ids: frozenset[str]


def known_at(copies: Iterable[Copy], at_ms: int) -> list[Copy]:
    """The copies recorded by then: the log cut there."""
    return [copy for copy in copies if wire_ms(copy.envelope["recorded_at"]) <= at_ms]


def counting(copies: Iterable[Copy]) -> list[Json]:
    """One envelope per event: the copy that counts, first known at the least recorded_at (R15)."""
    best: dict[str, tuple[tuple[int, int], Json, str]] = {}
    for _, envelope in copies:
        fact = fact_of(envelope)
        told, recorded = (fact.mapping_version, -fact.digest), envelope["recorded_at"]
        known = best.get(fact.event_id)
        if known is not None:
            recorded = min(recorded, known[2])
        if known is None or told > known[0]:
            best[fact.event_id] = (told, envelope, recorded)
        else:
            best[fact.event_id] = (known[0], known[1], recorded)
    return [envelope | {"recorded_at": recorded} for _, envelope, recorded in best.values()]


def true_at(envelopes: Sequence[Json], at_ms: int) -> list[Json]:
    """What had happened by then, of one envelope per event.

    A fact happened at its place in the order of R1; an undated registration or promise before all
    others, any other undated fact by the time it was first recorded (R7, R17); a passed deadline at
    the deadline. What is withdrawn was never true: a retraction goes with its target.
    """
    facts = [fact_of(envelope) for envelope in envelopes]
    placed = [fact for fact in facts if is_placed(fact)]
    gone = retracted(facts)
    zone_ms = usual_zone(zones_of(placed, gone))
    kept = {f.event_id for f in facts if f.type != _RETRACTED and happened_ms(f, zone_ms) <= at_ms}
    targets = {f.event_id: f.body for f in facts if f.type == _RETRACTED}
    while more := {event_id for event_id, target in targets.items() if target in kept} - kept:
        kept |= more
    return [envelope for envelope in envelopes if envelope["event_id"] in kept]


def happened_ms(fact: Fact, zone_ms: int) -> int:
    """When a fact that is no retraction happened, in milliseconds UTC; `zone_ms` is the shipment's Z."""
    if type(fact.body) is Passed:
        return fact.body.at
    if fact.kind == UNDATED or is_future(fact):
        return NEVER if fact.type in EARLIEST_TYPES else fact.recorded_ms
    return pos(fact, zone_ms)


def unsure_at(copies: Iterable[Copy], at_ms: int) -> Unsure | None:
    """Where the kept copies may not tell which one counted then; None where they surely do.

    A copy that adds nothing when it comes is not kept, and may yet be what counted at a moment before
    the copy that outdid it was recorded. So it can only be of an event with kept copies from before
    and from after that moment, and stands in the log behind one of each.
    """
    first: dict[str, dict[bool, int]] = {}
    for offset, envelope in copies:
        sides = first.setdefault(envelope["event_id"], {})
        side = wire_ms(envelope["recorded_at"]) <= at_ms
        sides[side] = min(sides.get(side, offset), offset)
    both = {event_id: max(sides.values()) + 1 for event_id, sides in first.items() if len(sides) == 2}
    return Unsure(min(both.values()), frozenset(both)) if both else None
