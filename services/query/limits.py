"""How many requests one caller may make: so many a second, some more at once; by key, or by address."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.query.access.lockout import address_of
from services.query.caller import Door
from services.query.parts import Parts
from services.runtime.clock import monotonic
from services.runtime.http_auth import is_loopback, presented_key
from services.runtime.http_problems import Problem, problem_response

ELSEWHERE: Final = 50
"""Requests a second where others than this machine can call and nothing is configured."""
_FREE: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_MOST_CALLERS: Final = 100_000


class Buckets:
    """A bucket of tokens per caller: `burst` of them, filled again at `per_second`."""

    def __init__(self, *, per_second: float, burst: int, monotonic: Callable[[], float] = monotonic) -> None:
        self._interval = 1 / per_second
        self._depth = (burst - 1) * self._interval
        self._monotonic = monotonic
        self._full_at: dict[str, float] = {}

    def take(self, caller: str) -> timedelta | None:
        """Take a token; how long to wait when there is none."""
        now = self._monotonic()
        full_at = max(self._full_at.get(caller, now), now)
        if full_at - now > self._depth:
            return timedelta(seconds=full_at - now - self._depth)
        if len(self._full_at) >= _MOST_CALLERS:
            self._full_at = {who: at for who, at in self._full_at.items() if at > now}
        self._full_at[caller] = full_at + self._interval
        return None


class Limits:
    """ASGI around the application: who asks too often is answered 429."""

    def __init__(self, app: ASGIApp, buckets: Buckets, door: Door) -> None:
        self._app = app
        self._buckets = buckets
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"] not in _FREE:
            wait = self._buckets.take(self._caller(Request(scope)))
            if wait is not None:
                problem = Problem(HTTPStatus.TOO_MANY_REQUESTS, "too many requests", retry_after=wait)
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _caller(self, request: Request) -> str:
        # a key that nobody knows yet does not get a bucket of its own: guesses would each have one
        key = presented_key(request)
        known = None if key is None else self._door.remembered(key)
        if known is not None:
            return f"key {known}"
        return f"address {address_of(request)}"


def add_to(app: FastAPI, parts: Parts) -> None:
    """Limit callers, unless only this machine can call or nothing is to be limited."""
    settings = parts.settings
    per_second = settings.rate_limit
    if per_second is None:
        per_second = 0 if is_loopback(settings.host) else ELSEWHERE
    if per_second:
        buckets = Buckets(per_second=per_second, burst=settings.rate_burst)
        app.add_middleware(Limits, buckets=buckets, door=parts.door)
