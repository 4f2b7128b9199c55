"""A set page by page, in the order of shipment keys: what is behind a cursor never changes its place."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from schemas.instants import instant_text, ms_of
from services.domain.dossier import Told
from services.query.exports.what import What
from services.query.index.store import schema_of
from services.query.index.terms import keyed
from services.query.seen import Seen, as_seen_by, seen
from services.query.store import Row, Snapshot
from services.runtime.http_auth import Principal, Role
from services.runtime.postgres import Queries, load_queries

Json = dict[str, Any]

PAGE: Final = 1_000
TIMELINE_PAGE: Final = 200
"""Shipments of a page; whole timelines take more room."""

_TEXT: Final = files("services.query.exports").joinpath("exports.sql").read_text()


Snapshots: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[Snapshot, int]]]
"""A snapshot for one page (the same each time, where all pages must show one moment), the index's number."""


_CURSOR: Final = re.compile(r"[\x21-\x7e]{0,128}").fullmatch
_OFFSET: Final = re.compile(r"[0-9]{1,18}").fullmatch


class BadCursor(ValueError):
    """The text is no cursor of this set."""


class Line(NamedTuple):
    """A row as JSON; `cursor`: the export goes on behind it."""

    cursor: str
    row: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken away; `merchant`: as that tenant sees it. Both None: everything.

    `unclaimed`: of a customer only what no merchant has registered.
    """

    what: What
    merchant: str | None = None
    customer_id: str | None = None
    after: str = ""
    unclaimed: bool = False

    @property
    def needs_index(self) -> bool:
        """Whether the index tells which shipments these are."""
        return self.merchant is not None or self.customer_id is not None


async def pages(snapshots: Snapshots, taken: Taken) -> AsyncIterator[list[Line]]:
    """The set's rows behind `taken.after`, in constant memory; raises StoreAway, BadCursor."""
    shipment, offset = place_of(taken)
    # a timeline goes on within its shipment
    first = shipment if offset is not None else _behind(shipment)
    limit = TIMELINE_PAGE if taken.what is What.TIMELINE else PAGE
    while True:
        async with snapshots() as (snapshot, number):
            values = {"first": first, "limit": limit, "customer_id": _key(taken.customer_id)}
            values |= {"merchant": _key(taken.merchant)}
            shipments = await snapshot.rows(_queries(number), _name(taken), values)
            lines = await _lines(snapshot, taken, shipments)
        if offset is not None:
            lines, offset = _rest(lines, shipment, offset), None
        if lines:
            yield lines
        if len(shipments) < limit:
            return
        first = _behind(shipments[-1][0])


def place_of(taken: Taken) -> tuple[str, int | None]:
    """The shipment a cursor names, and the offset in its timeline; raises BadCursor."""
    if _CURSOR(taken.after) is None:
        raise BadCursor("after is no key of a shipment")
    if taken.what is not What.TIMELINE or not taken.after:
        return taken.after, None
    shipment, slash, offset = taken.after.rpartition("/")
    if not slash or _OFFSET(offset) is None:
        raise BadCursor("after is SHIPMENT/SRC_OFFSET, as the last row tells them")
    return shipment, int(offset)


def _behind(shipment: str) -> str:
    """The first text that is behind this key and before every key behind it."""
    return f"{shipment}\x01" if shipment else ""


def _rest(lines: list[Line], shipment: str, offset: int) -> list[Line]:
    """What of a page lies behind an offset of the timeline that it begins with."""
    head = f"{shipment}/"
    return [
        line
        for line in lines
        if not line.cursor.startswith(head) or int(line.cursor.removeprefix(head)) > offset
    ]


def _key(text: str | None) -> str | None:
    return None if text is None else keyed(text)


def _name(taken: Taken) -> str:
    if taken.merchant is None:
        return "of_all" if taken.customer_id is None else "of_customer"
    return "of_merchant" if taken.customer_id is None else "of_merchants_customer"


@lru_cache(maxsize=16)
def _queries(number: int) -> Queries:
    return load_queries(_TEXT.replace("{search}", schema_of(number)))


async def _lines(snapshot: Snapshot, taken: Taken, shipments: list[Row]) -> list[Line]:
    if taken.what is What.TIMELINE:
        return await _timelines(snapshot, taken, shipments)
    if taken.merchant is not None:
        shipments = [row for each in shipments for row in await _of_tenant(snapshot, taken.merchant, each)]
    if taken.unclaimed:
        shipments = [row for row in shipments if orjson.loads(row[1])["merchant"] is None]
    if taken.what is What.ORDERS:
        return [Line(key, orjson.dumps(order_row(orjson.loads(view)))) for key, view, *_ in shipments]
    return [Line(key, view.encode()) for key, view, *_ in shipments]


async def _of_tenant(snapshot: Snapshot, merchant: str, shipment: Row) -> list[Row]:
    """The row as the tenant may see it: the index may not know yet that another registered it too."""
    key, view, *_ = shipment
    if orjson.loads(view)["merchant"] == merchant:
        return [shipment]
    found = await seen(snapshot, key, Principal("export", Role.READER, merchant))
    return [] if found is None else [(key, orjson.dumps(found.view).decode(), found.partition, found.version)]


async def _timelines(snapshot: Snapshot, taken: Taken, shipments: list[Row]) -> list[Line]:
    keys = [key for key, *_ in shipments]
    rows = await snapshot.rows(_queries(0), "timeline_of", {"shipments": keys})
    if taken.merchant is None:
        return [_fact(row) for row in rows]
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[2], []).append(row)
    return [
        line for shipment in shipments for line in _own(taken.merchant, shipment, found.get(shipment[0], []))
    ]


def _own(merchant: str, shipment: Row, rows: list[Row]) -> list[Line]:
    """The facts of a timeline that a tenant may see; of a shared number without what they caused."""
    key, view, partition, version = shipment
    timeline: list[Told] = [
        (orjson.loads(event), change and orjson.loads(change), instant_text(ms_of(recorded_at)))
        for *_, recorded_at, event, change in rows
    ]
    own = as_seen_by(merchant, Seen(orjson.loads(view) | {"shipment": key}, timeline, partition, version))
    if own is None:
        return []
    told = {event["event_id"]: change for event, change, _ in own.timeline}
    return [_fact((*row[:7], told[row[3]] and row[7])) for row in rows if row[3] in told]


def _fact(row: Row) -> Line:
    partition, offset, shipment, event_id, kind, recorded_at, event, change = row
    members = {
        "partition": partition,
        "src_offset": offset,
        "shipment": shipment,
        "event_id": event_id,
        "type": kind,
        "recorded_at": instant_text(ms_of(recorded_at)),
        "event": orjson.Fragment(event),
        "change": None if change is None else orjson.Fragment(change),
    }
    return Line(f"{shipment}/{offset}", orjson.dumps(members))


def order_row(view: Json) -> Json:
    """A parcel as it stands in an order history."""
    promise = view["promise"] or {}
    same = (
        "order_id",
        "merchant",
        "customer_id",
        "shipment",
        "carrier",
        "tracking_number",
        "service",
        "status",
    )
    return {
        **{name: view[name] for name in (*same, "milestone")},
        "conditions": [condition["name"] for condition in view["conditions"]],
        "last_at": view["last_at"],
        "expected": view["expected"],
        "promised": promise.get("to"),
        "kept": promise.get("kept"),
        "late_by": view["late_by"],
        "delivered_at": view["delivered_at"],
    }
