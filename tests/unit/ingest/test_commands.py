"""What a command becomes: a fact of ours, named so that an answer can say which request it answers."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from services.ingest.commands import InvalidKey, split_key
from services.runtime.http_auth import MERCHANT_HEADER
from tests.unit.ingest.stand import Stand, make_stand

Json = dict[str, Any]
KEY = {"idempotency-key": "k-1"}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return make_stand(tmp_path)


def logged(stand: Stand, command: str, body: Json, **headers: str) -> Json:
    """The envelope that a command becomes."""
    answer = stand.client().post(f"/v1/shipments/acme:P1/{command}", json=body, headers=KEY | headers)

    assert answer.status_code == HTTPStatus.ACCEPTED, answer.text
    event = stand.logged()[-1]
    assert answer.json() == {"event_id": event["event_id"]}
    return event


def test_a_return_is_a_change_of_address_to_the_sender(stand: Stand) -> None:
    plain = logged(stand, "return", {"request_id": "R-1"})
    with_why = logged(
        stand, "return", {"request_id": "R-2", "reason": "wrong_item"}, **{"idempotency-key": "k-2"}
    )

    assert (plain["type"], plain["data"]) == (
        "AddressChangeRequested",
        {"request_id": "R-1", "reason": "return_to_sender"},
    )
    assert with_why["data"]["reason"] == "return_to_sender: wrong_item"


def test_a_case_is_opened_with_the_kind_that_was_reported(stand: Stand) -> None:
    event = logged(stand, "case", {"kind": "damaged", "reason": "box_crushed", "case_id": "K-1"})

    assert (event["type"], event["data"]) == (
        "CaseOpened",
        {"kind": "damaged", "reason": "box_crushed", "case_id": "K-1"},
    )


def test_a_question_is_a_case_without_a_kind(stand: Stand) -> None:
    event = logged(stand, "contact", {"reason": "delivery_day", "party": "carrier"})

    assert event["type"] == "CaseOpened"
    assert event["data"] | {"case_id": ""} == {
        "reason": "contact: delivery_day",
        "party": "carrier",
        "case_id": "",
    }


@pytest.mark.parametrize(
    ("command", "body", "name"),
    [
        ("return", {}, "request_id"),
        ("address-change", {"address": "new"}, "request_id"),
        ("case", {"kind": "lost"}, "case_id"),
    ],
)
def test_what_was_asked_is_named_by_the_idempotency_key_where_it_has_no_name(
    stand: Stand, command: str, body: Json, name: str
) -> None:
    first = logged(stand, command, body)
    again = logged(stand, command, body)
    other = logged(stand, command, body, **{"idempotency-key": "k-2"})

    assert (first["event_id"], first["data"]) == (again["event_id"], again["data"])
    assert first["data"][name] != other["data"][name]


@pytest.mark.parametrize(
    ("command", "body", "pointer"),
    [
        ("return", {}, "/request_id"),
        ("return", {"address": "new", "request_id": "R"}, "/address"),
        ("return", {"reason": 7, "request_id": "R"}, "/reason"),
        ("return", {"sku": "1", "request_id": "R"}, "/sku"),
        ("return", [], ""),
        ("case", {"kind": "damaged"}, "/case_id"),
        ("case", {"case_id": "K"}, "/kind"),
        ("case", {"kind": "stolen", "case_id": "K"}, "/kind"),
        ("case", {"kind": "lost", "case_id": "K", "outcome": "paid"}, "/outcome"),
        ("contact", {"kind": "lost", "case_id": "K"}, "/kind"),
    ],
)
def test_what_is_wrong_in_a_request_is_named(stand: Stand, command: str, body: Any, pointer: str) -> None:
    answer = stand.client().post(f"/v1/shipments/acme:P1/{command}", json=body)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert stand.logged() == []


def test_a_command_that_the_house_gives_for_a_merchant_is_that_merchants(stand: Stand) -> None:
    event = logged(stand, "cancel", {}, **{MERCHANT_HEADER: "%D0%94%D0%BE%D0%BC"})

    assert event["source"]["carrier_account"] == "Дом"


@pytest.mark.parametrize("merchant", ["", "%00", "a%0Ab"])
def test_what_is_no_merchants_name_is_refused(stand: Stand, merchant: str) -> None:
    answer = stand.client().post("/v1/shipments/acme:P1/cancel", json={}, headers={MERCHANT_HEADER: merchant})

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert stand.logged() == []


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("acme:P1", ("acme", "P1")),
        ("dhl_parcel_de:p 1-2", ("dhl_parcel_de", "P12")),
        ("a" * 32 + ":1", ("a" * 32, "1")),
        ("7:1", ("7", "1")),
    ],
)
def test_a_key_is_read_as_somebody_wrote_it(written: str, key: tuple[str, str]) -> None:
    assert split_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "",
        ":",
        "acme",
        "acme:",
        ":P1",
        "ACME:P1",
        "ac-me:P1",
        "ac me:P1",
        "äcme:P1",
        "a" * 33 + ":1",
        "acme:\x01",
    ],
)
def test_what_names_no_shipment_is_no_key(written: str) -> None:
    with pytest.raises(InvalidKey):
        split_key(written)
