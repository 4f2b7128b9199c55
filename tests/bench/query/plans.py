"""The plan of every list statement shape: none may read a large table from end to end."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.query.shipments.conditions import asked
from services.query.shipments.cursors import Place
from services.query.shipments.store import Lists
from services.query.shipments.wanted import Moment, Sort, Wanted
from services.query.shipments.ways import ways
from services.query.store import ReadStore
from tests.bench.query.population import number_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BIG = frozenset({"shipments", "words", "orders", "timeline"})


def shapes(n: int) -> Iterator[tuple[str, Wanted, str | None]]:
    """Every shape that a list may have, with a name, and as which merchant it is asked."""
    plain = Wanted()
    filters = {
        "all": plain,
        "milestone": Wanted(milestone=("in_transit",)),
        "rare milestone": Wanted(milestone=("lost",)),
        "milestones": Wanted(milestone=("in_transit", "out_for_delivery")),
        "status": Wanted(status=("exception",)),
        "condition": Wanted(condition=("delayed",)),
        "rare condition": Wanted(condition=("damaged",)),
        "reason and party": Wanted(reason=("customs_hold",), party=("carrier",)),
        "carrier": Wanted(carrier=("dhl",)),
        "carrier and milestone": Wanted(carrier=("dhl",), milestone=("in_transit",)),
        "unknown carrier": Wanted(carrier=("nobody",)),
        "lane": Wanted(lane="KZ-DE"),
        "lane from": Wanted(lane="KZ-"),
        "order": Wanted(order_id=f"O-{number_of(n)}"),
        "customer": Wanted(customer_id=f"C-{n // 5:08d}"),
        "past": Wanted(past=True),
        "current": Wanted(past=False),
        "late": Wanted(late=timedelta(days=2)),
        "stale": Wanted(stale=timedelta(days=30)),
        "dates": Wanted(since=NOW - timedelta(days=60), until=NOW - timedelta(days=59)),
        "delivered": Wanted(
            date_field=Moment.DELIVERED, since=NOW - timedelta(days=30), sort=Sort.DELIVERED_DOWN
        ),
        "promised": Wanted(
            date_field=Moment.PROMISED, until=NOW - timedelta(days=85), sort=Sort.PROMISED_DOWN
        ),
        "number": Wanted(q=number_of(n)),
        "words": Wanted(q="red lamp"),
        "common word": Wanted(q="lamp"),
        "no word": Wanted(q="nowherefound"),
    }
    for name, wanted in filters.items():
        yield name, wanted, None
        yield f"{name}, of a merchant", wanted, "merchant-7"
    for sort in Sort:
        yield f"sort {sort}", replace(plain, sort=sort), None
        yield f"sort {sort}, of a merchant", replace(plain, sort=sort), "merchant-7"
        yield f"sort {sort}, current of a carrier", Wanted(sort=sort, past=False, carrier=("ups",)), None


def explained(url: str, n: int) -> dict[str, list[str]]:
    """The plans' nodes by shape and page."""
    return asyncio.run(_explained(url, n))


def full_reads(nodes: list[str]) -> list[str]:
    """The nodes that read a large table from end to end."""
    return [node for node in nodes if node.startswith("Seq Scan") and node.split()[-1] in BIG]


async def _explained(url: str, n: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    async with AsyncExitStack() as stack:
        store = ReadStore(url)
        await stack.enter_async_context(store.opened())
        snapshot = await stack.enter_async_context(store.latest())
        lists = Lists(snapshot, 1)
        for name, wanted, merchant in shapes(n):
            conditions = asked(wanted, merchant=merchant, now=NOW)
            first = (await lists.page(conditions, wanted.sort, behind=None, limit=51)).rows
            places = {"first page": None, "unknown": Place(None, "")}
            if len(first) == 51:
                places["next page"] = Place(first[49][1], first[49][0])
            for page, place in places.items():
                for way in ways(conditions, wanted.sort, place):
                    for statement, values in lists.statements(way, conditions, wanted.sort, behind=place):
                        explain = b"EXPLAIN (FORMAT JSON) " + statement
                        cursor = await snapshot.conn.execute(explain, values | {"limit": 51}, prepare=False)
                        ((plan,),) = await cursor.fetchall()
                        found[f"{name}: {page}, {'walking' if way[0] == 'page' else 'by words'}"] = list(
                            _nodes(plan[0]["Plan"])
                        )
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    where = [plan.get("Index Name"), plan.get("Relation Name")]
    yield " ".join([plan["Node Type"], *(each for each in where if each)])
    for under in plan.get("Plans", ()):
        yield from _nodes(under)
