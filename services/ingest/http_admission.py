"""Sends away what would wait too long, before the framework has spent anything on it."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from services.ingest.admission import Admission, cost_of
from services.runtime.http_problems import Problem, problem_response

_RETRY_AFTER: Final = timedelta(seconds=1)
_TOO_MANY: Final = problem_response(
    Problem(HTTPStatus.TOO_MANY_REQUESTS, "too much is being taken in", retry_after=_RETRY_AFTER)
)
_PAUSE_S: Final = 0.2
"""A refusal comes a little late: who sends again at once would take the time of those who were let in."""
_MOST_PAUSED: Final = 2_000
_MOST_DISCARDED: Final = 256 * 1024 * 1024


class AdmissionGate:
    """ASGI around the application: POST requests are counted and, when there are too many, answered 429."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission
        self._paused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        length, waits = _told(scope["headers"])
        cost = cost_of(length)
        if not self._admission.lets_in(cost):
            if not waits:
                await _discard(receive)
            await self._pause()
            await _TOO_MANY(scope, receive, send)
            return
        self._admission.enter()
        try:
            await self._app(scope, receive, send)
        finally:
            self._admission.leave(cost)

    async def _pause(self) -> None:
        if self._paused < _MOST_PAUSED:
            self._paused += 1
            try:
                await asyncio.sleep(_PAUSE_S)
            finally:
                self._paused -= 1


def _told(headers: list[tuple[bytes, bytes]]) -> tuple[int, bool]:
    """The body's length as the sender says, 0 when it does not; whether it waits to be asked for it."""
    length, waits = 0, False
    for name, value in headers:
        if name == b"content-length" and value.isdigit():
            length = int(value[:20])
        elif name == b"expect":
            waits = value.lower() == b"100-continue"
    return length, waits


async def _discard(receive: Receive) -> None:
    """Let the sender finish: one that is cut off in the middle of its body never reads our answer."""
    discarded = 0
    while discarded <= _MOST_DISCARDED:
        message = await receive()
        discarded += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return
