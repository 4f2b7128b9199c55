"""The AsyncAPI 3 document of the topics: channels, messages, operations and how ids are made."""

from collections.abc import Iterable
from typing import Any, Final

from schemas.event import DATA_MODELS
from schemas.identity_vectors import identity_document
from schemas.json_schema import shared_schemas
from schemas.topics import Topic, Topics, topics
from schemas.vocabulary import AlertKind

Json = dict[str, Any]

DELIVERY: Final = "deliver at least once, dedupe on ce_id, read committed"

_SCHEMAS: Final = "#/components/schemas/"
_BINDING: Final = "0.5.0"
_REPLICAS: Final = 3
_WHOLE_NUMBERS: Final = frozenset({"retention.ms", "retention.bytes", "max.message.bytes"})
_UUID: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DEAD_LETTER_HEADERS: Final = {
    "x-original-topic": "the topic the record came from",
    "x-original-partition": "its partition, empty when it never had one",
    "x-original-offset": "its offset, empty when it never had one",
    "x-event-id": "the event's id, empty when it could not be read",
    "x-attempt": "how often the record was tried",
    "x-error-class": "why it was refused",
    "x-first-failure": "when it was first refused",
    "x-code-version": "the version of Shiplog that refused it",
}


def asyncapi_document() -> Json:
    """The whole document, as the JSON that is checked in."""
    catalogue = topics()
    messages = _messages()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:shiplog",
        "info": {
            "title": "Shiplog",
            "version": "1",
            "description": (
                "Event-sourced shipment tracking: scans in, read models out, alerts out. "
                f"Contract for consumers: {DELIVERY}."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {channel: _channel(channel, topic) for channel, topic in _channels(catalogue).items()},
        "operations": _operations(catalogue),
        "components": {"messages": messages, "schemas": _schemas()},
        "x-delivery": {
            "contract": DELIVERY,
            "dedupe_on": "ce_id",
            "isolation": "read_committed",
            "partition": "murmur2 of the key & 0x7fffffff, modulo the number of partitions (Kafka's default)",
            "unknown_members": "ignore them: members are only ever added, and only optional ones",
        },
        "x-identity": identity_document(),
    }


def _channels(catalogue: Topics) -> dict[str, Topic]:
    return {
        "events": catalogue.events,
        "rejected": catalogue.rejected,
        "status": catalogue.status,
        "alerts": catalogue.alerts,
        "receipts": catalogue.receipts,
        "positions": catalogue.positions,
    }


_MESSAGES_OF: Final[dict[str, tuple[str, ...]]] = {
    "events": tuple(str(event_type) for event_type in DATA_MODELS),
    "rejected": ("Rejected",),
    "status": ("StatusChanged",),
    "alerts": ("Alert",),
    "receipts": ("Receipt",),
    "positions": ("Position",),
}


def _channel(channel: str, topic: Topic) -> Json:
    configuration: Json = {name: _setting(name, value) for name, value in topic.settings.items()}
    return {
        "address": topic.name,
        "description": f"Key: {topic.key}. Value: {topic.value}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _MESSAGES_OF[channel]},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "replicas": _REPLICAS,
                "topicConfiguration": configuration,
                "bindingVersion": _BINDING,
            }
        },
    }


def _setting(name: str, value: str) -> int | str | list[str]:
    """Kafka's text in the type that the Kafka binding of AsyncAPI asks for."""
    if name == "cleanup.policy":
        return value.split(",")
    return int(value) if name in _WHOLE_NUMBERS else value


def _operations(catalogue: Topics) -> Json:
    operations: Json = {}
    for channel, topic in _channels(catalogue).items():
        for action, parties in (("send", topic.writers), ("receive", topic.readers)):
            for party in parties:
                operations[_operation_name(party, action, channel)] = _operation(party, action, channel)
    return operations


def _operation_name(party: str, action: str, channel: str) -> str:
    return "-".join([*party.split(), action, channel])


def _operation(party: str, action: str, channel: str) -> Json:
    return {
        "action": action,
        "summary": f"{party} {'writes' if action == 'send' else 'reads'} {channel}",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in _MESSAGES_OF[channel]],
    }


def _messages() -> Json:
    events = {str(name): _event_message(str(name), model.__name__) for name, model in DATA_MODELS.items()}
    return events | {
        "StatusChanged": _cloud_message(
            "StatusChanged",
            payload={"$ref": f"{_SCHEMAS}StatusChanged"},
            ce_id={
                "pattern": "^status-[0-9]+-[0-9]+(-[0-9]+)?$",
                "description": "src_partition and src_offset, and seq where it is restated",
            },
            ce_type={"enum": ["shiplog.StatusChanged", "shiplog.StatusRestated"]},
        ),
        "Alert": _cloud_message(
            "Alert",
            payload={"$ref": f"{_SCHEMAS}Alert"},
            ce_id={"pattern": _UUID, "description": "alert_id"},
            ce_type={"enum": [f"shiplog.alert.{kind}" for kind in AlertKind]},
        ),
        "Receipt": _undescribed("What a channel did with an alert; its members are not fixed yet."),
        "Position": _undescribed("A vehicle's position, never a status; its members are not fixed yet."),
        "Rejected": {
            "name": "Rejected",
            "summary": "A record that was refused: its untouched bytes.",
            "contentType": "application/octet-stream",
            "headers": {"$ref": f"{_SCHEMAS}DeadLetterHeaders"},
            "payload": {"description": "The bytes as they came; they may be anything, or nothing."},
            "bindings": _key_binding(["string", "null"]),
        },
    }


def _event_message(name: str, model: str) -> Json:
    payload = {
        "allOf": [
            {"$ref": f"{_SCHEMAS}Envelope"},
            {"properties": {"type": {"const": name}, "data": {"$ref": f"{_SCHEMAS}{model}"}}},
        ]
    }
    return _cloud_message(
        name,
        payload=payload,
        ce_id={"pattern": _UUID, "description": "event_id"},
        ce_type={"const": f"shiplog.{name}"},
    )


def _cloud_message(name: str, *, payload: Json, ce_id: Json, ce_type: Json) -> Json:
    own = {"properties": {"ce_id": ce_id, "ce_type": ce_type}}
    return {
        "name": name,
        "contentType": "application/json",
        "headers": {"type": "object", "allOf": [{"$ref": f"{_SCHEMAS}CloudEventHeaders"}, own]},
        "payload": payload,
        "bindings": _key_binding(["string"]),
    }


def _undescribed(summary: str) -> Json:
    return {"summary": summary, "headers": {"$ref": f"{_SCHEMAS}CloudEventHeaders"}}


def _key_binding(types: list[str]) -> Json:
    return {"kafka": {"key": {"type": types}, "bindingVersion": _BINDING}}


def _schemas() -> Json:
    return shared_schemas(_SCHEMAS) | {
        "CloudEventHeaders": _cloud_headers(),
        "DeadLetterHeaders": _headers(_DEAD_LETTER_HEADERS, required=_DEAD_LETTER_HEADERS),
    }


def _cloud_headers() -> Json:
    schema = _headers(
        {
            "ce_source": "where it was written: /shiplog/ and the channel or service",
            "ce_partitionkey": "the record's key",
            "ce_time": "when it happened, where that is known",
            "traceparent": "W3C trace context, passed on when present",
        },
        required=["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_partitionkey", "content-type"],
    )
    schema["description"] = "CloudEvents 1.0 in binary mode: the attributes as Kafka headers, in UTF-8."
    schema["properties"] |= {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "what consumers dedupe on"},
        "ce_type": {"type": "string", "pattern": "^shiplog\\."},
        "content-type": {"type": "string", "const": "application/json"},
    }
    return schema


def _headers(meanings: dict[str, str], *, required: Iterable[str]) -> Json:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in meanings.items()},
        "required": list(required),
    }
