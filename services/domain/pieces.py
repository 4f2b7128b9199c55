"""The pieces of a shipment folded one by one and seen as one (rule R16)."""

from typing import Final, NamedTuple

from services.domain.conditions import Run
from services.domain.facts import Fact
from services.domain.legs import Delivery, Line
from services.domain.moments import latest
from services.domain.walk import Walk


class Track(NamedTuple):
    """Where one use of a number stands after all its facts.

    `ended` is the fact that ended the leg or cancelled it; `quiet_from` (milliseconds UTC) is from
    when silence settles it; `void_pos` is where the promise ended unfulfilled, if it did.
    """

    leg_no: int
    forward: bool
    milestone: str | None
    substatus: str | None
    rank: int
    top: int
    seen: int
    since: Fact | None
    last: Fact | None
    stay: tuple[str, ...]
    ended: Fact | None
    quiet_from: int | None
    void_pos: int | None
    attempts: int
    late: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    fulfilled: Fact | None
    last_physical: Fact | None
    runs: tuple[Run, ...]
    pieces: tuple[tuple[str, str | None], ...]


def track_of(line: Line) -> Track:
    """The facts of one use, in order, folded piece by piece."""
    names = sorted({fact.piece for _, fact in line if fact.piece is not None})
    if not names:
        return track_of_walk(Walk(line).run())
    tracks = [
        track_of_walk(Walk([step for step in line if step[1].piece in (None, name)]).run()) for name in names
    ]
    return _joined(names, tracks, {fact.event_id: index for index, (_, fact) in enumerate(line)})


def track_of_walk(walk: Walk) -> Track:
    """The end of a walk as a value."""
    leg = walk.leg
    ended = leg.ended or (leg.since if leg.milestone == "cancelled" else None)
    quiet_from = None
    if ended is not None:
        quiet_from = latest(ended)
        if walk.conflict_last is not None:
            quiet_from = max(quiet_from, latest(walk.conflict_last))
    return Track(
        leg.leg_no,
        leg.forward,
        leg.milestone,
        leg.substatus,
        leg.rank,
        leg.top,
        leg.seen,
        leg.since,
        leg.last,
        leg.stay,
        ended,
        quiet_from,
        walk.void_pos,
        leg.attempts,
        walk.late,
        tuple(walk.deliveries),
        walk.fulfilled,
        walk.last_physical,
        tuple(walk.runs.open[name] for name in sorted(walk.runs.open)),
        (),
    )


NOWHERE: Final = track_of_walk(Walk([]))
"""No fact yet."""


def _joined(names: list[str], tracks: list[Track], order: dict[str, int]) -> Track:
    """The shipment is where its least advanced piece is; of equals, the one that got there last."""

    def place(fact: Fact | None) -> int:
        return -1 if fact is None else order[fact.event_id]

    least = min(tracks, key=lambda t: (_advance(t), t.leg_no, -place(t.since)))
    fulfilled = [t.fulfilled for t in tracks]
    quiet = [t.quiet_from for t in tracks]
    voids = [t.void_pos for t in tracks if t.void_pos is not None]
    runs = _joined_runs(tracks, order)
    return least._replace(
        stay=tuple(dict.fromkeys(i for t in tracks if t.milestone == least.milestone for i in t.stay)),
        quiet_from=None if None in quiet else max(q for q in quiet if q is not None),
        void_pos=min(voids) if len(voids) == len(tracks) else None,
        attempts=max(t.attempts for t in tracks),
        late=tuple(sorted({i for t in tracks for i in t.late}, key=order.__getitem__)),
        deliveries=_joined_deliveries(tracks, order),
        fulfilled=None if None in fulfilled else max(fulfilled, key=place),
        last_physical=max((t.last_physical for t in tracks), key=place),
        runs=tuple(runs[name] for name in sorted(runs)),
        pieces=tuple((name, t.milestone) for name, t in zip(names, tracks, strict=True)),
    )


def _advance(track: Track) -> int:
    """How far a piece is: ended is furthest, whichever way."""
    return 5 if track.ended is not None else track.rank


def _joined_runs(tracks: list[Track], order: dict[str, int]) -> dict[str, Run]:
    runs: dict[str, Run] = {}
    for run in (run for t in tracks for run in t.runs):
        known = runs.get(run.name)
        members = run.members if known is None else known.members + run.members
        first = min({*members}, key=order.__getitem__)
        opener = run.opener if known is None or run.opener.event_id == first else known.opener
        runs[run.name] = Run(run.name, opener, tuple(sorted({*members}, key=order.__getitem__)))
    arrived = [t.ended for t in tracks if t.ended is not None and t.rank == 5]
    if arrived and len(arrived) < len(tracks) and "missing_pieces" not in runs:
        opener = min(arrived, key=lambda f: order[f.event_id])
        members = tuple(sorted({f.event_id for f in arrived}, key=order.__getitem__))
        runs["missing_pieces"] = Run("missing_pieces", opener._replace(reason="partial"), members)
    return runs


def _joined_deliveries(tracks: list[Track], order: dict[str, int]) -> tuple[Delivery, ...]:
    """The n-th delivery of the shipment is there when each piece has its n-th."""
    joined = []
    for each in zip(*(t.deliveries for t in tracks), strict=False):
        last = max(each, key=lambda d: order[d.cause.event_id])
        members = dict.fromkeys(member for d in each for member in d.members)
        joined.append(last._replace(members=tuple(sorted(members, key=order.__getitem__))))
    return tuple(joined)
