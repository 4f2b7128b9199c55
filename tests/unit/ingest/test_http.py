"""What ingest answers: the contract of each call, and problem details for everything outside 2xx."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from services.ingest import service
from services.ingest.http_body import MAX_LINES
from services.ingest.reader import ShipmentRow
from tests.builders import canonical_registered, canonical_scan, hour
from tests.unit.ingest.stand import TOPICS, Stand, make_stand

NDJSON = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path)


def ndjson(*lines: Any) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)


def problem(answer: httpx.Response, status: HTTPStatus) -> dict[str, Any]:
    """The members of problem details, which the answer must be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    members: dict[str, Any] = answer.json()
    assert members["status"] == status.value
    assert members["type"]
    assert members["title"]
    assert members["detail"]
    return members


def test_lines_are_counted_with_the_blank_ones_and_good_ones_taken(stand: Stand) -> None:
    body = ndjson(
        canonical_scan("picked_up"),
        b"",
        b"{",
        canonical_scan("delivered", at=hour(2)),
        b"  ",
        canonical_scan("x"),
    )

    answer = stand.client().post("/v1/events", content=body + b"\n", headers=NDJSON)

    told = answer.json()
    assert (answer.status_code, told["accepted"]) == (202, 2)
    assert told["event_ids"] == [event["event_id"] for event in stand.logged()]
    assert [(each["line"], each["pointer"]) for each in told["rejected"]] == [(3, ""), (6, "/data/milestone")]


def test_an_object_and_an_array_are_taken_as_json(stand: Stand) -> None:
    client = stand.client()

    one = client.post("/v1/events", json=canonical_scan("picked_up"))
    body = b'[%b, {"a":1,"a":2}, %b]' % (
        orjson.dumps(canonical_scan("picked_up")),
        orjson.dumps(canonical_scan("delivered")),
    )
    many = client.post("/v1/events", content=body, headers=JSON)

    assert (one.status_code, one.json()["accepted"]) == (202, 1)
    assert (many.status_code, many.json()["accepted"]) == (202, 2)
    assert many.json()["event_ids"][0] == one.json()["event_ids"][0]
    assert many.json()["rejected"] == [{"line": 2, "pointer": "/a", "detail": "duplicate key"}]


def test_ids_come_in_the_order_of_lines_over_many_chunks(stand: Stand) -> None:
    lines = [canonical_scan("picked_up", number=f"N{n}") for n in range(1_200)]

    answer = stand.client().post("/v1/events", content=ndjson(*lines), headers=NDJSON)

    shipments = {event["event_id"]: event["shipment"] for event in stand.logged()}
    assert [shipments[each] for each in answer.json()["event_ids"]] == [f"acme:N{n}" for n in range(1_200)]


def test_every_chunk_of_a_body_is_safe_before_the_answer(stand: Stand) -> None:
    lines = [canonical_scan("picked_up", number=f"N{n}") for n in range(1_200)]
    stand.broker.faults.append("send")

    answer = stand.client().post("/v1/events", content=ndjson(*lines), headers=NDJSON)

    logged = {event["event_id"] for event in stand.logged()}
    file = stand.spool.first()
    assert file is not None
    spooled = {
        orjson.loads(entry.record.value)["event_id"]
        for _, entry in file.head(most=2_000, most_bytes=10_000_000)
    }
    assert len(spooled) >= 500
    assert logged | spooled == set(answer.json()["event_ids"])
    assert len(logged | spooled) == 1_200


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b"", NDJSON), (b"\n \n", NDJSON), (b"", JSON), (b"[]", JSON)],
    ids=["no bytes", "blank lines", "no json", "an empty array"],
)
def test_a_body_without_events_is_unprocessable(stand: Stand, body: bytes, headers: dict[str, str]) -> None:
    answer = stand.client().post("/v1/events", content=body, headers=headers)

    told = problem(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "errors" not in told
    assert told["detail"] == "the body holds no event"


def test_when_nothing_was_taken_every_line_is_told(stand: Stand) -> None:
    lines = ndjson(canonical_scan("x"), canonical_scan("picked_up") | {"recorded_at": "2026-01-01T00:00:00Z"})

    answer = stand.client().post("/v1/events", content=lines, headers=NDJSON)

    told = problem(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert told["detail"] == "no event was taken"
    assert [(each["line"], each["pointer"]) for each in told["errors"]] == [
        (1, "/data/milestone"),
        (2, "/recorded_at"),
    ]
    assert stand.logged() == []


def test_of_very_many_bad_lines_the_first_are_listed_and_the_rest_counted(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_REJECTIONS_TOLD", 700)
    lines = ndjson(canonical_scan("picked_up"), *[b"{"] * 1_100)

    told = stand.client().post("/v1/events", content=lines, headers=NDJSON).json()

    assert (told["accepted"], told["rejected_not_listed"]) == (1, 400)
    assert [each["line"] for each in told["rejected"]] == list(range(2, 702))


@pytest.mark.parametrize(
    "headers",
    [{}, {"content-type": "text/plain"}, JSON | {"content-encoding": "gzip"}],
    ids=["none", "text", "compressed"],
)
def test_other_content_types_are_refused(stand: Stand, headers: dict[str, str]) -> None:
    answer = stand.client().post("/v1/events", content=b"{}", headers=headers)

    problem(answer, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", HTTPStatus.NOT_FOUND),
        ("GET", "/v1/events", HTTPStatus.METHOD_NOT_ALLOWED),
        ("POST", "/v1/events/", HTTPStatus.NOT_FOUND),
        ("DELETE", "/v1/shipments/acme:1", HTTPStatus.METHOD_NOT_ALLOWED),
        ("POST", "/v1/carriers/nobody/webhook", HTTPStatus.NOT_FOUND),
        ("GET", "/v1/shipments/acme:1", HTTPStatus.NOT_FOUND),
        ("GET", "/v1/shipments/acme", HTTPStatus.NOT_FOUND),
        ("GET", "/v1/shipments/ACME:1", HTTPStatus.NOT_FOUND),
        ("POST", "/v1/shipments/nokey/cancel", HTTPStatus.NOT_FOUND),
    ],
)
def test_what_is_not_there_is_a_problem(stand: Stand, method: str, path: str, status: HTTPStatus) -> None:
    problem(stand.client().request(method, path), status)


def test_one_line_of_more_than_a_megabyte_does_not_spoil_the_others(stand: Stand) -> None:
    long = canonical_registered(recipient="x" * 1_100_000)

    answer = stand.client().post("/v1/events", content=ndjson(long, canonical_scan("lost")), headers=NDJSON)

    assert answer.json()["accepted"] == 1
    assert [each["line"] for each in answer.json()["rejected"]] == [1]


def test_a_body_beyond_the_limit_is_too_large(stand: Stand) -> None:
    answer = stand.client().post("/v1/events", content=b" " * (32 * 1024 * 1024 + 1), headers=NDJSON)

    problem(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def test_a_body_of_more_lines_than_events_fit_is_too_large(stand: Stand) -> None:
    body = b"1\n" * (MAX_LINES + 1)

    answer = stand.client().post("/v1/events", content=body, headers=NDJSON)

    problem(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    assert stand.values() == []


def test_a_body_of_unstated_length_is_too_large_as_soon_as_it_is(stand: Stand) -> None:
    pieces = (b" " * 1_000_000 for _ in range(40))

    answer = stand.client().post("/v1/events", content=pieces, headers=NDJSON)

    problem(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def test_without_keys_personal_data_waits_and_the_rest_is_taken(stand: Stand) -> None:
    stand.keys.away = True
    client = stand.client()

    plain = client.post("/v1/events", json=canonical_scan("picked_up"))
    personal = client.post("/v1/events", json=canonical_registered(recipient="Ann"))

    assert plain.status_code == 202
    problem(personal, HTTPStatus.SERVICE_UNAVAILABLE)
    assert int(personal.headers["retry-after"]) > 0


def test_with_kafka_away_and_the_spool_full_the_sender_is_asked_to_wait(tmp_path: Path) -> None:
    stand = make_stand(tmp_path, spool_bytes=10)
    stand.broker.away = True

    answer = stand.client().post("/v1/events", json=canonical_scan("picked_up"))

    problem(answer, HTTPStatus.SERVICE_UNAVAILABLE)
    assert int(answer.headers["retry-after"]) > 0


def test_with_kafka_away_the_spool_is_enough_for_an_answer(stand: Stand) -> None:
    stand.broker.away = True

    answer = stand.client().post("/v1/events", json=canonical_scan("picked_up"))

    assert (answer.status_code, stand.spool.depth) == (202, 1)


def test_a_key_is_asked_for_where_one_is_configured(tmp_path: Path) -> None:
    client = make_stand(tmp_path, api_key="k").client()
    line = canonical_scan("picked_up")

    refused = client.post("/v1/events", json=line)
    taken = client.post("/v1/events", json=line, headers={"x-api-key": "k"})
    health = client.get("/healthz")

    problem(refused, HTTPStatus.UNAUTHORIZED)
    assert (taken.status_code, health.status_code) == (202, 200)


def test_a_command_is_dated_when_it_is_given(stand: Stand) -> None:
    stand.clock.advance_to(hour(5))

    answer = stand.client().post("/v1/shipments/acme:p-1/cancel", json={"reason": "r", "party": "sender"})

    event = stand.logged()[0]
    assert answer.json() == {"event_id": event["event_id"]}
    assert (event["type"], event["shipment"]) == ("ShipmentCancelled", "acme:P1")
    assert event["occurred_at"] == event["recorded_at"] == "2026-03-02T05:00:00.000Z"


def test_a_command_given_again_with_its_key_later_is_the_same_event(stand: Stand) -> None:
    client, headers = stand.client(), {"idempotency-key": "k-1"}

    first = client.post("/v1/shipments/acme:P1/cancel", json={"reason": "r"}, headers=headers)
    stand.clock.advance_to(hour(5))
    again = client.post("/v1/shipments/acme:P1/cancel", json={"reason": "r"}, headers=headers)
    other = client.post("/v1/shipments/acme:P1/cancel", json={"reason": "x"}, headers=headers)
    elsewhere = client.post("/v1/shipments/acme:P2/cancel", json={"reason": "r"}, headers=headers)
    without = client.post("/v1/shipments/acme:P1/cancel", json={"reason": "r"})

    assert first.json() == again.json()
    problem(other, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert len({answer.json()["event_id"] for answer in (first, elsewhere, without)}) == 3
    one, two = (event for event in stand.logged() if event["event_id"] == first.json()["event_id"])
    assert one | {"recorded_at": two["recorded_at"]} == two


def test_a_command_has_the_same_id_even_where_its_time_was_lost(tmp_path: Path) -> None:
    ids = set()
    for n in (1, 2):
        stand = make_stand(tmp_path / str(n))
        stand.clock.advance_to(hour(n))
        headers = {"idempotency-key": "k"}
        answer = stand.client().post("/v1/shipments/acme:P1/cancel", json={"reason": "r"}, headers=headers)
        ids.add(answer.json()["event_id"])

    assert len(ids) == 1


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/shipments", {"carrier": "acme", "data": {"order_id": "1"}}, "/tracking_number"),
        ("/v1/shipments", {"carrier": "acme", "tracking_number": "1", "data": {}}, "/data/order_id"),
        ("/v1/shipments", {"carrier": "acme", "tracking_number": "1", "occurred_at": "x"}, "/occurred_at"),
        ("/v1/shipments", [], ""),
        ("/v1/shipments/acme:1/cancel", {"x": 1}, "/x"),
        ("/v1/shipments/acme:1/cancel", [], ""),
        ("/v1/shipments/acme:1/retract", {}, "/retracts"),
        ("/v1/shipments/acme:1/address-change", {"address": "new"}, "/request_id"),
    ],
)
def test_what_is_wrong_in_a_command_is_named(stand: Stand, path: str, body: Any, pointer: str) -> None:
    members = problem(stand.client().post(path, json=body), HTTPStatus.UNPROCESSABLE_ENTITY)

    assert [each["pointer"] for each in members["errors"]] == [pointer]
    assert stand.logged() == []


def test_a_shipment_is_answered_with_its_timeline_in_order(stand: Stand) -> None:
    early = {"event_id": "a", "type": "ScanRecorded", "occurred_at": "2026-01-01T00:00:00.000Z", "data": {}}
    late = {
        "event_id": "b",
        "type": "ScanRecorded",
        "occurred_at": "2026-01-02T00:00:00.000Z",
        "data": {"milestone": "delivered", "proof": {"ciphertext": "x"}},
    }
    rows = [
        (late, {"changes": ["milestone"]}, "2026-01-02T01:00:00.000Z"),
        (early, None, "2026-01-03T01:00:00.000Z"),
    ]
    stand.store.rows["acme:P1"] = ShipmentRow({"shipment": "acme:P1", "milestone": "delivered"}, rows)

    answer = stand.client().get("/v1/shipments/acme:p.1")

    told = answer.json()
    assert (answer.status_code, told["milestone"]) == (200, "delivered")
    assert [(each["event_id"], each["changes"]) for each in told["timeline"]] == [
        ("a", []),
        ("b", ["milestone"]),
    ]
    assert told["timeline"][1]["sealed"] == ["proof"]
    assert "ciphertext" not in answer.text


def test_a_shipment_that_cannot_be_asked_for_is_a_matter_of_time(stand: Stand) -> None:
    stand.store.away = True

    answer = stand.client().get("/v1/shipments/acme:P1")

    problem(answer, HTTPStatus.SERVICE_UNAVAILABLE)
    assert int(answer.headers["retry-after"]) > 0


def test_a_bug_of_ours_is_told_as_a_problem_without_its_inside(stand: Stand) -> None:
    stand.store.rows["acme:P1"] = ShipmentRow({}, [({}, None, "secret")])

    answer = stand.client().get("/v1/shipments/acme:P1")

    assert "secret" not in problem(answer, HTTPStatus.INTERNAL_SERVER_ERROR)["detail"]


def test_metrics_health_and_description_are_there(stand: Stand) -> None:
    client = stand.client()

    assert client.get("/healthz").json()["ok"] is True
    assert client.get("/readyz").status_code == 200
    assert "shiplog_spool_depth_records" in client.get("/metrics").text
    assert "/v1/events" in client.get("/openapi.json").json()["paths"]
    assert TOPICS.events.name == "shipment-events"
