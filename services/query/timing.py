"""How long readers wait: from a request's arrival to the head of its answer, by route and status class."""

from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.query.parts import Parts
from services.runtime import metrics
from services.runtime.clock import monotonic

ROUTE: Final = "shiplog.route"
"""Where whoever answers without a route of the framework's says in the scope which one it is."""
_NONE: Final = "none"


class Timed:
    """ASGI around everything. A stream is timed to its beginning: it is open as long as its reader likes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = monotonic()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = f"{message['status'] // 100}xx"
                metrics.REQUEST_SECONDS.labels(_route(scope), status).observe(monotonic() - began)
            await send(message)

        await self._app(scope, receive, observed)


def _route(scope: Scope) -> str:
    """The route's template: never what the caller wrote."""
    told = scope.get(ROUTE) or getattr(scope.get("route"), "path", None)
    return told if isinstance(told, str) else _NONE


def add_to(app: FastAPI, _: Parts) -> None:
    """Put it around the application; what is added behind it would not be timed."""
    app.add_middleware(Timed)
