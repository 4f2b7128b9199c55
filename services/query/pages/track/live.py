"""Streams for the pages: that a parcel changed, never what; the page then fetches what it may show."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from services.query.live.routes import EventStream
from services.query.parts import Parts
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

_DATA: Final = b"data:"
_NOTHING: Final = b"data: {}"


async def follow(
    parts: Parts, request: Request, shipment: str, caller: Principal, allowed: Callable[[], Awaitable[None]]
) -> Response:
    """The stream of one shipment's changes; `allowed` raises Problem when the reader may go on no longer.

    Raises Problem (404, 503), StoreAway.
    """
    if parts.live is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "live updates are not there now")
    last = request.headers.get("last-event-id")
    return EventStream(ticks(await parts.live.one(shipment, caller, last_event_id=last, allowed=allowed)))


async def ticks(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The same events without their data."""
    async with aclosing(chunks) as told:
        async for chunk in told:
            lines = (_NOTHING if line.startswith(_DATA) else line for line in chunk.split(b"\n"))
            yield b"\n".join(lines)
