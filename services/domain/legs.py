"""A leg: the way of a parcel in one direction, up to delivered or returned (rules R2, R3, R6)."""

from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from services.domain.bodies import Details
from services.domain.facts import Fact

Line: TypeAlias = list[tuple[int, Fact]]
"""Facts in the order of R1, each with its position in milliseconds UTC."""

LEG_RANK: Final[dict[str | None, int]] = {
    "registered": 0,
    "info_received": 1,
    "picked_up": 2,
    "in_transit": 3,
    "out_for_delivery": 4,
    "available_for_pickup": 4,
    "delivery_attempted": 4,
    "delivered": 5,
    "returning": 6,
    "returned": 7,
}
RETURN_RANK: Final[dict[str | None, int]] = LEG_RANK | {"returning": 2, "returned": 5}
FULFILS: Final = frozenset({"delivered", "delivery_attempted", "available_for_pickup"})
ENDS: Final = frozenset({"delivered", "returned", "cancelled"})
UNMOVED: Final = ENDS | {"lost"}
"""Milestones that no paper moves (R4)."""
STAYS: Final = frozenset({"out_for_delivery", "available_for_pickup"})
"""Milestones whose beginning is announced."""
_PATH: Final = ("registered", "info_received", "picked_up", "in_transit", "out_for_delivery")
_WAY_BACK: Final = ("", "", "returning", "in_transit", "out_for_delivery")


class Delivery(NamedTuple):
    """A parcel handed over: the effective scan, and the ids of all scans that tell of the same."""

    use_no: int
    leg_no: int
    cause: Fact
    members: tuple[str, ...]


class Leg:
    """Where the parcel is on the leg being walked.

    `rank` is the current one, `top` the highest reached, `seen` a bit per rank scanned (late ones
    too). `since` is the scan that entered the milestone; where entering it is announced, `stay` are
    the ids of that scan and all since.
    """

    __slots__ = (
        "attempts",
        "delivered_before",
        "ended",
        "forward",
        "last",
        "leg_no",
        "milestone",
        "premature",
        "rank",
        "repeatable",
        "seen",
        "since",
        "stay",
        "substatus",
        "top",
    )

    def __init__(self, leg_no: int, *, forward: bool, delivered_before: bool = False) -> None:
        self.leg_no = leg_no
        self.forward = forward
        self.delivered_before = delivered_before
        self.milestone: str | None = None
        self.substatus: str | None = None
        self.rank = -1
        self.top = -1
        self.seen = 0
        self.since: Fact | None = None
        self.last: Fact | None = None
        self.ended: Fact | None = None
        self.repeatable = False
        self.stay: tuple[str, ...] = ()
        self.attempts = 0
        self.premature: list[str] = []

    def enter(self, fact: Fact, milestone: str | None, rank: int) -> None:
        """Take a fact: the same milestone again renews sub-status, place and last, not since (R2)."""
        if milestone != self.milestone:
            self.milestone = milestone
            self.since = fact
            self.stay = ()
        if milestone in STAYS:
            self.stay = (*self.stay, fact.event_id)
        self.substatus = fact.substatus
        self.last = fact
        self.rank = rank
        self.top = max(self.top, rank)
        if milestone not in ("lost", "cancelled"):
            self.seen |= 1 << rank
        if milestone == "delivery_attempted":
            given = fact.body.attempt if type(fact.body) is Details else None
            self.attempts = max(self.attempts + 1, given or 0)


@lru_cache(maxsize=1024)
def inferred(top: int, seen: int, first_leg: bool, forward: bool) -> tuple[str, ...]:
    """The milestones that must have been passed without a scan (R3): before `top`, not in `seen`."""
    first = 0 if first_leg else 2
    if top <= first or not (1 << min(top, 5)) - (1 << first) & ~seen:
        return ()  # as for most: nothing to look for
    path = _PATH if forward else _WAY_BACK
    return tuple(path[rank] for rank in range(first, min(top, 5)) if not seen >> rank & 1)
