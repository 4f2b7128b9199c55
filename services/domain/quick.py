"""The usual next fact in constant time: what it cannot be sure of it leaves to `derive`.

Whatever is accepted here must equal deriving from scratch; a law holds it to that.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from services.domain.assemble import by_name, overdues, tracking_state
from services.domain.bodies import Passed, Registration
from services.domain.conditions import CONFLICT
from services.domain.deadlines import deadlines
from services.domain.facts import Fact
from services.domain.moments import instant
from services.domain.order import needs_zone
from services.domain.promise import SLIPS, Statement, is_past, judged
from services.domain.promise_value import Promise
from services.domain.quick_scan import MASK, last_position, moved, scanned, start
from services.domain.shipment import Condition, Order, Shipment, Standing


def appended(shipment: Shipment, fact: Fact) -> Shipment | None:
    """The shipment with a fact of an id it has not seen; None when it must be derived from scratch."""
    way = _WAYS.get(fact.type)
    return None if way is None else way(shipment, fact)


def _registration(shipment: Shipment, fact: Fact) -> Shipment | None:
    """The first registration of a plain shipment, dated, sorting last; it opens nothing."""
    body = fact.body
    if type(body) is not Registration or body.suspect or not shipment.plain or shipment.passed:
        return None
    known = shipment.order.order_id or shipment.promise or shipment.expected
    position = last_position(shipment, fact)
    if known is not None or position is None:
        return None
    track, promise, standing = shipment.track, None, shipment.standing
    track = moved(track, fact, 0, None) if track.rank <= 0 else track._replace(seen=track.seen | 1)
    if body.promise is not None:
        stated = Statement(position, fact, body.promise, revises=False)
        promise = judged([stated], track.fulfilled, void=False)
        standing = standing._replace(overdues=overdues(1, track, promise, {}))
    return Shipment(
        shipment.key,
        shipment.facts + (fact,),  # noqa: RUF005 - one copy, not two
        shipment.unplaced,
        shipment.heads + fact.event_id[:8],
        shipment.fact_sum + fact.digest & MASK,
        shipment.zones,
        shipment.floating or needs_zone(fact),
        (),
        1,
        start(shipment, position),
        track,
        Order(body.order_id, body.customer_id, body.merchant, body.service),
        promise,
        None if promise is None else promise.force.end,
        (),
        "active",
        track.milestone or "unknown",
        shipment.counts,
        standing,
    )


def _revision(shipment: Shipment, fact: Fact) -> Shipment | None:
    """An estimate within the promise, or a revision after fulfilment: it changes at most what is expected."""
    if type(fact.body) is not Promise or not shipment.plain or shipment.passed:
        return None
    position = last_position(shipment, fact)
    if position is None:
        return None
    expected = shipment.expected
    if shipment.track.fulfilled is None:
        told, promise = fact.body, shipment.promise
        known = promise is not None and not is_past(told, promise.force)
        if told.kind not in SLIPS or not (known or (promise is None and told.kind != "carrier_promised")):
            return None
        expected = told.end
    return shipment._replace(
        facts=shipment.facts + (fact,),  # noqa: RUF005 - one copy, not two
        heads=shipment.heads + fact.event_id[:8],
        fact_sum=shipment.fact_sum + fact.digest & MASK,
        floating=shipment.floating or needs_zone(fact),
        use_start=start(shipment, position),
        expected=expected,
    )


def _deadline(shipment: Shipment, fact: Fact) -> Shipment | None:
    """A deadline that has passed: it changes conditions, effort and what is to be told, nothing else."""
    body = fact.body
    if type(body) is not Passed:
        return None
    passed = tuple(sorted((*shipment.passed, (body.kind, body.at))))
    derived = deadlines(shipment.key, shipment.track, shipment.promise)
    came = {kind: at for kind, at in derived if (kind, at) in passed}
    conditions, standing = shipment.conditions, shipment.standing
    if (body.kind, body.at) in derived and (body.kind, body.at) not in shipment.passed:
        if body.kind == "settled" and any(condition.name == CONFLICT for condition in conditions):
            return None
        conditions, standing = _come(conditions, standing, body)
    index = bisect_left(shipment.facts, fact.event_id, hi=shipment.unplaced, key=_id)
    return shipment._replace(
        facts=(*shipment.facts[:index], fact, *shipment.facts[index:]),
        unplaced=shipment.unplaced + 1,
        heads=shipment.heads[: 8 * index] + fact.event_id[:8] + shipment.heads[8 * index :],
        fact_sum=shipment.fact_sum + fact.digest & MASK,
        passed=passed,
        conditions=conditions,
        tracking_state=tracking_state(shipment.track, came, passed, start=shipment.use_start),
        standing=standing,
        plain=shipment.plain and not conditions,
    )


def _come(
    conditions: tuple[Condition, ...], standing: Standing, passed: Passed
) -> tuple[tuple[Condition, ...], Standing]:
    """What a deadline that the shipment derives opens by passing."""
    since = instant(passed.at)
    if passed.kind == "stale":
        return by_name((*conditions, Condition("stale", since=since))), standing._replace(stale_at=passed.at)
    if passed.kind == "promise_overdue":
        *older, overdue = standing.overdues
        due = standing._replace(overdues=(*older, overdue._replace(due=True)))
        return by_name((*conditions, Condition("delayed_overdue", since=since))), due
    return conditions, standing


def _id(fact: Fact) -> str:
    return fact.event_id


_WAYS: Final[dict[str, Callable[[Shipment, Fact], Shipment | None]]] = {
    "ScanRecorded": scanned,
    "ShipmentRegistered": _registration,
    "DeliveryDateRevised": _revision,
    "DeadlinePassed": _deadline,
}
