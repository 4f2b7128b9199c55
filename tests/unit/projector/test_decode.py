"""The quick way of reading a record decides as the plain one does."""

import orjson
import pytest

from schemas.codec import UndecodableRecord, decode_event, event_record
from services.domain.facts import fact_of
from services.projector import decode
from services.projector.decode import claimed_event_id, decoded
from tests.builders import (
    cancelled,
    case_opened,
    deadline_passed,
    hour,
    promise,
    registered,
    retracted,
    revised,
    scan,
)

GOOD = [
    scan("delivered", at=hour(1), reason="weather", piece="1", location={"city": "Köln", "lat": 50.9}),
    scan("in_transit", local="2026-03-02T10:00"),
    scan("in_transit", date="2026-03-02"),
    scan("unknown", at=None, code="X9"),
    registered(),
    revised("2026-03-09"),
    retracted("0fc6a59a-4d2e-5a0e-8f4e-0f8cf0f5f1aa"),
    cancelled(reason="customer"),
    case_opened("damaged"),
    deadline_passed("stale", hour(9)),
]


@pytest.mark.parametrize("envelope", GOOD, ids=lambda e: e["type"])
def test_the_quick_way_gives_the_fact_of_the_plain_way(envelope: dict[str, object]) -> None:
    record = event_record(envelope)

    fact, members = decoded(record.key, record.value)

    assert members == orjson.loads(record.value)
    assert decode_event(record.value).event_id == fact.event_id
    assert fact == fact_of(members)


BAD = {
    "null_value": None,
    "invalid_json": b"{",
    "schema_version": orjson.dumps(scan("delivered", at=hour(1)) | {"schema_version": 2}),
    "invalid_event": orjson.dumps(scan("delivered", at=hour(1)) | {"shipment": "no key"}),
    "invalid_fact": orjson.dumps(registered(promise=promise("2026-03-09", zone="Mars/Olympus"))),
    "nul_character": orjson.dumps(scan("delivered", at=hour(1), reason="a\x00b")),
}


@pytest.mark.parametrize("error_class", BAD)
def test_what_is_no_event_is_refused_by_its_class(error_class: str) -> None:
    with pytest.raises(UndecodableRecord) as refused:
        decoded(b"acme:P1", BAD[error_class])

    assert refused.value.error_class == error_class


@pytest.mark.parametrize("key", [None, b"", b"acme:P2", b"\xff"])
def test_a_key_that_is_not_the_shipment_is_refused(key: bytes | None) -> None:
    with pytest.raises(UndecodableRecord) as refused:
        decoded(key, event_record(scan("delivered", at=hour(1))).value)

    assert refused.value.error_class == "key_mismatch"


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    record = event_record(scan("delivered", at=hour(1), reason="a\\u0000b"))

    fact, _ = decoded(record.key, record.value)

    assert fact.reason == "a\\u0000b"


def test_the_event_id_a_bad_record_claims_is_told() -> None:
    assert claimed_event_id(b'{"event_id":"x1","type":3}') == "x1"
    assert claimed_event_id(b"[1]") is None
    assert claimed_event_id(b"\xff") is None


def test_what_the_quick_way_leaves_alone_gets_the_same_fact_from_the_plain_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    records = [event_record(envelope) for envelope in GOOD]
    quick = [decoded(record.key, record.value) for record in records]

    monkeypatch.setattr(decode, "_at_a_glance", lambda _: None)

    assert [decoded(record.key, record.value) for record in records] == quick


@pytest.mark.parametrize(
    "odd",
    [
        {"occurred_at": 5, "time_precision": "none"},
        {"occurred_at": {}, "time_precision": "none"},
        {"occurred_local": 3},
        {"utc_offset": []},
        {"source": {"channel": "api", "trust": 5}},
        {"raw": {"code": 7}},
        {"schema_version": True},
        {"data": {"milestone": "delivered", "reason": "x" * 5_000}},
        {"data": {"milestone": "delivered", "piece": "x" * 300}},
    ],
    ids=lambda odd: next(iter(odd)),
)
def test_what_the_schema_refuses_is_refused_too(
    odd: dict[str, object],
) -> None:
    value = orjson.dumps(scan("delivered", at=hour(1)) | odd)

    with pytest.raises(UndecodableRecord):
        decoded(b"acme:P1", value)
