"""Ingest as a process on a real Kafka and PostgreSQL: what it answers and what then stands in the log."""

import hashlib
import hmac
import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
import psycopg
import pytest

from schemas.codec import decode_event
from schemas.ids import event_id
from services.ingest.keystore import Keystore, read_master_key
from services.ingest.sealing import unseal
from tests.builders import canonical, canonical_registered, canonical_scan
from tests.integration.ingest_stand import Json, Place, running_ingest

SECRET = "whsec-é"


@pytest.fixture
def place(kafka: str, database: str, tmp_path: Path) -> Place:
    """Topics, tables and a home of this test's own."""
    (tmp_path / "carriers.json").write_text(json.dumps({"easypost": {"main": SECRET}}))
    return Place(tmp_path, kafka, database).prepare()


def test_an_accepted_event_stands_in_the_log_under_its_id(place: Place) -> None:
    sent = canonical_scan("picked_up", code="PU", at="2026-03-02T10:00:00+05:00", number="ab 1.2-3")

    with running_ingest(place) as ingest:
        answer = ingest.post(sent, canonical_scan("nowhere"), sent)

    expected = event_id(
        "ScanRecorded",
        ("acme", "AB123"),
        data={"milestone": "picked_up"},
        time="2026-03-02T05:00:00.000Z",
        raw_code="PU",
    )
    told = answer.json()
    assert answer.status_code == 202
    assert (told["accepted"], told["event_ids"]) == (2, [expected, expected])
    assert [(each["line"], each["pointer"]) for each in told["rejected"]] == [(2, "/data/milestone")]
    records = place.log(place.names.events.name)
    assert [key for key, _ in records] == [b"acme:AB123"] * 2
    assert {decode_event(value).event_id for _, value in records} == {expected}


def test_personal_data_is_sealed_and_a_repeated_event_is_the_same_bytes(place: Place) -> None:
    sent = canonical_registered(customer_id="C-9", recipient={"name": "Ann Unlikely", "phone": "1"})

    with running_ingest(place) as ingest:
        ingest.post(sent)
        ingest.post(sent)

    first, second = (orjson.loads(value) for _, value in place.log(place.names.events.name))
    assert first | {"recorded_at": ""} == second | {"recorded_at": ""}
    assert b"Unlikely" not in b"".join(value for _, value in place.log(place.names.events.name))
    keys = Keystore(place.database_url, master=read_master_key(place.home / "master.key"))
    key = keys.keys_for(["customer:C-9"])["customer:C-9"]
    keys.close()
    assert unseal(first["data"]["recipient"], key, name="recipient") == sent["data"]["recipient"]


def test_commands_with_an_idempotency_key_are_one_fact(place: Place) -> None:
    with running_ingest(place) as ingest:
        body = {"carrier": "acme", "tracking_number": "p 1", "data": {"order_id": "O-1"}}
        calls = [
            httpx.post(f"{ingest.url}/v1/shipments", json=body, headers={"Idempotency-Key": "k"})
            for _ in range(2)
        ]
        other = httpx.post(
            f"{ingest.url}/v1/shipments",
            json=body | {"data": {"order_id": "O-2"}},
            headers={"Idempotency-Key": "k"},
        )
        cancel = httpx.post(f"{ingest.url}/v1/shipments/acme:P1/cancel", json={"reason": "changed mind"})
        retract = httpx.post(
            f"{ingest.url}/v1/shipments/acme:P1/retract",
            json={"retracts": cancel.json()["event_id"].upper(), "reason": "did_not_occur"},
        )
        wrong = httpx.post(f"{ingest.url}/v1/shipments/acme:P1/retract", json={"retracts": "x"})

    assert [call.status_code for call in calls] == [202, 202]
    assert calls[0].json() == calls[1].json()
    assert calls[0].json()["shipment"] == "acme:P1"
    assert (other.status_code, wrong.status_code) == (422, 422)
    assert wrong.json()["errors"][0]["pointer"] == "/retracts"
    logged = {
        event["event_id"]: event
        for _, value in place.log(place.names.events.name)
        if (event := orjson.loads(value))
    }
    assert len(logged) == 3
    assert logged[cancel.json()["event_id"]]["occurred_at"] is not None
    assert logged[retract.json()["event_id"]]["data"]["retracts"] == cancel.json()["event_id"]
    registered = [orjson.loads(value) for _, value in place.log(place.names.events.name)][:2]
    assert registered[0]["occurred_at"] == registered[1]["occurred_at"]


def signed(body: bytes) -> dict[str, str]:
    """EasyPost's first signature; the secret is normalised (NFKD) before it is used."""
    digest = hmac.new("whsec-e\u0301".encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hmac-Signature": f"hmac-sha256-hex={digest}"}


def tracker(**members: object) -> bytes:
    """A webhook about a tracker with one detail."""
    detail = {"status": "delivered", "datetime": "2026-03-02T05:00:00Z", "message": "Delivered"}
    told = {"object": "Tracker", "tracking_code": "EZ1", "tracking_details": [detail]} | members
    return orjson.dumps({"object": "Event", "description": "tracker.updated", "result": told})


def test_a_webhook_is_verified_then_read_and_kept_when_it_cannot_be_read(place: Place) -> None:
    good, unread = tracker(), b'{"object":"Event"}'
    with running_ingest(place) as ingest:
        url = f"{ingest.url}/v1/carriers/easypost/webhook"
        taken = httpx.post(url, content=good, headers=signed(good))
        kept = httpx.post(url, content=unread, headers=signed(unread))
        forged = httpx.post(url, content=good, headers=signed(b"other"))
        unknown = httpx.post(f"{ingest.url}/v1/carriers/nobody/webhook", content=good)
        metrics = httpx.get(f"{ingest.url}/metrics").text

    assert (taken.status_code, len(taken.json()["event_ids"])) == (202, 1)
    assert (kept.status_code, kept.json()["event_ids"]) == (202, [])
    assert (forged.status_code, unknown.status_code) == (401, 404)
    assert place.logged_ids() == taken.json()["event_ids"]
    assert place.log(place.names.rejected.name) == [(None, unread)]
    assert 'shiplog_signature_failures_total{carrier="easypost"} 1.0' in metrics
    assert "shiplog_unknown_carriers_total 1.0" in metrics


def test_a_shipment_is_read_from_the_model_in_force(place: Place) -> None:
    event = {
        "event_id": "11111111-1111-5111-8111-111111111111",
        "type": "ScanRecorded",
        "data": {"milestone": "delivered", "proof": {"key_id": "k"}},
    }
    view = {"shipment": "acme:P1", "milestone": "delivered", "status": "delivered"}
    with psycopg.connect(place.database_url) as conn:
        conn.execute(
            "INSERT INTO model_1.shipments"
            " (shipment, partition, version, carrier, status, leg_no, use_no, view, hash)"
            " VALUES ('acme:P1', 0, 1, 'acme', 'delivered', 1, 1, %s, 1)",
            [json.dumps(view)],
        )
        conn.execute(
            "INSERT INTO model_1.timeline"
            " (partition, src_offset, shipment, event_id, type, mapping_version, digest, recorded_at, event)"
            " VALUES (0, 1, 'acme:P1', %s, 'ScanRecorded', 1, 1, '2026-03-02T01:02:03.5Z', %s)",
            [event["event_id"], json.dumps(event)],
        )
    with running_ingest(place) as ingest:
        found = httpx.get(f"{ingest.url}/v1/shipments/acme:p-1")
        missing = httpx.get(f"{ingest.url}/v1/shipments/acme:P2")
        formless = httpx.get(f"{ingest.url}/v1/shipments/%00")

    told = found.json()
    assert (found.status_code, told["milestone"]) == (200, "delivered")
    assert [each["recorded_at"] for each in told["timeline"]] == ["2026-03-02T01:02:03.500Z"]
    assert (told["timeline"][0]["data"], told["timeline"][0]["sealed"]) == (
        {"milestone": "delivered"},
        ["proof"],
    )
    assert (missing.status_code, formless.status_code) == (404, 404)
    assert missing.headers["content-type"] == "application/problem+json"


def test_off_loopback_every_call_but_health_needs_a_key(place: Place) -> None:
    place.host, place.api_key = "0.0.0.0", "s3cret"
    with psycopg.connect(place.database_url) as conn:
        conn.execute(
            "INSERT INTO core.api_keys VALUES (%s, 'ops', now())", [hashlib.sha256(b"given out").digest()]
        )

    with running_ingest(place) as ingest:
        url = ingest.url.replace("0.0.0.0", "127.0.0.1")
        line = canonical_scan("picked_up")
        asked = [
            httpx.post(f"{url}/v1/events", json=line, headers=headers).status_code
            for headers in (
                {},
                {"X-API-Key": "wrong"},
                {"X-API-Key": "s3cret"},
                {"Authorization": "Bearer s3cret"},
                {"Authorization": "Bearer given out"},
            )
        ]
        health = httpx.get(f"{url}/readyz").status_code

    assert asked == [401, 401, 202, 202, 202]
    assert health == 200


def test_a_body_that_is_too_large_is_answered_however_it_is_sent(place: Place) -> None:
    with running_ingest(place) as ingest:
        address = urlsplit(ingest.url).netloc
        huge = b"[" * 60_000_000
        whole = httpx.post(
            f"{ingest.url}/v1/events", content=huge, headers={"content-type": "application/json"}
        )
        connection = http.client.HTTPConnection(address, timeout=30)
        pieces = (huge[:1_000_000] for _ in range(60))
        connection.request(
            "POST", "/v1/events", pieces, {"content-type": "application/json"}, encode_chunked=True
        )
        chunked = connection.getresponse()
        deep = httpx.post(
            f"{ingest.url}/v1/events", content=huge[:100_000], headers={"content-type": "application/json"}
        )

    assert (whole.status_code, chunked.status, deep.status_code) == (413, 413, 422)
    assert whole.json()["status"] == 413


def test_what_is_no_http_is_answered_with_problem_details_too(place: Place) -> None:
    with running_ingest(place) as ingest:
        address = urlsplit(ingest.url)
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=10) as connection:
            connection.sendall(b"NONSENSE\r\n\r\n")
            answer = connection.recv(4096)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert orjson.loads(body)["status"] == 400


def test_a_file_is_imported_with_the_times_it_states(place: Place) -> None:
    lines: list[Json] = [
        canonical_scan("picked_up", recorded_at=0),
        canonical("NoSuchType"),
        canonical_registered(recipient="Ann"),
    ]
    file = place.home / "events.ndjson"
    file.write_bytes(b"\n\n".join(orjson.dumps(line) for line in lines))

    command = "import sys, services.cli.__main__ as m; m.COMMANDS = ('import_',); m.main()"
    done = subprocess.run(
        [sys.executable, "-c", command, "import", "--json", str(file)],
        env=place.environment(),
        capture_output=True,
        check=False,
    )

    told = orjson.loads(done.stdout)
    assert (done.returncode, told["accepted"]) == (1, 2)
    assert [(each["line"], each["pointer"]) for each in told["rejected"]] == [(3, "/type")]
    logged = {
        event["type"]: event
        for _, value in place.log(place.names.events.name)
        if (event := orjson.loads(value))
    }
    assert logged["ScanRecorded"]["recorded_at"] == "1970-01-01T00:00:00.000Z"
    assert logged["ScanRecorded"]["source"] == {
        "channel": "file",
        "trust": "manual",
        "batch": "events.ndjson",
    }
