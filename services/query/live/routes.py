"""Routes of live updates."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any, Final, cast

from fastapi import FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from schemas.topics import topics
from services.query.caller import Reader
from services.query.live.following import Follower
from services.query.live.hub import Hub
from services.query.live.reads import Dossiers, OwnerBook
from services.query.live.rewind import Rewinder
from services.query.live.running import running
from services.query.live.streams import Live
from services.query.parts import Parts
from services.query.selection import Selection
from services.query.streaming import Allowed
from services.runtime.clock import WallClock

_RING_BYTES: Final = 48 * 1024 * 1024
_MOST_STREAMS: Final = 10_000
_SENT_EVENTS: Final = {
    "description": "Server-sent events, until either side ends.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {200: _SENT_EVENTS}

LastEventId = Annotated[
    str | None, Header(description="The id of the event seen last: what came after it is told first.")
]
Names = Annotated[list[str], Query(default_factory=list)]


class EventStream(StreamingResponse):
    """Server-sent events; whoever produces them is ended at once when the reader has gone."""

    media_type = "text/event-stream"

    def __init__(self, chunks: AsyncIterator[bytes], status_code: int = 200) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(chunks, status_code, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until either side ends."""
        async with aclosing(cast("AsyncGenerator[bytes, None]", self.body_iterator)):
            await super().__call__(scope, receive, send)


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes; `parts.live` is there from now on."""
    live = parts.live = _live(parts)

    @app.get("/v1/shipments/{key:path}/live", response_class=EventStream, responses=_ANSWERS)
    async def one(key: str, request: Request, caller: Reader, last_event_id: LastEventId = None) -> Response:
        """One shipment as it changes: first as it stands, then after every change."""
        chunks = await live.one(
            key, caller, last_event_id=last_event_id, allowed=_still_known(parts, request)
        )
        return EventStream(chunks)

    @app.get("/v1/live", response_class=EventStream, responses=_ANSWERS)
    async def over_all(
        request: Request,
        caller: Reader,
        milestone: Names,
        status: Names,
        condition: Names,
        carrier: Names,
        customer_id: Names,
        order_id: Names,
        merchant: str | None = None,
        last_event_id: LastEventId = None,
    ) -> Response:
        """All shipments that are selected, as they change."""
        selection = Selection(
            merchant=caller.merchant or merchant,
            carrier=tuple(carrier),
            milestone=tuple(milestone),
            status=tuple(status),
            condition=tuple(condition),
            customer_id=tuple(customer_id),
            order_id=tuple(order_id),
        )
        chunks = await live.over_all(
            selection, last_event_id=last_event_id, allowed=_still_known(parts, request)
        )
        return EventStream(chunks)


def _live(parts: Parts) -> Live:
    settings = parts.settings
    topic = topics(prefix=settings.topic_prefix, partitions=settings.partitions).status.name
    owners = OwnerBook(parts.store)
    hub = Hub(ring_bytes=_RING_BYTES, owners_of=owners.owners_of)
    rewinder = Rewinder(settings.kafka, topic, clock=WallClock())
    parts.alongside.append(partial(running, hub, rewinder, kafka=settings.kafka, topic=topic))
    parts.at_stop.append(hub.end)
    parts.health.add_check("live", lambda: hub.trouble)
    follower = Follower(hub, rewinder, owners.owners_of)
    return Live(parts.store, follower, Dossiers(parts.store), most_streams=_MOST_STREAMS)


def _still_known(parts: Parts, request: Request) -> Allowed:
    async def still_known() -> None:
        await parts.door.principal(request)

    return still_known
