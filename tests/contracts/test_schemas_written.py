"""What the services write is what the contracts say: every member known, every header described."""

import json
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from schemas.asyncapi import asyncapi_document
from schemas.codec import Headers, Record, event_record
from schemas.json_schema import schema_documents
from services.notifier.alerts import alert_of, alert_record
from services.projector.batch import begin, finish
from services.projector.folding import take
from services.projector.lane import Claimed, lane_of
from services.projector.publisher import status_record
from services.runtime.deadletter import DeadLetter
from tests.builders import case_opened, day, hour, registered, scan

Json = dict[str, Any]

PROMISE = {"kind": "order_promised", "to": "2026-03-04", "zone": "Asia/Almaty"}
EVENTS = [
    registered(order_id="O-1", promise=PROMISE, at=hour(0)),
    scan("picked_up", at=hour(2), location={"city": "Almaty", "country": "KZ"}),
    scan("in_transit", at=hour(20), reason="on_hold", party="carrier"),
    scan("delivery_attempted", substatus="recipient_absent", at=day(4)),
    scan("delivered", at=day(5)),
    case_opened("damaged", case_id="c1", at=day(6)),
]


def published() -> list[Record]:
    """The records of shipment-status that the projector makes of `EVENTS`."""
    claimed = Claimed(
        model="model_1",
        partition=0,
        epoch=1,
        next_offset=0,
        next_seq=1,
        last_event_id=None,
        shipments=0,
        state_sum=0,
        history_sum=0,
    )
    batch = begin(lane_of(claimed, limit=10))
    records = [event_record(event) for event in EVENTS]
    take(batch, [(n, hour(0), record.key, record.value) for n, record in enumerate(records)], partitions=1)
    return [status_record(row) for row in finish(batch).published]


STATUS = published()
CHANGES = [json.loads(record.value) for record in STATUS]
ALERTS = [alert_record(alert_of(change, told)) for change in CHANGES for told in change["announcements"]]


def strict(schema: Json) -> Json:
    """The schema with every object closed, so that a member nobody described is an error."""

    def closed(value: Any) -> Any:
        if isinstance(value, dict):
            members = {name: closed(member) for name, member in value.items()}
            if "properties" in members:
                members.setdefault("additionalProperties", False)
            return members
        return [closed(member) for member in value] if isinstance(value, list) else value

    result: Json = closed(schema)
    return result


def header_errors(message: str, headers: Headers) -> list[str]:
    """What the AsyncAPI document finds wrong with a record's headers."""
    document = asyncapi_document()
    schema = document["components"]["messages"][message]["headers"] | {"components": document["components"]}
    told = {name: value.decode() for name, value in headers}
    return [error.message for error in Draft7Validator(schema).iter_errors(told)]


def value_errors(name: str, value: bytes) -> list[str]:
    """What the closed JSON Schema of a wire value finds wrong with a record's value."""
    validator = Draft202012Validator(strict(schema_documents()[f"{name}.json"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(value))]


def test_the_story_makes_a_change_of_every_event_and_alerts() -> None:
    assert len(STATUS) == len(EVENTS)
    assert {json.loads(alert.value)["kind"] for alert in ALERTS} >= {"delivered", "exception_opened"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event['type']}-{event['event_id'][:4]}")
def test_an_event_is_as_described(event: Json) -> None:
    record = event_record(event)

    assert value_errors("Envelope", record.value) == []
    assert value_errors(f"data/{event['type']}", json.dumps(event["data"]).encode()) == []
    assert header_errors(event["type"], record.headers) == []


@pytest.mark.parametrize("record", STATUS, ids=lambda record: dict(record.headers)["ce_id"].decode())
def test_a_status_change_is_as_described(record: Record) -> None:
    assert value_errors("StatusChanged", record.value) == []
    assert header_errors("StatusChanged", record.headers) == []


@pytest.mark.parametrize("record", ALERTS, ids=lambda record: dict(record.headers)["ce_type"].decode())
def test_an_alert_is_as_described(record: Record) -> None:
    assert value_errors("Alert", record.value) == []
    assert header_errors("Alert", record.headers) == []


def test_a_dead_letter_has_the_eight_headers_that_are_described() -> None:
    letter = DeadLetter(
        value=b"\xff",
        key=None,
        original_topic="shipment-events",
        partition=None,
        offset=None,
        event_id=None,
        attempt=1,
        error_class="invalid_json",
        first_failure="2026-03-02T00:00:00.000Z",
        code_version="0.1.0",
    )

    headers = letter.record().headers

    described = asyncapi_document()["components"]["schemas"]["DeadLetterHeaders"]
    assert [name for name, _ in headers] == described["required"]
    assert header_errors("Rejected", headers) == []
