"""Addresses of the orders pages: what a reader picked and searched for stays in them."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from services.query.pages.orders.grouped import Order
from services.query.pages.orders.lists import Search
from services.query.pages.orders.whose import Whose
from services.query.shipments.wanted import Sort

_USUAL: Final = Search()


def order_link(order: Order, whose: Whose, **more: str | None) -> str:
    """The page of one order; a parcel without an order has its own page."""
    if order.order_id is None:
        return track_link(order.parcels[0])
    return _with(f"/orders/{quote(order.order_id, safe='')}", _of(order, whose) | _present(more))


def track_link(view: dict[str, Any]) -> str:
    """The page of one parcel."""
    return f"/track/{quote(view['shipment'], safe=':')}"


def list_link(search: Search, whose: Whose, **more: str | None) -> str:
    """The list with this search, some of it changed by `more`, from its first page on."""
    said = {
        "tab": search.tab if search.tab != _USUAL.tab else None,
        "q": search.q,
        "milestone": search.milestone,
        "trouble": "1" if search.trouble else None,
        "sort": search.sort.value if search.sort is not Sort.LAST_AT_DOWN else None,
    }
    return _with("/orders", whose.picked | _present(said | more))


def live_link(whose: Whose, order: Order | None = None) -> str:
    """The stream of what changes in the list, or in one order."""
    if order is None:
        return _with("/live/orders", whose.picked)
    return _with("/live/orders", _of(order, whose) | _present({"order_id": order.order_id}))


def history_link(whose: Whose, form: str) -> str:
    """All of a customer's orders as a file."""
    return _with("/history/orders", whose.picked | {"format": form})


def _of(order: Order, whose: Whose) -> dict[str, str]:
    merchant = {"merchant": order.merchant} if whose.picks and order.merchant else {}
    return whose.picked | merchant


def _with(path: str, parameters: dict[str, str]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path


def _present(parameters: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}
