"""Routes of the orders page: the list, one order, its live stream, the history as a file."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response

from services.query.exports.forms import Form
from services.query.exports.pages import Taken
from services.query.exports.routes import Exports
from services.query.exports.what import What
from services.query.live.routes import EventStream
from services.query.pages.orders import lists
from services.query.pages.orders.asking import Asking
from services.query.pages.orders.following import with_answers
from services.query.pages.orders.looks import LOOKS
from services.query.pages.orders.sheet import sheets_with
from services.query.pages.orders.shown import for_readers, order_id_of, order_page
from services.query.pages.orders.whose import Whose, given, whose
from services.query.pages.render import page
from services.query.pages.track.live import ticks
from services.query.parts import Parts
from services.query.selection import Selection
from services.query.telling import Teller
from services.runtime.http_problems import Problem

Json = dict[str, Any]


def add_to(app: FastAPI, parts: Parts) -> None:
    """Add the routes, and the way to ingest."""
    teller = Teller(parts.settings)
    parts.alongside.append(teller.opened)
    routes, asking = _Orders(parts, Exports(parts)), Asking(parts, teller)
    one = "/orders/{order_id:path}"
    app.add_api_route("/orders", routes.many, methods=["GET"], include_in_schema=False)
    app.add_api_route("/history/orders", routes.history, methods=["GET"], include_in_schema=False)
    app.add_api_route("/live/orders", routes.live, methods=["GET"], include_in_schema=False)
    app.add_api_route(one, routes.one, methods=["GET"], include_in_schema=False)
    app.add_api_route(one, asking.ask, methods=["POST"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Orders:
    parts: Parts
    exports: Exports

    @for_readers
    async def many(self, request: Request, reads: Whose) -> Response:
        search = lists.search_of(request.query_params)
        found = await lists.found(self.parts, search, reads)
        template = "orders_list.html" if "part" in request.query_params else "orders.html"
        values: Json = {"search": search, "found": found, "whose": reads, "choices": lists}
        return page(request, template, **LOOKS | values)

    @for_readers
    async def one(self, request: Request, reads: Whose) -> Response:
        found = await sheets_with(self.parts, order_id_of(request), reads, request.query_params.get("told"))
        if not any(sheet.parcels for sheet in found):
            raise Problem(HTTPStatus.NOT_FOUND, "no such order")
        if len(found) > 1:
            return page(request, "orders_which.html", **LOOKS, sheets=found, whose=reads)
        template = "orders_parcels.html" if "part" in request.query_params else "orders_one.html"
        return order_page(request, found[0], reads, template=template)

    @for_readers
    async def live(self, request: Request, reads: Whose) -> Response:
        """That an order changed, never what: the page then fetches what it may show."""
        if self.parts.live is None:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "live updates are not there now")
        customer, order_id = reads.customer_id, given(request, "order_id")
        selection = Selection(
            merchant=reads.caller.merchant,
            customer_id=(customer,) if customer else (),
            order_id=(order_id,) if order_id else (),
        )

        async def allowed() -> None:
            if await whose(request) != reads:
                raise Problem(HTTPStatus.UNAUTHORIZED, "the session is over")

        last = request.headers.get("last-event-id")
        told = ticks(await self.parts.live.over_all(selection, last_event_id=last, allowed=allowed))
        if order_id is None:
            return EventStream(told)
        orders = await lists.orders_named(self.parts, order_id, reads)
        return EventStream(with_answers(self.parts, orders, told))

    @for_readers
    async def history(self, request: Request, reads: Whose) -> Response:
        """All orders of a customer as a file; the house without a merchant or a customer takes exports."""
        form = next((each for each in Form if each == request.query_params.get("format", "csv")), None)
        merchant, customer = reads.caller.merchant, reads.customer_id
        if form is None or (customer is None and merchant is None):
            raise Problem(HTTPStatus.BAD_REQUEST, "a customer or a merchant, and csv, ndjson or parquet")
        unclaimed = not reads.picks and merchant is None
        taken = Taken(What.ORDERS, merchant, customer, unclaimed=unclaimed)
        return await self.exports.response(taken, form)
