"""A merchant's key at ingest: registers in its own name, tells of its own shipments, sees no other's."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from services.ingest.reader import ShipmentRow
from services.runtime.http_auth import Principal, Role
from tests.unit.ingest.stand import Stand, make_stand

Json = dict[str, Any]
KEYS = {
    "ours": Principal("house", Role.OPERATOR),
    "north": Principal("north", Role.OPERATOR, "north"),
    "south": Principal("south", Role.WRITER, "south"),
    "north-writer": Principal("north too", Role.WRITER, "north"),
}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path, given_out=KEYS)


def calling(stand: Stand, key: str) -> TestClient:
    client = stand.client()
    client.headers["x-api-key"] = key
    return client


def registration(number: str = "P1", **data: Any) -> Json:
    return {"carrier": "acme", "tracking_number": number, "data": {"order_id": "O-1"} | data}


def event(kind: str, number: str, **data: Any) -> Json:
    members = {"type": kind, "carrier": "acme", "tracking_number": number, "data": data}
    return members | {"occurred_at": "2026-03-02T10:00:00Z"}


def test_a_registration_without_a_merchant_gets_the_keys_own_before_it_gets_its_id(stand: Stand) -> None:
    north = calling(stand, "north")

    bare = north.post("/v1/events", json=event("ShipmentRegistered", "P1", order_id="O-1"))
    named = north.post("/v1/events", json=event("ShipmentRegistered", "P1", order_id="O-1", merchant="north"))
    single = north.post("/v1/shipments", json=registration("P2"))

    assert bare.json()["event_ids"] == named.json()["event_ids"]
    assert single.status_code == 202
    assert {each["data"]["merchant"] for each in stand.logged()} == {"north"}


def test_a_registration_for_another_merchant_is_refused(stand: Stand) -> None:
    north = calling(stand, "north")

    single = north.post("/v1/shipments", json=registration(merchant="south"))
    among = north.post(
        "/v1/events",
        json=[
            event("ShipmentRegistered", "P1", order_id="O-1", merchant="south"),
            event("ShipmentRegistered", "P2", order_id="O-2"),
        ],
    )

    assert single.status_code == 403
    assert among.json()["accepted"] == 1
    assert [(each["line"], each["pointer"]) for each in among.json()["rejected"]] == [(1, "/data/merchant")]
    assert [each["shipment"] for each in stand.logged()] == ["acme:P2"]


def test_scans_of_what_it_has_not_registered_are_rejected_line_by_line(stand: Stand) -> None:
    stand.store.registered = {("north", "acme:OLD"), ("south", "acme:THEIRS")}
    lines = [
        event("ScanRecorded", "OLD", milestone="picked_up"),
        event("ScanRecorded", "THEIRS", milestone="picked_up"),
        event("ScanRecorded", "NEW", milestone="picked_up"),
        event("ShipmentRegistered", "NEW", order_id="O-1"),
        {"type": "nonsense"},
        event("EventRetracted", "NOBODYS", retracts="0" * 8 + "-0000" * 3 + "-" + "0" * 12),
    ]

    body = b"\n".join(map(orjson.dumps, lines))
    answer = calling(stand, "north").post(
        "/v1/events", content=body, headers={"content-type": "application/x-ndjson"}
    )

    assert answer.json()["accepted"] == 3
    assert [each["line"] for each in answer.json()["rejected"]] == [2, 5, 6]
    assert {each["source"]["carrier_account"] for each in stand.logged()} == {"north"}


def test_what_it_registered_a_moment_ago_may_be_told_of_before_the_read_model_knows(stand: Stand) -> None:
    calling(stand, "north").post("/v1/shipments", json=registration("P1"))
    scan = event("ScanRecorded", "P1", milestone="picked_up")

    own = calling(stand, "north-writer").post("/v1/events", json=scan)
    foreign = calling(stand, "south").post("/v1/events", json=scan)

    assert own.status_code == 202
    assert foreign.status_code == 422


@pytest.mark.parametrize("command", ["cancel", "address-change", "return", "case", "contact"])
def test_a_command_to_a_shipment_of_another_is_answered_as_if_there_were_none(
    stand: Stand, command: str
) -> None:
    stand.store.registered = {("north", "acme:P1")}
    bodies: dict[str, Json] = {"case": {"kind": "lost"}}
    body, headers = bodies.get(command, {}), {"idempotency-key": "1"}

    own, foreign = (
        calling(stand, key).post(f"/v1/shipments/acme:P1/{command}", json=body, headers=headers)
        for key in ("north", "south")
    )

    assert own.status_code == 202, own.text
    assert foreign.status_code == 404
    assert [each["source"]["carrier_account"] for each in stand.logged()] == ["north"]


def test_two_merchants_who_choose_the_same_idempotency_key_give_two_commands(stand: Stand) -> None:
    stand.store.registered = {("north", "acme:P1"), ("south", "acme:P1")}
    headers = {"idempotency-key": "1"}

    ids = {
        calling(stand, key)
        .post("/v1/shipments/acme:P1/cancel", json=body, headers=headers)
        .json()["event_id"]
        for key, body in (("north", {"reason": "a"}), ("south", {"reason": "b"}), ("north", {"reason": "a"}))
    }

    assert len(ids) == 2


def test_a_shipment_of_another_is_not_read(stand: Stand) -> None:
    registered = {
        "event_id": "e1",
        "type": "ShipmentRegistered",
        "recorded_at": "2026-03-02T10:00:00.000Z",
        "data": {"order_id": "O-1", "merchant": "north"},
    }
    stand.store.rows["acme:P1"] = ShipmentRow(
        {"shipment": "acme:P1"}, [(registered, None, "2026-03-02T10:00:00.000Z")]
    )

    answers = {key: calling(stand, key).get("/v1/shipments/acme:P1").status_code for key in KEYS}

    assert answers == {"ours": 200, "north": 200, "north-writer": 200, "south": 404}


def test_a_tenant_is_asked_to_come_back_while_nobody_can_tell_what_it_registered(stand: Stand) -> None:
    stand.store.away = True

    answer = calling(stand, "north").post(
        "/v1/events", json=event("ScanRecorded", "P1", milestone="picked_up")
    )

    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert stand.logged() == []
