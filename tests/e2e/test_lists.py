"""Lists and orders of a whole Shiplog: what ingest took is on them as soon as it is projected."""

import httpx

from tests.builders import canonical_registered, canonical_scan
from tests.e2e.running import Up, until


def test_an_order_told_to_ingest_is_listed_found_and_read_with_its_parcels(up_wall: Up) -> None:
    items = [{"name": "Blue teapot", "quantity": 1}]
    lines = [
        canonical_registered("O-77", at="2026-03-02T08:00:00Z", number="LP 1", merchant="m", items=items),
        canonical_registered("O-77", at="2026-03-02T08:00:00Z", number="LP 2", merchant="m"),
        canonical_scan("picked_up", at="2026-03-02T10:00:00Z", number="LP 1"),
    ]
    with httpx.Client(base_url=up_wall.ready["query"], timeout=20) as query:
        told = httpx.post(f"{up_wall.ingest}/v1/events", json=lines, timeout=20)
        assert told.status_code == 202, told.text

        until(lambda: len(query.get("/v1/shipments").json()["items"]) == 2, within=30, what="both listed")

        found = query.get("/v1/shipments", params={"q": "teapot"}).json()["items"]
        order = query.get("/v1/orders/O-77").json()
        last = query.get("/v1/shipments", params={"order_id": "O-77", "limit": 1}).json()
    assert [item["shipment"] for item in found] == ["acme:LP1"]
    assert [parcel["shipment"] for parcel in order["parcels"]] == ["acme:LP1", "acme:LP2"]
    assert (order["merchant"], order["status"], last["items"][0]["shipment"]) == (
        "m",
        "registered",
        "acme:LP1",
    )
    assert last["next"] is not None
