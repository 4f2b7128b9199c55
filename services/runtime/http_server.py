"""The HTTP server: uvicorn, stopped by our own signal, answering HEAD, and broken HTTP as problem details."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.runtime.http_accept import Acceptor
from services.runtime.http_head import HeadAnswered
from services.runtime.http_problems import PROBLEM_JSON

_DRAIN_S: Final = 8
_KEEP_ALIVE_S: Final = 75
_BACKLOG: Final = 2048


class HttpServer(uvicorn.Server):
    """Serves until `stopped()`; `turn` is called ten times a second from its loop."""

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        *,
        stopped: Callable[[], bool],
        turn: Callable[[], None],
        ready: Callable[[], None],
        lifespan: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                HeadAnswered(app),
                http=_Protocol,
                ws="none",
                lifespan="on" if lifespan else "off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_DRAIN_S,
                backlog=_BACKLOG,
            )
        )
        self._listener = listener
        self._stopped = stopped
        self._turn = turn
        self._ready = ready
        self._said_ready = False

    def serve_until_stopped(self) -> None:
        """Answer requests; returns when those under way have been answered, at most 8 s after the stop."""
        self.run(sockets=[])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin; the listener is ours alone to accept from."""
        await super().startup(sockets)
        self._acceptor = Acceptor(self._listener, self._protocol)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, and let what is under way end."""
        self._acceptor.close()
        self._listener.close()
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        return _Protocol(self.config, self.server_state, self.lifespan.state)

    async def on_tick(self, counter: int) -> bool:
        """One turn of the server's own loop."""
        self._turn()
        if not self._said_ready:
            self._said_ready = True
            self._ready()
        if self._stopped():
            self.should_exit = True
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the StopSignal."""
        yield


class _Protocol(HttpToolsProtocol):
    def send_400_response(self, msg: str) -> None:
        status = HTTPStatus.BAD_REQUEST
        members = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": msg}
        body = orjson.dumps(members)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {PROBLEM_JSON}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def listen(host: str, port: int) -> tuple[socket.socket, str]:
    """A listening socket and its base URL; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    shown = f"[{host}]" if ":" in host else host
    return listener, f"http://{shown}:{listener.getsockname()[1]}"
