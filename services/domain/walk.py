"""One piece's facts walked in order: what is taken, what is late, where legs begin (R2 to R6, R13, R14)."""

from services.domain.afterlife import is_premature, next_leg_starts
from services.domain.bodies import Case
from services.domain.conditions import Instant, Runs
from services.domain.facts import Fact
from services.domain.legs import (
    ENDS,
    FULFILS,
    LEG_RANK,
    RETURN_RANK,
    UNMOVED,
    Delivery,
    Leg,
    Line,
)
from services.domain.moments import PHYSICAL, surely_after


class Walk:
    """The state between two facts; `run` walks them all."""

    __slots__ = (
        "_i",
        "_kinds",
        "_line",
        "conflict_last",
        "deliveries",
        "end_pos",
        "fulfilled",
        "last_physical",
        "late",
        "leg",
        "runs",
        "void_pos",
    )

    def __init__(self, line: Line) -> None:
        self._line = line
        self._i = 0
        self._kinds = case_kinds(line)
        self.leg = Leg(1, forward=True)
        self.runs = Runs()
        self.late: tuple[str, ...] = ()
        self.deliveries: list[Delivery] = []
        self.fulfilled: Fact | None = None
        self.last_physical: Fact | None = None
        self.conflict_last: Fact | None = None
        self.end_pos = 0
        self.void_pos: int | None = None

    def run(self) -> "Walk":
        """Walk all facts."""
        for index, (position, fact) in enumerate(self._line):
            self._i = index
            at = (position, fact.hint is not None, fact.hint or 0)
            if fact.milestone in PHYSICAL:
                self.last_physical = fact
                self._physical(fact, position, at)
            elif fact.type == "CaseOpened" or fact.type == "CaseResolved":
                self.runs.case(fact, at, self._kinds)
            elif fact.milestone == "cancelled":
                self._cancelled(fact, position, at)
            elif fact.milestone == "lost":
                self._lost(fact, at)
            else:
                self._paper(fact, at)
        return self

    # --- facts that are not physical

    def _paper(self, fact: Fact, at: Instant) -> None:
        """Registered and info_received move a young leg; anything else moves nothing (R4)."""
        rank = LEG_RANK.get(fact.milestone, -1)
        leg = self.leg
        if rank >= 0 and leg.forward and leg.milestone not in UNMOVED and leg.rank <= rank:
            leg.enter(fact, fact.milestone, rank)
        elif rank >= 0:
            leg.seen |= 1 << rank
        self.runs.scan(fact, at, lasting_only=leg.milestone in ENDS)

    def _cancelled(self, fact: Fact, position: int, at: Instant) -> None:
        """R13: taken in a forward leg before its end."""
        leg = self.leg
        if not leg.forward or leg.ended is not None:
            self.late += (fact.event_id,)
            return
        handed_over = leg.rank >= 2
        leg.enter(fact, "cancelled", leg.rank)
        if fact.substatus is None:
            leg.substatus = "intercepted" if handed_over else "voided_before_handover"
        if leg.since is fact:
            self.conflict_last = None
            self.void_pos = position if self.void_pos is None else self.void_pos
            self.runs.ended(fact, at)

    def _lost(self, fact: Fact, at: Instant) -> None:
        """R14: taken at any milestone not ended."""
        if self.leg.ended is not None or self.leg.milestone == "cancelled":
            self.late += (fact.event_id,)
            self.runs.scan(fact, at, lasting_only=True)
            return
        self.leg.enter(fact, "lost", self.leg.rank)
        self.runs.scan(fact, at)

    # --- physical scans

    def _physical(self, scan: Fact, position: int, at: Instant) -> None:
        leg = self.leg
        if leg.forward and scan.milestone in ("returning", "returned"):
            self._start(scan, position, at, forward=False)
        elif leg.ended is not None:
            self._after_end(scan, leg.ended, position, at)
        elif leg.forward and scan.milestone == "delivered" and is_premature(self._line, self._i):
            self._foretold(scan)
        elif leg.milestone == "cancelled":
            self._after_cancel(scan, position, at)
        elif not leg.forward and not leg.delivered_before and _resolves(scan):
            self._start(scan, position, at, forward=True)
        else:
            self._running(scan, position, at)

    def _foretold(self, scan: Fact) -> None:
        """A premature delivery: the leg is folded without it (R5 b)."""
        self.leg.premature.append(scan.event_id)

    def _running(self, scan: Fact, position: int, at: Instant) -> None:
        """R2; after lost any rank is taken (R14)."""
        leg = self.leg
        rank = (LEG_RANK if leg.forward else RETURN_RANK)[scan.milestone]
        if rank >= leg.rank or (leg.rank == 4 and rank == 3) or leg.milestone == "lost":
            self._take(scan, rank, position, at)
        else:
            leg.seen |= 1 << rank
            self.late += (scan.event_id,)
            self.runs.scan(scan, at)

    def _take(self, scan: Fact, rank: int, position: int, at: Instant) -> None:
        leg = self.leg
        again = leg.milestone == "returning" == scan.milestone
        milestone = scan.milestone if leg.forward or rank != 5 else "returned"
        leg.enter(scan, milestone, rank)
        if leg.leg_no == 1 and self.fulfilled is None and milestone in FULFILS:
            self.fulfilled = scan
        if rank == 5:
            self._end(scan, position, at)
        else:
            self.runs.taken(scan, at, returning_again=again)

    def _end(self, scan: Fact, position: int, at: Instant) -> None:
        leg = self.leg
        leg.ended = scan
        leg.repeatable = True
        self.end_pos = position
        self.conflict_last = None
        self.runs.ended(scan, at)
        if leg.forward:
            self.deliveries.append(Delivery(1, leg.leg_no, scan, (scan.event_id,)))
        elif milestone_is_foreign(scan):
            leg.substatus = "to_sender"

    def _start(self, scan: Fact, position: int, at: Instant, *, forward: bool) -> None:
        """Leg n+1 begins at this scan (R6)."""
        old = self.leg
        delivered = (old.ended is not None) if old.forward else old.delivered_before
        self.leg = Leg(old.leg_no + 1, forward=forward, delivered_before=delivered)
        self.void_pos = position if self.void_pos is None else self.void_pos
        self.conflict_last = None
        self.runs.new_leg(scan, at)
        if old.milestone == "cancelled":
            self.void_pos = position
            self.runs.conflict(scan)
        self._take(scan, (LEG_RANK if forward else RETURN_RANK)[scan.milestone], position, at)

    # --- scans after the end of a leg or a cancellation

    def _after_end(self, scan: Fact, end: Fact, position: int, at: Instant) -> None:
        """R5 a and c, R6: a repeat, late, the next leg, or a contradiction."""
        leg = self.leg
        if leg.repeatable and scan.milestone in ("delivered", "returned"):
            self._same_delivery(scan)
            self.runs.scan(scan, at, lasting_only=True)
        elif not surely_after(scan, end):
            self.late += (scan.event_id,)
            self.runs.scan(scan, at, lasting_only=True)
        elif next_leg_starts(self._line, self._i, end_pos=self.end_pos):
            self._start(scan, position, at, forward=True)
        else:
            leg.repeatable = False
            self.conflict_last = scan
            if scan.milestone == "delivered":
                self._same_delivery(scan)
            self.runs.scan(scan, at, lasting_only=True)
            self.runs.conflict(scan)

    def _same_delivery(self, scan: Fact) -> None:
        if self.leg.forward:
            told = self.deliveries[-1]
            self.deliveries[-1] = told._replace(members=(*told.members, scan.event_id))

    def _after_cancel(self, scan: Fact, position: int, at: Instant) -> None:
        """R13: a hand-over contradicts, anything further on shows that cancelling failed."""
        leg = self.leg
        rank = LEG_RANK[scan.milestone]
        if rank >= 4:
            self.void_pos = None
            leg.rank = min(leg.rank, rank)
            self.conflict_last = None
            self.runs.conflict(scan)
            self._take(scan, rank, position, at)
        elif leg.since is not None and surely_after(scan, leg.since):
            self.conflict_last = scan
            self.runs.scan(scan, at, lasting_only=True)
            self.runs.conflict(scan)
        else:
            self.late += (scan.event_id,)
            self.runs.scan(scan, at, lasting_only=True)


def case_kinds(line: Line) -> dict[str, str]:
    """The kind of each case that says it at its opening."""
    cases = (fact.body for _, fact in line if fact.type == "CaseOpened")
    return {c.case_id: c.kind for c in cases if type(c) is Case and c.kind is not None}


def milestone_is_foreign(scan: Fact) -> bool:
    """Whether a return leg ended by a scan of another milestone than returned."""
    return scan.milestone != "returned"


def _resolves(scan: Fact) -> bool:
    return scan.milestone == "in_transit" and scan.substatus == "problem_resolved"
