"""Live updates as other features see them: whoever has a way to let readers in opens streams for them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from services.query.selection import Selection
from services.runtime.http_auth import Principal

Allowed = Callable[[], Awaitable[None]]
"""Returns while the caller may go on reading; raises Problem when not."""


class Streams(Protocol):
    """Opens streams of server-sent events; what it gives ends with the service, and is to be closed."""

    async def one(
        self, shipment: str, caller: Principal, *, last_event_id: str | None, allowed: Allowed
    ) -> AsyncGenerator[bytes, None]:
        """One shipment as it changes. Raises Problem (404, 503), StoreAway, before the first byte."""
        ...

    async def over_all(
        self, selection: Selection, *, last_event_id: str | None, allowed: Allowed
    ) -> AsyncGenerator[bytes, None]:
        """All selected shipments as they change. Raises Problem (503) before the first byte."""
        ...
