"""Figures over HTTP: what they count is what the lists hold."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cli.local.stack import Stack
from tests.e2e.running import Up, new_place, running, until
from tests.integration.live_stand import REGISTRATION_DAY, SCAN_DAY, post, registered, scanned

Json = dict[str, Any]
PROMISE = {"kind": "order_promised", "to": str(SCAN_DAY), "zone": "UTC"}
MISSED = {"kind": "order_promised", "to": str(REGISTRATION_DAY), "zone": "UTC"}
FAR = {"kind": "order_promised", "to": "2099-11-20", "zone": "UTC"}
KZ, DE = {"country": "KZ"}, {"country": "DE"}


@pytest.fixture(scope="module")
def up(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One running Shiplog for this file, with shipments of two merchants."""
    home: Path = tmp_path_factory.mktemp("stats")
    with running(new_place(home, kafka=stack.kafka, database_url=stack.database_url), clock="wall") as up:
        post(
            up,
            registered("S1", merchant="north", promise=PROMISE, origin=KZ, destination=DE),
            registered("S2", merchant="north", promise=MISSED, origin=KZ, destination=DE),
            registered("S3", merchant="south", promise=PROMISE, origin=DE, destination=KZ),
            registered("S4", merchant="south"),
            registered("S5", merchant="south", promise=FAR),
        )
        post(
            up,
            scanned("S1", 1, "delivery_attempted"),
            scanned("S1", 2, "delivered"),
            scanned("S2", 3, "delivered"),
            scanned("S3", 4, "available_for_pickup"),
            scanned("S4", 5, "in_transit", reason="damaged", party="carrier"),
        )
        until(lambda: len(shipments(up)) == 5 and settled(up), within=60, what="all is indexed")
        yield up


def shipments(up: Up, **asked: str) -> list[Json]:
    answer = httpx.get(f"{up.ready['query']}/v1/shipments", params=asked, timeout=10)
    items: list[Json] = answer.json()["items"] if answer.status_code == 200 else []
    return items


def settled(up: Up) -> bool:
    return Counter(each["milestone"] for each in shipments(up))["delivered"] == 2 and any(
        each["status"] == "exception" for each in shipments(up)
    )


def stats(up: Up, **asked: str) -> Json:
    answer = httpx.get(f"{up.ready['query']}/v1/stats", params=asked, timeout=10)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["age"]) < 60
    told: Json = answer.json()
    return told


@pytest.mark.parametrize("merchant", [None, "north", "south", "nobody"])
def test_the_figures_are_those_of_the_lists(up: Up, merchant: str | None) -> None:
    asked = {} if merchant is None else {"merchant": merchant}

    # parcels go stale by themselves, and figures are some seconds old
    until(
        lambda: conditions_of(up, asked)[0] == conditions_of(up, asked)[1], within=30, what="conditions agree"
    )
    told, listed = stats(up, **asked), shipments(up, **asked)

    promises = [each["promise"] for each in listed if each["promise"]]
    assert told["shipments"] == len(listed)
    assert told["milestones"] == Counter(each["milestone"] for each in listed)
    assert told["statuses"] == Counter(each["status"] for each in listed)
    for when, member in (("in_force", "kept"), ("first", "first_kept")):
        counted = {name: count for name, count in told["on_time"][when].items() if name != "rate" and count}
        assert counted == Counter(promise[member] for promise in promises)
    assert sum(bucket["shipments"] for bucket in told["silence"]) <= told["current"]
    assert sum(carrier["shipments"] for carrier in told["carriers"]) == len(listed)


def conditions_of(up: Up, asked: dict[str, str]) -> tuple[Json, Json]:
    """How many shipments have each condition: by the figures, by the lists."""
    counted = stats(up, **asked)["exceptions"]["conditions"]
    counted.pop("delayed", None)
    listed = Counter(each["name"] for shipment in shipments(up, **asked) for each in shipment["conditions"])
    return counted, dict(listed)


def test_punctual_is_whose_first_attempt_was_in_time(up: Up) -> None:
    told = stats(up)

    # S1 was attempted, S3 was available on the promised day; S2 came a day late; S5 has time
    assert (told["on_time"]["in_force"]["kept"], told["on_time"]["in_force"]["late"]) == (2, 1)
    assert told["on_time"]["in_force"]["rate"] == pytest.approx(0.6667)


def test_lanes_say_from_where_to_where(up: Up) -> None:
    lanes = {(each["origin"], each["destination"]): each for each in stats(up)["lanes"]}

    assert {lane: each["shipments"] for lane, each in lanes.items()} == {("KZ", "DE"): 2, ("DE", "KZ"): 1}
    assert lanes["KZ", "DE"]["on_time"] == {"in_force": 0.5, "first": 0.5}


def test_a_name_that_is_no_text_is_400(up: Up) -> None:
    answer = httpx.get(f"{up.ready['query']}/v1/stats?merchant=%00")

    assert answer.status_code == 400
