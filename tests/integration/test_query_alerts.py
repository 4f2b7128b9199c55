"""Alerts over HTTP: what the topic holds, searchable, page by page, each merchant its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.cli.local.stack import Stack
from services.runtime.records import scan
from tests.e2e.running import Up, new_place, running, until
from tests.integration.live_stand import post, registered, scanned

Json = dict[str, Any]
NUMBERS = [f"ALERT{n}" for n in range(12)]


@pytest.fixture(scope="module")
def up(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One running Shiplog for this file, with alerts of two merchants."""
    home: Path = tmp_path_factory.mktemp("alerts")
    with running(new_place(home, kafka=stack.kafka, database_url=stack.database_url), clock="wall") as up:
        for n, number in enumerate(NUMBERS):
            merchant = ("north", "south")[n % 2]
            post(up, registered(number, merchant=merchant, customer_id=f"C-{n % 3}"))
        # one number of both, in one use
        post(up, registered("BOTH", merchant="north"), registered("BOTH", merchant="south", order_id="O-S"))
        post(up, *(scanned(number, 1, "out_for_delivery") for number in [*NUMBERS, "BOTH"]))
        post(up, *(scanned(number, 2, "delivered") for number in [*NUMBERS, "BOTH"]))
        until(lambda: len(listed(up)) == 2 * len(NUMBERS) + 2, within=60, what="the alerts are there")
        yield up


def page(up: Up, **asked: Any) -> Json:
    answer = httpx.get(f"{up.ready['query']}/v1/alerts", params=asked, timeout=10)
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def listed(up: Up, **asked: Any) -> list[Json]:
    items: list[Json] = []
    cursor: dict[str, str] = {}
    while True:
        told = page(up, **asked, **cursor)
        items += told["items"]
        if told["next"] is None:
            return items
        cursor = {"cursor": told["next"]}


def test_all_pages_together_are_the_topic_the_newest_first(up: Up) -> None:
    in_topic = [orjson.loads(each.value or b"") for each in scan(up.place.kafka, up.place.names.alerts.name)]

    told = listed(up, limit=5)

    when = [each.pop("told_at") for each in told]
    assert when == sorted(when, reverse=True)
    assert sorted(told, key=lambda each: each["alert_id"]) == sorted(
        in_topic, key=lambda each: each["alert_id"]
    )


def test_filters_hold_together(up: Up) -> None:
    kinds = {each["kind"] for each in listed(up)}
    one = listed(up, kind="delivered", shipment="acme:ALERT1")
    customers = listed(up, kind=["delivered", "stalled"], customer_id="C-1")

    assert kinds == {"delivered", "out_for_delivery"}
    assert [each["order_id"] for each in one] == ["O-ALERT1"]
    assert {each["shipment"] for each in customers} == {f"acme:ALERT{n}" for n in (1, 4, 7, 10)}
    assert listed(up, order_id="O-ALERT2", kind="delay_overdue") == []
    newest = listed(up)[0]["told_at"]
    assert {each["told_at"] for each in listed(up, since=newest)} == {newest}
    assert listed(up, since="2100-01-01T00:00:00Z") == []


def test_a_merchant_gets_its_own_and_of_a_shared_number_nothing_that_may_be_the_others(up: Up) -> None:
    north, south = listed(up, merchant="north"), listed(up, merchant="south")

    whose = {each["shipment"] for each in north} & {each["shipment"] for each in south}
    assert whose <= {"acme:BOTH"}
    assert {each["order_id"] for each in north} >= {f"O-ALERT{n}" for n in range(0, 12, 2)}
    assert {each["order_id"] for each in south} >= {f"O-ALERT{n}" for n in range(1, 12, 2)}
    for each, own in [*((a, "O-BOTH") for a in north), *((a, "O-S") for a in south)]:
        if each["shipment"] == "acme:BOTH":
            assert (each["order_id"], each["promise"], each["late_by"]) == (own, None, None)
    assert listed(up, merchant="nobody") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"cursor": "nonsense"},
        {"cursor": "ÿ"},
        {"kind": "gossip"},
        {"limit": "0"},
        {"limit": "9" * 30},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "9999-12-31T23:59:59-14:00"},
        {"shipment": "a\x00b"},
        {"unknown": "1"},
    ],
)
def test_what_cannot_be_meant_is_400(up: Up, asked: dict[str, str]) -> None:
    answer = httpx.get(f"{up.ready['query']}/v1/alerts", params=asked)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_cursor_of_another_list_is_400(up: Up) -> None:
    cursor = page(up, limit=1)["next"]

    answer = httpx.get(f"{up.ready['query']}/v1/alerts", params={"cursor": cursor, "kind": "delivered"})

    assert answer.status_code == 400


def test_alerts_made_anew_from_the_topic_are_the_same(up: Up) -> None:
    before = listed(up)
    up.place.query("UPDATE alerts.layout SET layout = 0 RETURNING 1")

    import os
    import signal

    os.kill(up.pid("query"), signal.SIGKILL)
    until(lambda: up.place.query("SELECT layout FROM alerts.layout") != [(0,)], within=60, what="made anew")
    until(lambda: len(quiet(up)) == len(before), within=60, what="all are back")

    assert listed(up) == before


def quiet(up: Up) -> list[Json]:
    """What is listed, nothing while nobody answers."""
    try:
        return listed(up)
    except (httpx.HTTPError, AssertionError):
        return []
