"""What the read side tells ingest, and what it makes of the answers of a real one in this process."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.query.pages.orders.offers import CASES, RETURN_REASONS, STOP_REASONS, TOPICS, Offer
from services.query.pages.orders.wishes import wish_of
from services.query.telling import IngestAway, Refused, Teller
from services.runtime.config import Settings, read_settings
from tests.unit.ingest.stand import Stand, make_stand

Json = dict[str, Any]
INGEST = "http://ingest.test"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path, api_key="the-key")


def settings_of(home: Path, **env: str) -> Settings:
    """Settings of a read side whose home is `home`."""
    known = {"SHIPLOG_HOME": str(home), "SHIPLOG_KAFKA": "k:1", "SHIPLOG_DATABASE_URL": "postgresql://d"}
    return read_settings(known | env)


def told(stand: Stand, home: Path, tell: Callable[[Teller], Awaitable[str]], *, key: str = "the-key") -> str:
    """What `tell` gives when the stand's ingest answers."""

    async def run() -> str:
        settings = settings_of(home, SHIPLOG_INGEST_URL=INGEST, SHIPLOG_API_KEY=key)
        teller = Teller(settings, httpx.ASGITransport(app=stand.app, raise_app_exceptions=False))
        async with teller.opened():
            return await tell(teller)

    return asyncio.run(run())


def cancel(teller: Teller, *, reason: str = "other", key: str = "k-1") -> Awaitable[str]:
    """Tell that a parcel is cancelled."""
    return teller.tell("acme:P/1", "cancel", {"reason": reason}, idempotency_key=key, merchant="Дом")


FORMS = [
    *(("cancel", {"reason": reason}) for reason in STOP_REASONS),
    *(("stop", {"reason": reason}) for reason in STOP_REASONS),
    *(("return", {"reason": reason}) for reason in RETURN_REASONS),
    *(("contact", {"reason": topic, "party": party}) for topic in TOPICS for party in ("sender", "carrier")),
    *(("report", {"kind": kind}) for kind in CASES),
    *(
        ("report", {"kind": kind, f"reason_{kind}": reason})
        for kind, reasons in CASES.items()
        for reason in reasons
    ),
    ("address", {"street": "Abay 7", "city": "Алматы", "country": "KZ"}),
]


@pytest.mark.parametrize(("action", "fields"), FORMS)
def test_ingest_takes_every_form_that_the_page_has(
    stand: Stand, tmp_path: Path, action: str, fields: dict[str, str]
) -> None:
    reasons = {"cancel": STOP_REASONS, "stop": STOP_REASONS, "return": RETURN_REASONS}.get(action, TOPICS)
    wish = wish_of(Offer(action, reasons, tuple(CASES)), fields, key="k" * 22)

    event_id = told(
        stand,
        tmp_path,
        lambda teller: teller.tell(
            "acme:P1", wish.command, wish.body, idempotency_key=wish.key, merchant="shop"
        ),
    )

    (event,) = stand.logged()
    assert (event["event_id"], event["source"]["carrier_account"]) == (event_id, "shop")


def test_the_same_key_is_the_same_event_and_another_body_is_refused(stand: Stand, tmp_path: Path) -> None:
    first = told(stand, tmp_path, cancel)

    assert told(stand, tmp_path, cancel) == first
    with pytest.raises(Refused, match="Idempotency-Key"):
        told(stand, tmp_path, lambda teller: cancel(teller, reason="too_late"))
    assert {event["event_id"] for event in stand.logged()} == {first}
    assert stand.logged()[0]["shipment"] == "acme:P/1"


def test_what_is_wrong_is_named_as_ingest_names_it(stand: Stand, tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        told(
            stand,
            tmp_path,
            lambda teller: teller.tell("acme:P1", "case", {"kind": "x"}, idempotency_key="k", merchant=None),
        )

    assert error.value.pointer == "/kind"


def test_a_key_that_ingest_does_not_know_is_as_if_it_were_away(stand: Stand, tmp_path: Path) -> None:
    with pytest.raises(IngestAway):
        told(stand, tmp_path, cancel, key="another")


def test_ingest_that_cannot_seal_now_is_away(stand: Stand, tmp_path: Path) -> None:
    stand.keys.away = True
    body = {"address": "new"}

    with pytest.raises(IngestAway):
        told(
            stand,
            tmp_path,
            lambda teller: teller.tell("acme:P1", "address-change", body, idempotency_key="k", merchant=None),
        )


def test_ingest_is_where_it_says_it_is_in_this_home(tmp_path: Path) -> None:
    async def run() -> None:
        teller = Teller(settings_of(tmp_path))
        async with teller.opened():
            await cancel(teller)

    with pytest.raises(IngestAway, match="no ingest says where it is"):
        asyncio.run(run())
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "ingest.json").write_text('{"http": "http://127.0.0.1:9"}')
    with pytest.raises(IngestAway, match="does not answer"):
        asyncio.run(run())
