"""The figures of the board: counted together, kept for a few seconds, for each tenant its own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from services.query.index.entries import UNKNOWN_CODES
from services.query.pages.board.ages import AGES, Age, age_of
from services.query.pages.board.store import Counts
from services.query.pages.board.store import alerts_since as alerts_told
from services.query.pages.times import instant
from services.query.parts import Parts
from services.query.shipments.freshness import indexed
from services.query.shipments.listing import list_shipments
from services.query.shipments.store import now_of
from services.query.shipments.wanted import Wanted
from services.query.store import Row, StoreAway
from services.runtime.clock import WallClock, monotonic
from services.runtime.http_auth import Principal

CONDITIONS: Final = (
    "lost", "damaged", "missing_pieces", "delivery_disputed", "address_issue", "action_required", "refused",
    "customs_hold", "on_hold", "misrouted", "delayed_overdue", "delayed_announced", "delayed_predicted",
    "stale", "conflicting_scans", "number_suspect", UNKNOWN_CODES,
)  # fmt: skip
"""What somebody should look at, the worst first."""
OF_CARRIERS: Final = ("delayed_overdue", "stale", "lost", "damaged", "on_hold", UNKNOWN_CODES)
"""The columns of the table of carriers."""
LATE_DAYS: Final = (0, 1, 3, 7)
ALERTS_OF: Final = timedelta(hours=24)
COUNTED_TO: Final = 10_000
"""Lists are counted so far and no further."""
_KEEP: Final = timedelta(seconds=5)
_MOST_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table; `cells` in the order of its columns."""

    name: str
    total: int
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """`silent`: parcels on their way by age of the newest news; `late`: overdue by at least so many days.

    `alerts`: kinds of what was told lately.
    """

    at: datetime = field(compare=False)
    total: int
    conditions: tuple[Line, ...]
    carriers: tuple[Line, ...]
    silent: tuple[tuple[Age, int], ...]
    late: tuple[tuple[int, int], ...]
    is_behind: bool = field(compare=False)
    alerts: tuple[tuple[str, int], ...] = ()

    def count_of(self, condition: str) -> int:
        """How many parcels have this condition."""
        return next((line.total for line in self.conditions if line.name == condition), 0)


@dataclass(slots=True)
class Boards:
    """Boards as of at most five seconds ago."""

    parts: Parts
    _kept: dict[str | None, tuple[float, Board]] = field(default_factory=dict)

    async def board(self, caller: Principal) -> Board:
        """The board as the caller sees it; raises StoreAway."""
        until, kept = self._kept.get(caller.merchant, (0.0, None))
        if kept is not None and until > monotonic():
            return kept
        fresh = await _counted(self.parts, caller)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[caller.merchant] = monotonic() + _KEEP.total_seconds(), fresh
        return fresh


async def _counted(parts: Parts, caller: Principal) -> Board:
    async with indexed(parts, whole=True) as (snapshot, number, is_behind):
        now = await now_of(snapshot)
        counts = Counts(snapshot, number, caller.merchant)
        by_condition = await counts.by_condition(CONDITIONS, now)
        in_trouble = await counts.in_trouble(CONDITIONS, now)
        silent = Counter({age_of(bucket): n for bucket, n in await counts.silent(now)})
    return Board(
        at=now,
        total=sum(n for _, _, n in in_trouble),
        conditions=condition_lines(by_condition),
        carriers=carrier_lines(by_condition, in_trouble),
        silent=tuple((age, silent[age]) for age in AGES),
        late=tuple([(days, await _late(parts, days, caller)) for days in LATE_DAYS]),
        is_behind=is_behind,
        alerts=await _alerts(parts, caller),
    )


def alerts_since(said: str | None = None) -> datetime:
    """From when on alerts are counted and listed: what is said, where it is an instant."""
    at = instant(said) if said else None
    return at or WallClock().now() - ALERTS_OF


async def _alerts(parts: Parts, caller: Principal) -> tuple[tuple[str, int], ...]:
    """None where alerts are not kept yet."""
    try:
        async with parts.store.latest() as snapshot:
            rows = await alerts_told(snapshot, alerts_since(), caller.merchant)
    except StoreAway:
        return ()
    return tuple((kind, n) for kind, n in rows)


async def _late(parts: Parts, days: int, caller: Principal) -> int:
    wanted = Wanted(late=timedelta(days=days), past=False, limit=1, counted=True)
    return (await list_shipments(parts, wanted, caller)).total or 0


def condition_lines(rows: Iterable[Row]) -> tuple[Line, ...]:
    """Conditions by age; those that no parcel has are left out."""
    cells: Counter[tuple[str, Age | None]] = Counter()
    for name, _, bucket, n in rows:
        cells[name, age_of(bucket)] += n
    lines = (
        Line(name, sum(n for (of, _), n in cells.items() if of == name), tuple(cells[name, a] for a in AGES))
        for name in CONDITIONS
    )
    return tuple(line for line in lines if line.total)


def carrier_lines(by_condition: Iterable[Row], in_trouble: Iterable[Row]) -> tuple[Line, ...]:
    """Carriers with the most parcels in trouble first."""
    totals: Counter[str] = Counter()
    cells: Counter[tuple[str, str]] = Counter()
    for carrier, _, n in in_trouble:
        totals[carrier] += n
    for name, carrier, _, n in by_condition:
        cells[carrier, name] += n
    ordered = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = ((carrier, n, tuple(cells[carrier, name] for name in OF_CARRIERS)) for carrier, n in ordered)
    return tuple(Line(*line) for line in lines)
