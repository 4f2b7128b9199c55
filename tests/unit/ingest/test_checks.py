"""A canonical event is checked and brought into one form, or refused with the first thing wrong."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.ingest.canonical import MODELS, json_schema
from services.ingest.checks import InvalidEvent, check_event, normal_number
from tests.builders import canonical_registered, canonical_scan

Json = dict[str, Any]


def canonical(event_type: str, /, **data: Any) -> Json:
    """A line of any type with nothing but what it must have, and `data`."""
    return {"type": event_type, "carrier": "acme", "tracking_number": "P1", "data": data}


TARGET = "AAAAAAAA-bbbb-5ccc-8ddd-eeeeeeeeeeee"

EVERY_TYPE: dict[str, Json] = {
    "ShipmentRegistered": {
        "order_id": "O-1",
        "customer_id": "C-9",
        "merchant": "M",
        "service": "S",
        "recipient": {"name": "Ann"},
        "items": [{"sku": "1", "name": "n", "quantity": 2}],
        "origin": {"city": "A"},
        "destination": {"lat": 1},
        "promise": {
            "kind": "order_promised",
            "from": "2026-11-23",
            "to": "2026-11-24",
            "zone": "Asia/Almaty",
        },
    },
    "ScanRecorded": {
        "milestone": "delivered",
        "substatus": "signed",
        "reason": "r",
        "party": "carrier",
        "piece": "1",
        "attempt": 2,
        "proof": "signature",
        "action": {"who": "recipient", "until": "2026-11-24"},
        "location": {
            "name": "n",
            "city": "c",
            "region": "r",
            "postal_code": "1",
            "country": "KZ",
            "lat": 1.5,
            "lon": -2,
            "facility_id": "F",
        },
    },
    "DeliveryDateRevised": {
        "kind": "predicted",
        "to": "2026-11-24T00:00:00.000Z",
        "p50": 1.5,
        "p90": "2026-11-25",
        "cause": "c",
    },
    "EventRetracted": {"retracts": TARGET, "reason": "did_not_occur", "corrective_ids": [TARGET]},
    "ShipmentCancelled": {"reason": "r", "party": "sender"},
    "AddressChangeRequested": {"request_id": "R", "address": {"line": "1"}, "reason": "r"},
    "AddressChangeApplied": {"request_id": "R"},
    "AddressChangeRefused": {"request_id": "R"},
    "CaseOpened": {"case_id": "K", "kind": "lost", "party": "carrier", "reason": "r"},
    "CaseResolved": {"case_id": "K", "outcome": "found"},
}


def test_the_table_has_every_type() -> None:
    assert EVERY_TYPE.keys() == MODELS.keys()


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_every_member_of_every_type_is_taken(kind: str) -> None:
    event = canonical(kind, **EVERY_TYPE[kind]) | {
        "raw": {"code": "1", "text": "t", "time": "x", "codelist": "l", "codelist_version": "v"},
        "carrier_event_id": "9",
        "order_hint": -3,
    }

    checked = check_event(event)

    assert checked.data.keys() == EVERY_TYPE[kind].keys()
    assert (checked.raw, checked.carrier_event_id, checked.order_hint) == (event["raw"], "9", -3)
    Draft202012Validator(json_schema()).validate(event)


@pytest.mark.parametrize("kind", EVERY_TYPE)
def test_unknown_members_are_refused_at_every_depth_of_every_type(kind: str) -> None:
    for pointer, inner in objects(EVERY_TYPE[kind], "/data"):
        if pointer in ("/data/recipient", "/data/address"):
            continue
        event = canonical(kind, **EVERY_TYPE[kind])
        inner["nonsense"] = 1
        with pytest.raises(InvalidEvent) as refused:
            check_event(event)
        del inner["nonsense"]

        assert (refused.value.pointer, refused.value.detail) == (f"{pointer}/nonsense", "unknown field")


def objects(value: Any, pointer: str) -> list[tuple[str, Json]]:
    """Every object inside `value` with its pointer, without `value` itself."""
    found = []
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict):
            found.append((f"{pointer}/{name}", inner))
        if isinstance(inner, dict | list):
            found += objects(inner, f"{pointer}/{name}")
    return found


SCAN = canonical_scan("picked_up")
REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([], ""),
    "no type": ({}, "/type"),
    "an unknown type": (SCAN | {"type": "Scan"}, "/type"),
    "a type that is no text": (SCAN | {"type": ["ScanRecorded"]}, "/type"),
    "a type of the watchdog": (SCAN | {"type": "DeadlinePassed"}, "/type"),
    "an unknown member": (SCAN | {"x": 1}, "/x"),
    "no carrier": ({k: v for k, v in SCAN.items() if k != "carrier"}, "/carrier"),
    "a carrier in capitals": (SCAN | {"carrier": "ACME"}, "/carrier"),
    "a carrier with a line end": (SCAN | {"carrier": "acme\n"}, "/carrier"),
    "a number that is a number": (SCAN | {"tracking_number": 123}, "/tracking_number"),
    "a number of dashes": (SCAN | {"tracking_number": "- ."}, "/tracking_number"),
    "a number that is too long": (SCAN | {"tracking_number": "1" * 65}, "/tracking_number"),
    "a number that only upper case makes ASCII": (SCAN | {"tracking_number": "ß"}, "/tracking_number"),
    "a number with a tab": (SCAN | {"tracking_number": "1\t2"}, "/tracking_number"),
    "month 13": (SCAN | {"occurred_at": "2026-13-01"}, "/occurred_at"),
    "an unknown zone": (SCAN | {"zone": "Mars"}, "/zone"),
    "a hint that is a truth": (SCAN | {"order_hint": True}, "/order_hint"),
    "a hint that is a text": (SCAN | {"order_hint": "1"}, "/order_hint"),
    "an empty event id": (SCAN | {"carrier_event_id": ""}, "/carrier_event_id"),
    "a local time of recording": (SCAN | {"recorded_at": "2026-01-01T00:00:00"}, "/recorded_at"),
    "neither milestone nor code": (canonical("ScanRecorded", reason="r"), "/data/milestone"),
    "no data": ({k: v for k, v in SCAN.items() if k != "data"}, "/data/milestone"),
    "an empty code": (canonical("ScanRecorded") | {"raw": {"code": ""}}, "/data/milestone"),
    "an unknown milestone": (canonical_scan("teleported"), "/data/milestone"),
    "an unknown party": (canonical_scan("lost", party="aliens"), "/data/party"),
    "a latitude of 91": (canonical_scan("lost", location={"lat": 91}), "/data/location/lat"),
    "a registration without order": (canonical("ShipmentRegistered"), "/data/order_id"),
    "a quantity and a half": (canonical_registered(items=[{"quantity": 1.5}]), "/data/items/0/quantity"),
    "a recipient that is a list": (canonical_registered(recipient=[1]), "/data/recipient"),
    "a promise at a local time": (
        canonical_registered(promise={"kind": "custom", "to": "2026-01-01T00:00:00"}),
        "/data/promise/to",
    ),
    "a promise in no zone": (
        canonical_registered(promise={"kind": "custom", "to": "2026-01-01", "zone": "x"}),
        "/data/promise/zone",
    ),
    "a promise of no kind": (canonical_registered(promise={"to": "2026-01-01"}), "/data/promise/kind"),
    "a revision to nothing": (canonical("DeliveryDateRevised", kind="predicted"), "/data/to"),
    "a quantile that is a list": (
        canonical("DeliveryDateRevised", kind="predicted", to="2026-01-01", p50=[]),
        "/data/p50",
    ),
    "a target that is no id": (canonical("EventRetracted", retracts="1"), "/data/retracts"),
    "a case of an unknown kind": (canonical("CaseOpened", case_id="1", kind="x"), "/data/kind"),
    "a text of 5,000 characters": (canonical_scan("lost", reason="x" * 5000), "/data/reason"),
}


@pytest.mark.parametrize(("event", "pointer"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_named_by_its_pointer(event: Any, pointer: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        check_event(event)

    assert refused.value.pointer == pointer


def test_null_members_count_as_absent() -> None:
    event = canonical_scan("picked_up") | {"zone": None, "raw": {"code": None}}
    event["data"] |= {"party": None, "location": {"city": "A", "country": None}}

    checked = check_event(event)

    assert checked.data == {"milestone": "picked_up", "location": {"city": "A"}}
    assert checked.raw is None


def test_instants_of_a_promise_and_targets_of_a_retraction_have_one_form() -> None:
    revised = canonical("DeliveryDateRevised", kind="custom", to="2026-01-01T05:00:00+05:00")
    retracted = canonical("EventRetracted", retracts=TARGET, corrective_ids=[TARGET])

    assert check_event(revised).data["to"] == "2026-01-01T00:00:00.000Z"
    assert check_event(retracted).data == {"retracts": TARGET.lower(), "corrective_ids": [TARGET.lower()]}


def test_a_number_loses_spaces_dots_and_dashes_and_nothing_else() -> None:
    assert normal_number(" 1z-999.aa 10/#%:~") == "1Z999AA10/#%:~"


def test_a_check_leaves_what_it_was_given_as_it_was() -> None:
    event = canonical("DeliveryDateRevised", kind="custom", to="2026-01-01T05:00:00+05:00")

    check_event(event)

    assert event["data"]["to"] == "2026-01-01T05:00:00+05:00"
