"""The codec: records of envelopes and back, and older versions lifted to today's."""

import json
from typing import Any

import pytest

from schemas.codec import UndecodableRecord, decode_event, event_record, lifted

Json = dict[str, Any]

SCAN: Json = {
    "event_id": "7ad66ce9-b135-581e-b826-307dc74a9cea",
    "type": "ScanRecorded",
    "schema_version": 1,
    "shipment": "acme:AB123",
    "occurred_at": "2026-11-21T13:04:00.000Z",
    "recorded_at": "2026-11-21T13:05:00.000Z",
    "source": {"channel": "api", "trust": "bearer"},
    "data": {"milestone": "picked_up"},
}


def test_a_record_carries_cloudevents_in_binary_mode_and_reads_back() -> None:
    record = event_record(SCAN, traceparent="00-aa-bb-01")

    assert record.key == b"acme:AB123"
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": SCAN["event_id"].encode(),
        "ce_type": b"shiplog.ScanRecorded",
        "ce_source": b"/shiplog/api",
        "ce_time": b"2026-11-21T13:04:00.000Z",
        "ce_partitionkey": b"acme:AB123",
        "content-type": b"application/json",
        "traceparent": b"00-aa-bb-01",
    }
    assert decode_event(record.value).model_dump(exclude_unset=True) == SCAN


def test_an_undated_fact_takes_the_time_it_was_recorded() -> None:
    record = event_record(SCAN | {"occurred_at": None})

    assert dict(record.headers)["ce_time"] == b"2026-11-21T13:05:00.000Z"


def test_members_of_a_newer_writer_are_ignored_at_every_depth() -> None:
    newer = SCAN | {"eta": 1, "data": {"milestone": "picked_up", "robot": {"arm": 2}}}
    newer["source"] = SCAN["source"] | {"region": "eu"}

    assert decode_event(json.dumps(newer).encode()) == decode_event(
        json.dumps(SCAN | {"data": newer["data"]}).encode()
    )


def test_an_older_version_is_lifted_step_by_step() -> None:
    lifts = {
        -1: lambda old: old | {"recorded_at": old["seen_at"]},
        0: lambda old: old | {"source": {"channel": "file", "trust": old["trust"]}},
    }
    oldest = {k: v for k, v in SCAN.items() if k not in {"recorded_at", "source"}}
    oldest |= {"schema_version": -1, "seen_at": SCAN["recorded_at"], "trust": "manual"}

    envelope = decode_event(json.dumps(oldest).encode(), lifts=lifts)

    assert envelope.schema_version == 1
    assert envelope.recorded_at == SCAN["recorded_at"]
    assert envelope.source.trust == "manual"


def test_a_lift_never_changes_the_members_it_was_given() -> None:
    old = SCAN | {"schema_version": 0}

    lifted(old, lifts={0: lambda members: members | {"type": "CaseOpened"}})

    assert old["schema_version"] == 0
    assert old["type"] == "ScanRecorded"


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_version_that_nothing_lifts_is_refused(version: int) -> None:
    with pytest.raises(UndecodableRecord) as refused:
        decode_event(json.dumps(SCAN | {"schema_version": version}).encode())

    assert refused.value.error_class == "schema_version"


@pytest.mark.parametrize(
    ("value", "error_class"),
    [
        (None, "null_value"),
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b"[]", "invalid_json"),
        (b"[" * 1_048_576, "invalid_json"),
        (b'{"schema_version": 1, "type": "\xff"}', "invalid_json"),
        (b'{"schema_version": NaN}', "invalid_json"),
        (b"{}", "schema_version"),
        (b'{"schema_version": true}', "schema_version"),
        (b'{"schema_version": "1"}', "schema_version"),
        (b'{"schema_version": 1}', "invalid_event"),
        (json.dumps(SCAN | {"type": "ParcelEaten"}).encode(), "invalid_event"),
        (json.dumps(SCAN | {"event_id": SCAN["event_id"].upper()}).encode(), "invalid_event"),
        (json.dumps(SCAN | {"occurred_at": "2026-11-21T13:04:00Z"}).encode(), "invalid_event"),
        (json.dumps(SCAN | {"data": {"milestone": "teleported"}}).encode(), "invalid_event"),
        (json.dumps(SCAN | {"type": "EventRetracted", "data": {}}).encode(), "invalid_event"),
    ],
)
def test_bytes_that_are_no_event_are_refused_with_their_class(value: bytes | None, error_class: str) -> None:
    with pytest.raises(UndecodableRecord) as refused:
        decode_event(value)

    assert refused.value.error_class == error_class
