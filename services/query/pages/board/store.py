"""Counts for the board, from the index of shipments."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from psycopg import sql

from schemas.instants import ms_of
from services.query.index.store import schema_of
from services.query.index.terms import keyed
from services.query.pages.board.ages import edges
from services.query.store import Row, Snapshot
from services.runtime.postgres import Queries, load_queries

_TEXT: Final = files("services.query.pages.board").joinpath("board.sql").read_text()


@lru_cache(maxsize=64)
def _queries(number: int) -> Queries:
    return load_queries(_TEXT.replace("{search}", schema_of(number)))


@dataclass(frozen=True, slots=True)
class Counts:
    """Reads counts in one snapshot from one index, as `merchant` sees it; None: the house."""

    snapshot: Snapshot
    number: int
    merchant: str | None

    async def by_condition(self, names: tuple[str, ...], now: datetime) -> list[Row]:
        """Condition, carrier, age bucket, how many."""
        rows = await self._rows("by_condition", "has_any", "each_tag", names=names, now=now)
        return [(tag.removeprefix("c:"), *rest) for tag, *rest in rows]

    async def in_trouble(self, names: tuple[str, ...], now: datetime) -> list[Row]:
        """Carrier, age bucket, how many have any of the conditions."""
        return await self._rows("in_trouble", "has_any", "each_carrier", names=names, now=now)

    async def silent(self, now: datetime) -> list[Row]:
        """Age bucket, how many are on their way."""
        return await self._rows("silent", "each_age", names=(), now=now)

    async def _rows(self, what: str, *parts: str, names: tuple[str, ...], now: datetime) -> list[Row]:
        scope = "of_house" if self.merchant is None else "of_merchant"
        queries = _queries(self.number)
        statement = sql.SQL("\n").join(
            queries.get(name, model=self.snapshot.model) for name in (what, scope, *parts)
        )
        values: dict[str, Any] = {"edges": edges(now), "tags": [f"c:{name}" for name in names]}
        if self.merchant is not None:
            values["merchant"] = keyed(self.merchant)
        cursor = await self.snapshot.conn.execute(statement, values, prepare=False)
        return await cursor.fetchall()


async def alerts_since(snapshot: Snapshot, since: datetime, merchant: str | None) -> list[Row]:
    """Kind and how many alerts were told since then, the most first."""
    values = {"since_ms": ms_of(since), "merchant": merchant}
    return await snapshot.rows(_queries(0), "alerts", values)
