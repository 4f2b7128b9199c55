"""A browser and a running Shiplog for the tests of the pages; both are shared by the session."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from services.cli.local.stack import Stack
from tests.e2e.running import Up, new_place, running

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
Contexts = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; the tests are skipped where there is none."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(_BROWSERS)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running Shiplog on the wall clock; every test tells it parcels of its own."""
    place = new_place(tmp_path_factory.mktemp("site"), kafka=stack.kafka, database_url=stack.database_url)
    with running(place, clock="wall") as up:
        yield up


@pytest.fixture
def contexts(chromium: Browser, site: Up) -> Iterator[Contexts]:
    """Makes browsers' contexts whose pages are the site's: `contexts(javascript=False, width=390)`."""
    opened: list[BrowserContext] = []

    def make(
        *,
        javascript: bool = True,
        width: int = 1280,
        dark: bool = False,
        language: str = "en",
        zone: str = "Asia/Almaty",
        base_url: str | None = None,
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=base_url or str(site.ready["query"]),
            java_script_enabled=javascript,
            viewport={"width": width, "height": 844 if width < 600 else 900},
            color_scheme="dark" if dark else "light",
            locale=language,
            timezone_id=zone,
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go, to be looked at."""
    return tmp_path_factory.mktemp("pictures")
