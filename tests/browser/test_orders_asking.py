"""What is asked on an order's page: each an event, whose state the page then shows."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Contexts
from tests.browser.ordered import Shop, answer, choose, delivered, new_shop, on_the_way, open_order
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


def test_an_order_is_cancelled_before_the_carrier_has_it(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1")
    open_order(plain, shop, "O-1")

    choose(plain, "Cancel the order")
    plain.get_by_label("Why?").select_option("changed_mind")
    plain.get_by_role("button", name="Cancel it now").click()

    expect(plain.get_by_role("status").first).to_contain_text("Your request has arrived")
    expect(plain.locator(".asked")).to_contain_text("Cancel the order")
    expect(plain.locator(".asked .badge")).to_have_text("Done")
    (event,) = shop.asked(key, "ShipmentCancelled")
    assert event["data"] == {"reason": "changed_mind", "party": "recipient"}
    assert event["source"]["carrier_account"] == shop.merchant
    plain.reload()
    assert len(shop.asked(key, "ShipmentCancelled")) == 1


def test_an_address_is_changed_before_dispatch_and_its_state_follows_the_answer(
    shop: Shop, plain: Page
) -> None:
    key = shop.ships("O-1")
    open_order(plain, shop, "O-1")

    choose(plain, "Change the address")
    plain.get_by_label("Street and house").fill("Abay 7")
    plain.get_by_label("Town").fill("Almaty")
    plain.get_by_label("Country").fill("Kazakhstan")
    plain.get_by_role("button", name="Ask for the change").click()

    expect(plain.locator(".asked .badge")).to_have_text("Requested")
    (event,) = shop.asked(key, "AddressChangeRequested")
    assert (event["sealed"], "address" in event["data"]) == (["address"], False)
    shop.tells(key, answer("AddressChangeApplied", event["data"]["request_id"]))
    plain.reload()
    expect(plain.locator(".asked .badge")).to_have_text("Accepted")
    expect(plain.locator("summary", has_text="Change the address")).to_have_count(1)


def test_what_is_missing_in_a_form_is_said_beside_it_and_nothing_is_told(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1")
    open_order(plain, shop, "O-1")

    choose(plain, "Change the address")
    plain.get_by_label("Street and house").fill(" ")
    plain.get_by_label("Town").fill("Almaty")
    plain.get_by_label("Country").fill("Kazakhstan")
    plain.get_by_role("button", name="Ask for the change").click()

    expect(plain.get_by_role("alert")).to_contain_text("Something is missing")
    expect(plain.get_by_label("Street and house")).to_have_attribute("aria-invalid", "true")
    expect(plain.get_by_label("Town")).to_have_value("Almaty")
    assert shop.asked(key, "AddressChangeRequested") == []


def test_a_parcel_that_the_carrier_has_can_only_be_asked_back(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1", *on_the_way())
    open_order(plain, shop, "O-1")

    expect(plain.locator("summary", has_text="Cancel the order")).to_have_count(0)
    expect(plain.locator("summary", has_text="Change the address")).to_have_count(0)
    choose(plain, "Stop it and send it back")
    plain.get_by_label("Why?").select_option("ordered_twice")
    plain.get_by_role("button", name="Ask to send it back").click()

    expect(plain.locator(".asked .badge")).to_have_text("Requested")
    (event,) = shop.asked(key, "AddressChangeRequested")
    assert event["data"]["reason"] == "return_to_sender: ordered_twice"
    shop.tells(key, canonical_scan("returning", at=ago(days=-0.01)))
    plain.reload()
    expect(plain.locator(".asked .badge")).to_have_text("Accepted")


def test_damage_is_reported_and_a_return_asked_for_after_delivery(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1", *delivered())
    open_order(plain, shop, "O-1")

    choose(plain, "Report a problem")
    plain.get_by_label("It is damaged", exact=True).check()
    plain.get_by_label("It is damaged: more exactly").select_option("contents_broken")
    plain.get_by_role("button", name="Send the report").click()
    expect(plain.locator(".badges")).to_contain_text("Damaged")
    choose(plain, "Return it")
    plain.get_by_label("Why?").select_option("arrived_damaged")
    plain.get_by_role("button", name="Ask for the return").click()

    expect(plain.locator(".asked li")).to_have_count(2)
    (case,) = shop.asked(key, "CaseOpened")
    assert (case["data"]["kind"], case["data"]["reason"]) == ("damaged", "contents_broken")
    expect(plain.locator("summary", has_text="Return it")).to_have_count(0)


def test_a_lost_parcel_is_reported_and_a_question_asked(shop: Shop, plain: Page) -> None:
    key = shop.ships("O-1", *on_the_way())
    open_order(plain, shop, "O-1")

    choose(plain, "Report a problem")
    plain.get_by_label("It seems to be lost").check()
    plain.get_by_role("button", name="Send the report").click()
    choose(plain, "Ask a question")
    plain.get_by_label("Whom do you ask?").select_option("carrier")
    plain.get_by_label("What about?").select_option("where_is_it")
    plain.get_by_role("button", name="Send the question").click()

    expect(plain.locator(".asked")).to_contain_text("Reported as lost")
    expect(plain.locator(".asked")).to_contain_text("Where is it?")
    lost, question = sorted(shop.asked(key, "CaseOpened"), key=lambda each: each["data"].get("kind") or "z")
    assert lost["data"]["kind"] == "lost"
    assert (question["data"]["reason"], question["data"]["party"]) == ("contact: where_is_it", "carrier")


def test_the_state_of_a_request_follows_live(shop: Shop, contexts: Contexts) -> None:
    key = shop.ships("O-1")
    page = contexts().new_page()
    open_order(page, shop, "O-1")
    choose(page, "Change the address")
    for label, text in (("Street and house", "Abay 7"), ("Town", "Almaty"), ("Country", "KZ")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Ask for the change").click()
    expect(page.locator(".asked .badge")).to_have_text("Requested")
    expect(page.locator(".is-live .live")).to_be_visible()
    (event,) = shop.asked(key, "AddressChangeRequested")

    shop.tells(key, answer("AddressChangeRefused", event["data"]["request_id"]))

    expect(page.locator(".asked .badge")).to_have_text("Refused")


def test_a_form_that_is_being_filled_in_is_not_lost_to_an_update(shop: Shop, contexts: Contexts) -> None:
    key = shop.ships("O-1", *on_the_way())
    page = contexts().new_page()
    open_order(page, shop, "O-1")
    expect(page.locator(".is-live .live")).to_be_visible()
    choose(page, "Ask a question")
    page.get_by_label("What about?").select_option("papers")

    shop.tells(key, canonical_scan("out_for_delivery", at=ago()))
    expect(page.locator(".card .badge").first).to_have_text("Out for delivery")

    expect(page.get_by_label("What about?")).to_have_value("papers")


def test_an_order_is_cancelled_by_keyboard_alone(shop: Shop, contexts: Contexts) -> None:
    key = shop.ships("O-1")
    page = contexts().new_page()
    page.goto(f"/orders/O-1?{shop.picked}")

    page.locator("summary", has_text="Cancel the order").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".asked .badge")).to_have_text("Done")
    assert len(shop.asked(key, "ShipmentCancelled")) == 1
