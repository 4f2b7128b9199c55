"""For speed under load: takes in every connection that waits, at once, whichever loop runs.

uvloop takes one with each turn of its loop. Under load a turn takes a fifth of a second, and who came last
was not heard for seconds. asyncio's own loop takes all, as is done here on either;
`tests/unit/runtime/test_http_accept.py` holds it to that.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Final

from services.runtime.log import get_logger

_log: Final = get_logger(__name__)
_PAUSE_S: Final = 1.0
_NONE_LEFT: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Acceptor:
    """Gives each connection of a listening socket a protocol of its own. Used from the loop's thread."""

    def __init__(self, listener: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        """`listener` stays the caller's to close."""
        self._listener = listener
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._again: asyncio.TimerHandle | None = None
        listener.setblocking(False)
        self._watch()

    def close(self) -> None:
        """Accept no more."""
        self._loop.remove_reader(self._listener)
        if self._again is not None:
            self._again.cancel()

    def _watch(self) -> None:
        self._loop.add_reader(self._listener, self._accept_all)

    def _accept_all(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            except (InterruptedError, ConnectionAbortedError):
                continue
            except OSError as error:
                if error.errno not in _NONE_LEFT:
                    raise
                _log.warning("no_connection_can_be_accepted", detail=str(error))
                self._rest()
                return
            opening = self._loop.create_task(self._open(connection))
            self._opening.add(opening)
            opening.add_done_callback(self._opening.discard)

    def _rest(self) -> None:
        """Until somebody has closed a file: the waiting connections would call at every turn."""
        self._loop.remove_reader(self._listener)
        self._again = self._loop.call_later(_PAUSE_S, self._watch)

    async def _open(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:  # gone again already
            connection.close()
