"""Two tenants, three roles, no key, a wrong one, a revoked one, on every route there is: nothing crosses."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.local.stack import Stack
from services.query.openapi import idle_app
from services.runtime.http_auth import Role
from tests.e2e.running import new_place
from tests.integration.tenants_stand import (
    HOUSE_KEY,
    INGEST,
    INGEST_READS,
    MERCHANTS,
    OPEN,
    PAGES,
    QUERY,
    KeyedPlace,
    Route,
    Shop,
    mark,
    number_of,
    running_shop,
)
from tests.unit.ingest.stand import make_stand

ALL = [
    *((method, path, route, "ingest") for (method, path), route in (INGEST | INGEST_READS).items()),
    *((method, path, route, "query") for (method, path), route in (QUERY | PAGES).items()),
]
SLOW = httpx.Timeout(10, read=1)
CLIENT = httpx.Client()
KEYED = [each for each in ALL if each[2].role is not None]
OTHER = dict(zip(MERCHANTS, reversed(MERCHANTS), strict=True))


@pytest.fixture(scope="module")
def shop(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One running Shiplog for this file."""
    bare = new_place(tmp_path_factory.mktemp("shop"), kafka=stack.kafka, database_url=stack.database_url)
    with running_shop(KeyedPlace(bare.home, bare.kafka, bare.database_url, bare.prefix)) as shop:
        yield shop


def label(case: tuple[str, str, Route, str]) -> str:
    return f"{case[3]} {case[0]} {case[1]}"


def asked(shop: Shop, case: tuple[str, str, Route, str], merchant: str, key: str | None) -> tuple[int, str]:
    """Status and what is read of the answer, for a request about the merchant's things."""
    method, _, route, service = case
    path, rest = route.ask(shop, merchant)
    base = shop.up.ingest if service == "ingest" else str(shop.up.ready["query"])
    headers = rest.get("headers", {}) | ({"x-api-key": key} if key else {})
    timeout = SLOW if "live" in path else httpx.Timeout(10)
    # one client for all: each of its own costs more than the answer; nobody is to know the one before
    CLIENT.cookies.clear()
    with CLIENT.stream(method, base + path, timeout=timeout, **rest | {"headers": headers}) as answer:
        return answer.status_code, read_of(answer)


def read_of(answer: httpx.Response) -> str:
    """The body; of a stream its first event, or whatever comes within a second."""
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        return answer.read().decode(errors="replace")
    read, until = "", time.monotonic() + 1
    with contextlib.suppress(httpx.ReadTimeout):
        for piece in answer.iter_text():
            read += piece
            if ("event: " in read and read.endswith("\n\n")) or time.monotonic() > until:
                break
    return read


def test_every_route_of_both_services_is_in_the_matrix(tmp_path: Path) -> None:
    for app, known in (
        (make_stand(tmp_path).app, INGEST | INGEST_READS),
        (idle_app(), QUERY | PAGES),
    ):
        routes: set[tuple[str, str]] = set()
        for route in app.routes:
            methods: Any = getattr(route, "methods", None) or ()
            routes |= {(method, getattr(route, "path", "")) for method in methods if method != "HEAD"}

        assert routes - OPEN == set(known)


@pytest.mark.parametrize("case", KEYED, ids=label)
@pytest.mark.parametrize("key", [None, "sl_wrong", "revoked"])
def test_without_a_key_that_is_in_force_nothing_is_answered(
    shop: Shop, case: tuple[str, str, Route, str], key: str | None
) -> None:
    status, text = asked(shop, case, "north", shop.revoked if key == "revoked" else key)

    assert status == 401
    assert mark("north") not in text


@pytest.mark.parametrize("case", ALL, ids=label)
@pytest.mark.parametrize("merchant", MERCHANTS)
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.name.lower())
def test_a_tenants_key_does_what_its_role_may_to_its_own_and_sees_nothing_of_the_other(
    shop: Shop, case: tuple[str, str, Route, str], merchant: str, role: Role
) -> None:
    route, key, other = case[2], shop.keys[merchant, role], OTHER[merchant]

    foreign_status, foreign = asked(shop, case, other, key)
    own_status, own = asked(shop, case, merchant, key)

    if route.role is not None and role < route.role:
        assert (own_status, foreign_status) == (403, 403)
    elif route.role is not None:
        assert own_status in route.own, own
        assert foreign_status in route.foreign, foreign
    assert max(own_status, foreign_status) < 500
    for text in (own, foreign):
        assert mark(other) not in text.replace(f"C-{mark(other)}", "", asked_for(case, foreign, text))
    assert number_of(other) not in own


def asked_for(case: tuple[str, str, Route, str], foreign: str, text: str) -> int:
    """How often an answer may repeat what the caller wrote itself: pages show what was searched for."""
    return -1 if text is foreign and case[2].role is None else 0


@pytest.mark.parametrize("case", ALL, ids=label)
@pytest.mark.parametrize("key", [None, "sl_wrong", "revoked"])
def test_whoever_has_not_signed_in_sees_nothing_of_anybody(
    shop: Shop, case: tuple[str, str, Route, str], key: str | None
) -> None:
    for merchant in MERCHANTS:
        status, text = asked(shop, case, merchant, shop.revoked if key == "revoked" else key)

        assert status < 500
        assert mark(merchant) not in text.replace(f"C-{mark(merchant)}", "")


def test_the_house_sees_both(shop: Shop) -> None:
    answer = httpx.get(f"{shop.up.ready['query']}/v1/shipments", headers={"x-api-key": HOUSE_KEY})

    assert all(mark(merchant) in answer.text for merchant in MERCHANTS)


def test_a_number_of_both_is_to_each_as_if_it_were_its_own_alone(shop: Shop) -> None:
    for merchant in MERCHANTS:
        headers = {"authorization": f"Bearer {shop.keys[merchant, Role.READER]}"}
        for base in (shop.up.ingest, shop.up.ready["query"]):
            told = httpx.get(f"{base}/v1/shipments/acme:BOTH", headers=headers).json()

            assert (told["merchant"], told["milestone"]) == (merchant, "delivered")
            assert mark(OTHER[merchant]) not in str(told)
