"""The thread that keeps the index: one of all query processes follows, the others stand by."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Final

from anyio import to_thread

from services.query.index.building import follow
from services.query.index.reached import Reached
from services.query.index.store import IndexStore, passes
from services.runtime.log import get_logger
from services.runtime.postgres import DatabaseError

_LOG: Final = get_logger(__name__)
_TURN: Final = 0.1
_LEAST: Final = 0.01
_WHILE_AWAY: Final = 1.0


class Follower:
    """Follows, or waits until whoever follows is gone. `number`: the index that answered last."""

    def __init__(self, url: str) -> None:
        self.number: int | None = None
        self.reached = Reached()
        self._store: IndexStore | None = None
        self._url = url
        self._stopped = threading.Event()
        self._wanted = threading.Event()
        self._broken: BaseException | None = None

    def kick(self) -> None:
        """Somebody waits for what was just committed."""
        self._wanted.set()

    def trouble(self) -> str | None:
        """For health: what ended the thread, if something has."""
        return None if self._broken is None else f"the index is not followed ({self._broken!r:.200})"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Following, until the block ends."""
        thread = threading.Thread(target=self._run, name="index", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            self._wanted.set()
            if (store := self._store) is not None:
                await to_thread.run_sync(store.interrupt)
            await to_thread.run_sync(thread.join)

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._follow_once()
        except BaseException as error:
            self._broken = error
            _LOG.exception("index_follower_broke")
            raise

    def _follow_once(self) -> None:
        """Follow until PostgreSQL goes away."""
        try:
            with closing(IndexStore(self._url)) as self._store:
                while not self._stopped.is_set() and not self._store.take():
                    self._stopped.wait(_WHILE_AWAY)
                follow(self._store, self.reached, until=self._stopped.is_set, pause=self._pause)
        except DatabaseError as error:
            if not passes(error):
                raise
            _LOG.warning("index_store_away", error=type(error).__name__)
            self._stopped.wait(_WHILE_AWAY)
        finally:
            self.reached.forget()

    def _pause(self) -> None:
        self._stopped.wait(_LEAST)
        self._wanted.wait(_TURN)
        self._wanted.clear()
