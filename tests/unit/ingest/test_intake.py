"""From bytes to envelopes: identity, times of recording, sealing, what stands in an envelope."""

from typing import Any

import orjson
import pytest

from schemas.event import Envelope
from schemas.ids import event_id
from services.ingest.checks import check_event
from services.ingest.envelope import Origin, envelope_of
from services.ingest.intake import Intake, RecordedAt, elements, numbered_lines
from services.ingest.sealing import DataKey, seal, sealed_envelopes, subject_of, unseal
from tests.builders import canonical, canonical_registered, canonical_scan, hour
from tests.unit.ingest.stand import FakeKeys

Json = dict[str, Any]
NOW = "2026-03-02T12:00:00.000Z"
API = Origin(channel="api", trust="bearer")


def intake(recorded_at: RecordedAt = "refused", origin: Origin = API) -> Intake:
    return Intake(origin=origin, recorded_at=recorded_at, keys=FakeKeys())


def one(event: Json, **how: Any) -> Json:
    """The envelope of an event that must be taken."""
    taken = intake(**how).take([(1, orjson.dumps(event))], now=NOW)
    assert taken.rejections == []
    return taken.envelopes[0]


def test_an_envelope_holds_what_was_stated_and_how_it_came() -> None:
    event = canonical_scan("picked_up", code="PU", at="2026-03-02T10:00:00+05:00") | {"order_hint": 7}

    envelope = one(event, origin=Origin(channel="file", trust="manual", batch="b.ndjson"))

    assert envelope == {
        "event_id": envelope["event_id"],
        "type": "ScanRecorded",
        "schema_version": 1,
        "shipment": "acme:P1",
        "occurred_at": "2026-03-02T05:00:00.000Z",
        "occurred_local": "2026-03-02T10:00:00.000",
        "utc_offset": "+05:00",
        "tz_confidence": "exact",
        "time_precision": "instant",
        "recorded_at": NOW,
        "source": {"channel": "file", "trust": "manual", "batch": "b.ndjson"},
        "order_hint": 7,
        "data": {"milestone": "picked_up"},
        "raw": {"code": "PU"},
        "mapping_version": 1,
    }
    assert Envelope.model_validate(envelope).event_id == envelope["event_id"]


@pytest.mark.parametrize(
    ("sent", "time"),
    [
        ("2026-03-02T10:00:00+05:00", "2026-03-02T05:00:00.000Z"),
        ("2026-03-02T10:00", "2026-03-02T10:00:00.000"),
        ("2026-03-02", "2026-03-02"),
        (None, None),
    ],
    ids=["an offset", "a local time", "a date", "undated"],
)
def test_identity_takes_the_instant_only_where_the_offset_is_stated(
    sent: str | None, time: str | None
) -> None:
    envelope = one(canonical_scan("picked_up", at=sent))

    expected = event_id("ScanRecorded", ("acme", "P1"), data={"milestone": "picked_up"}, time=time)
    assert envelope["event_id"] == expected


def test_identity_keeps_the_local_time_where_a_zone_is_named() -> None:
    local = canonical_scan("picked_up", at="2026-03-02T10:00:00")

    zoned = one(local | {"zone": "Asia/Almaty"})

    assert zoned["event_id"] == one(local)["event_id"]
    assert (zoned["occurred_at"], zoned["tz_confidence"]) == ("2026-03-02T05:00:00.000Z", "offset_given")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"tracking_number": "p-1 "}, True),
        ({"occurred_at": "2026-03-01T19:00:00-05:00"}, True),
        ({"raw": {"code": "PU", "text": "another wording"}}, True),
        ({"data": {"milestone": "picked_up", "location": {"city": "Elsewhere"}, "proof": "x"}}, True),
        ({"raw": {"code": "PX"}}, False),
        ({"data": {"milestone": "picked_up", "piece": "1"}}, False),
        ({"data": {"milestone": "picked_up", "location": {"facility_id": "F"}}}, False),
        ({"carrier_event_id": "9"}, False),
        ({"carrier": "other"}, False),
    ],
)
def test_wording_and_places_stay_out_of_identity(change: Json, same: bool) -> None:
    event = canonical_scan("picked_up", code="PU")

    assert (one(event)["event_id"] == one(event | change)["event_id"]) is same


def test_the_recipient_stays_out_of_identity_and_the_promise_does_not() -> None:
    plain = one(canonical_registered())["event_id"]

    assert one(canonical_registered(recipient="Ann"))["event_id"] == plain
    promised = canonical_registered(promise={"kind": "custom", "to": "2026-01-01"})
    assert one(promised)["event_id"] != plain


@pytest.mark.parametrize(
    ("rule", "stated", "outcome"),
    [
        ("refused", None, NOW),
        ("refused", hour(1), "/recorded_at"),
        ("honoured", None, NOW),
        ("honoured", hour(1), "2026-03-02T01:00:00.000Z"),
        ("required", None, "/recorded_at"),
        ("required", hour(1), "2026-03-02T01:00:00.000Z"),
    ],
)
def test_who_may_say_when_a_fact_was_first_known(rule: RecordedAt, stated: int | None, outcome: str) -> None:
    line = orjson.dumps(canonical_scan("picked_up", recorded_at=stated))

    taken = intake(rule).take([(1, line)], now=NOW)

    assert [e["recorded_at"] for e in taken.envelopes] + [r.pointer for r in taken.rejections] == [outcome]


def test_lines_are_numbered_with_the_blank_ones() -> None:
    assert list(numbered_lines(b"a\r\n\n \n b\n")) == [(1, b"a"), (4, b"b")]
    assert list(elements(b' [ {"a":1} , 2 ] ')) == [(1, b' {"a":1} '), (2, b" 2 ")]
    assert list(elements(b" {} ")) == [(1, b"{}")]


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (canonical_scan("delivered"), None),
        (canonical_registered(customer_id="C"), None),
        (canonical_registered(customer_id="C", recipient="x"), "customer:C"),
        (canonical_registered(recipient="x"), "shipment:acme:P1"),
        (canonical_scan("delivered", proof={"signed": "x"}), "shipment:acme:P1"),
        (canonical("AddressChangeApplied", request_id="R", address="x"), "shipment:acme:P1"),
    ],
)
def test_personal_data_belongs_to_the_customer_else_to_the_shipment(event: Json, subject: str | None) -> None:
    envelope = envelope_of(check_event(event), recorded_at=NOW, origin=API)

    assert subject_of(envelope) == subject


def test_a_customer_with_an_endless_name_has_a_subject_of_ordinary_length() -> None:
    names = [f"{'x' * 4000}{n}" for n in (1, 2)]
    subjects = {subject_of(one_open(canonical_registered(customer_id=each, recipient="x"))) for each in names}

    assert len(subjects) == 2
    assert max(len(str(each)) for each in subjects) < 100


def one_open(event: Json) -> Json:
    """The envelope before it is sealed."""
    return envelope_of(check_event(event), recorded_at=NOW, origin=API)


def test_sealed_data_can_be_read_with_its_key_alone_and_is_the_same_each_time() -> None:
    keys = FakeKeys()
    recipient = {"name": "Ann Unlikely", "lines": ["1", "2"]}
    event = one_open(canonical_registered(customer_id="C", recipient=recipient, order_id="O"))

    first, second = (sealed_envelopes([event], keys=keys)[0] for _ in range(2))

    key = keys.keys_for(["customer:C"])["customer:C"]
    assert first == second
    assert b"Unlikely" not in orjson.dumps(first)
    assert first["data"]["order_id"] == "O"
    assert unseal(first["data"]["recipient"], key, name="recipient") == recipient
    assert event["data"]["recipient"] == recipient


def test_what_an_earlier_version_sealed_is_the_same_bytes_and_can_be_read() -> None:
    key = DataKey("key-1", bytes(range(32)))
    sealed = {
        "key_id": "key-1",
        "nonce": "siPCaDDQWgXt8Sb5",
        "ciphertext": "mpxBhdraGh9d/g75qP/Yj/Ol84zsyF9ZnEd13nmb",
    }

    assert seal(b'{"name":"Ann"}', key, name="recipient") == sealed
    assert unseal(sealed, key, name="recipient") == {"name": "Ann"}


def test_the_nonce_differs_by_text_field_and_key() -> None:
    key, other = DataKey("1", b"k" * 32), DataKey("2", b"o" * 32)
    sealed = [
        seal(b"a", key, name="proof"),
        seal(b"b", key, name="proof"),
        seal(b"a", key, name="address"),
        seal(b"a", other, name="proof"),
    ]

    assert len({each["nonce"] for each in sealed}) == 4


def test_a_batch_asks_for_each_key_once() -> None:
    keys = FakeKeys()
    events = [canonical_registered(customer_id="C", recipient=str(n)) for n in range(3)]

    intake_of_keys = Intake(origin=API, recorded_at="refused", keys=keys)
    intake_of_keys.take(list(enumerate(map(orjson.dumps, events), start=1)), now=NOW)

    assert keys.asked == ["customer:C"]
