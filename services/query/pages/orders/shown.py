"""Answers of the orders pages: one order, the way back to it, and what went wrong as a page."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.query.pages.orders.links import order_link
from services.query.pages.orders.looks import LOOKS
from services.query.pages.orders.sheet import Sent, Sheet
from services.query.pages.orders.whose import Whose, whose
from services.query.pages.render import page
from services.query.pages.troubles import told_as_page
from services.runtime.http_problems import Problem

Json = dict[str, Any]
Routes = TypeVar("Routes")

_NOBODY: Final = Sent()


def for_readers(
    route: Callable[[Routes, Request, Whose], Awaitable[Response]],
) -> Callable[[Routes, Request], Awaitable[Response]]:
    """The route for whoever may read orders; a stranger and every problem get a page that says so."""

    @told_as_page("orders")
    async def guarded(self: Routes, request: Request) -> Response:
        reads = await whose(request)
        if reads is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, "sign in to see orders")
        return await route(self, request, reads)

    return guarded


def order_page(
    request: Request,
    sheet: Sheet,
    reads: Whose,
    *,
    template: str = "orders_one.html",
    sent: Sent = _NOBODY,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """One order, with the news of what was just told and the form that came back."""
    told, wanted = request.query_params.get("told"), request.query_params.get("do")
    values: Json = {"sheet": sheet, "whose": reads, "sent": sent, "wanted": wanted, "told": told}
    is_shown = told is not None and sheet.has_event(told)
    return page(request, template, status=status, **LOOKS, **values, is_shown=is_shown)


def to_order(sheet: Sheet, reads: Whose, *, told: str | None) -> Response:
    """To the order's page: a reload asks for nothing again."""
    return RedirectResponse(f"{order_link(sheet.order, reads, told=told)}#asked", HTTPStatus.SEE_OTHER)


def order_id_of(request: Request) -> str:
    """The order that the address names; raises Problem (404)."""
    order_id: str = request.path_params["order_id"]
    if not order_id or "\x00" in order_id:
        raise Problem(HTTPStatus.NOT_FOUND, "no such order")
    return order_id
