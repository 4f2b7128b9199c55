"""Track a package, as somebody does it: with and without JavaScript, by keyboard, in three languages."""

import re
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Contexts
from tests.browser.looking import picture, violations
from tests.browser.parcels import (
    ASTANA,
    BERLIN,
    ago,
    canonical_scan,
    id_of,
    of,
    retraction,
    tell,
    told,
    travelling,
    ups,
)
from tests.e2e.running import Up

_SERIAL = count(int(time.time()) % 10_000_000)


@pytest.fixture
def number() -> str:
    """A number that no other test has."""
    return ups(next(_SERIAL))


def query(site: Up) -> str:
    return str(site.ready["query"])


@pytest.mark.parametrize("javascript", [False, True])
def test_a_number_from_a_label_leads_to_the_whole_story(
    contexts: Contexts, site: Up, number: str, javascript: bool
) -> None:
    tell(site.ingest, query(site), travelling(number))
    page = contexts(javascript=javascript).new_page()
    page.goto("/")

    page.get_by_label("Tracking number").fill(f" {number[:2]} {number[2:9].lower()}-{number[9:]} ")
    page.get_by_role("button", name="Track").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("On its way")
    assert page.url.endswith(f"/track/ups:{number}")
    timeline = page.get_by_role("list").filter(has_text="The order was registered")
    expect(timeline.first).to_contain_text("On its way: Arrived at a sorting centre")
    expect(timeline.first).to_contain_text("Hub WAW, Warsaw, PL")
    expect(timeline.first).to_contain_text("there (UTC+01:00)")
    expect(timeline.first).to_contain_text("Arrived at facility")
    stages = page.get_by_label("Stages")
    expect(stages).to_contain_text("must have happened; nobody scanned it")
    dates = page.get_by_role("region", name="How the delivery date changed")
    expect(dates.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_role("img", name="Almaty → Astana → Warsaw")).to_be_visible()
    link = page.get_by_role("link", name="Look at UPS's own page")
    assert number in str(link.get_attribute("href"))


def test_times_are_in_the_readers_zone_with_utc_on_hover(contexts: Contexts, site: Up, number: str) -> None:
    at = "2026-05-04T03:02:00Z"
    line = canonical_scan("picked_up", at=at, number=number, carrier="ups")
    tell(site.ingest, query(site), [line])
    page = contexts(zone="Asia/Tokyo").new_page()

    page.goto(f"/track/ups:{number}")

    moment = page.locator("ol.timeline time").last
    expect(moment).to_have_text("4 May 2026, 12:02")
    expect(moment).to_have_attribute("title", "2026-05-04 03:02 UTC")
    expect(page.get_by_text("Times are shown in Asia/Tokyo")).to_be_visible()


def test_without_javascript_times_are_in_the_chosen_zone_else_in_utc(
    contexts: Contexts, site: Up, number: str
) -> None:
    line = canonical_scan("picked_up", at="2026-05-04T03:02:00Z", number=number, carrier="ups")
    tell(site.ingest, query(site), [line])
    page = contexts(javascript=False).new_page()

    page.goto(f"/track/ups:{number}")
    expect(page.locator("ol.timeline time").last).to_have_text("4 May 2026, 03:02")
    expect(page.get_by_text("Times are shown in UTC")).to_be_visible()

    page.goto(f"/track/ups:{number}?zone=Asia/Almaty")
    expect(page.locator("ol.timeline time").last).to_have_text("4 May 2026, 08:02")


@pytest.mark.measured
def test_a_scan_that_comes_while_the_page_is_open_appears_within_a_second(
    contexts: Contexts, site: Up, number: str, record_property: Callable[[str, object], None]
) -> None:
    tell(site.ingest, query(site), travelling(number))
    page = contexts().new_page()
    page.goto(f"/track/ups:{number}")
    expect(page.get_by_text("Live: this page follows the parcel")).to_be_visible()
    page.wait_for_timeout(500)

    scans = of("ups", number, [canonical_scan("out_for_delivery", at=ago(minutes=2), location=BERLIN)])
    began = time.monotonic()
    httpx.post(f"{site.ingest}/v1/events", json=scans, timeout=10).raise_for_status()
    expect(page.get_by_role("heading", level=1)).to_have_text("Out for delivery", timeout=5_000)
    took = time.monotonic() - began

    record_property("sent_to_seen_ms", round(took * 1000))
    assert took < 1.0


def test_a_granted_link_shows_the_parcel_alone_and_follows_it_live(
    contexts: Contexts, site: Up, number: str
) -> None:
    key = tell(site.ingest, query(site), travelling(number))
    made = httpx.post(f"{query(site)}/v1/shipments/{key}/links", json={}, timeout=10).json()
    page = contexts().new_page()

    page.goto(made["url"])
    expect(page.get_by_text("You see this parcel by a link")).to_be_visible()
    expect(page.get_by_text("Live: this page follows the parcel")).to_be_visible()
    assert f"O-{number}" not in page.content()
    assert violations(page) == []

    scans = of("ups", number, [canonical_scan("out_for_delivery", at=ago(minutes=2), location=BERLIN)])
    httpx.post(f"{site.ingest}/v1/events", json=scans, timeout=10).raise_for_status()
    expect(page.get_by_role("heading", level=1)).to_have_text("Out for delivery")

    httpx.delete(f"{query(site)}/v1/links/{made['link_id']}", timeout=10).raise_for_status()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")


def test_what_was_withdrawn_is_said_and_no_longer_counts(contexts: Contexts, site: Up, number: str) -> None:
    delivered = of("ups", number, [canonical_scan("delivered", at=ago(hours=6), location=BERLIN)])
    key = tell(site.ingest, query(site), travelling(number) + delivered)
    wrong = id_of(query(site), key, "delivered")
    tell(site.ingest, query(site), of("ups", number, [retraction(wrong)]))
    page = contexts(javascript=False).new_page()

    page.goto(f"/track/{key}")

    expect(page.get_by_role("heading", level=1)).to_have_text("On its way")
    corrected = page.get_by_role("region", name="What was corrected")
    expect(corrected).to_contain_text("Withdrawn: its data were wrong")
    expect(page.get_by_text("It took back: Delivered")).to_be_visible()


@pytest.mark.parametrize(
    ("kind", "title", "help_"),
    [
        ("waiting", "Ordered", "The carrier knows of the parcel but has not scanned it"),
        ("quiet", "On its way", "No news for 7 days"),
        ("address", "Delivery was tried", "full address with house number"),
        ("lost", "Reported lost", "The shop owes you a new one or your money"),
        ("delivered", "Delivered", "Proof of delivery is on file"),
        ("returning", "On its way back to the sender", "Somebody refused to take it"),
        ("customs", "On its way", "Customs looks at it"),
    ],
)
def test_each_trouble_is_told_with_what_to_do(
    contexts: Contexts, site: Up, kind: str, title: str, help_: str
) -> None:
    key = tell(site.ingest, query(site), told(kind, f"{next(_SERIAL):010d}0000"))
    page = contexts(javascript=False).new_page()

    page.goto(f"/track/{key}")

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("main")).to_contain_text(help_)
    expect(page.locator("main")).to_contain_text("Ask the shop")
    expect(page.locator("main")).not_to_contain_text("<")


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("1Z999AA10123456785", "Probably a typing mistake"),
        ("TBA123456789012", "This kind of parcel cannot be followed by its number"),
        ("UA123456785KZ", "This kind of parcel cannot be followed by its number"),
        ("посылка", "That does not look like a tracking number"),
        ("!", "We do not know a number of this form"),
        ("Z" * 80, "That does not look like a tracking number"),
        ("9999999999999999999999999999999", "We do not know a number of this form"),
        ("RB123456785GB", "The number looks right, but we have no parcel with it yet"),
    ],
)
def test_a_number_that_leads_nowhere_gets_honest_help(contexts: Contexts, written: str, says: str) -> None:
    page = contexts(javascript=False).new_page()
    page.goto("/")

    page.get_by_label("Tracking number").fill(written)
    page.get_by_role("button", name="Track").click()

    expect(page.locator("main")).to_contain_text(says)
    expect(page.get_by_label("Tracking number")).to_have_value(written)


def test_one_number_of_two_carriers_is_a_choice(contexts: Contexts, site: Up) -> None:
    number = f"{next(_SERIAL):012d}"
    for carrier in ("fedex", "dhl_express"):
        tell(site.ingest, query(site), of(carrier, number, [canonical_scan("picked_up", at=ago(hours=3))]))
    page = contexts(javascript=False).new_page()

    page.goto(f"/?number={number}")
    page.get_by_role("link", name=re.compile("DHL Express")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Handed to the carrier")
    assert page.url.endswith(f"/track/dhl_express:{number}")


@pytest.mark.parametrize(
    ("language", "title"), [("ru-RU", "В пути"), ("kk-KZ", "Жолда"), ("de-DE", "On its way")]
)
def test_the_page_speaks_the_readers_language(
    contexts: Contexts, site: Up, number: str, language: str, title: str
) -> None:
    tell(site.ingest, query(site), travelling(number))
    page = contexts(language=language).new_page()

    page.goto(f"/track/ups:{number}")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    page.get_by_role("link", name="Қазақша").click()
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Сәлемдемені қадағалау")
    assert page.locator("html").get_attribute("lang") == "kk"


def test_the_page_is_used_by_keyboard_alone(contexts: Contexts, site: Up, number: str) -> None:
    tell(site.ingest, query(site), travelling(number))
    page = contexts().new_page()
    page.goto(f"/?number={number[:-1]}{(int(number[-1]) + 1) % 10}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tracking number")).to_be_focused()
    page.keyboard.type(number)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("On its way")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_wrong_and_the_pages_fit(
    contexts: Contexts, site: Up, number: str, pictures: Path, width: int, dark: bool
) -> None:
    key = tell(site.ingest, query(site), travelling(number))
    tell(
        site.ingest,
        query(site),
        of("ups", number, [canonical_scan("in_transit", at=ago(hours=2), location=ASTANA)]),
    )
    delivered = tell(site.ingest, query(site), told("delivered", f"{next(_SERIAL):010d}0000"))
    customs = tell(site.ingest, query(site), told("customs", f"{next(_SERIAL):010d}0000"))
    look = f"{width}-{'dark' if dark else 'light'}"
    page = contexts(width=width, dark=dark, language="ru" if dark else "kk").new_page()

    addresses = {
        "start": "/", "mistyped": "/?number=1Z999AA10123456785", "several": "/?number=123456789012",
        "parcel": f"/track/{key}", "delivered": f"/track/{delivered}", "customs": f"/track/{customs}",
        "nothing": "/track/ups:NONE",
    }  # fmt: skip
    for name, address in addresses.items():
        page.goto(address)
        page.wait_for_timeout(300)
        picture(page, pictures, f"{name}-{look}")
        assert violations(page) == [], name
