"""A scan behind all others, as most are, taken in constant time (see `quick`)."""

from typing import Final

from services.domain.assemble import overdues, stay_of
from services.domain.bodies import Details
from services.domain.conditions import OPENS
from services.domain.facts import INSTANT, UNDATED, Fact
from services.domain.legs import FULFILS, LEG_RANK, STAYS, Delivery
from services.domain.moments import earliest, latest, pos
from services.domain.order import FUTURE_MS, Zones, needs_zone, sort_key, usual_zone
from services.domain.pieces import Track
from services.domain.promise import Judged, judgement
from services.domain.shipment import Counts, Shipment, Standing

MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
_ORDINARY: Final = frozenset(
    {
        "info_received",
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "available_for_pickup",
        "delivery_attempted",
        "delivered",
    }
)


def scanned(shipment: Shipment, fact: Fact) -> Shipment | None:
    """A dated scan without piece or condition that sorts last, and that its leg takes."""
    if not shipment.plain or shipment.passed or not _is_simple(fact):
        return None
    rank = LEG_RANK[fact.milestone]
    was = shipment.track.rank
    if rank < was and (rank != 3 or was != 4):
        return None
    zones = shipment.zones if fact.offset is None else _with_zone(shipment, fact.offset)
    if zones is None:
        return None
    zone_ms = usual_zone(zones) if zones else 0
    position = fact.at if fact.kind == INSTANT else pos(fact, zone_ms)
    if not _sorts_last(shipment, fact, position, zone_ms):
        return None
    return _taken(shipment, fact, rank, zones=zones, position=position)


def _is_simple(fact: Fact) -> bool:
    if fact.milestone not in _ORDINARY or fact.piece is not None or fact.kind == UNDATED:
        return False
    if fact.reason in OPENS or fact.substatus in OPENS:
        return False
    begins = fact.at if fact.kind == INSTANT else earliest(fact)
    return begins <= fact.recorded_ms + FUTURE_MS and not (type(fact.body) is Details and fact.body.acts)


def _with_zone(shipment: Shipment, offset: int) -> Zones | None:
    """The zones with one scan more; None when Z, and with it some fact's place, may change."""
    zones = shipment.zones
    if len(zones) == 1 and zones[0][0] == offset:
        return ((offset, zones[0][1] + 1),)
    if shipment.floating:
        return None
    counts = dict(zones)
    counts[offset] = counts.get(offset, 0) + 1
    return tuple(sorted(counts.items()))


def _sorts_last(shipment: Shipment, fact: Fact, position: int, zone_ms: int) -> bool:
    facts = shipment.facts
    if len(facts) == shipment.unplaced:
        return True
    last = facts[-1]
    last_position = last.at if last.kind == INSTANT else pos(last, zone_ms)
    if position != last_position:
        return position > last_position
    return sort_key(fact, zone_ms) > sort_key(last, zone_ms)


def _taken(shipment: Shipment, fact: Fact, rank: int, *, zones: Zones, position: int) -> Shipment:
    track, promise, standing = shipment.track, shipment.promise, shipment.standing
    fulfilled = track.fulfilled
    if fulfilled is None and fact.milestone in FULFILS:
        fulfilled = fact
        promise = None if promise is None else _fulfilled(promise, fact)
    after = moved(track, fact, rank, fulfilled)
    if rank >= 4 or track.rank == 4:
        standing = Standing(after.deliveries, overdues(1, after, promise, {}), (), None, stay_of(after), ())
    counts = shipment.counts
    # the tuple at once: half the price of the call with its twenty arguments; so it is in `moved`
    values = (
        shipment.key,
        shipment.facts + (fact,),  # noqa: RUF005 - one copy, not two
        shipment.unplaced,
        shipment.heads + fact.event_id[:8],
        shipment.fact_sum + fact.digest & MASK,
        zones,
        shipment.floating or needs_zone(fact),
        (),
        1,
        shipment.use_start or start(shipment, position),
        after,
        shipment.order,
        promise,
        None if rank == 5 else shipment.expected,
        (),
        "active",
        fact.milestone or "unknown",
        Counts(counts.scans + 1, counts.late, counts.undated, counts.unknown),
        standing,
        rank != 5,
    )
    return tuple.__new__(Shipment, values)


def start(shipment: Shipment, position: int) -> int:
    """Where the use begins: at its first fact, unless an undated registration came before all."""
    fresh = len(shipment.facts) == shipment.unplaced and shipment.use_start == 0
    return position if fresh else shipment.use_start


def moved(track: Track, fact: Fact, rank: int, fulfilled: Fact | None) -> Track:
    """The track after a scan that its leg takes, as `Leg.enter` and the end of a walk leave it."""
    again = fact.milestone == track.milestone
    attempts = track.attempts
    if fact.milestone == "delivery_attempted":
        given = fact.body.attempt if type(fact.body) is Details else None
        attempts = max(attempts + 1, given or 0)
    stay: tuple[str, ...] = ()
    if fact.milestone in STAYS:
        stay = (*track.stay, fact.event_id) if again else (fact.event_id,)
    over = rank == 5
    values = (
        1,
        True,
        fact.milestone,
        fact.substatus,
        rank,
        max(rank, track.top),
        track.seen | 1 << rank,
        track.since if again else fact,
        fact,
        stay,
        fact if over else None,
        latest(fact) if over else None,
        None,
        attempts,
        track.late,
        (Delivery(1, 1, fact, (fact.event_id,)),) if over else (),
        fulfilled,
        fact if rank >= 2 else track.last_physical,
        (),
        (),
    )
    return tuple.__new__(Track, values)


def _fulfilled(promise: Judged, fact: Fact) -> Judged:
    kept, late_by = judgement(promise.force, fact, void=False)
    first_kept = judgement(promise.first, fact, void=False)[0]
    return Judged(promise.first, first_kept, promise.force, kept, late_by)


def last_position(shipment: Shipment, fact: Fact) -> int | None:
    """The fact's position when it is dated and sorts last."""
    if fact.kind == UNDATED:
        return None
    zone_ms = usual_zone(shipment.zones) if shipment.zones else 0
    position = pos(fact, zone_ms)
    return position if _sorts_last(shipment, fact, position, zone_ms) else None
