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
from services.query.shipments.conditions import Asked
from services.query.shipments.cursors import Place
from services.query.shipments.wanted import Sort
from services.query.store import Row, Snapshot, StoreAway
from services.runtime.postgres import Queries, load_queries

_TEXT: Final = files("services.query.shipments").joinpath("listing.sql").read_text()
MOST_HITS: Final = 20_000
"""More than so many shipments with the words of a search are not sorted: the newest of them are soon met."""
_COLUMNS: Final = {"registered": "registered_at", "delivered": "delivered_at", "promised": "deadline"}


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
    try:
        row = await snapshot.row(parts_of(0), "one", {"shipment": key})
    except psycopg.errors.UndefinedTable:
        row = None
    if row is None:
        return "", None
    model, view, partition, version, events, changes, times = row
    if view is None:
        return f"model_{model}", None
    told = [
        (orjson.loads(event), None if change is None else orjson.loads(change), at)
        for event, change, at in zip(events or (), changes or (), times or (), strict=True)
    ]
    return f"model_{model}", Seen(orjson.loads(view), told, partition, version)


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
            for way in ways(asked, sort):
                got = await self._page(way, asked, sort, behind=behind, limit=limit)
                if got is not None:
                    return got
        except psycopg.errors.UndefinedTable:
            pass
        return Got([], is_sound=False, is_current=False)

    async def _page(
        self, way: tuple[str, ...], asked: Asked, sort: Sort, *, behind: Place | None, limit: int
    ) -> Got | None:
        """The rows found that way; None where too many have the words to sort them all."""
        got = Got([], is_sound=False, is_current=False)
        for statement, values in self.statements(way, asked, sort, behind=behind):
            found = await self._rows(statement, values | {"limit": limit - len(got.rows)})
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
        self, way: tuple[str, ...], asked: Asked, sort: Sort, *, behind: Place | None
    ) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """A page's: of those that have what is sorted by, and where they end of those that have not."""
        where = (self.snapshot.model, self.number, _column(sort), asked.moment)
        values = asked.values | {"most_hits": MOST_HITS}
        kinds = ("hits",) if way[-1] == "of_hits" else ("known", "unknown")
        for kind in kinds:
            if behind is not None and behind.key is None and kind == "known":
                continue
            names, place = _page_of(kind, sort, behind)
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

    async def _rows(self, statement: bytes, values: dict[str, Any]) -> list[Row]:
        # planned anew each time: how many there are of what is asked decides between the indexes
        cursor = await self.snapshot.conn.execute(statement, values, prepare=False)
        return await cursor.fetchall()


def ways(asked: Asked, sort: Sort) -> list[tuple[str, ...]]:
    """The ways to find a page, the one that is tried first before the other."""
    return [_walking(asked)] if asked.words is None else [_by_words(asked, sort), _walking(asked)]


def _by_words(asked: Asked, sort: Sort) -> tuple[str, ...]:
    """First all that have the words, then a page of them."""
    assert asked.words is not None
    head = ("hits", asked.whose, asked.words, "hits_end", "page", "is_all_of_hits", "rows")
    if asked.has_words_alone and _column(sort) == "last_at":
        return (*head, "of_hits")
    return (*head, "of_shipments", "in_hits", asked.whose, *asked.filters)


def _walking(asked: Asked) -> tuple[str, ...]:
    """Through an index that has the order or the filters, until the page is full."""
    return ("page", "is_all", "rows", "of_shipments", *asked.walked)


def _page_of(kind: str, sort: Sort, behind: Place | None) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The parts that cut a page out of what is found, and what is bound in them."""
    order = f"{kind}_{'down' if sort.is_down else 'up'}" if kind != "unknown" else kind
    if behind is None:
        return (order,), {}
    if behind.key is None:
        return ("behind_unknown", "unknown"), {"after": behind.shipment}
    before = order.replace("known", "behind") if kind == "known" else f"behind_{order}"
    return (before, order), {"key": behind.key, "after": behind.shipment}


def _column(sort: Sort) -> str:
    return _COLUMNS.get(sort.column, sort.column)


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
