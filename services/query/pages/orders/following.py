"""The stream that one order's page follows: changes of its parcels, and what was asked and answered.

A request moves no shipment, so `shipment-status` does not tell of it: its timeline is looked at.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from importlib.resources import files
from typing import Any, Final

from services.query.pages.orders.grouped import Order
from services.query.parts import Parts
from services.query.store import Row, StoreAway
from services.runtime.postgres import load_queries

_QUERIES: Final = load_queries(files("services.query.pages.orders").joinpath("reads.sql").read_text())
_LOOK_AGAIN_S: Final = 2.0
_CHANGED: Final = b"event: change\ndata: {}\n\n"


async def with_answers(
    parts: Parts, orders: Sequence[Order], told: AsyncGenerator[bytes, None]
) -> AsyncGenerator[bytes, None]:
    """What is told, and a change whenever a timeline of the orders' parcels has grown; ends with `told`."""
    shipments = [parcel["shipment"] for order in orders for parcel in order.parcels]
    waiting: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)
    passing = asyncio.create_task(_pass_on(told, waiting))
    looking = asyncio.create_task(_look(parts, shipments, waiting))
    tasks: set[asyncio.Task[Any]] = {passing, looking}
    try:
        while True:
            coming = asyncio.create_task(waiting.get())
            tasks = {passing, looking, coming}
            await asyncio.wait({coming, passing}, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                return
            yield coming.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _pass_on(told: AsyncGenerator[bytes, None], waiting: "asyncio.Queue[bytes]") -> None:
    async with aclosing(told):
        async for chunk in told:
            await waiting.put(chunk)


async def _look(parts: Parts, shipments: list[str], waiting: "asyncio.Queue[bytes]") -> None:
    async for _ in _growths(parts, shipments):
        await waiting.put(_CHANGED)


async def _growths(parts: Parts, shipments: list[str]) -> AsyncIterator[None]:
    known = await _known(parts, shipments)
    while True:
        await asyncio.sleep(_LOOK_AGAIN_S)
        now = await _known(parts, shipments)
        if now is not None and now != known:
            if known is not None:
                yield
            known = now


async def _known(parts: Parts, shipments: list[str]) -> Row | None:
    """None while nobody can be asked."""
    try:
        async with parts.store.latest() as snapshot:
            return await snapshot.row(_QUERIES, "told_of", {"shipments": shipments})
    except StoreAway:
        return None
