"""PARCEL.ONE, Teleship and SEKO: local times, places in words, parts, errors."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError, InvalidPayload
from services.ingest.carriers.parcelone import ParcelOne
from services.ingest.carriers.seko import Seko
from services.ingest.carriers.teleship import Teleship
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def step(code: str, at: str, where: str = "Ulm, Germany", wording: str = "Wording") -> Json:
    return {"DateTime": at, "Location": where, "Description": wording, "StatusCode": code}


def parcelone(*steps: Any, **others: Any) -> str:
    return json.dumps({"success": 1, "results": {"TrackingID": "P1", "Events": list(steps)} | others})


PARCELONE = (
    step("DELIVERED_NEIGHBOR", "2026-03-04T14:30:00"),
    step("DELIVERED_PARCELSHOP", "2026-03-03T14:30:00", "Ulm Hub"),
    step("AWAITING_PICKUP", "2026-03-02T14:30:00"),
)


def test_parcelone_reads_local_times_of_places_in_words() -> None:
    found = envelopes(
        ParcelOne(), parcelone(*PARCELONE, SignedBy="A. Reader", EstimatedDelivery="2026-03-05")
    )

    shop = ("available_for_pickup", "pickup_point")
    assert [line(each) for each in found] == [
        (
            *("2026-03-04T13:30:00", "2026-03-04T14:30:00", "location_inferred", "DELIVERED_NEIGHBOR"),
            ("delivered", "neighbour"),
        ),
        ("", "2026-03-03T14:30:00", "unknown", "DELIVERED_PARCELSHOP", shop),
        ("2026-03-02T13:30:00", "2026-03-02T14:30:00", "location_inferred", "AWAITING_PICKUP", ("unknown",)),
        ("", "2026-03-04T14:30:00", "unknown", None, ()),
    ]
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "A. Reader"}, None, None, None]
    assert found[3]["data"] == {"kind": "carrier_estimate", "to": "2026-03-05"}


@pytest.mark.parametrize(
    ("answer", "shipment"),
    [
        (parcelone(PARCELONE[0]), "parcelone:P1"),
        (parcelone(PARCELONE[0], TrackingID=None, CarrierTrackingID="DHL1"), "parcelone:DHL1"),
        (parcelone(PARCELONE[0], TrackingID=None), "parcelone:UNNAMED"),
        (json.dumps([["P9", parcelone(PARCELONE[0], CarrierTrackingID="DHL1")]]), "parcelone:P9"),
        (json.dumps([["P9", json.loads(parcelone(PARCELONE[0]))]]), "parcelone:P9"),
    ],
    ids=[
        "its own number",
        "the last mile's",
        "none",
        "the one asked for, a text",
        "the one asked for, an object",
    ],
)
def test_an_answer_of_parcelone_is_of_the_parcel_that_was_asked_for(answer: str, shipment: str) -> None:
    (found,) = envelopes(ParcelOne(), answer)

    assert found["shipment"] == shipment


def test_an_answer_that_names_no_parcel_says_so() -> None:
    parsed = ParcelOne().parse(parcelone(PARCELONE[0], TrackingID=None).encode())

    assert parsed.warnings == (
        "the answer names no parcel: it is told as UNNAMED, send [[number, answer], ...]",
    )


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"success": 0, "status": 404, "message": "Not found"}, CarrierError("404", "Not found")),
        (
            {"success": -1, "errors": [{"ErrorNo": "E7", "Message": "No"}], "results": {}},
            CarrierError("E7", "No"),
        ),
        ({"success": 0}, CarrierError(None, "an error without a message")),
    ],
)
def test_parcelones_errors_make_no_event(answer: Json, error: CarrierError) -> None:
    parsed = ParcelOne().parse(json.dumps(answer).encode())

    assert (parsed.events, parsed.errors) == ((), (error,))


def test_a_text_in_a_pair_that_is_no_json_is_invalid() -> None:
    with pytest.raises(InvalidPayload):
        ParcelOne().parse(b'[["P1", "{"]]')


def passed(code: str, at: str, where: str = "Los Angeles, CA, US", wording: str = "Wording") -> Json:
    return {"timestamp": at, "code": code, "description": wording, "location": where}


def teleship(*events: Any, **others: Any) -> str:
    return json.dumps({"trackingNumber": "TELE1", "status": "in_transit", "events": list(events)} | others)


TELESHIP = (
    passed("customs_cleared", "2026-01-17T18:20:00.000Z"),
    passed("in_hub", "2026-01-15T14:30:00Z", "A Hub, GB"),
    passed("in_orbit", "2026-01-16T14:30:00Z", "International Transit"),
)


def test_teleship_reads_exact_times_and_places_in_words() -> None:
    found = envelopes(Teleship(), teleship(*TELESHIP, estimatedDelivery="2026-01-20"))

    assert [line(each) for each in found] == [
        (
            *("2026-01-17T18:20:00", "2026-01-17T18:20:00", "exact", "customs_cleared"),
            ("in_transit", "customs_released"),
        ),
        ("2026-01-15T14:30:00", "2026-01-15T14:30:00", "exact", "in_hub", ("in_transit", "hub_arrived")),
        ("2026-01-16T14:30:00", "2026-01-16T14:30:00", "exact", "in_orbit", ("unknown",)),
        ("2026-01-17T18:20:00", "2026-01-17T18:20:00", "exact", None, ()),
    ]
    assert [each["data"].get("location") for each in found] == [
        {"city": "Los Angeles", "region": "CA", "country": "US"},
        {"city": "A Hub", "country": "GB"},
        {"name": "International Transit"},
        None,
    ]


def test_teleships_messages_are_errors() -> None:
    parsed = Teleship().parse(b'{"messages": [{"code": 404, "message": "Not found"}]}')

    assert (parsed.events, parsed.errors) == ((), (CarrierError("404", "Not found"),))


def omni(code: str, at: str, where: str = "Ulm, DE", part: int = 1, wording: str = "Wording") -> Json:
    told = {"EventDT": at, "Code": "2.0", "OmniCode": code, "Description": wording}
    return told | {"Location": where, "Part": part}


def seko(*events: Any, number: str = "9990000001") -> str:
    return json.dumps([{"ConsignmentNo": number, "Status": "DELIVERED", "Events": list(events)}])


SEKO = (
    omni("OP-1", "2026-03-01T09:55:23.043", "CARSON, CA,US"),
    omni("OP-4", "2026-03-02T15:29:00", "GB"),
    omni("OP-50", "2026-03-02T15:29:00", "Ulm, DE"),
    omni("OP-50", "2026-03-02T15:29:00", "Ulm, DE", part=2),
    omni("OP-999", "2026-03-03T15:29:00", "Somewhere"),
)


def test_seko_reads_its_own_code_per_part_and_ends_places_with_the_country() -> None:
    found = envelopes(Seko(), seko(*SEKO))

    arrived = ("in_transit", "hub_arrived")
    assert [line(each) for each in found] == [
        (
            *("2026-03-01T17:55:23", "2026-03-01T09:55:23", "location_inferred", "OP-1"),
            ("info_received", "label_created"),
        ),
        ("2026-03-02T15:29:00", "2026-03-02T15:29:00", "location_inferred", "OP-4", ("in_transit",)),
        ("2026-03-02T14:29:00", "2026-03-02T15:29:00", "location_inferred", "OP-50", arrived),
        ("2026-03-02T14:29:00", "2026-03-02T15:29:00", "location_inferred", "OP-50", arrived),
        ("", "2026-03-03T15:29:00", "unknown", "OP-999", ("unknown",)),
    ]
    assert [each["data"]["piece"] for each in found] == ["1", "1", "1", "2", "1"]


def test_sekos_errors_make_no_event_and_a_list_of_consignments_gives_each() -> None:
    both = json.loads(seko(SEKO[0])) + json.loads(seko(SEKO[0], number="9990000002"))
    wrong = {"Errors": [{"Key": "CountryCode", "Message": "is required"}]}

    assert Seko().parse(json.dumps(wrong).encode()).errors == (CarrierError("CountryCode", "is required"),)
    assert [each["shipment"] for each in envelopes(Seko(), json.dumps(both))] == [
        "seko:9990000001",
        "seko:9990000002",
    ]


@pytest.mark.parametrize(
    ("carrier", "written", "parts", "words"),
    [
        (ParcelOne(), parcelone, PARCELONE, {"Description": "Else", "Location": "Else"}),
        (Teleship(), teleship, TELESHIP, {"description": "Else", "location": "Else, CA"}),
        (Seko(), seko, SEKO, {"Description": "Else", "Location": "Else, FR", "Code": None}),
    ],
    ids=lambda each: getattr(each, "code", ""),
)
def test_order_wording_places_and_deliveries_do_not_change_identity(
    carrier: Any, written: Any, parts: tuple[Json, ...], words: Json
) -> None:
    moved = [each | words for each in reversed(parts)]
    apart = [one for each in parts for one in ids(carrier, written(each))]

    assert ids(carrier, written(*moved)) == ids(carrier, written(*parts, *parts)) == sorted(apart)
