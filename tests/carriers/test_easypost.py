"""EasyPost: signatures, code table, what a tracker says; and its real payloads."""

import gzip
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import InvalidPayload, ParsedPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.easypost import EasyPost
from services.ingest.checks import check_event
from services.ingest.codebooks.easypost import DETAILS, REASONS, STATUSES
from services.ingest.registry import BadSecrets, carriers, read_secrets, secrets_of

Json = dict[str, Any]
EASYPOST = EasyPost()
BODY = b'{"object":"Event"}'
PATH = "/v1/carriers/easypost/webhook"
STAMP = "Tue, 19 Aug 2025 20:37:09 -0000"


def request(headers: dict[str, str], *, secrets: dict[str, str] | None = None) -> WebhookRequest:
    known = {"one": "first", "two": "second"} if secrets is None else secrets
    return WebhookRequest(method="post", path=PATH, headers=headers, body=BODY, secrets=known, now_ms=0)


def digest(secret: str, signed: bytes = BODY) -> str:
    return "hmac-sha256-hex=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def second_version(secret: str, path: str = PATH, **headers: str) -> dict[str, str]:
    signature = digest(secret, f"{STAMP}POST{path}".encode() + BODY)
    return {"x-timestamp": STAMP, "x-hmac-signature-v2": signature} | headers


def test_a_known_digest_by_hand() -> None:
    # printf '{"object":"Event"}' | openssl dgst -sha256 -hmac first
    expected = "hmac-sha256-hex=fd12928b6c24db749205385299e5531993612caf84f7bdea7ee22e61394b859c"

    assert EASYPOST.verify(request({"x-hmac-signature": expected})).account == "one"


@pytest.mark.parametrize(
    ("headers", "account"),
    [
        ({"x-hmac-signature": digest("first")}, "one"),
        ({"x-hmac-signature": digest("second")}, "two"),
        ({"x-hmac-signature": digest("first").upper().replace("HMAC-SHA256-HEX", "hmac-sha256-hex")}, "one"),
        (second_version("second"), "two"),
        (second_version("second", "/outside", **{"x-path": "/outside"}), "two"),
    ],
    ids=["first account", "second account", "capitals", "second version", "a path before the proxy"],
)
def test_a_signature_names_its_account(headers: dict[str, str], account: str) -> None:
    assert EASYPOST.verify(request(headers)).account == account


def test_a_secret_is_normalised_before_it_signs() -> None:
    decomposed, composed = "whsec-e\u0301", "whsec-\u00e9"

    verified = EASYPOST.verify(request({"x-hmac-signature": digest(decomposed)}, secrets={"main": composed}))

    assert verified.account == "main"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hmac-signature": ""},
        {"x-hmac-signature": "é"},
        {"x-hmac-signature": digest("third")},
        {"x-hmac-signature": digest("first", BODY + b" ")},
        second_version("first", "/other"),
        second_version("first") | {"x-timestamp": "Tue, 19 Aug 2025 20:37:10 -0000"},
        {"x-hmac-signature-v2": "hmac-sha256-hex=0", "x-hmac-signature": digest("first")},
    ],
    ids=[
        "none",
        "empty",
        "no hex",
        "unknown secret",
        "another body",
        "another path",
        "another time",
        "a wrong second beside a right first",
    ],
)
def test_a_wrong_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        EASYPOST.verify(request(headers))


def test_without_a_secret_nothing_is_verified() -> None:
    with pytest.raises(SignatureInvalid):
        EASYPOST.verify(request({"x-hmac-signature": digest("")}, secrets={}))


def tracker(*details: Json, **members: Any) -> bytes:
    told = {"object": "Tracker", "tracking_code": "EZ1", "tracking_details": list(details)} | members
    return orjson.dumps({"object": "Event", "description": "tracker.updated", "result": told})


def detail(status: str, fine: str | None = None, at: str = "2026-03-02T05:00:00Z", **members: Any) -> Json:
    return {"status": status, "status_detail": fine, "datetime": at, "message": "words"} | members


def scan(status: str, fine: str | None = None) -> tuple[Json, bool]:
    """`data` of a scan, and whether its code is known."""
    (event,) = EASYPOST.parse(tracker(detail(status, fine))).events
    return event.members["data"], event.known


@pytest.mark.parametrize(
    ("status", "fine", "data"),
    [
        ("pre_transit", "status_update", {"milestone": "info_received"}),
        ("pre_transit", "label_created", {"milestone": "info_received", "substatus": "label_created"}),
        ("in_transit", "received_at_origin_facility", {"milestone": "picked_up", "substatus": "accepted"}),
        ("in_transit", "arrived_at_facility", {"milestone": "in_transit", "substatus": "hub_arrived"}),
        ("in_transit", "held", {"milestone": "in_transit", "reason": "on_hold"}),
        (
            "in_transit",
            "weather_delay",
            {"milestone": "in_transit", "reason": "delayed_announced", "party": "weather"},
        ),
        ("out_for_delivery", "out_for_delivery", {"milestone": "out_for_delivery"}),
        (
            "available_for_pickup",
            "arrived_at_pickup_location",
            {"milestone": "available_for_pickup", "substatus": "pickup_point"},
        ),
        ("delivered", None, {"milestone": "delivered"}),
        ("return_to_sender", "return", {"milestone": "returning"}),
        ("failure", None, {"milestone": "lost", "substatus": "carrier_declared"}),
        ("failure", "delivery_exception", {"milestone": "delivery_attempted"}),
        ("cancelled", "cancelled", {"milestone": "cancelled"}),
        ("unknown", None, {}),
        ("error", None, {}),
    ],
)
def test_codes_mean_what_the_table_says(status: str, fine: str | None, data: Json) -> None:
    assert scan(status, fine) == (data, True)


def test_an_unknown_status_is_unknown_and_an_unknown_detail_keeps_its_status() -> None:
    assert scan("teleported") == ({"milestone": "unknown"}, False)
    assert scan("in_transit", "on_the_moon") == ({"milestone": "in_transit"}, False)


def test_the_table_speaks_our_words() -> None:
    meanings = [*STATUSES.values(), *DETAILS.values()]
    milestones = {each.value for each in Milestone}
    conditions = {each.value for each in Condition}

    for meaning in meanings:
        assert meaning.milestone is None or meaning.milestone in milestones
        assert meaning.substatus is None or meaning.substatus in SUBSTATUSES[str(meaning.milestone)]
        assert meaning.reason is None or meaning.reason in conditions
    assert {reason for reason, _ in REASONS.values()} <= conditions
    assert {status for status, _ in DETAILS} <= STATUSES.keys()


def test_a_scan_keeps_what_the_carrier_wrote() -> None:
    place = {"city": "HOUSTON", "state": "TX", "zip": "77063", "country": None}

    (event,) = EASYPOST.parse(
        tracker(detail("in_transit", "departed_facility", tracking_location=place))
    ).events

    assert event.members["raw"] == {
        "code": "in_transit/departed_facility",
        "text": "words",
        "time": "2026-03-02T05:00:00Z",
        "codelist": "easypost-tracker-status",
        "codelist_version": "v2",
    }
    assert event.members["data"]["location"] == {"city": "HOUSTON", "region": "TX", "postal_code": "77063"}
    assert event.sha256 is not None


def test_a_poll_that_knows_more_gives_the_old_facts_again() -> None:
    first, second = detail("in_transit"), detail("delivered", at="2026-03-03T05:00:00Z")

    early = ids(EASYPOST.parse(tracker(first)))
    late = ids(EASYPOST.parse(tracker(second, first, updated_at="2026-03-03T06:00:00Z")))

    assert set(early) < set(late)


def ids(parsed: ParsedPayload) -> list[tuple[str, str | None, str | None]]:
    """What identity is made of: type, time, code."""
    checked = [check_event(event.members) for event in parsed.events]
    return [(each.type, each.moment.identity, (each.raw or {}).get("code")) for each in checked]


def test_a_signature_is_proof_of_the_delivered_scan_only() -> None:
    parsed = EASYPOST.parse(
        tracker(detail("in_transit", at="2026-03-01T00:00:00Z"), detail("delivered"), signed_by="J. Smith")
    )

    assert [event.members["data"].get("proof") for event in parsed.events] == [
        None,
        {"signed_by": "J. Smith"},
    ]


@pytest.mark.parametrize(
    ("members", "to"),
    [
        ({"est_delivery_date": "2026-03-05T00:00:00Z"}, "2026-03-05"),
        ({"est_delivery_date": "2026-03-05T15:00:00Z"}, "2026-03-05T15:00:00.000Z"),
        (
            {
                "est_delivery_date": "2026-03-05T15:00:00Z",
                "carrier_detail": {"est_delivery_date_local": "2026-03-05"},
            },
            "2026-03-05",
        ),
    ],
    ids=["a midnight is a date", "an instant", "the carrier's own date"],
)
def test_an_estimate_is_a_revision_dated_by_the_newest_scan(members: Json, to: str) -> None:
    newest = detail("in_transit", at="2026-03-03T00:00:00Z")

    revision = EASYPOST.parse(tracker(newest, detail("pre_transit"), **members)).events[-1]

    checked = check_event(revision.members)
    assert (checked.type, checked.data) == ("DeliveryDateRevised", {"kind": "carrier_estimate", "to": to})
    assert checked.moment.occurred_at == "2026-03-03T00:00:00.000Z"


def test_an_error_answer_makes_no_event() -> None:
    parsed = EASYPOST.parse(b'{"error":{"code":"TRACKER.CREATE.ERROR","message":"no"}}')

    assert parsed.events == ()
    assert [(error.code, error.detail) for error in parsed.errors] == [("TRACKER.CREATE.ERROR", "no")]


def test_answers_in_a_list_are_read_each_for_itself() -> None:
    first, second = tracker(detail("in_transit")), tracker(detail("delivered"), tracking_code="EZ2")
    refused = '{"error":{"code":"NO","message":"no"}}'

    for told in (
        [orjson.loads(first), second.decode(), refused],
        [refused, orjson.loads(second), first.decode()],
    ):
        parsed = EASYPOST.parse(json.dumps(told).encode())

        numbers = {event.members["tracking_number"] for event in parsed.events}
        assert (numbers, [error.code for error in parsed.errors]) == ({"EZ1", "EZ2"}, ["NO"])


def test_a_list_of_events_is_a_payload() -> None:
    events = [orjson.loads(tracker(detail("in_transit"))), {"object": "Event", "result": {"object": "Batch"}}]

    parsed = EASYPOST.parse(orjson.dumps({"events": events, "has_more": False}))

    assert (len(parsed.events), len(parsed.warnings)) == (1, 1)


def test_an_event_of_another_object_makes_no_event_and_is_told() -> None:
    parsed = EASYPOST.parse(b'{"object":"Event","description":"batch.created","result":{"object":"Batch"}}')

    assert (parsed.events, len(parsed.warnings)) == ((), 1)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"[1]",
        b'["{"]',
        b"{}",
        b"\xff",
        b'{"object":"Event"}',
        b'{"object":"Tracker","tracking_code":1}',
        b'{"tracking_code":"1","tracking_details":{}}',
        b'{"tracking_code":"1","tracking_details":[1]}',
        b'{"trackers":5}',
        b'{"tracking_code":"1","tracking_code":"2"}',
        b'{"a":' * 99_999,
    ],
)
def test_what_cannot_be_read_is_invalid(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        EASYPOST.parse(payload)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
MEMBERS = ["status", "status_detail", "datetime", "message", "tracking_location", "city", "state", "zip"]
details = st.lists(st.dictionaries(st.sampled_from(MEMBERS), anything), max_size=2) | anything
trackers = st.fixed_dictionaries(
    {"tracking_code": st.just("EZ1") | anything, "tracking_details": details},
    optional={"est_delivery_date": anything, "signed_by": anything, "carrier_detail": anything},
)


@given(
    trackers | st.fixed_dictionaries({"object": st.just("Event"), "result": trackers | anything}) | anything
)
def test_no_payload_raises_anything_but_invalid(told: Any) -> None:
    try:
        parsed = EASYPOST.parse(json.dumps(told).encode())
    except InvalidPayload:
        return

    assert isinstance(parsed, ParsedPayload)


def test_real_payloads_give_one_scan_per_detail(shared_data: Path) -> None:
    packed = (shared_data / "shared-webhooks-and-doc-samples.jsonl.gz").read_bytes()
    lines = gzip.decompress(packed).splitlines()
    rows = {row["name"]: row["payload"] for row in map(orjson.loads, lines) if "name" in row}
    told = rows["tracking-webhook.json"]

    parsed = EASYPOST.parse(orjson.dumps(told))

    checked = [check_event(event.members) for event in parsed.events]
    scans = [event for event in checked if event.type == "ScanRecorded"]
    assert [scan.data.get("milestone") for scan in scans] == [
        "info_received",
        "in_transit",
        "in_transit",
        "in_transit",
        "out_for_delivery",
        "delivered",
    ]
    assert [scan.moment.occurred_at for scan in scans] == [
        detail["datetime"].replace("Z", ".000Z") for detail in told["result"]["tracking_details"]
    ]
    assert [event.data["to"] for event in checked if event.type == "DeliveryDateRevised"] == ["2014-11-27"]
    assert all(event.known for event in parsed.events)


def test_the_registry_knows_its_carriers_and_their_secrets(tmp_path: Path) -> None:
    assert isinstance(carriers()["easypost"], EasyPost)
    assert read_secrets(tmp_path) == {}
    (tmp_path / "carriers.json").write_text('{"easypost":{"main":"s"}}')
    assert read_secrets(tmp_path) == {"easypost": {"main": "s"}}
    for wrong in ({"easypost": "s"}, {"easypost": {"main": ""}}, {"easypost": {"main": 1}}):
        with pytest.raises(BadSecrets):
            secrets_of(wrong)
