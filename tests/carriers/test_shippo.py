"""Shippo: statuses and substatuses, the latest status told twice, estimates."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.shippo import Shippo
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def status(name: str, fine: str | None = None, at: str = "2026-03-04T13:03:00Z", **others: Any) -> Json:
    told = {"object_id": "o1", "status": name, "status_details": "Wording", "status_date": at}
    where = {"location": {"city": "Las Vegas", "state": "NV", "zip": "89101", "country": "US"}}
    return told | where | ({"substatus": {"code": fine, "text": "Words"}} if fine else {}) | others


def track(*history: Any, latest: Json | None = None, **others: Any) -> Json:
    told = {"carrier": "usps", "tracking_number": "SP1", "tracking_history": list(history)}
    return told | {"tracking_status": latest, "eta": None} | others


def pushed(*history: Any, **others: Any) -> str:
    return json.dumps({"event": "track_updated", "test": False, "data": track(*history, **others)})


@pytest.mark.parametrize(
    ("name", "fine", "code", "meaning"),
    [
        ("TRANSIT", "package_accepted", "TRANSIT/package_accepted", ("picked_up", "accepted")),
        ("TRANSIT", "out_for_delivery", "TRANSIT/out_for_delivery", ("out_for_delivery",)),
        ("TRANSIT", "delivery_scheduled", "TRANSIT/delivery_scheduled", ()),
        (
            "RETURNED",
            "package_unclaimed",
            "RETURNED/package_unclaimed",
            ("returning", "unclaimed", "recipient"),
        ),
        (
            *("FAILURE", "package_lost", "FAILURE/package_lost"),
            ("lost", "carrier_declared", "lost", "carrier"),
        ),
        ("DELIVERED", None, "DELIVERED", ("delivered",)),
        ("UNKNOWN", None, "UNKNOWN", ()),
        # a substatus of another status says nothing: only a delivered code says delivered
        ("TRANSIT", "delivered", "TRANSIT/delivered", ("in_transit",)),
        ("BEAMED", None, "BEAMED", ("unknown",)),
    ],
)
def test_a_pair_says_what_the_event_is(
    name: str, fine: str | None, code: str, meaning: tuple[str, ...]
) -> None:
    (found,) = envelopes(Shippo(), pushed(status(name, fine)))

    assert line(found)[3:] == (code, meaning)
    assert found["raw"]["codelist"] == "shippo/usps"


def test_pairs_nobody_knows_are_counted() -> None:
    parsed = Shippo().parse(pushed(status("TRANSIT", "delivered"), status("TRANSIT", "delayed")).encode())

    assert [each.known for each in parsed.events] == [False, True]


def test_the_latest_status_is_the_one_of_the_history_and_not_a_second() -> None:
    history = [status("TRANSIT", at="2026-03-03T13:03:00Z"), status("DELIVERED", "delivered")]
    coarse, newer = status("DELIVERED", object_id="o2"), status("DELIVERED", at="2026-03-05T13:03:00Z")

    assert ids(Shippo(), pushed(*history, latest=coarse)) == ids(Shippo(), pushed(*history))
    assert len(ids(Shippo(), pushed(*history, latest=newer))) == 3
    assert len(ids(Shippo(), pushed(latest=newer))) == 1


def test_estimates_are_revisions_the_first_of_them_the_earliest() -> None:
    told = pushed(status("TRANSIT"), eta="2026-03-06T00:00:00Z", original_eta="2026-03-05T00:00:00Z")

    found = [each for each in envelopes(Shippo(), told) if each["type"] == "DeliveryDateRevised"]

    assert [(each["data"], each.get("occurred_at")) for each in found] == [
        ({"kind": "carrier_estimate", "to": "2026-03-06"}, "2026-03-04T13:03:00.000Z"),
        ({"kind": "carrier_estimate", "to": "2026-03-05"}, None),
    ]
    same = pushed(status("TRANSIT"), eta="2026-03-06T15:00:00Z", original_eta="2026-03-06T15:00:00Z")
    assert [each["data"]["to"] for each in envelopes(Shippo(), same)[1:]] == ["2026-03-06T15:00:00.000Z"]


def test_webhook_and_answer_any_order_and_other_words_are_the_same_events() -> None:
    history = [status("TRANSIT", "delayed"), status("DELIVERED", at="2026-03-05T13:03:00Z")]
    moved = [
        each | {"status_details": "Else", "location": None, "object_id": "x"} for each in reversed(history)
    ]

    assert ids(Shippo(), json.dumps(track(*moved))) == ids(Shippo(), pushed(*history, *history))


def test_an_error_makes_no_event_and_an_event_of_something_else_is_told() -> None:
    wrong = Shippo().parse(b'{"detail": "Invalid token"}')
    other = Shippo().parse(b'{"event": "transaction_created", "data": {"object_id": "x"}}')

    assert (wrong.events, wrong.errors) == ((), (CarrierError(None, "Invalid token"),))
    assert (other.events, other.warnings) == ((), ("nothing of a track: transaction_created",))
