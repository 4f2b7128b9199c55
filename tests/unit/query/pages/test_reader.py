"""Language, zone and times as the reader of a page has them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import Response

from services.query.pages import times
from services.query.pages.assets import asset_path, assets
from services.query.pages.carriers import carrier_named, carriers
from services.query.pages.reader import Reader, reader_of, remember_choice
from services.query.pages.texts import texts_of
from tests.unit.query.pages.asked import asked

ALMATY = Reader("en", "Asia/Almaty")
TEXTS = texts_of("en")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("ru", "ru"),
        ("kk-KZ,kk;q=0.9,ru;q=0.8", "kk"),
        ("de-DE,de;q=0.9,ru;q=0.3,en;q=0.2", "ru"),
        ("de", "en"),
        ("", "en"),
        ("*", "en"),
        ("ru;q=x, kk;q=0.1", "kk"),
        ("ru;q=0", "en"),
        (",;=q;;,", "en"),
    ],
)
def test_the_browsers_best_language_that_there_are_texts_in(
    tmp_path: Path, accepted: str, language: str
) -> None:
    assert reader_of(asked(home=tmp_path, accept_language=accepted)).language == language


def test_what_the_address_says_goes_before_the_cookie_and_the_cookie_before_the_browser(
    tmp_path: Path,
) -> None:
    told = {"accept_language": "ru", "cookie": "lang=kk; zone=Asia/Tokyo"}

    assert reader_of(asked(home=tmp_path, **told)) == Reader("kk", "Asia/Tokyo")
    assert reader_of(asked(home=tmp_path, query="lang=en&zone=UTC", **told)) == Reader("en", "UTC")
    assert reader_of(asked(home=tmp_path, query="lang=xx&zone=../../etc/passwd")) == Reader("en", None)


def test_a_choice_is_remembered(tmp_path: Path) -> None:
    response = Response()

    remember_choice(asked(home=tmp_path, query="lang=kk&zone=nowhere"), response)

    told = [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]
    assert len(told) == 1
    assert told[0].startswith("lang=kk;")


def test_an_instant_is_shown_in_the_readers_zone_with_utc_on_hover() -> None:
    shown = times.moment("2026-05-04T21:02:00.000Z", reader=ALMATY, texts=TEXTS)

    assert ">5 May 2026, 02:02<" in shown
    assert 'title="2026-05-04 21:02 UTC"' in shown


def test_a_local_time_of_an_unknown_zone_is_left_as_it_is_and_says_so() -> None:
    shown = times.moment("2026-05-04T21:02:00.000", reader=ALMATY, texts=TEXTS)

    assert ">4 May 2026, 21:02<" in shown
    assert "did not say in which time zone" in shown
    assert "data-moment" not in shown


@pytest.mark.parametrize(
    "text", ["2026-05-04", "9999-12-31", "0001-01-01", "soon", "2026-99-99", "<b>", "2026-05-04T99"]
)
def test_any_text_is_shown_somehow_and_never_as_markup(text: str) -> None:
    for shown in (times.day(text, reader=ALMATY), times.moment(text, reader=ALMATY, texts=TEXTS)):
        assert shown
        assert "<b>" not in shown


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])
def test_an_instant_at_the_end_of_the_calendar_is_shown(text: str) -> None:
    for zone in ("Asia/Almaty", "America/Anchorage", None):
        reader = Reader("ru", zone)
        assert "<time" in times.moment(text, reader=reader, texts=TEXTS)
        assert "<time" in times.day(text, reader=reader)


def test_how_long_ago_is_told_in_the_readers_words() -> None:
    now = datetime(2026, 5, 8, tzinfo=UTC)

    assert times.since("2026-05-05T00:00:00.000Z", now=now, reader=Reader("ru", None)) == "3 дня"
    assert times.since("2026-05-05", now=now, reader=ALMATY) == ""


def test_an_assets_name_changes_with_its_contents() -> None:
    asset = assets()["shiplog.css"]

    assert asset_path("shiplog.css") == f"/static/{asset.name}"
    assert asset.etag.strip('"') in asset.name


def test_the_script_is_small_and_asks_nobody_else() -> None:
    script = assets()["shiplog.js"].body.decode()

    assert len(script.splitlines()) < 200
    assert "http://" not in script
    assert "https://" not in script


def test_a_number_is_safe_in_the_carriers_address() -> None:
    assert carriers()["ups"].page_of("1Z/?&#") == (
        "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=1Z%2F%3F%26%23"
    )
    assert all(each.page is None or each.page.startswith("https://") for each in carriers().values())


def test_a_carrier_that_nobody_named_is_called_by_its_code() -> None:
    assert carrier_named("fast_mail").name == "Fast Mail"
    assert carrier_named("fast_mail").page_of("1") is None
