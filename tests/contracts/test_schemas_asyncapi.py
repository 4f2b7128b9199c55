"""The AsyncAPI document: its required members, its references, and that it says what the code does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from schemas.asyncapi import asyncapi_document
from schemas.codec import cloud_headers
from schemas.event import DATA_MODELS
from schemas.json_schema import schema_documents
from schemas.topics import topics
from schemas.vocabulary import EventType

Json = dict[str, Any]

DOCUMENT = json.loads(json.dumps(asyncapi_document()))


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a JSON value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def resolved(ref: str) -> Any:
    """What a reference inside the document points at; raises KeyError when that is nothing."""
    place: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        place = place[step]
    return place


def test_the_members_that_asyncapi_3_requires_are_there() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= DOCUMENT["info"].keys()
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert operation["channel"].keys() == {"$ref"}


def test_no_member_stands_where_asyncapi_3_knows_none() -> None:
    known = {"asyncapi", "id", "info", "defaultContentType", "channels", "operations", "components"}
    channel = {"address", "description", "messages", "bindings"}
    operation = {"action", "summary", "channel", "messages"}
    message = {"name", "summary", "contentType", "headers", "payload", "bindings"}

    assert {name for name in DOCUMENT if not name.startswith("x-")} == known
    assert all(value.keys() <= channel for value in DOCUMENT["channels"].values())
    assert all(value.keys() <= operation for value in DOCUMENT["operations"].values())
    assert all(value.keys() <= message for value in DOCUMENT["components"]["messages"].values())


def test_every_reference_resolves() -> None:
    found = set(references(DOCUMENT))

    assert len(found) > 50
    assert all(resolved(ref) is not None for ref in found)


def test_every_operation_names_messages_of_its_own_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert operation["messages"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])


def test_every_schema_and_message_is_used() -> None:
    used = set(references(DOCUMENT))

    for kind in ("schemas", "messages"):
        assert {f"#/components/{kind}/{name}" for name in DOCUMENT["components"][kind]} <= used


def test_the_channels_are_the_topics_with_their_settings_and_partitions() -> None:
    bindings = {value["address"]: value["bindings"]["kafka"] for value in DOCUMENT["channels"].values()}

    assert list(bindings) == [topic.name for topic in topics().all()]
    for topic in topics().all():
        configuration = bindings[topic.name]["topicConfiguration"]
        assert bindings[topic.name]["partitions"] == topic.partitions
        assert configuration.keys() == topic.settings.keys()
        assert configuration["cleanup.policy"] == [topic.settings["cleanup.policy"]]
        for name in ("retention.ms", "max.message.bytes"):
            assert str(configuration.get(name)) == str(topic.settings.get(name))


def test_every_writer_and_reader_has_an_operation() -> None:
    wanted = {("send", party, topic.name) for topic in topics().all() for party in topic.writers} | {
        ("receive", party, topic.name) for topic in topics().all() for party in topic.readers
    }
    found = {
        (
            operation["action"],
            operation["summary"].rsplit(" ", 2)[0],
            resolved(operation["channel"]["$ref"])["address"],
        )
        for operation in DOCUMENT["operations"].values()
    }

    assert found == wanted


def test_every_event_type_is_a_message_of_the_log_with_its_own_data() -> None:
    messages = DOCUMENT["channels"]["events"]["messages"]

    assert set(messages) == set(map(str, EventType)) == set(map(str, DATA_MODELS))
    for name in messages:
        first, second = DOCUMENT["components"]["messages"][name]["payload"]["allOf"]
        assert first == {"$ref": "#/components/schemas/Envelope"}
        assert second["properties"]["type"] == {"const": name}
        assert second["properties"]["data"]["$ref"].endswith(f"/{DATA_MODELS[name].__name__}")


def test_the_headers_are_those_the_codec_writes() -> None:
    written = cloud_headers(
        event_id="7ad66ce9-b135-581e-b826-307dc74a9cea",
        kind="alert.delivered",
        source="notifier",
        time="t",
        key="acme:A1",
    )
    headers = {name: value.decode() for name, value in written}
    schema = DOCUMENT["components"]["schemas"]["CloudEventHeaders"]

    Draft7Validator(schema).validate(headers)

    assert headers.keys() <= schema["properties"].keys()
    assert set(schema["required"]) == headers.keys() - {"ce_time"}
    assert list(Draft7Validator(schema).iter_errors(headers | {"ce_specversion": "0.3"}))


def test_a_real_event_is_valid_against_its_message_and_a_wrong_one_is_not() -> None:
    payload = DOCUMENT["components"]["messages"]["ScanRecorded"]["payload"]
    validator = Draft7Validator(payload | {"components": DOCUMENT["components"]})
    scan = {
        "event_id": "7ad66ce9-b135-581e-b826-307dc74a9cea",
        "type": "ScanRecorded",
        "schema_version": 1,
        "shipment": "acme:AB123",
        "recorded_at": "2026-11-21T13:05:00.000Z",
        "source": {"channel": "api", "trust": "bearer"},
        "data": {"milestone": "picked_up"},
    }

    assert list(validator.iter_errors(scan)) == []
    assert list(validator.iter_errors(scan | {"type": "CaseOpened"}))
    assert list(validator.iter_errors(scan | {"data": {"milestone": "teleported"}}))


@pytest.mark.parametrize("name", sorted(schema_documents()))
def test_every_json_schema_is_a_valid_one(name: str) -> None:
    Draft202012Validator.check_schema(schema_documents()[name])


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_of_the_document_is_in_the_dialect_of_asyncapi(name: str) -> None:
    Draft7Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_ids_can_be_computed_from_the_document_alone() -> None:
    identity = DOCUMENT["x-identity"]

    assert identity["namespace"] == "1f3925c3-abdb-58a3-8312-8e9f6c00546f"
    assert identity["separator"] == {"code_point": "U+001F", "character": "\x1f"}
    assert identity["absent"] == {"code_point": "U+0000", "character": "\x00"}
    for kind in ("event_id", "alert_id"):
        assert len(identity[kind]["vectors"]) == 3
        for vector in identity[kind]["vectors"]:
            parts = [identity["absent"]["character"] if part is None else part for part in vector["parts"]]
            assert identity["separator"]["character"].join(parts) == vector["hashed"]


def test_the_delivery_contract_is_said() -> None:
    assert DOCUMENT["x-delivery"]["contract"] == "deliver at least once, dedupe on ce_id, read committed"
