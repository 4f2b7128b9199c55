"""What live updates run beside the server: threads that read, and their way to the loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from services.query.live.change import Change
from services.query.live.hub import Hub
from services.query.live.rewind import Rewinder
from services.query.live.tail import Tail
from services.query.store import StoreAway
from services.runtime.log import get_logger

_LOG: Final = get_logger(__name__)
_JOIN_S: Final = 5.0
_AGAIN_S: Final = 0.5


class Bridge:
    """Tells a hub, on its loop, what a tail reads on its thread; a call returns when the hub is done."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self._hub, self._loop = hub, loop
        self._closed = threading.Event()

    def begin(self, places: Mapping[int, int]) -> None:
        """As Hub.begin."""
        self._do(self._begin(places))

    def take(self, changes: list[Change]) -> None:
        """As Hub.take; waits for as long as PostgreSQL is away."""
        while not self._closed.is_set():
            try:
                self._do(self._hub.take(changes))
                return
            except StoreAway as error:
                _LOG.warning("live_updates_wait", why=str(error))
                self._closed.wait(_AGAIN_S)

    def caught_up(self) -> None:
        """As Hub.caught_up."""
        self._do(self._caught_up())

    def broke(self, why: str) -> None:
        """Let health tell it."""
        self._hub.trouble = why

    def close(self) -> None:
        """Wait for nothing any more."""
        self._closed.set()

    def _do(self, deed: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(deed, self._loop).result()

    async def _begin(self, places: Mapping[int, int]) -> None:
        self._hub.begin(places)

    async def _caught_up(self) -> None:
        self._hub.caught_up()


@asynccontextmanager
async def running(hub: Hub, rewinder: Rewinder, *, kafka: str, topic: str) -> AsyncIterator[None]:
    """Follow the topic until the block ends."""
    bridge = Bridge(hub, asyncio.get_running_loop())
    tail = Tail(kafka, topic, bridge, before_end=hub.offsets_before_end)
    threads: tuple[Tail | Rewinder, ...] = (tail, rewinder)
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        hub.end()
        bridge.close()
        for thread in threads:
            thread.stop()
        for thread in threads:
            await asyncio.to_thread(thread.join, _JOIN_S)
