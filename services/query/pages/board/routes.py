"""Routes of the operations board: the figures, the lists behind them, and the way in for staff."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from schemas.vocabulary import AlertKind
from services.query.access.secret import signer_of
from services.query.access.visitor import sign_in_staff, staff_of
from services.query.alerts.listing import PURPOSE, BadCursor, WantedAlerts, list_alerts
from services.query.live.routes import EventStream
from services.query.pages.board.figures import CONDITIONS, Boards, alerts_since
from services.query.pages.board.lists import chosen_of
from services.query.pages.board.looks import LOOKS
from services.query.pages.forms import posted
from services.query.pages.render import page
from services.query.pages.troubles import told_as_page
from services.query.parts import Parts
from services.query.shipments.listing import list_shipments
from services.query.shipments.store import now_of
from services.query.store import StoreAway
from services.runtime.http_auth import Principal
from services.runtime.http_problems import Problem

_PER_PAGE: Final = 50
_EVERY_S: Final = 5.0
_COME_BACK: Final = b"retry: 3000\n\n"
_CHANGED: Final = b"event: change\ndata: {}\n\n"
_SAME: Final = b": nothing new\n\n"


def for_staff(
    route: Callable[["_Board", Request, Principal], Awaitable[Response]],
) -> Callable[["_Board", Request], Awaitable[Response]]:
    """The route for staff; others are shown the way in."""

    @told_as_page("board")
    async def guarded(self: "_Board", request: Request) -> Response:
        staff = await staff_of(request)
        if staff is None:
            return RedirectResponse("/board/sign-in", HTTPStatus.SEE_OTHER)
        return await route(self, request, staff)

    return guarded


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes."""
    routes = _Board(parts)
    parts.at_stop.append(routes.end)
    app.add_api_route("/board", routes.figures, methods=["GET"], include_in_schema=False)
    app.add_api_route("/board/live", routes.live, methods=["GET"], include_in_schema=False)
    app.add_api_route("/board/list", routes.listed, methods=["GET"], include_in_schema=False)
    app.add_api_route("/board/alerts", routes.alerts, methods=["GET"], include_in_schema=False)
    app.add_api_route("/board/sign-in", routes.way_in, methods=["GET"], include_in_schema=False)
    app.add_api_route("/board/sign-in", routes.sign_in, methods=["POST"], include_in_schema=False)


class _Board:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._boards = Boards(parts)
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Let the streams end."""
        self._ended.set()

    @for_staff
    async def figures(self, request: Request, staff: Principal) -> Response:
        board = await self._boards.board(staff)
        template = "board_figures.html" if "part" in request.query_params else "board.html"
        return page(request, template, **LOOKS, board=board, merchant=staff.merchant)

    async def live(self, request: Request) -> Response:
        if await staff_of(request) is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "sign in to follow the board")
        return EventStream(self._changes(request))

    async def _changes(self, request: Request) -> AsyncGenerator[bytes, None]:
        """That the figures are others than before, looked at every few seconds."""
        yield _COME_BACK
        shown = None
        while not self._ended.is_set() and (staff := await staff_of(request)) is not None:
            try:
                board = await self._boards.board(staff)
            except StoreAway:
                return
            yield _CHANGED if shown not in (None, board) else _SAME
            shown = board
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _EVERY_S)

    @for_staff
    async def listed(self, request: Request, staff: Principal) -> Response:
        chosen = chosen_of(request.query_params)
        async with self._parts.store.latest() as snapshot:
            now = await now_of(snapshot)
        found = await list_shipments(self._parts, chosen.wanted(now, counted=True), staff)
        return page(request, "board_list.html", **LOOKS, chosen=chosen, found=found, names=CONDITIONS)

    @for_staff
    async def alerts(self, request: Request, staff: Principal) -> Response:
        kinds = tuple(each for each in AlertKind if each == request.query_params.get("kind"))
        # a page behind another is of the same list: from when on stays in the address
        since = alerts_since(request.query_params.get("since"))
        wanted = WantedAlerts(kind=kinds, merchant=staff.merchant, since=since)
        secret = signer_of(self._parts.settings).key(PURPOSE)
        cursor = request.query_params.get("cursor") or None
        try:
            async with self._parts.store.latest() as snapshot:
                found = await list_alerts(snapshot, wanted, limit=_PER_PAGE, cursor=cursor, secret=secret)
        except BadCursor as error:
            raise Problem(HTTPStatus.BAD_REQUEST, str(error)) from error
        values = {"found": found, "kind": kinds[0] if kinds else None, "from_": since.isoformat()}
        return page(request, "board_alerts.html", **LOOKS | values)

    @told_as_page("board")
    async def way_in(self, request: Request) -> Response:
        if await staff_of(request) is not None:
            return RedirectResponse("/board", HTTPStatus.SEE_OTHER)
        return page(request, "board_sign_in.html", **LOOKS, wrong=False)

    @told_as_page("board")
    async def sign_in(self, request: Request) -> Response:
        """Start a session for whoever has an API key; the key itself is kept nowhere."""
        key = (await posted(request)).get("api_key", "").strip()
        digest = hashlib.sha256(key.encode()).digest()
        if not key or await self._parts.door.known(digest) is None:
            status = HTTPStatus.UNAUTHORIZED
            return page(request, "board_sign_in.html", status=status, **LOOKS, wrong=True)
        response = RedirectResponse("/board", HTTPStatus.SEE_OTHER)
        sign_in_staff(request, response, digest)
        return response
