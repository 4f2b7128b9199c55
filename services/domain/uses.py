"""One number used again and again: where each use begins (rule R8)."""

from typing import Final

from services.domain.bodies import Registration
from services.domain.legs import Line
from services.domain.moments import DAY_MS, PHYSICAL, surely_after
from services.domain.pieces import track_of

REUSE_MS: Final = 120 * DAY_MS
_TERMINAL: Final = frozenset({"delivered", "returned", "cancelled", "lost"})
_STARTERS: Final = frozenset({"picked_up", "in_transit", "info_received", "registered"})


def uses_of(line: Line) -> list[Line]:
    """The facts of each use, oldest first; at least one, even when empty."""
    starts = [0]
    orders: set[str] = set()
    last_physical: int | None = None
    may_have_ended = False
    for index, (position, fact) in enumerate(line):
        if may_have_ended and _begins(line[starts[-1] : index + 1], orders, last_physical):
            starts.append(index)
            orders.clear()
            last_physical, may_have_ended = None, False
        if type(fact.body) is Registration:
            orders.add(fact.body.order_id)
        if fact.milestone in PHYSICAL:
            last_physical = position
        may_have_ended = may_have_ended or fact.milestone in _TERMINAL
    return [line[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


def _begins(line: Line, orders: set[str], last_physical: int | None) -> bool:
    """Whether the last fact of `line` begins the next use: the one before has ended, and this is new."""
    position, fact = line[-1]
    if fact.milestone not in _STARTERS:
        return False
    another = type(fact.body) is Registration and bool(orders) and fact.body.order_id not in orders
    long_after = last_physical is None or position - last_physical >= REUSE_MS
    if not (another or long_after):
        return False
    before = track_of(line[:-1])
    if before.milestone not in _TERMINAL or before.since is None:
        return False
    if another and surely_after(fact, before.since):
        return True
    if last_physical is None:
        # cancelled or lost before any hand-over: the 120 days run from there
        last_physical = next(where for where, known in line if known.event_id == before.since.event_id)
    return position - last_physical >= REUSE_MS
