"""Which delivery promise is in force, how it was kept, and which delays were announced (rule R11)."""

from typing import Final, NamedTuple

from services.domain.bodies import Registration
from services.domain.conditions import Run
from services.domain.facts import INSTANT, Fact
from services.domain.legs import Line
from services.domain.moments import DAY_MS, earliest, latest, local_day
from services.domain.promise_value import Promise, zone_offset

KEPT: Final = "kept"
LATE: Final = "late"
UNDETERMINED: Final = "undetermined"
OPEN: Final = "open"
VOID: Final = "void"
_FIRST: Final = ("order_promised", "custom", "carrier_promised")
_REPLACES: Final = frozenset({"order_promised", "custom"})
SLIPS: Final = {
    "carrier_promised": "delayed_announced",
    "carrier_estimate": "delayed_announced",
    "predicted": "delayed_predicted",
}


class Judged(NamedTuple):
    """The first promise and the one in force, each with how it was kept; `late_by` is of the latter."""

    first: Promise
    first_kept: str
    force: Promise
    kept: str
    late_by: str | None


class Statement(NamedTuple):
    """A promise or estimate as some fact of a use states it; `position` in milliseconds UTC."""

    position: int
    fact: Fact
    promise: Promise
    revises: bool


def statements_of(line: Line, fulfilled: Fact | None) -> list[Statement]:
    """What was promised: by registrations first, then by revisions from before fulfilment."""
    told: list[Statement] = []
    revised: list[Statement] = []
    over = False
    for position, fact in line:
        body = fact.body
        over = over or fact is fulfilled
        if type(body) is Registration and body.promise is not None:
            told.append(Statement(position, fact, body.promise, revises=False))
        elif type(body) is Promise and not over:
            revised.append(Statement(position, fact, body, revises=True))
    return told + revised


def judged(statements: list[Statement], fulfilled: Fact | None, *, void: bool) -> Judged | None:
    """The promises of a use and how they were kept; None when nothing was ever promised."""
    first = _first(statements)
    if first is None:
        return None
    force = first.promise
    behind = statements.index(first) + 1
    for statement in statements[behind:]:
        replaces = statement.revises and statement.promise.kind in _REPLACES
        if replaces and statement.position <= force.deadline:
            force = statement.promise
    kept, late_by = judgement(force, fulfilled, void=void)
    return Judged(first.promise, judgement(first.promise, fulfilled, void=void)[0], force, kept, late_by)


def _first(statements: list[Statement]) -> Statement | None:
    for kind in _FIRST:
        for statement in statements:
            if statement.promise.kind == kind:
                return statement
    return None


def judgement(promise: Promise, fulfilled: Fact | None, *, void: bool) -> tuple[str, str | None]:
    """How a promise was kept, and by how much it was missed (ISO 8601)."""
    if fulfilled is None:
        return (VOID if void else OPEN), None
    if promise.day is not None:
        zoneless = fulfilled.kind == INSTANT and fulfilled.offset is None
        zone_ms = zone_offset(promise.zone, fulfilled.at) if zoneless else 0
        days = (local_day(fulfilled, zone_ms) - promise.day) // DAY_MS
        return (LATE, f"P{days}D") if days > 0 else (KEPT, None)
    if latest(fulfilled) <= promise.deadline:
        return KEPT, None
    if earliest(fulfilled) > promise.deadline:
        return LATE, duration(earliest(fulfilled) - promise.deadline)
    return UNDETERMINED, None


def duration(ms: int) -> str:
    """ISO 8601 of a positive span: `PT26H5M`, `PT0.25S`."""
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest / 1000:g}S" if rest else ""
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + seconds


def delays(statements: list[Statement], force: Promise) -> list[Run]:
    """Announced and predicted delays that stand: each from the first revision past the promise on."""
    runs: dict[str, Run] = {}
    for statement in statements:
        name = SLIPS.get(statement.promise.kind) if statement.revises else None
        if name is None:
            continue
        fact, run = statement.fact, runs.get(name)
        if not is_past(statement.promise, force):
            runs.pop(name, None)
        elif run is None:
            runs[name] = Run(name, fact, (fact.event_id,))
        else:
            runs[name] = Run(name, run.opener, (*run.members, fact.event_id))
    return list(runs.values())


def is_past(estimate: Promise, promise: Promise) -> bool:
    """Whether an estimate lies behind what was promised: date to date where both are dates."""
    if estimate.day is not None and promise.day is not None:
        return estimate.day > promise.day
    return estimate.deadline > promise.deadline


def expected(statements: list[Statement], force: Promise | None) -> str | None:
    """The newest estimate, else the promise in force."""
    for statement in reversed(statements):
        if statement.revises and statement.promise.kind in SLIPS:
            return statement.promise.end
    return None if force is None else force.end
