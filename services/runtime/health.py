"""Health: a loop that still turns is alive, one whose needs are met is ready; both over HTTP."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

import orjson

from services.runtime import metrics
from services.runtime.clock import Clock, WallClock, monotonic
from services.runtime.log import get_logger

_log: Final = get_logger(__name__)
Check = Callable[[], str | None]
"""None when all is well, else what is wrong, in a few words."""

_Answer = tuple[HTTPStatus, str, bytes]
_JSON: Final = "application/json"


class Health:
    """What a service says of itself. Its loop calls `beat()`; silence for `stall_after` is a stall."""

    def __init__(
        self,
        stall_after: timedelta,
        *,
        monotonic: Callable[[], float] = monotonic,
        clock: Clock | None = None,
    ) -> None:
        self._stall_after = stall_after.total_seconds()
        self._monotonic = monotonic
        self._clock = clock or WallClock()
        self._last_beat = monotonic()
        self._checks: dict[str, Check] = {}
        self._still: str | None = None

    def beat(self) -> None:
        """The loop has come round once more."""
        self._last_beat = self._monotonic()
        metrics.HEARTBEAT_TIMESTAMP.set(self._clock.now_ms() / 1000)

    def stands_still(self, what: str | None) -> None:
        """Say that the loop turns and does not move what it has to, or None: it does."""
        if what is not None and self._still is None:
            _log.error("stands_still", what=what)
        self._still = what

    def add_check(self, name: str, check: Check) -> None:
        """Let readiness depend on `check` too; it is called from the HTTP thread."""
        self._checks[name] = check

    def live(self) -> str | None:
        """None while the loop turns and moves, else for how long it has not, or what stands still."""
        silent = self._monotonic() - self._last_beat
        return f"no beat for {silent:.1f} s" if silent > self._stall_after else self._still

    def ready(self) -> Mapping[str, str]:
        """What is wrong, by check; empty when the service can do its work."""
        troubles = {name: trouble for name, check in self._checks.items() if (trouble := check())}
        if stall := self.live():
            troubles["loop"] = stall
        return troubles


class HealthServer:
    """A running health endpoint: `url` is its base, `close()` ends it."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        host, port = str(server.server_address[0]), server.server_address[1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; returns when the port is free again."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve_health(health: Health, host: str, port: int) -> HealthServer:
    """Serve /healthz, /readyz and /metrics in a thread; port 0 takes a free one. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = _answer(health, self.path, self.headers.get("Accept"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            with suppress(ConnectionError):  # a probe that gave up while this process was slow
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Probes come every few seconds: they are not worth a line."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return HealthServer(server)


def _answer(health: Health, path: str, accept: str | None) -> _Answer:
    route = path.partition("?")[0]
    if route == "/metrics":
        kind, body = metrics.exposition(accept)
        return HTTPStatus.OK, kind, body
    if route == "/healthz":
        stall = health.live()
        return _verdict({"loop": stall} if stall else {})
    if route == "/readyz":
        return _verdict(health.ready())
    return HTTPStatus.NOT_FOUND, _JSON, orjson.dumps({"error": "not found"})


def _verdict(troubles: Mapping[str, str]) -> _Answer:
    status = HTTPStatus.SERVICE_UNAVAILABLE if troubles else HTTPStatus.OK
    return status, _JSON, orjson.dumps({"ok": not troubles, "troubles": dict(troubles)})
