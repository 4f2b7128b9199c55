"""From a walked use to the shipment as shown: promise, conditions, status, what is to be announced."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from services.domain.bodies import Details, Registration
from services.domain.conditions import CONFLICT, Run
from services.domain.deadlines import deadlines, overdue_at
from services.domain.facts import Fact
from services.domain.legs import STAYS, Line
from services.domain.moments import instant, shown
from services.domain.order import Zones
from services.domain.pieces import Track, track_of
from services.domain.promise import KEPT, Judged, delays, expected, judged, statements_of
from services.domain.shipment import Condition, Counts, Order, Overdue, Shipment, Standing

EXCEPTIONS: Final = frozenset(
    {"on_hold", "customs_hold", "address_issue", "refused", "damaged", "missing_pieces", "lost"}
)
"""Conditions that make the status `exception` until delivered or returned."""
DISPUTED: Final = "delivery_disputed"
ALERTED: Final = EXCEPTIONS | {DISPUTED, "action_required", "delayed_announced", "delayed_predicted"}


_NOT_PLAIN: Final = frozenset({"delivered", "returning", "returned", "lost", "cancelled"})


class Ground(NamedTuple):
    """What belongs to the number, not to one use of it."""

    key: str
    facts: tuple[Fact, ...]
    unplaced: int
    heads: str
    fact_sum: int
    zones: Zones
    floating: bool
    passed: tuple[tuple[str, int], ...]
    retracted: tuple[str, ...]
    undated: int


def assemble(ground: Ground, line: Line, use_no: int, older: Standing) -> Shipment:
    """The shipment in its newest use; `line` are that use's facts in order."""
    track = track_of(line)
    statements = statements_of(line, track.fulfilled)
    promise = judged(statements, track.fulfilled, void=track.void_pos is not None)
    came = [d for d in deadlines(ground.key, track, promise) if d in ground.passed]
    passed = {d.kind: d.at_ms for d in came}
    runs = _runs(line, track, settled="settled" in passed)
    if promise is not None and overdue_at(track, promise) is not None:
        runs += [run for run in delays(statements, promise.force) if run.name not in {r.name for r in runs}]
    runs.sort(key=lambda run: run.name)
    conditions = conditions_of(runs, passed)
    return Shipment(
        ground.key,
        ground.facts,
        ground.unplaced,
        ground.heads,
        ground.fact_sum,
        ground.zones,
        ground.floating,
        ground.passed,
        use_no,
        line[0][0] if line else 0,
        track,
        order_of(line),
        promise,
        expected(statements, promise.force if promise else None) if track.ended is None else None,
        conditions,
        tracking_state(track, passed, ground.passed, start=line[0][0] if line else 0),
        status_of(track.milestone, conditions),
        _counts(line, track, ground.undated),
        Standing(
            older.deliveries + tuple(d._replace(use_no=use_no) for d in track.deliveries),
            older.overdues + overdues(use_no, track, promise, passed),
            tuple(run for run in runs if run.name in ALERTED),
            passed.get("stale"),
            stay_of(track),
            ground.retracted,
        ),
        use_no == 1 and not conditions and not ground.retracted and is_plain(line, track),
    )


def is_plain(line: Line, track: Track) -> bool:
    """Whether the next scan in order needs nothing but the last state: see `quick`."""
    if track.leg_no != 1 or track.pieces:
        return False
    return all(fact.milestone not in _NOT_PLAIN for _, fact in line)


def older_standing(lines: list[Line]) -> Standing:
    """What earlier uses leave standing: their deliveries, and how their promises ended."""
    older = Standing()
    for use_no, line in enumerate(lines, start=1):
        track = track_of(line)
        promise = judged(
            statements_of(line, track.fulfilled), track.fulfilled, void=track.void_pos is not None
        )
        told = tuple(d._replace(use_no=use_no) for d in track.deliveries)
        ended = tuple(o._replace(due=False) for o in overdues(use_no, track, promise, {}))
        older = older._replace(deliveries=older.deliveries + told, overdues=older.overdues + ended)
    return older


def _runs(line: Line, track: Track, *, settled: bool) -> list[Run]:
    runs = [run for run in track.runs if not (settled and run.name == CONFLICT)]
    if track.last_physical is None and all(run.name != "number_suspect" for run in runs):
        suspects = [f for _, f in line if type(f.body) is Registration and f.body.suspect]
        if suspects:
            runs.append(Run("number_suspect", suspects[0], tuple(f.event_id for f in suspects)))
    return runs


def conditions_of(runs: list[Run], passed: dict[str, int]) -> tuple[Condition, ...]:
    """The open conditions by name, those of passed deadlines among them."""
    opened = [_condition(run) for run in runs]
    if "promise_overdue" in passed:
        opened.append(Condition("delayed_overdue", since=instant(passed["promise_overdue"])))
    if "stale" in passed:
        opened.append(Condition("stale", since=instant(passed["stale"])))
    return by_name(opened)


def by_name(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """The conditions in the order in which they are shown."""
    return tuple(sorted(conditions, key=lambda condition: condition.name))


def _condition(run: Run) -> Condition:
    opener = run.opener
    who, until = (opener.body.who, opener.body.until) if type(opener.body) is Details else (None, None)
    reason = opener.reason or opener.substatus
    return Condition(run.name, reason, opener.party, shown(opener), who, until)


def order_of(line: Line) -> Order:
    """The first registration's order; what it leaves out is taken from the next of the same order."""
    told = [f.body for _, f in line if type(f.body) is Registration]
    if not told:
        return Order()
    same = [r for r in told if r.order_id == told[0].order_id]
    return Order(
        told[0].order_id,
        next((r.customer_id for r in same if r.customer_id is not None), None),
        next((r.merchant for r in same if r.merchant is not None), None),
        next((r.service for r in same if r.service is not None), None),
    )


def status_of(milestone: str | None, conditions: tuple[Condition, ...]) -> str:
    """The milestone, or `exception`, for simple consumers; `unknown` before any milestone."""
    if conditions:
        names = {condition.name for condition in conditions}
        if DISPUTED in names or (milestone not in ("delivered", "returned") and names & EXCEPTIONS):
            return "exception"
    return milestone or "unknown"


def tracking_state(
    track: Track, came: dict[str, int], passed: tuple[tuple[str, int], ...], *, start: int
) -> str:
    """Our effort for the parcel; `start` is where the use begins, in milliseconds UTC."""
    if "settled" in came:
        return f"closed({_CLOSED[track.milestone]})"
    if "expired" in came:
        return "closed(expired)"
    if any(kind in ("settled", "expired") and at > start for kind, at in passed):
        return "reopened"
    return "backing_off" if "stale" in came else "active"


_CLOSED: Final[dict[str | None, str]] = {
    "delivered": "delivered_settled",
    "returned": "returned",
    "cancelled": "cancelled",
}


def _counts(line: Line, track: Track, undated: int) -> Counts:
    scans = [f for _, f in line if f.type == "ScanRecorded"]
    unknown = sum(1 for f in scans if f.milestone == "unknown")
    return Counts(len(scans) + undated, len(track.late), undated, unknown)


def overdues(use_no: int, track: Track, promise: Judged | None, came: dict[str, int]) -> tuple[Overdue, ...]:
    """What the use's promise says of an alert that it had run out."""
    if promise is None:
        return ()
    deadline = promise.force.deadline
    called_off = track.void_pos is not None and track.fulfilled is None and track.void_pos <= deadline
    untrue = promise.kept == KEPT or called_off
    return (Overdue(use_no, deadline, due="promise_overdue" in came, untrue=untrue),)


def stay_of(track: Track) -> tuple[str, Fact, tuple[str, ...]] | None:
    """The stay that is announced when it begins, with its first fact and all its scans."""
    if track.milestone is not None and track.milestone in STAYS and track.since is not None:
        return track.milestone, track.since, track.stay
    return None
