"""What the orders pages do not take, do not show, and cannot pass on."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.beside import query_beside
from tests.browser.conftest import Contexts
from tests.browser.looking import violations
from tests.browser.ordered import Shop, choose, new_shop, open_order
from tests.browser.parcels import ago
from tests.builders import canonical_scan
from tests.e2e.running import Up


@pytest.fixture
def shop(site: Up) -> Shop:
    return new_shop(site)


@pytest.fixture
def plain(contexts: Contexts) -> Page:
    """A page in a browser without JavaScript."""
    return contexts(javascript=False).new_page()


def test_a_form_that_is_sent_twice_is_one_request(shop: Shop) -> None:
    key = shop.ships("O-1")
    with httpx.Client(base_url=shop.query) as client:
        text = client.get(f"/orders/O-1?{shop.picked}").text
        form = text[text.index('name="action" value="cancel"') - 400 :]
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)[:4])
        fields |= {"action": "cancel", "reason": "other", "shipment": key}

        answers = [client.post(f"/orders/O-1?{shop.picked}", data=fields).status_code for _ in range(3)]

    assert answers == [303, 303, 303]
    assert len(shop.asked(key, "ShipmentCancelled")) == 1


def test_a_form_from_elsewhere_is_refused(shop: Shop) -> None:
    key = shop.ships("O-1")
    fields = {"action": "cancel", "reason": "other", "shipment": key, "key": "k" * 22}

    refused = httpx.post(f"{shop.query}/orders/O-1?{shop.picked}", data=fields)

    assert refused.status_code == 403
    assert shop.asked(key, "ShipmentCancelled") == []


def test_what_is_too_late_by_now_is_said_and_not_told(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1")
    open_order(plain, shop, "O-1")
    choose(plain, "Cancel the order")
    plain.get_by_label("Why?").select_option("other")

    shop.tells(key, canonical_scan("picked_up", at=ago()))
    plain.get_by_role("button", name="Cancel it now").click()

    expect(plain.get_by_role("alert")).to_contain_text("This is not possible any more")
    assert shop.asked(key, "ShipmentCancelled") == []


def test_what_was_typed_stays_while_ingest_is_away_and_can_be_sent_again(
    shop: Shop, contexts: Contexts, tmp_path: Path
) -> None:
    key = shop.ships("O-1")
    with query_beside(shop.site, tmp_path, SHIPLOG_INGEST_URL="http://127.0.0.1:9") as cut_off:
        page = contexts(javascript=False, base_url=cut_off).new_page()
        open_order(page, shop, "O-1")
        choose(page, "Change the address")
        for label, text in (("Street and house", "Abay 7"), ("Town", "Almaty"), ("Country", "KZ")):
            page.get_by_label(label).fill(text)
        sent_as = page.locator("#ask-1-address input[name=key]").get_attribute("value")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.get_by_role("button", name="Ask for the change").click()

        assert (answered.value.status, answered.value.headers["retry-after"]) == (503, "5")
        expect(page.get_by_role("alert")).to_contain_text("We cannot pass it on right now")
        expect(page.get_by_label("Street and house")).to_have_value("Abay 7")
        expect(page.locator("#ask-1-address input[name=key]")).to_have_attribute("value", sent_as or "")
    assert shop.asked(key, "AddressChangeRequested") == []


def test_a_stranger_is_asked_to_sign_in(shop: Shop, contexts: Contexts, tmp_path: Path) -> None:
    shop.ships("O-1")
    with query_beside(shop.site, tmp_path, SHIPLOG_API_KEY="the-house") as guarded:
        page = contexts(base_url=guarded).new_page()
        answers = [page.goto(path) for path in (f"/orders?{shop.picked}", f"/orders/O-1?{shop.picked}")]

        assert [answer and answer.status for answer in answers] == [401, 401]
        expect(page.get_by_role("heading", level=1)).to_have_text("Please sign in")
        assert violations(page) == []


def test_a_signed_in_customer_sees_and_asks_only_of_its_own(shop: Shop, contexts: Contexts) -> None:
    shop.ships("O-mine")
    other = new_shop(shop.site)
    theirs = other.ships("O-theirs")
    link = httpx.post(
        f"{shop.query}/v1/sign-in-links", json={"merchant": shop.merchant, "customer_id": shop.customer}
    )
    page = contexts(javascript=False).new_page()
    page.goto(link.json()["url"])
    if page.get_by_role("button", name="Sign in").count():
        page.get_by_role("button", name="Sign in").click()

    page.goto(f"/orders?{other.picked}&tab=all")
    listed = page.locator(".order h2").all_inner_texts()
    page.goto("/orders/O-mine")
    mark = page.locator("input[name=form_token]").first.get_attribute("value") or ""
    form = {"form_token": mark, "action": "cancel", "reason": "other", "shipment": theirs, "key": "k" * 22}
    asked = [page.request.post(f"/orders/{name}", form=form).status for name in ("O-theirs", "O-mine")]
    foreign = page.goto("/orders/O-theirs")
    history = page.request.get(f"/history/orders?format=ndjson&{other.picked}")

    assert listed == ["Order O-mine"]
    assert asked == [404, 404]
    assert other.asked(theirs, "ShipmentCancelled") == []
    assert foreign is not None
    assert foreign.status == 404
    assert theirs not in history.text()
    assert shop.customer in history.text()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orders?tab=x&sort=x&milestone=x&trouble=x&lang=x&zone=x", 200),
        ("/orders?q=%00%ff%22", 200),
        ("/orders?customer_id=%00", 400),
        ("/orders?customer_id=" + "x" * 5_000, 200),
        ("/orders?cursor=x", 400),
        ("/orders/%00", 404),
        ("/orders/", 404),
        ("/orders/" + "x" * 5_000, 404),
        ("/orders/%ff%fe", 404),
        ("/history/orders?customer_id=x&format=exe", 400),
        ("/history/orders", 400),
        ("/live/orders?order_id=%00", 400),
    ],
)
def test_what_cannot_be_meant_is_no_fault_of_ours(site: Up, path: str, status: int) -> None:
    answer = httpx.get(f"{site.ready['query']}{path}", headers={"accept": "text/html"})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=%00", "application/x-www-form-urlencoded", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"a=1", "application/x-www-form-urlencoded", 403),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
    ],
)
def test_what_is_no_form_of_ours_is_refused(site: Up, body: bytes, kind: str, status: int) -> None:
    answer = httpx.post(f"{site.ready['query']}/orders/O-1", content=body, headers={"content-type": kind})

    assert answer.status_code == status
