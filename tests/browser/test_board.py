"""The operations board: figures that count what their lists list, for staff who signed in."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.beside import query_beside
from tests.browser.conftest import Contexts
from tests.browser.looking import picture, violations
from tests.browser.ordered import Shop, case, delivered, new_shop, on_the_way
from tests.browser.parcels import ago
from tests.builders import canonical_scan
from tests.e2e.running import Up

BOARD_IS_KEPT_MS = 6_000
HOUSE = {"SHIPLOG_API_KEY": "the-key-of-the-house"}


@pytest.fixture
def shop(site: Up) -> Shop:
    return new_shop(site)


def troubled(shop: Shop) -> None:
    """Parcels with something that needs a look, of several ages."""
    shop.ships("O-1", canonical_scan("in_transit", at=ago(hours=5), reason="customs_hold"))
    shop.ships("O-2", canonical_scan("in_transit", at=ago(days=2), reason="on_hold", party="carrier"))
    shop.ships("O-3", canonical_scan("in_transit", at=ago(days=8), reason="damaged"))
    unread = canonical_scan("unknown", code="Q77", at=ago(days=4))
    shop.ships("O-4", canonical_scan("picked_up", at=ago(days=5)), unread)


def sign_in(page: Page, key: str) -> None:
    """Give the API key."""
    page.goto("/board")
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_alerts_of_the_last_day_are_counted_and_listed(shop: Shop, contexts: Contexts) -> None:
    shop.ships("O-1", *delivered())
    page = contexts(javascript=False).new_page()

    for _ in range(50):
        page.goto("/board/alerts?kind=delivered")
        if page.locator("tbody tr").count():
            break
        page.wait_for_timeout(200)
    listed = page.locator("tbody tr").count()
    page.wait_for_timeout(BOARD_IS_KEPT_MS)
    page.goto("/board")

    told = page.locator("a[href='/board/alerts?kind=delivered']").inner_text()
    assert int(told) == listed >= 1


def numbers(page: Page) -> dict[str, int]:
    """Every number of the board by the address of its list."""
    links = page.locator("main a[href^='/board/list?']").all()
    found: dict[str, int] = {}
    for link in links:
        text = link.locator("strong").inner_text() if link.locator("strong").count() else link.inner_text()
        found[link.get_attribute("href") or ""] = int(text.replace(",", ""))
    return found


def test_every_number_of_the_board_is_how_many_its_list_has(shop: Shop, contexts: Contexts) -> None:
    troubled(shop)
    page = contexts(javascript=False).new_page()
    page.wait_for_timeout(BOARD_IS_KEPT_MS)

    page.goto("/board")
    told = numbers(page)
    listed = {}
    for path in told:
        page.goto(path)
        listed[path] = int((page.locator("#how-many").inner_text()).split()[0].replace(",", ""))

    assert listed == told
    assert len(told) > 12


def test_a_list_shows_the_parcels_and_leads_to_them(shop: Shop, contexts: Contexts) -> None:
    troubled(shop)
    page = contexts(javascript=False).new_page()

    page.goto("/board/list?condition=customs_hold&age=0-1")
    row = page.locator("tbody tr", has_text=shop.merchant)
    expect(row).to_contain_text("Held by customs")
    row.get_by_role("link", name="O-1").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Order O-1")


def test_codes_that_we_cannot_read_are_listed(shop: Shop, contexts: Contexts) -> None:
    troubled(shop)
    page = contexts(javascript=False).new_page()

    page.goto("/board/list?condition=unknown_codes")

    expect(page.locator("tbody tr", has_text=shop.merchant)).to_contain_text("O-4")


def settled(page: Page) -> str:
    """The board's first number, no longer of before this test: figures are kept for some seconds."""
    for _ in range(6):
        shown = page.locator(".tile strong").first.inner_text()
        page.wait_for_timeout(10_000)
        if page.locator(".tile strong").first.inner_text() == shown:
            return shown
    raise AssertionError("the figures do not come to rest")


def test_the_board_follows_what_happens(shop: Shop, contexts: Contexts) -> None:
    key = shop.ships("O-1", *on_the_way())
    page = contexts().new_page()
    page.goto("/board")
    expect(page.locator(".is-live .live")).to_be_visible()
    before = settled(page)

    shop.tells(key, case("lost"))

    expect(page.locator(".tile strong").first).to_have_text(str(int(before) + 1), timeout=15_000)


def test_staff_sign_in_with_a_key_once_and_strangers_see_nothing(
    shop: Shop, contexts: Contexts, tmp_path: Path
) -> None:
    troubled(shop)
    with query_beside(shop.site, tmp_path, **HOUSE) as guarded:
        page = contexts(javascript=False, base_url=guarded).new_page()
        strangers = [
            httpx.get(f"{guarded}{path}").status_code for path in ("/board", "/board/list", "/board/live")
        ]
        sign_in(page, "a key that nobody has")
        expect(page.get_by_role("alert")).to_have_text("This key is not known, or was taken back.")
        sign_in(page, HOUSE["SHIPLOG_API_KEY"])

        expect(page.get_by_role("heading", level=1)).to_have_text("Operations")
        (session,) = [cookie for cookie in page.context.cookies() if cookie["name"] == "session"]
        assert session["httpOnly"]
        assert HOUSE["SHIPLOG_API_KEY"] not in session["value"]
        assert strangers == [303, 303, 401]


def test_a_tenants_staff_sees_the_figures_of_its_own_shipments(
    shop: Shop, contexts: Contexts, tmp_path: Path
) -> None:
    troubled(shop)
    troubled(new_shop(shop.site))
    made = shop.site.place.shiplog(
        "keys", "create", "--name", "board", "--role", "reader", "--merchant", shop.merchant
    ).value
    with query_beside(shop.site, tmp_path, **HOUSE) as guarded:
        page = contexts(javascript=False, base_url=guarded).new_page()

        sign_in(page, made.get("secret") or made["key"])
        expect(page.locator(".tile strong").first).to_have_text("4")
        page.goto("/board/list?condition=any")

        expect(page.locator("tbody tr")).to_have_count(4)
        expect(page.locator("tbody tr", has_text=shop.merchant)).to_have_count(4)


@pytest.mark.parametrize(
    "query", ["late=x", "age=9-9", "condition=%00", "q=%00%ff", "carrier=" + "x" * 5_000]
)
def test_what_cannot_be_meant_asks_nothing(site: Up, query: str) -> None:
    assert httpx.get(f"{site.ready['query']}/board/list?{query}").status_code == 200


@pytest.mark.parametrize(
    ("language", "width", "dark"),
    [("en", 390, False), ("ru", 390, True), ("kk", 1280, False), ("en", 1280, True)],
)
def test_the_board_is_usable_by_everybody(
    shop: Shop, contexts: Contexts, pictures: Path, language: str, width: int, dark: bool
) -> None:
    troubled(shop)
    page = contexts(width=width, dark=dark, language=language).new_page()

    for name, path in {
        "board": "/board",
        "list": "/board/list?condition=any",
        "alerts": "/board/alerts",
    }.items():
        page.goto(path)
        picture(page, pictures, f"board-{name}-{width}-{'dark' if dark else 'light'}-{language}")
        assert violations(page) == [], name


def test_the_way_in_is_usable_by_everybody(
    site: Up, contexts: Contexts, pictures: Path, tmp_path: Path
) -> None:
    with query_beside(site, tmp_path, **HOUSE) as guarded:
        page = contexts(base_url=guarded, width=390).new_page()
        sign_in(page, "wrong")

        picture(page, pictures, "board-sign-in-390")
        assert violations(page) == []
