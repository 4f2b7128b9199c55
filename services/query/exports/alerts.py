"""Alerts to take away, in the order in which they were told."""

import re
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any, Final

import orjson

from services.query.alerts.listing import Place, shown
from services.query.exports.pages import PAGE, BadCursor, Line, Snapshots, Taken
from services.runtime.postgres import load_queries

QUERIES: Final = load_queries(files("services.query.exports").joinpath("alerts.sql").read_text())
_ALERT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_OLDEST: Final = Place(-1, -1, -1)


async def alert_pages(snapshots: Snapshots, taken: Taken) -> AsyncIterator[list[Line]]:
    """The alerts told behind the one that `taken.after` names, page by page; raises BadCursor, StoreAway."""
    asked = {"merchant": taken.merchant, "customer_id": taken.customer_id, "limit": PAGE}
    place = await _place(snapshots, taken)
    while True:
        async with snapshots() as (snapshot, _):
            rows = await snapshot.rows(QUERIES, "behind", asked | place._asdict())
        if rows:
            yield [_line(row, is_tenants=taken.merchant is not None) for row in rows]
        if len(rows) < PAGE:
            return
        place = Place(*rows[-1][:3])


async def _place(snapshots: Snapshots, taken: Taken) -> Place:
    if not taken.after:
        return _OLDEST
    if _ALERT_ID(taken.after) is None:
        raise BadCursor("after is the alert_id of the last row")
    async with snapshots() as (snapshot, _):
        row = await snapshot.row(QUERIES, "place", {"alert_id": taken.after, "merchant": taken.merchant})
    if row is None:
        raise BadCursor("after names no alert that is kept")
    return Place(*row)


def _line(row: tuple[Any, ...], *, is_tenants: bool) -> Line:
    alert = shown(row, is_tenants=is_tenants)
    del alert["told_at"]
    return Line(alert["alert_id"], orjson.dumps(alert))
