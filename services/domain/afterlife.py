"""What later scans make of a delivery: premature, or the start of another leg (rules R5, R6)."""

from typing import Final

from services.domain.facts import Fact
from services.domain.legs import Line
from services.domain.moments import HOUR_MS, PHYSICAL, surely_after

WINDOW_MS: Final = 72 * HOUR_MS
_ON_THE_WAY: Final = frozenset({"in_transit", "out_for_delivery", "available_for_pickup"})


def is_premature(line: Line, index: int) -> bool:
    """R5 b: an attempt, or a scan on the way and surely after it another delivery, inside the window."""
    until = line[index][0] + WINDOW_MS
    delivered = line[index][1]
    on_the_way: list[Fact] = []
    for position, fact in line[index + 1 :]:
        if position > until or fact.milestone in ("returning", "returned"):
            return False
        if fact.milestone == "delivery_attempted" and surely_after(fact, delivered):
            return True
        if fact.milestone in _ON_THE_WAY and surely_after(fact, delivered):
            on_the_way.append(fact)
        elif fact.milestone == "delivered" and any(surely_after(fact, scan) for scan in on_the_way):
            return True
    return False


def next_leg_starts(line: Line, index: int, *, end_pos: int) -> bool:
    """R6: whether the scan at `index`, behind the end of a leg at `end_pos`, begins a forward leg.

    After the window another physical scan, surely after it, must confirm; inside the window only
    picked_up starts a leg, when a physical scan follows after the window.
    """
    position, scan = line[index]
    if scan.milestone in ("delivered", "returning", "returned"):
        return False
    following = (later for later in line[index + 1 :] if later[1].milestone in PHYSICAL)
    if position > end_pos + WINDOW_MS:
        return any(surely_after(fact, scan) for _, fact in following)
    return scan.milestone == "picked_up" and any(where > end_pos + WINDOW_MS for where, _ in following)
