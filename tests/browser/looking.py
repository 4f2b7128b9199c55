"""What the pages' tests do over and over: judge a page by axe, take its picture."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """What axe finds wrong, each with where."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} at {[node['target'] for node in v['nodes']][:5]}" for v in found]


def picture(page: Page, folder: Path, name: str) -> None:
    """Take the whole page's picture; it must not be wider than the screen."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} px wider than the screen"
