"""The figures, counted from the index of shipments."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

from schemas.instants import instant_text, ms_of
from services.query.index.store import schema_of
from services.query.store import Row, Snapshot
from services.runtime.postgres import Queries, load_queries

Json = dict[str, Any]

SILENT_DAYS: Final = (1, 3, 7, 14, 30)
"""Where one bucket of silence ends and the next begins."""
VERDICTS: Final = ("kept", "late", "undetermined", "open", "void")
_TEXT: Final = files("services.query.stats").joinpath("figures.sql").read_text()


async def figures(snapshot: Snapshot, number: int, merchant: str | None) -> Json:
    """All figures of the house (merchant None) or of one tenant. Raises StoreAway."""
    queries = _queries(number, "s.is_house" if merchant is None else "s.merchant = %(merchant)s")
    now = await _now(snapshot, queries)
    named = {"merchant": merchant, "now": now, "days": list(SILENT_DAYS)}

    async def rows(name: str) -> list[Row]:
        return await snapshot.rows(queries, name, named)

    standing, punctuality = await rows("standing"), await rows("punctuality")
    return {
        "as_of": instant_text(ms_of(now)),
        **_totals(standing),
        "carriers": _carriers(standing, punctuality),
        "lanes": [_lane(*row) for row in await rows("lanes")],
        "on_time": _on_time(punctuality),
        "exceptions": _exceptions(await rows("tags")),
        "silence": _silence(await rows("silence")),
    }


@lru_cache(maxsize=8)
def _queries(number: int, whose: str) -> Queries:
    return load_queries(_TEXT.replace("{search}", schema_of(number)).replace("{whose}", whose))


async def _now(snapshot: Snapshot, queries: Queries) -> datetime:
    row = await snapshot.row(queries, "now")
    assert row is not None
    now: datetime = row[0]
    return now


def _totals(standing: Iterable[Row]) -> Json:
    milestones: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    shipments = current = 0
    for _, milestone, status, is_past, count in standing:
        milestones[milestone or "none"] += count
        statuses[status] += count
        shipments += count
        current += 0 if is_past else count
    return {
        "shipments": shipments,
        "current": current,
        "milestones": dict(milestones),
        "statuses": dict(statuses),
    }


def _carriers(standing: Sequence[Row], punctuality: Sequence[Row]) -> list[Json]:
    totals: dict[str, Json] = {}
    for carrier in dict.fromkeys(row[0] for row in standing):
        own = [row for row in standing if row[0] == carrier]
        totals[carrier] = {
            "carrier": carrier,
            **_totals(own),
            "on_time": _on_time([row for row in punctuality if row[0] == carrier]),
        }
    return sorted(totals.values(), key=lambda each: (-each["shipments"], each["carrier"]))


def _lane(
    origin: str | None,
    destination: str | None,
    count: int,
    kept: int,
    late: int,
    first_kept: int,
    first_late: int,
) -> Json:
    return {
        "origin": origin,
        "destination": destination,
        "shipments": count,
        "on_time": {"in_force": _rate(kept, late), "first": _rate(first_kept, first_late)},
    }


def _on_time(punctuality: Iterable[Row]) -> Json:
    """By the first attempt (rule R11): of the promise in force, and of the first that was ever made."""
    in_force: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for _, kept, first_kept, count in punctuality:
        in_force[kept] += count
        first[first_kept] += count
    return {"in_force": _judged(in_force), "first": _judged(first)}


def _judged(counts: Counter[str]) -> Json:
    return {name: counts[name] for name in VERDICTS} | {"rate": _rate(counts["kept"], counts["late"])}


def _rate(kept: int, late: int) -> float | None:
    return round(kept / (kept + late), 4) if kept + late else None


def _exceptions(tags: Iterable[Row]) -> Json:
    told: Json = {"conditions": {}, "reasons": {}, "parties": {}}
    names = {"c": "conditions", "r": "reasons", "p": "parties"}
    for tag, count in tags:
        kind, _, name = tag.partition(":")
        told[names[kind]][name] = count
    return told


def _silence(buckets: Iterable[Row]) -> list[Json]:
    counts: dict[int, int] = dict(buckets)
    edges = (0, *SILENT_DAYS, None)
    return [
        {"from_days": low, "to_days": high, "shipments": counts.get(n, 0)}
        for n, (low, high) in enumerate(pairwise(edges))
    ]
