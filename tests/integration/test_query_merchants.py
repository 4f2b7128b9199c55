"""One number under two merchants, orders of several parcels: each sees its own, whole and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.http_auth import Role
from tests.builders import day, hour, promise, scan
from tests.integration.query_stand import Projected, Served, item, key_for, order_of, served


@pytest.fixture
def model(database: str) -> Iterator[Projected]:
    """Two merchants in turn on one number, each with a parcel of its own beside it."""
    projected = Projected(database)
    projected.tell(
        order_of("anna", "O-1", items=[item("lamp")], promise=promise("2026-03-04", zone="UTC")),
        scan("picked_up", at=hour(1)),
        scan("delivered", at=day(1)),
        order_of("boris", "O-5", items=[item("chair")], told={"at": day(20)}),
        scan("picked_up", at=day(21)),
        order_of("anna", "O-1", told={"number": "A2", "at": hour(2)}),
        order_of("boris", "O-1", told={"number": "B2", "at": day(22)}),
        order_of("boris", "O-9", told={"number": "B2", "at": day(22)}),
        scan("picked_up", at=day(23), number="NOBODYS"),
    )
    yield projected
    projected.close()


@pytest.fixture
def api(model: Projected, tmp_path: Path) -> Iterator[Served]:
    """The read side over it; nobody comes in without a key."""
    with served(model.url, tmp_path, keys=True) as running:
        yield running


def test_each_merchant_lists_its_own_and_the_shared_number_as_it_was_for_it(
    model: Projected, api: Served
) -> None:
    listed = {}
    for merchant in ("anna", "boris"):
        api.client.headers = key_for(model.url, merchant)
        listed[merchant] = {
            item["shipment"]: (item["milestone"], item["use_no"])
            for item in api.get("/v1/shipments")["items"]
        }

    assert listed == {
        "anna": {"acme:P1": ("delivered", 1), "acme:A2": ("registered", 1)},
        "boris": {"acme:P1": ("picked_up", 1), "acme:B2": ("registered", 1)},
    }


@pytest.mark.parametrize("merchant", ["anna", "boris"])
def test_an_item_of_a_merchants_list_is_the_shipment_it_reads(
    model: Projected, api: Served, merchant: str
) -> None:
    api.client.headers = key_for(model.url, merchant)

    for listed in api.get("/v1/shipments")["items"]:
        single = api.get(f"/v1/shipments/{listed['shipment']}")
        assert listed == {name: value for name, value in single.items() if name != "timeline"}


def test_the_house_sees_every_number_once_and_may_look_as_a_merchant(model: Projected, api: Served) -> None:
    api.client.headers = key_for(model.url, None)

    everything = api.shipments()
    as_anna = api.get("/v1/shipments", merchant="anna", q="lamp")["items"]

    assert sorted(everything) == ["acme:A2", "acme:B2", "acme:NOBODYS", "acme:P1"]
    assert [(item["shipment"], item["milestone"]) for item in as_anna] == [("acme:P1", "delivered")]
    assert api.shipments(merchant="boris", q="lamp") == []


def test_words_of_anothers_items_find_nothing(model: Projected, api: Served) -> None:
    api.client.headers = key_for(model.url, "boris")

    assert api.shipments(q="chair") == ["acme:P1"]
    assert api.shipments(q="lamp") == []
    assert api.shipments(merchant="anna") == []
    assert api.client.get("/v1/shipments/acme:A2").status_code == 404


@pytest.mark.parametrize("name", ["", "-", "nobody"])
def test_a_merchant_of_an_odd_name_sees_nothing(model: Projected, api: Served, name: str) -> None:
    api.client.headers = key_for(model.url, name)

    assert api.shipments() == []
    for path in ("/v1/orders/O-1", "/v1/shipments/acme:NOBODYS"):
        assert api.client.get(path).status_code == 404


def test_a_cursor_of_one_merchant_is_worth_nothing_for_another(model: Projected, api: Served) -> None:
    api.client.headers = key_for(model.url, "anna")
    cursor = api.get("/v1/shipments", limit=1)["next"]

    api.client.headers = key_for(model.url, "boris")

    assert api.client.get("/v1/shipments", params={"cursor": cursor}).status_code == 400


def test_one_order_number_of_two_merchants_is_two_orders(model: Projected, api: Served) -> None:
    api.client.headers = key_for(model.url, "anna")
    annas = api.get("/v1/orders/O-1")
    api.client.headers = key_for(model.url, "boris")
    boriss = api.get("/v1/orders/O-1")

    assert [(p["shipment"], p["milestone"]) for p in annas["parcels"]] == [
        ("acme:A2", "registered"),
        ("acme:P1", "delivered"),
    ]
    assert (annas["merchant"], annas["status"]) == ("anna", "partly_delivered")
    assert [(p["shipment"], p["milestone"]) for p in boriss["parcels"]] == [("acme:B2", "registered")]
    (shared,) = api.get("/v1/orders/O-5")["parcels"]
    assert (shared["shipment"], shared["milestone"], shared["use_no"]) == ("acme:P1", "picked_up", 1)
    assert api.client.get("/v1/orders/O-1", params={"merchant": "anna"}).status_code == 404


def test_the_house_says_whose_order_it_means(model: Projected, api: Served) -> None:
    api.client.headers = key_for(model.url, None, Role.READER)

    unsaid = api.client.get("/v1/orders/O-1")
    said = api.get("/v1/orders/O-1", merchant="boris")

    assert (unsaid.status_code, unsaid.json()["merchants"]) == (300, ["anna", "boris"])
    assert unsaid.headers["content-type"] == "application/problem+json"
    assert [p["shipment"] for p in said["parcels"]] == ["acme:B2"]
    assert api.get("/v1/orders/O-9")["merchant"] == "boris"
    assert api.client.get("/v1/orders/O-1", params={"merchant": "-"}).status_code == 404


def test_a_use_that_is_over_stays_with_its_own_order(model: Projected, api: Served) -> None:
    model.tell(
        order_of("anna", "O-7", told={"number": "R1", "at": hour(1)}),
        scan("picked_up", at=hour(2), number="R1"),
        scan("delivered", at=day(1), number="R1"),
        order_of("anna", "O-8", told={"number": "R1", "at": day(10)}),
        scan("picked_up", at=day(11), number="R1"),
    )
    api.client.headers = key_for(model.url, "anna")

    before, after = api.get("/v1/orders/O-7"), api.get("/v1/orders/O-8")

    assert [(p["use_no"], p["milestone"], p["order_id"]) for p in before["parcels"]] == [
        (1, "delivered", "O-7")
    ]
    assert [(p["use_no"], p["milestone"], p["order_id"]) for p in after["parcels"]] == [
        (2, "picked_up", "O-8")
    ]
    assert before["delivered_at"] == "2026-03-03T00:00:00.000Z"


@pytest.mark.parametrize("order_id", ["nothing", "%00", "a/b/c", "x" * 5000, "O-1%20"])
def test_an_order_nobody_knows_is_404(model: Projected, api: Served, order_id: str) -> None:
    api.client.headers = key_for(model.url, None)

    answer = api.client.get(f"/v1/orders/{order_id}")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
