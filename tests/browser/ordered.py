"""Orders that the tests of the orders page look at, and what the log has of what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from tests.browser.parcels import ago, in_days, tell
from tests.builders import canonical, canonical_registered, canonical_scan
from tests.e2e.running import Up

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shop:
    """A customer of a shop, both known to one test only."""

    site: Up
    merchant: str
    customer: str

    @property
    def picked(self) -> str:
        """The parameters that show this customer's orders."""
        return f"customer_id={self.customer}&merchant={self.merchant}"

    @property
    def query(self) -> str:
        """The read side's base URL."""
        return str(self.site.ready["query"])

    def ships(self, order_id: str, *scans: Json, item: str = "Teapot", merchant: str | None = None) -> str:
        """Register a parcel of the order, tell its scans; its key."""
        number = f"N{uuid4().hex[:12].upper()}"
        promise = {"kind": "order_promised", "to": in_days(3), "zone": "Asia/Almaty"}
        registered = canonical_registered(
            order_id,
            number=number,
            at=ago(days=9),
            customer_id=self.customer,
            merchant=merchant or self.merchant,
            items=[{"name": item, "quantity": 2}],
            promise=promise,
        )
        lines = [registered, *(scan | {"tracking_number": number} for scan in scans)]
        return tell(self.site.ingest, self.query, lines)

    def tells(self, key: str, *lines: Json) -> None:
        """Tell more of a parcel."""
        number = key.partition(":")[2]
        tell(self.site.ingest, self.query, [line | {"tracking_number": number} for line in lines])

    def asked(self, key: str, kind: str) -> list[Json]:
        """The timeline's entries of a type."""
        timeline: Sequence[Json] = httpx.get(f"{self.query}/v1/shipments/{key}").json()["timeline"]
        return [entry for entry in timeline if entry["type"] == kind]


def new_shop(site: Up) -> Shop:
    """A shop and a customer that nobody else has."""
    return Shop(site, f"shop-{uuid4().hex[:8]}", f"C-{uuid4().hex[:8]}")


def on_the_way() -> list[Json]:
    """Scans of a parcel that the carrier has."""
    return [canonical_scan("picked_up", at=ago(days=3)), canonical_scan("in_transit", at=ago(days=1))]


def delivered() -> list[Json]:
    """Scans of a parcel that came yesterday."""
    return [canonical_scan("picked_up", at=ago(days=3)), canonical_scan("delivered", at=ago(days=1))]


def answer(kind: str, request_id: str) -> Json:
    """What a carrier says to a request."""
    return canonical(kind, request_id=request_id, at=ago())


def case(kind: str) -> Json:
    """A case about a parcel, just opened."""
    line = canonical("CaseOpened", case_id="K-1", at=ago(minutes=1))
    line["data"]["kind"] = kind
    return line


def open_order(page: Page, shop: Shop, order_id: str) -> None:
    """From the list of orders to one of them."""
    link = page.get_by_role("link", name=f"Order {order_id}", exact=True)
    # what was just told is in lists a moment later than in the parcel itself
    for _ in range(20):
        page.goto(f"/orders?{shop.picked}&tab=all")
        if link.count():
            break
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Order {order_id}")


def choose(page: Page, summary: str) -> None:
    """Open what can be asked."""
    page.locator("summary", has_text=summary).click()
