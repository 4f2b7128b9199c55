"""LaserShip: local times with their twins in UTC, orders of several pieces."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.lasership import LaserShip
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(kind: str, at: str, utc: str, **others: Any) -> Json:
    where = {"City": "Groveport", "State": "OH", "PostalCode": "43125", "Country": "US"}
    told = {
        "EventType": kind,
        "EventShortText": "Wording",
        "DateTime": at,
        "UTCDateTime": utc,
        "Signature": "",
    }
    return told | where | others


def order(*events: Json, numbers: tuple[str, ...] = ("LA00000001",), **others: Any) -> str:
    pieces = [{"TrackingNumber": number, "Weight": 1.5} for number in numbers]
    return json.dumps({"OrderNumber": "O1", "Pieces": pieces, "Events": list(events)} | others)


PARCEL = (
    event("Released", "2026-03-04T10:45:34", "2026-03-04T15:45:34", Signature="A. Reader"),
    event("OutForDelivery", "2026-03-04T08:00:00", "2026-03-04T13:00:00", Signature="A. Reader"),
    event("Beamed", "2026-03-03T23:30:00", "2026-03-04T04:30:00"),
    event("OrderCreated", "2026-03-03T22:36:12", "2026-03-04T03:36:12"),
)


def test_the_twin_in_utc_proves_the_offset() -> None:
    found = envelopes(LaserShip(), order(*PARCEL, EstimatedDeliveryDate="2026-03-04"))

    assert [line(each) for each in found] == [
        ("2026-03-04T15:45:34", "2026-03-04T10:45:34", "exact", "Released", ("delivered", "safe_place")),
        ("2026-03-04T13:00:00", "2026-03-04T08:00:00", "exact", "OutForDelivery", ("out_for_delivery",)),
        ("2026-03-04T04:30:00", "2026-03-03T23:30:00", "exact", "Beamed", ("unknown",)),
        (
            *("2026-03-04T03:36:12", "2026-03-03T22:36:12", "exact", "OrderCreated"),
            ("info_received", "manifest_received"),
        ),
        ("2026-03-04T15:45:34", "2026-03-04T10:45:34", "exact", None, ()),
    ]
    assert found[4]["data"] == {"kind": "carrier_estimate", "to": "2026-03-04"}


@pytest.mark.parametrize(
    ("at", "utc", "expected"),
    [
        # a twin that forgot to roll its date
        ("2026-03-03T22:36:12", "2026-03-03T03:36:12", ("2026-03-04T03:36:12", "exact")),
        # no twin: the place decides, in Ohio there is one clock
        ("2026-03-03T22:36:12", "", ("2026-03-04T03:36:12", "location_inferred")),
    ],
)
def test_a_twin_is_cross_checked(at: str, utc: str, expected: tuple[str, str]) -> None:
    (found,) = envelopes(LaserShip(), order(event("Arrived", at, utc)))

    assert (line(found)[0], line(found)[2]) == expected


def test_who_signed_stands_on_the_delivery_only_and_a_number_is_nobody() -> None:
    signed = envelopes(LaserShip(), order(*PARCEL[:2]))
    (coded,) = envelopes(LaserShip(), order(PARCEL[0] | {"Signature": "12"}))

    assert [each["data"].get("proof") for each in [*signed, coded]] == [
        {"signed_by": "A. Reader"},
        None,
        None,
    ]


def test_each_piece_of_an_order_is_a_shipment_with_its_events() -> None:
    found = envelopes(LaserShip(), order(*PARCEL[:2], numbers=("LA00000001", "LA00000002")))

    assert [each["shipment"] for each in found] == ["lasership:LA00000001"] * 2 + ["lasership:LA00000002"] * 2


def test_order_wording_and_places_do_not_change_identity() -> None:
    moved = [each | {"EventShortText": "Else", "City": "Else"} for each in reversed(PARCEL)]

    assert ids(LaserShip(), order(*moved)) == ids(LaserShip(), order(*PARCEL, *PARCEL))


def test_an_error_makes_no_event() -> None:
    parsed = LaserShip().parse(b'{"Error": true, "ErrorMessage": "Order not found"}')

    assert (parsed.events, parsed.errors) == ((), (CarrierError(None, "Order not found"),))


def test_an_order_without_numbers_is_told() -> None:
    parsed = LaserShip().parse(order(*PARCEL, numbers=()).encode())

    assert parsed.events == ()
    assert parsed.warnings == ("an order without a TrackingNumber among its Pieces is left out",)
