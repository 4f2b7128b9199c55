"""For speed: one shipment and lists, past the framework's routing; what is not plain is left to the routes.

The framework finds routes and solves parameters for longer than the shipment takes to read.
`tests/integration/test_query_lists.py` holds that both ways answer alike.
"""

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from services.query.parts import Parts
from services.query.shipments.answering import as_it_stands, page_answer, shipment_answer, tag_of, unknown
from services.query.shipments.asking import asked_by
from services.query.shipments.listing import is_text, list_shipments
from services.query.store import StoreAway, WrongValue
from services.query.timing import ROUTE
from services.query.troubles import away
from services.runtime.http_auth import Role
from services.runtime.http_problems import Problem, problem_response

_LISTS: Final = "/v1/shipments"
_ONE: Final = f"{_LISTS}/"
_ONE_ROUTE: Final = f"{_LISTS}/{{key:path}}"


class Shortcut:
    """ASGI around the application: answers what it can answer well, hands on everything else."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        answer = None
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(_LISTS):
            try:
                answer = await self._answer(scope)
            except StoreAway as error:
                answer = away(error)
            except Problem as error:
                answer = problem_response(error)
            except (RequestValidationError, WrongValue):
                # the routes tell what is wrong
                answer = None
        await (self._app if answer is None else answer)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        if path == _LISTS:
            scope[ROUTE] = _LISTS
            return await self._list(Request(scope))
        key = path.removeprefix(_ONE)
        # a key names carrier and number; no other route's address has a colon and nothing behind it
        if scope["query_string"] or ":" not in key or "/" in key or not is_text(key):
            return None
        scope[ROUTE] = _ONE_ROUTE
        return await self._one(key, Request(scope))

    async def _list(self, request: Request) -> Response:
        caller = await self._parts.door.principal(request)
        caller.need(Role.READER)
        return page_answer(await list_shipments(self._parts, asked_by(request).wanted(), caller))

    async def _one(self, key: str, request: Request) -> Response:
        caller = await self._parts.door.principal(request)
        caller.need(Role.READER)
        found, model = await as_it_stands(self._parts, key, caller)
        if found is None:
            raise unknown(key)
        return shipment_answer(found, tag_of(found, caller, model), request.headers.get("if-none-match"))


def add_to(app: FastAPI, parts: Parts) -> None:
    """Put it before the routes; what is to see every request is added behind it."""
    app.add_middleware(Shortcut, parts=parts)
