"""Lists from the index: whether it stands where the model stands, a page, a count, an order's parcels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import orjson
import psycopg
from psycopg import sql

from services.query.index.store import LAYOUT, schema_of
from services.query.seen import Seen
from services.query.shipments.conditions import Asked, column_of
from services.query.shipments.cursors import Place
from services.query.shipments.wanted import Sort
from services.query.shipments.ways import Way, has_one_plan, page_of, ways
from services.query.store import Row, Snapshot, StoreAway
from services.runtime.postgres import Queries, load_queries

_TEXT: Final = files("services.query.shipments").joinpath("listing.sql").read_text()
MOST_HITS: Final = 20_000
"""More than so many shipments with the words of a search are not sorted: the newest of them are soon met."""


class IndexMissing(StoreAway):
    """No index answers yet: it is being made."""

    def __init__(self) -> None:
        super().__init__("the index of shipments is being made")


@dataclass(frozen=True, slots=True)
class Standing:
    """The index that answers, and how far the model stood when it was asked."""

    number: int
    is_current: bool
    partitions: list[int]
    offsets: list[int]


@lru_cache(maxsize=64)
def parts_of(number: int, column: str = "last_at", moment: str = "last_at") -> Queries:
    """The parts of the list statements for an index, a sort and a date; `{model}` stays to be named."""
    text = _TEXT.replace("{search}", schema_of(number)).replace("{column}", column)
    return load_queries(text.replace("{moment}", moment))


async def standing(snapshot: Snapshot, known: int | None) -> Standing:
    """How the index stands; `known` is the number of the one that answered last. Raises IndexMissing."""
    number = await _serving(snapshot) if known is None else known
    try:
        row = await snapshot.row(parts_of(number), "standing")
    except psycopg.errors.UndefinedTable:
        row = None
    if row is None or row[4] != number:
        if known is None:
            raise IndexMissing
        return await standing(snapshot, None)
    is_current, is_whole, partitions, offsets, _ = row
    if not is_whole:
        raise IndexMissing
    return Standing(number, is_current, partitions, offsets)


async def has_reached(snapshot: Snapshot, there: Standing) -> bool:
    """Whether the index has come as far as the model had."""
    row = await snapshot.row(
        parts_of(there.number),
        "has_reached",
        {"partitions": there.partitions, "offsets": there.offsets},
    )
    return row is not None and bool(row[0])


async def now_of(snapshot: Snapshot) -> datetime:
    """The present instant, by the clock of this Shiplog."""
    row = await snapshot.row(parts_of(0), "now")
    assert row is not None
    now: datetime = row[0]
    return now


async def one(snapshot: Snapshot, key: str) -> tuple[str, Seen | None]:
    """The model that is current, and the shipment in the snapshot's: both of one moment.

    An empty name where the snapshot's model is none.
    """
    model, found = await _one(snapshot, "every_copy", key)
    if found is not None and _has_copies(found):
        return await _one(snapshot, "those_that_count", key)
    return model, found


async def _one(snapshot: Snapshot, which: str, key: str) -> tuple[str, Seen | None]:
    statement = _statement(snapshot.model, 0, "last_at", "last_at", ("one", which, "one_end"))
    try:
        cursor = await snapshot.conn.execute(statement, {"shipment": key})
    except psycopg.errors.UndefinedTable:
        return "", None
    row = await cursor.fetchone()
    if row is None:
        return "", None
    model, view, partition, version, told = row
    if view is None:
        return f"model_{model}", None
    timeline = orjson.loads(f"[{told or ''}]")
    return f"model_{model}", Seen(orjson.loads(view), timeline, partition, version)


def _has_copies(seen: Seen) -> bool:
    return len({event["event_id"] for event, _, _ in seen.timeline}) < len(seen.timeline)


@dataclass(frozen=True, slots=True)
class Got:
    """Rows of shipment, sort key and JSON. `is_sound`: model and index were those that were named."""

    rows: list[Row]
    is_sound: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """Reads lists in one snapshot from one index."""

    snapshot: Snapshot
    number: int

    async def page(self, asked: Asked, sort: Sort, *, behind: Place | None, limit: int) -> Got:
        """Up to `limit` rows, those that have not what is sorted by last."""
        try:
            for way in ways(asked, sort, behind):
                got = await self._page(way, asked, sort, behind=behind, limit=limit)
                if got is not None:
                    return got
        except psycopg.errors.UndefinedTable:
            pass
        return Got([], is_sound=False, is_current=False)

    async def _page(
        self, way: Way, asked: Asked, sort: Sort, *, behind: Place | None, limit: int
    ) -> Got | None:
        """The rows found that way; None where there are too many to sort them."""
        got = Got([], is_sound=False, is_current=False)
        is_certain = has_one_plan(way, asked, sort)
        for statement, values in self.statements(way, asked, sort, behind=behind):
            values |= {"limit": limit - len(got.rows)}
            found = await self._rows(statement, values, is_certain=is_certain)
            model, number, is_current, is_whole, is_all = found[0][:5]
            if not is_all:
                return None
            more = [row[5:] for row in found if row[5] is not None]
            is_sound = is_whole and (f"model_{model}", number) == (self.snapshot.model, self.number)
            got = Got(got.rows + more, is_sound, is_current)
            if len(got.rows) >= limit:
                break
        return got

    def statements(
        self, way: Way, asked: Asked, sort: Sort, *, behind: Place | None
    ) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """A page's: of those that have what is sorted by, and where they end of those that have not."""
        where = (self.snapshot.model, self.number, column_of(sort.column), asked.moment)
        before = None if behind is None else behind.key
        values = asked.values | {"most_hits": MOST_HITS, "before": before}
        kinds = ("hits",) if way[-1] == "of_hits" else ("known", "unknown")
        for kind in kinds:
            if behind is not None and behind.key is None and kind == "known":
                continue
            names, place = page_of(kind, sort, behind)
            yield _statement(*where, (*way, *names)), values | place
            behind = None

    async def count(self, asked: Asked) -> int:
        """How many there are, counted up to 10,001."""
        where = (self.snapshot.model, self.number, "last_at", asked.moment)
        rows = await self._rows(_statement(*where, ("count", *asked.walked, "counted")), asked.values)
        return int(rows[0][0])

    async def parcels(self, order_id: str, *, merchant: str | None) -> list[Row]:
        """Merchant, shipment and use of each parcel of the order; `merchant` None: whosesoever."""
        name = "order_parcels" if merchant is None else "order_parcels_of"
        values = {"order_id": order_id, "merchant": merchant}
        return await self.snapshot.rows(parts_of(self.number), name, values)

    async def _rows(self, statement: bytes, values: dict[str, Any], *, is_certain: bool = False) -> list[Row]:
        # mostly planned anew: how many there are of what is asked decides between the indexes
        cursor = await self.snapshot.conn.execute(statement, values, prepare=None if is_certain else False)
        return await cursor.fetchall()


@lru_cache(maxsize=4_096)
def _statement(model: str, number: int, column: str, moment: str, names: tuple[str, ...]) -> bytes:
    queries = parts_of(number, column, moment)
    return sql.SQL("\n").join(queries.get(name, model=model) for name in names).as_bytes(None)


async def _serving(snapshot: Snapshot) -> int:
    try:
        row = await snapshot.row(parts_of(0), "serving", {"layout": LAYOUT})
    except psycopg.errors.UndefinedTable as error:
        raise IndexMissing from error
    if row is None:
        raise IndexMissing
    return int(row[0])
