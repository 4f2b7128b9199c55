"""Orders page by page: each is shown once and whole, whatever page of the list its parcels are on."""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from schemas.vocabulary import Condition, Milestone
from services.query.pages.orders.grouped import Order, grouped, order_key, order_of
from services.query.pages.orders.whose import Whose
from services.query.parts import Parts
from services.query.shipments.listing import list_shipments
from services.query.shipments.wanted import MOST, Sort, Wanted
from services.runtime.http_auth import Principal

Tab = Literal["current", "past", "all"]

TABS: Final[tuple[Tab, ...]] = ("current", "past", "all")
SORTS: Final = (Sort.LAST_AT_DOWN, Sort.EXPECTED, Sort.REGISTERED_DOWN, Sort.SLIP_DOWN)
FORMATS: Final = ("csv", "ndjson", "parquet")
MILESTONES: Final = tuple(str(m) for m in Milestone if m is not Milestone.UNKNOWN)
_PAST: Final[Mapping[Tab, bool | None]] = {"current": False, "past": True, "all": None}
_PER_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader asks of the list; `trouble`: only what has a condition."""

    tab: Tab = "current"
    q: str | None = None
    milestone: str | None = None
    trouble: bool = False
    sort: Sort = Sort.LAST_AT_DOWN
    cursor: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the tab narrows the list."""
        return not (self.q or self.milestone or self.trouble)


@dataclass(frozen=True, slots=True)
class Found:
    """One page of orders; `next`: the cursor of the next one."""

    orders: tuple[Order, ...]
    next: str | None
    is_behind: bool


def search_of(parameters: Mapping[str, str]) -> Search:
    """The search in the parameters of the address; what cannot be meant asks nothing."""
    tab: Tab = next((tab for tab in TABS if tab == parameters.get("tab")), "current")
    sort = next((sort for sort in SORTS if sort == parameters.get("sort")), Sort.LAST_AT_DOWN)
    milestone = parameters.get("milestone")
    return Search(
        tab=tab,
        q=parameters.get("q", "").replace("\x00", "").strip() or None,
        milestone=milestone if milestone in MILESTONES else None,
        trouble=parameters.get("trouble") == "1",
        sort=sort,
        cursor=parameters.get("cursor") or None,
    )


async def found(parts: Parts, search: Search, whose: Whose) -> Found:
    """The page of orders; raises Problem (400), StoreAway."""
    wanted = Wanted(
        q=search.q,
        milestone=(search.milestone,) if search.milestone else (),
        condition=tuple(Condition) if search.trouble else (),
        customer_id=whose.customer_id,
        past=_PAST[search.tab],
        sort=search.sort,
        limit=_PER_PAGE,
        cursor=search.cursor,
    )
    page = await list_shipments(parts, wanted, whose.caller)
    listed = grouped(parcel for parcel in page.items if whose.sees(parcel))
    whole = await gather(*(_whole(parts, order, wanted, whose) for order in listed))
    orders = (order for order in whole if order is not None)
    shown = tuple(order for order in orders if search.tab != "past" or order.is_past)
    return Found(shown, page.next, page.is_behind)


async def orders_named(parts: Parts, order_id: str, whose: Whose) -> list[Order]:
    """The orders of that name that may be seen: one, or one of each merchant. Raises StoreAway."""
    wanted = Wanted(order_id=order_id, customer_id=whose.customer_id, sort=Sort.REGISTERED, limit=MOST)
    page = await list_shipments(parts, wanted, whose.caller)
    return grouped(parcel for parcel in page.items if whose.sees(parcel))


async def _whole(parts: Parts, order: Order, wanted: Wanted, whose: Whose) -> Order | None:
    """The order with all its parcels; None where an earlier page has shown it."""
    if order.order_id is None:
        return order
    caller = whose.of(order.merchant)
    every = Wanted(order_id=order.order_id, customer_id=whose.customer_id, sort=wanted.sort, limit=MOST)
    key = order_key(order.parcels[0])
    parcels = [p for p in (await list_shipments(parts, every, caller)).items if order_key(p) == key]
    if len(parcels) <= len(order.parcels):
        return order
    if wanted.cursor is not None and not await _begins_here(parts, order, wanted, caller):
        return None
    return order_of(parcels)


async def _begins_here(parts: Parts, order: Order, wanted: Wanted, caller: Principal) -> bool:
    """Whether the first of the order's parcels that the list has stands on this page."""
    first = replace(wanted, order_id=order.order_id, cursor=None, limit=1)
    items = (await list_shipments(parts, first, caller)).items
    here = {parcel["shipment"] for parcel in order.parcels}
    return not items or items[0]["shipment"] in here
