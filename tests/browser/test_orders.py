"""My orders, as people read them: without JavaScript and with."""

import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Contexts
from tests.browser.looking import picture, violations
from tests.browser.ordered import Shop, case, delivered, new_shop, on_the_way
from tests.browser.parcels import ago
from tests.builders import canonical_scan
from tests.e2e.running import Up

LIVE_WITHIN = 1.0


@pytest.fixture
def shop(site: Up) -> Shop:
    return new_shop(site)


@pytest.fixture
def plain(contexts: Contexts) -> Page:
    """A page in a browser without JavaScript."""
    return contexts(javascript=False).new_page()


def test_orders_are_apart_by_whether_they_are_over_and_whole_however_many_parcels(
    shop: Shop, plain: Page
) -> None:
    shop.ships("O-open", *on_the_way(), item="Wool blanket")
    shop.ships("O-open", *delivered(), item="Cushion")
    shop.ships("O-over", *delivered())

    plain.goto(f"/orders?{shop.picked}")
    current = plain.locator(".order").all_inner_texts()
    plain.get_by_role("link", name="Past", exact=True).click()
    past = plain.locator(".order").all_inner_texts()

    assert len(current) == len(past) == 1
    assert "Order O-open" in current[0]
    assert "1 of 2 delivered" in current[0]
    assert "Order O-over" in past[0]


def test_orders_are_searched_filtered_and_sorted(shop: Shop, plain: Page) -> None:
    shop.ships("O-1", *on_the_way(), item="Porcelain teapot")
    shop.ships("O-2", canonical_scan("in_transit", at=ago(days=2), reason="customs_hold"), item="Lamp")

    def found(search: str) -> list[str]:
        plain.goto(f"/orders?{shop.picked}&tab=all&{search}")
        return [text.split("\n")[0] for text in plain.locator(".order").all_inner_texts()]

    assert found("q=porcelain") == ["Order O-1"]
    assert found("trouble=1") == ["Order O-2"]
    assert found("milestone=delivered") == []
    assert found("") == ["Order O-1", "Order O-2"]
    assert sorted(found("sort=expected")) == ["Order O-1", "Order O-2"]
    plain.goto(f"/orders?{shop.picked}&trouble=1")
    expect(plain.locator(".order .badges")).to_contain_text("Held by customs")


def test_one_order_id_of_two_shops_is_two_orders(shop: Shop, plain: Page) -> None:
    shop.ships("O-same", item="Lamp")
    shop.ships("O-same", item="Chair", merchant=f"{shop.merchant}-2")

    plain.goto(f"/orders/O-same?customer_id={shop.customer}")
    plain.get_by_role("link", name=f"{shop.merchant}-2").click()

    expect(plain.locator(".items")).to_have_text("2 × Chair")


@pytest.mark.parametrize(("form", "begin"), [("csv", b"order_id,"), ("ndjson", b"{"), ("parquet", b"PAR1")])
def test_the_history_is_taken_away_as_a_file(shop: Shop, plain: Page, form: str, begin: bytes) -> None:
    shop.ships("O-1", *delivered())
    plain.goto(f"/orders?{shop.picked}")
    plain.locator("summary", has_text="Download history").click()

    file = plain.request.get(plain.locator(f'a[href*="format={form}"]').get_attribute("href") or "")

    assert file.status == 200
    assert file.body().startswith(begin)
    assert "attachment" in file.headers["content-disposition"]


@pytest.mark.measured
def test_a_scan_told_while_the_list_is_open_appears_within_a_second(shop: Shop, contexts: Contexts) -> None:
    key = shop.ships("O-1", canonical_scan("picked_up", at=ago(days=1)))
    page = contexts().new_page()
    page.goto(f"/orders?{shop.picked}")
    expect(page.locator(".is-live .live")).to_be_visible()
    line = canonical_scan("out_for_delivery", at=ago()) | {"tracking_number": key.partition(":")[2]}

    began = time.monotonic()
    httpx.post(f"{shop.site.ingest}/v1/events", json=line).raise_for_status()
    expect(page.locator(".order h2 + .badge, .order .row > .badge").first).to_have_text("Out for delivery")

    assert time.monotonic() - began <= LIVE_WITHIN


@pytest.mark.parametrize(
    ("language", "width", "dark"),
    [("en", 390, False), ("ru", 390, True), ("kk", 1280, False), ("en", 1280, True)],
)
def test_every_orders_page_is_usable_by_everybody(
    shop: Shop, contexts: Contexts, pictures: Path, language: str, width: int, dark: bool
) -> None:
    shop.ships("O-1", canonical_scan("in_transit", at=ago(days=2), reason="customs_hold"))
    key = shop.ships("O-1", *on_the_way())
    shop.ships("O-2", merchant=f"{shop.merchant}-2")
    shop.ships("O-2")
    shop.tells(key, case("lost"))
    page = contexts(width=width, dark=dark, language=language).new_page()
    paths = {
        "list": f"/orders?{shop.picked}",
        "nothing": f"/orders?{shop.picked}&q=nothing",
        "one": f"/orders/O-1?{shop.picked}",
        "which": f"/orders/O-2?customer_id={shop.customer}",
    }

    for name, path in paths.items():
        page.goto(path)
        for part in page.locator("main details").all():
            part.evaluate("each => { each.open = true; }")
        picture(page, pictures, f"orders-{name}-{width}-{'dark' if dark else 'light'}-{language}")
        assert violations(page) == [], name
