"""Messages as release v1 wrote them: today's models read them, and v1's schemas take them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.alert import Alert
from schemas.codec import decode_event
from schemas.event import DATA_MODELS, data_of
from schemas.generate import HISTORY_FOLDER
from schemas.json_schema import schema_documents
from schemas.status import StatusChanged

Json = dict[str, Any]

EVENT_ID = "7ad66ce9-b135-581e-b826-307dc74a9cea"
SEALED: Json = {"key_id": "k1", "nonce": "bm9uY2U=", "ciphertext": "Y2lwaGVy"}
DATA: dict[str, Json] = {
    "ShipmentRegistered": {
        "order_id": "O-1",
        "customer_id": "C-9",
        "merchant": "m",
        "service": "express",
        "items": [{"sku": "S", "name": "Book", "quantity": 2}],
        "origin": {"city": "Almaty", "country": "KZ"},
        "destination": {"city": "Astana", "lat": 51.1, "lon": 71.4},
        "recipient": SEALED,
        "promise": {
            "kind": "order_promised",
            "from": "2026-11-23",
            "to": "2026-11-24",
            "zone": "Asia/Almaty",
        },
        "number_valid": True,
    },
    "ScanRecorded": {
        "milestone": "delivery_attempted",
        "substatus": "recipient_absent",
        "reason": "on_hold",
        "party": "recipient",
        "location": {"name": "Depot", "facility_id": "ALA-1"},
        "piece": "1/2",
        "attempt": 1,
        "proof": SEALED,
        "action": {"who": "recipient", "until": "2026-11-30"},
    },
    "DeliveryDateRevised": {
        "kind": "predicted",
        "to": "2026-11-25",
        "p50": 1.5,
        "p90": "P2D",
        "cause": "ice",
    },
    "EventRetracted": {"retracts": EVENT_ID, "reason": "did_not_occur", "corrective_ids": [EVENT_ID]},
    "ShipmentCancelled": {"reason": "changed mind", "party": "recipient"},
    "AddressChangeRequested": {"request_id": "r1", "address": SEALED},
    "AddressChangeApplied": {"request_id": "r1", "address": SEALED},
    "AddressChangeRefused": {"request_id": "r1", "reason": "too late"},
    "DeadlinePassed": {"kind": "stale", "deadline": "2026-12-05T13:04:00.000Z"},
    "CaseOpened": {"case_id": "c1", "kind": "lost", "party": "carrier", "reason": "no scan"},
    "CaseResolved": {"case_id": "c1", "outcome": "found"},
}
VIEW: Json = {
    "shipment": "acme:AB123",
    "carrier": "acme",
    "tracking_number": "AB123",
    "milestone": "delivered",
    "status": "delivered",
    "leg_no": 1,
    "use_no": 1,
    "conditions": [{"name": "damaged", "since": "2026-11-21T13:04:00.000Z"}],
    "tracking_state": "active",
    "promise": {
        "kind": "order_promised",
        "to": "2026-11-24",
        "deadline": "2026-11-24T19:00:00.000Z",
        "kept": "kept",
        "first_to": "2026-11-24",
        "first_kept": "kept",
    },
    "pieces": {"1": "delivered"},
}
STATUS: Json = {
    "schema_version": 1,
    "shipment": "acme:AB123",
    "cause_event_id": EVENT_ID,
    "cause_type": "ScanRecorded",
    "src_partition": 3,
    "src_offset": 41,
    "seq": 7,
    "before": None,
    "after": VIEW,
    "changes": ["milestone"],
    "announcements": [
        {
            "alert_id": "a1b2cb6e-2205-5907-a385-f40716770e7d",
            "kind": "delivered",
            "cause": EVENT_ID,
            "n": 1,
            "leg_no": 1,
            "use_no": 1,
        }
    ],
}
ALERT: Json = {
    "schema_version": 1,
    "alert_id": "a1b2cb6e-2205-5907-a385-f40716770e7d",
    "kind": "delivered",
    "shipment": "acme:AB123",
    "use_no": 1,
    "leg_no": 1,
    "cause_event_id": EVENT_ID,
    "src_partition": 3,
    "src_offset": 41,
    "occurred_at": "2026-11-21T13:04:00.000Z",
    "status_before": None,
    "status_after": "delivered",
    "order_id": "O-1",
    "customer_id": None,
    "promise": VIEW["promise"],
    "late_by": None,
    "reason": None,
    "party": None,
    "corrects": None,
}


def envelope(event_type: str) -> Json:
    """A v1 event with every member of its envelope given."""
    return {
        "event_id": EVENT_ID,
        "type": event_type,
        "schema_version": 1,
        "shipment": "acme:AB123",
        "occurred_at": "2026-11-21T13:04:00.000Z",
        "occurred_local": "2026-11-21T18:04:00.000",
        "utc_offset": "+05:00",
        "tz_confidence": "exact",
        "time_precision": "instant",
        "recorded_at": "2026-11-21T13:05:00.000Z",
        "source": {
            "channel": "webhook",
            "carrier_account": "a",
            "trust": "signed_body",
            "batch": "b",
            "carrier_event_id": "ev-77",
        },
        "order_hint": 3,
        "data": DATA[event_type],
        "raw": {"codelist": "x", "code": "PU", "text": "Picked up", "time": "18:04", "body": SEALED},
        "mapping_version": 2,
    }


def validator(*, release: str | None, name: str) -> Draft202012Validator:
    """The schema of a wire value, of a release or as it is today."""
    if release is None:
        return Draft202012Validator(schema_documents()[f"{name}.json"])
    return Draft202012Validator(json.loads((HISTORY_FOLDER / release / f"{name}.json").read_text()))


def test_there_is_an_older_message_of_every_event_type() -> None:
    assert DATA.keys() == DATA_MODELS.keys()


@pytest.mark.parametrize("event_type", DATA)
def test_an_event_of_v1_still_decodes_with_all_it_said(event_type: str) -> None:
    decoded = decode_event(json.dumps(envelope(event_type)).encode())

    assert decoded.model_dump(by_alias=True, exclude_unset=True) == envelope(event_type)
    assert data_of(decoded).model_dump(by_alias=True, exclude_unset=True) == DATA[event_type]


@pytest.mark.parametrize("event_type", DATA)
@pytest.mark.parametrize("release", ["v1", None])
def test_an_event_of_v1_is_valid_against_its_release_and_today(release: str | None, event_type: str) -> None:
    assert list(validator(release=release, name="Envelope").iter_errors(envelope(event_type))) == []
    assert list(validator(release=release, name=f"data/{event_type}").iter_errors(DATA[event_type])) == []


@pytest.mark.parametrize(
    ("read", "members"),
    [(StatusChanged.model_validate, STATUS), (Alert.model_validate, ALERT)],
    ids=["StatusChanged", "Alert"],
)
def test_a_status_and_an_alert_of_v1_still_read_with_all_they_said(
    read: Callable[[Json], StatusChanged | Alert], members: Json
) -> None:
    assert read(members).model_dump(by_alias=True, exclude_unset=True) == members


@pytest.mark.parametrize("release", ["v1", None])
def test_a_status_and_an_alert_of_v1_are_valid_against_their_release_and_today(release: str | None) -> None:
    assert list(validator(release=release, name="StatusChanged").iter_errors(STATUS)) == []
    assert list(validator(release=release, name="Alert").iter_errors(ALERT)) == []
    assert list(validator(release=release, name="Alert").iter_errors(ALERT | {"kind": "eaten"}))
