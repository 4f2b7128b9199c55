"""SmartKargo: packages and their pieces, airports, zones that the answer states."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.smartkargo import SmartKargo
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]
BOSTON = {
    "city": "Boston",
    "state": "MA",
    "zip": "02101",
    "countryId": "US",
    "latitude": "42.36",
    "longitude": "-71.06",
}


def event(kind: str, at: str, *, piece: str = "pkg-001", airport: str = "BOS", **others: Any) -> Json:
    told = {"eventType": kind, "eventDate": at, "eventLocation": airport, "description": "Wording"}
    names = {"packageReference": "pkg", "pieceReference": piece, "prefix": "AXB", "airWaybill": "00000001"}
    return told | names | {"estimatedDeliveryDate": "2026-03-06T23:59:00"} | others


PACKAGE = (
    event("DLD", "2026-03-05T14:30:00", airport="LAX"),
    event("DEP", "2026-03-04T10:30:00", location=BOSTON | {"timezone": "America/New_York"}),
    event("RCS", "2026-03-04T08:00:00", location=BOSTON),
    event("RCS", "2026-03-04T08:00:00", piece="pkg-002", location=BOSTON | {"timezone": "Mars/Olympus"}),
    event("QQQ", "2026-03-04T07:00:00"),
)


def test_a_stated_zone_is_given_one_of_the_place_is_inferred_an_airport_alone_has_none() -> None:
    found = envelopes(SmartKargo(), json.dumps(PACKAGE))

    accepted = ("picked_up", "accepted")
    assert [line(each) for each in found] == [
        ("", "2026-03-05T14:30:00", "unknown", "DLD", ("delivered", "safe_place")),
        ("2026-03-04T15:30:00", "2026-03-04T10:30:00", "offset_given", "DEP", ("in_transit", "hub_departed")),
        ("2026-03-04T13:00:00", "2026-03-04T08:00:00", "location_inferred", "RCS", accepted),
        ("2026-03-04T13:00:00", "2026-03-04T08:00:00", "location_inferred", "RCS", accepted),
        ("", "2026-03-04T07:00:00", "unknown", "QQQ", ("unknown",)),
        ("", "2026-03-05T14:30:00", "unknown", None, ()),
    ]
    assert found[1]["data"]["location"] == {
        "city": "Boston",
        "region": "MA",
        "postal_code": "02101",
        "country": "US",
        "facility_id": "BOS",
        "lat": 42.36,
        "lon": -71.06,
    }


def test_an_estimate_is_the_day_that_it_ends_with() -> None:
    assert envelopes(SmartKargo(), json.dumps(PACKAGE))[-1]["data"] == {
        "kind": "carrier_estimate",
        "to": "2026-03-06",
    }


def test_a_package_is_a_shipment_and_its_pieces_are_pieces() -> None:
    other = PACKAGE[2] | {"packageReference": "other", "pieceReference": None}

    found = envelopes(SmartKargo(), json.dumps([*PACKAGE[2:4], other]))

    assert [(each["shipment"], each["data"].get("piece")) for each in found[:3]] == [
        ("smartkargo:PKG", "pkg-001"),
        ("smartkargo:PKG", "pkg-002"),
        ("smartkargo:OTHER", None),
    ]


@pytest.mark.parametrize(
    ("names", "shipment"),
    [
        ({"packageReference": None, "headerReference": "head"}, "smartkargo:HEAD"),
        ({"packageReference": None}, "smartkargo:AXB00000001"),
    ],
)
def test_without_a_package_the_next_best_name_counts(names: Json, shipment: str) -> None:
    assert envelopes(SmartKargo(), json.dumps([PACKAGE[0] | names]))[0]["shipment"] == shipment


def test_one_code_at_one_time_of_two_airports_is_two_facts() -> None:
    both = [PACKAGE[4], PACKAGE[4] | {"eventLocation": "JFK"}]

    assert len(envelopes(SmartKargo(), json.dumps(both))) == 3


def test_order_wording_and_towns_do_not_change_identity() -> None:
    moved = [each | {"description": "Else", "location": {"city": "Else"}} for each in reversed(PACKAGE)]

    assert ids(SmartKargo(), json.dumps(moved)) == ids(SmartKargo(), json.dumps([*PACKAGE, *PACKAGE]))


def test_an_error_makes_no_event_nor_does_an_empty_list() -> None:
    parsed = SmartKargo().parse(b'{"error": {"code": "NOT_FOUND", "message": "Nothing"}}')

    assert (parsed.events, parsed.errors) == ((), (CarrierError("NOT_FOUND", "Nothing"),))
    assert SmartKargo().parse(b"[]").events == ()


def test_an_event_of_nothing_is_told() -> None:
    parsed = SmartKargo().parse(b'[{"eventType": "DEP"}, 5]')

    assert parsed.events == ()
    assert parsed.warnings == (
        "/1 is no object and is left out",
        "an event without packageReference is left out",
    )
