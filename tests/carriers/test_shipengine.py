"""ShipEngine: two levels of status, the carrier's own time beside UTC, its RSA signature."""

import json
from base64 import b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.ingest.carrier import CarrierError, SignatureInvalid, WebhookRequest
from services.ingest.carriers.shipengine import ShipEngine
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(code: str | None, status: str | None, fine: str | None = None, **others: Any) -> Json:
    where = {"city_locality": "AUSTIN", "state_province": "TX", "postal_code": "78756", "country_code": "US"}
    told = {"event_code": code, "status_code": status, "status_detail_code": fine, "description": "Wording"}
    return told | where | {"occurred_at": "2026-03-04T10:00:00Z", "signer": "A. Reader"} | others


def tracker(*events: Any, **others: Any) -> Json:
    return {
        "tracking_number": "1Z1",
        "carrier_code": "ups",
        "status_code": "IT",
        "events": list(events),
    } | others


def pushed(*events: Any, **others: Any) -> str:
    return json.dumps({"resource_type": "API_TRACK", "data": tracker(*events, **others)})


@pytest.mark.parametrize(
    ("status", "fine", "meaning"),
    [
        ("IT", None, ("in_transit",)),
        ("IT", "OUT_FOR_DELIVERY", ("out_for_delivery",)),
        ("AT", "CUSTOMER_CARDED", ("delivery_attempted", "recipient_absent", "recipient")),
        ("SP", "DELIVERED_TO_LOCKER_COLLECTION_POINT", ("available_for_pickup", "locker")),
        ("EX", "PARCEL_LOST", ("lost", "carrier_declared", "lost", "carrier")),
        ("EX", "REFUSED_BY_CUSTOMER", ("returning", "refused", "refused", "recipient")),
        ("DE", "DELIVERED_TO_NEIGHBOUR", ("delivered", "neighbour")),
        ("AC", "INFORMATION", ()),
        ("UN", None, ()),
    ],
)
def test_the_finer_of_two_statuses_says_what_the_event_is(
    status: str, fine: str | None, meaning: tuple[str, ...]
) -> None:
    (found,) = envelopes(ShipEngine(), pushed(event("XX", status, fine)))

    assert line(found)[3:] == ("XX", meaning)
    assert found["raw"]["codelist"] == "shipengine/ups"


def test_a_detail_nobody_knows_leaves_the_status_and_is_counted_one_without_status_is_unknown() -> None:
    parsed = ShipEngine().parse(
        pushed(event("A", "IT", "BEAMED"), event("B", "ZZ"), event("C", "IT")).encode()
    )

    assert [each.known for each in parsed.events] == [False, False, True]
    assert [each.members["data"]["milestone"] for each in parsed.events] == [
        "in_transit",
        "unknown",
        "in_transit",
    ]


def test_without_a_code_of_the_carrier_shipengines_own_is_the_code() -> None:
    told = pushed(event(None, "IT", "HUB_SCAN_IN"), event(None, "DE", occurred_at="2026-03-05T10:00:00Z"))

    found = envelopes(ShipEngine(), told)

    assert [(each["raw"]["code"], each["raw"]["codelist"]) for each in found] == [
        ("HUB_SCAN_IN", "shipengine"),
        ("DE", "shipengine"),
    ]


@pytest.mark.parametrize(
    ("utc", "own", "expected"),
    [
        (
            "2026-03-04T16:00:00Z",
            "2026-03-04T10:00:00",
            ("2026-03-04T16:00:00", "2026-03-04T10:00:00", "exact"),
        ),
        # the same in both is a false Z: the place decides
        (
            "2026-03-04T10:00:00Z",
            "2026-03-04T10:00:00",
            ("2026-03-04T16:00:00", "2026-03-04T10:00:00", "location_inferred"),
        ),
        ("2026-03-04T10:00:00Z", None, ("2026-03-04T10:00:00", "2026-03-04T10:00:00", "exact")),
        (None, "2026-03-04T10:00:00", ("2026-03-04T16:00:00", "2026-03-04T10:00:00", "location_inferred")),
    ],
    ids=["a twin", "a false Z", "UTC only", "the carrier's only"],
)
def test_the_carriers_own_time_is_cross_checked(
    utc: str | None, own: str | None, expected: tuple[str, ...]
) -> None:
    (found,) = envelopes(ShipEngine(), pushed(event("X", "IT", occurred_at=utc, carrier_occurred_at=own)))

    assert line(found)[:3] == expected


def test_where_events_have_no_status_the_date_of_delivery_names_the_delivery() -> None:
    older = event("OD", None, occurred_at="2026-03-04T08:00:00Z")
    arrived = event("AR", "IT")
    delivered = {"status_code": "DE", "actual_delivery_date": "2026-03-04T10:00:00Z"}

    found = envelopes(ShipEngine(), pushed(event("DL", None), older, arrived, **delivered))

    assert [line(each)[3:] for each in found] == [
        ("DL", ("delivered",)),
        ("OD", ("unknown",)),
        ("AR", ("in_transit",)),
    ]
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "A. Reader"}, None, None]


def test_attempts_are_counted_where_the_code_counts_them() -> None:
    told = pushed(event("A", "AT", "ATTEMPTED_DELIVERY_2ND"), event("B", "AT", "ATTEMPTED_DELIVERY"))

    assert [each["data"].get("attempt") for each in envelopes(ShipEngine(), told)] == [2, None]


@pytest.mark.parametrize(
    ("expected", "to"),
    [
        ("2026-03-06T00:00:00Z", "2026-03-06"),
        ("2026-03-06T00:00:00", "2026-03-06"),
        ("2026-03-06T15:00:00Z", "2026-03-06T15:00:00.000Z"),
    ],
)
def test_an_estimate_is_a_revision_dated_by_the_newest_event(expected: str, to: str) -> None:
    revision = envelopes(ShipEngine(), pushed(event("X", "IT"), estimated_delivery_date=expected))[-1]

    assert revision["data"] == {"kind": "carrier_estimate", "to": to}
    assert revision["occurred_at"] == "2026-03-04T10:00:00.000Z"


def test_order_wording_and_places_do_not_change_identity() -> None:
    told = [event("A", "IT"), event("B", "IT"), event("A", "IT", occurred_at="2026-03-05T10:00:00Z")]
    moved = [each | {"description": "Else", "city_locality": "ELSE"} for each in reversed(told)]

    assert ids(ShipEngine(), json.dumps(tracker(*moved))) == ids(ShipEngine(), pushed(*told, *told))
    assert len(ids(ShipEngine(), pushed(*told))) == 3


def test_errors_make_no_event_and_another_webhook_is_told() -> None:
    wrong = {"errors": [{"error_code": "tracking_error", "message": "Unable"}]}

    assert ShipEngine().parse(json.dumps(wrong).encode()).errors == (
        CarrierError("tracking_error", "Unable"),
    )
    assert ShipEngine().parse(b'{"resource_type": "BATCH", "data": {}}').warnings == (
        "nothing of a tracker: BATCH",
    )


def test_a_push_is_taken_with_shipengines_signature() -> None:
    key, body = generate_private_key(public_exponent=65537, key_size=2048), b'{"resource_type":"API_TRACK"}'
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    signature = key.sign(b"2026-03-04T10:00:00Z." + body, PKCS1v15(), SHA256())

    def request(body: bytes) -> WebhookRequest:
        headers = {
            "x-shipengine-rsa-sha256-signature": b64encode(signature).decode(),
            "x-shipengine-timestamp": "2026-03-04T10:00:00Z",
        }
        # date -u -d 2026-03-04T10:00:10Z +%s
        now_ms = 1_772_618_410_000
        return WebhookRequest(
            method="POST", path="/", headers=headers, body=body, secrets={"one": pem}, now_ms=now_ms
        )

    assert ShipEngine().verify(request(body)).account == "one"
    with pytest.raises(SignatureInvalid):
        ShipEngine().verify(request(body + b" "))
