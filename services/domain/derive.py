"""A shipment from the set of its facts, from scratch: the plain truth that every short cut must equal."""

from collections.abc import Iterable

from services.domain.assemble import Ground, assemble, older_standing
from services.domain.bodies import Passed
from services.domain.facts import Fact
from services.domain.legs import Line
from services.domain.moments import NEVER, pos
from services.domain.order import EARLIEST_TYPES, is_placed, needs_zone, sort_key, usual_zone, zones_of
from services.domain.shipment import Shipment, unseen
from services.domain.uses import uses_of
from services.domain.versions import retracted


def derive(key: str, facts: Iterable[Fact]) -> Shipment:
    """The shipment that these facts, one per event id, tell of."""
    ground, lines = grounded(key, facts)
    if not ground.facts:
        return unseen(key)
    return assemble(ground, lines[-1], len(lines), older_standing(lines[:-1]))


def grounded(key: str, facts: Iterable[Fact]) -> tuple[Ground, list[Line]]:
    """What belongs to the number, and the facts of each of its uses in order, oldest use first."""
    aside: list[Fact] = []
    placed: list[Fact] = []
    for fact in facts:
        (placed if is_placed(fact) else aside).append(fact)
    gone = retracted(aside)
    zones = zones_of(placed, gone)
    zone_ms = usual_zone(zones)
    aside.sort(key=lambda fact: fact.event_id)
    placed.sort(key=lambda fact: sort_key(fact, zone_ms))
    known = (*aside, *placed)
    lines = uses_of(line_of(aside, placed, gone, zone_ms))
    ground = Ground(
        key,
        facts=known,
        unplaced=len(aside),
        heads="".join([fact.event_id[:8] for fact in known]),
        fact_sum=sum([fact.digest for fact in known]) & 0xFFFF_FFFF_FFFF_FFFF,
        zones=zones,
        floating=any(needs_zone(fact) for fact in placed),
        passed=tuple(sorted((f.body.kind, f.body.at) for f in aside if type(f.body) is Passed)),
        retracted=gone,
        undated=sum(1 for f in aside if f.type == "ScanRecorded" and f.event_id not in gone),
    )
    return ground, lines


def line_of(aside: list[Fact], placed: list[Fact], gone: tuple[str, ...], zone_ms: int) -> Line:
    """The facts that act by their time, each with its position; undated registrations come first (R7)."""
    early = [f for kind in EARLIEST_TYPES for f in aside if f.type == kind and f.event_id not in gone]
    line: Line = [(NEVER, fact) for fact in early]
    line += [(pos(fact, zone_ms), fact) for fact in placed if fact.event_id not in gone]
    return line
