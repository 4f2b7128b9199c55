"""Asendia, Asendia USA, Landmark: codes, two numbers of one parcel, errors, on small samples of our own."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.asendia import Asendia
from services.ingest.carriers.asendia_us import AsendiaUs
from services.ingest.carriers.landmark import Landmark
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]

# --- Asendia ------------------------------------------------------------------------------------------


def asendia(*events: Json) -> str:
    return json.dumps({"trackingNumber": "AS000000001", "trackingEvents": list(events)})


ASENDIA = (
    {
        "id": 1,
        "code": "PU",
        "time": "2026-04-12T14:30:00Z",
        "locationName": "A town",
        "locationCountry": "CH",
    },
    {"id": 2, "code": "REFUSED", "time": "2026-04-14T09:15:00Z", "carrierEventDescription": "Wording"},
    {"id": 3, "code": "??", "time": "2026-04-13T09:15:00Z", "carrierEventDescription": "Wording"},
)


def test_asendia_reads_codes() -> None:
    found = envelopes(Asendia(), asendia(*ASENDIA))

    refused = ("delivery_attempted", "refused", "refused", "recipient")
    assert [line(each) for each in found] == [
        ("2026-04-12T14:30:00", "2026-04-12T14:30:00", "exact", "PU", ("picked_up", "collected")),
        ("2026-04-14T09:15:00", "2026-04-14T09:15:00", "exact", "REFUSED", refused),
        ("2026-04-13T09:15:00", "2026-04-13T09:15:00", "exact", "??", ("unknown",)),
    ]
    assert found[0]["data"]["location"] == {"name": "A town", "country": "CH"}


def test_asendias_problem_is_an_error() -> None:
    problem = {"title": "Not Found", "status": 404, "detail": "Tracking number not found", "message": "error"}

    parsed = Asendia().parse(json.dumps(problem).encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError("404", "Tracking number not found"),))


# --- Asendia USA --------------------------------------------------------------------------------------


def asendia_us(*events: Json, status: int = 200) -> str:
    shipment = {"trackingNumberVendor": "AB000000001CH", "trackingMilestoneEvents": list(events)}
    return json.dumps({"data": [shipment], "responseStatus": {"responseStatusCode": status}})


ASENDIA_US = (
    {"eventCode": "s10", "eventDescription": "Wording", "eventOn": "2026-08-09T11:13:00+00:00"},
    {"eventCode": "s2d", "eventLocation": "A town", "eventOn": "2026-07-30T10:14:50.452565+00:00"},
    {"eventCode": "s99", "eventLocation": "", "eventOn": "2026-07-29T16:33:14+00:00"},
)


def test_asendia_usa_reads_milestones_and_an_answer_of_200_is_no_error() -> None:
    found = envelopes(AsendiaUs(), asendia_us(*ASENDIA_US))

    assert [line(each) for each in found] == [
        ("2026-08-09T11:13:00", "2026-08-09T11:13:00", "exact", "s10", ("delivered",)),
        ("2026-07-30T10:14:50", "2026-07-30T10:14:50", "exact", "s2d", ("in_transit", "hub_departed")),
        ("2026-07-29T16:33:14", "2026-07-29T16:33:14", "exact", "s99", ("unknown",)),
    ]
    assert AsendiaUs().parse(asendia_us().encode()).errors == ()


@pytest.mark.parametrize(
    "payload",
    [
        {"responseStatusCode": 401, "responseStatusMessage": "Denied"},
        {"data": [], "responseStatus": {"responseStatusCode": 401, "responseStatusMessage": "Denied"}},
    ],
    ids=["alone", "beside no data"],
)
def test_another_status_is_an_error_though_the_transport_said_200(payload: Json) -> None:
    parsed = AsendiaUs().parse(json.dumps(payload).encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError("401", "Denied"),))


# --- Landmark -----------------------------------------------------------------------------------------


def crossing(code: str, at: str, where: str = "Lyon, FR", told: str = "Wording") -> str:
    return (
        f"<Event><Status>{told}</Status><DateTime>{at}</DateTime><Location>{where}</Location>"
        f"<EventCode>{code}</EventCode></Event>"
    )


def package(*events: str, number: str = "LTN00000001N1") -> str:
    return (
        f"<Package><TrackingNumber>1Z9990000000000001</TrackingNumber>"
        f"<LandmarkTrackingNumber>{number}</LandmarkTrackingNumber><Events>{''.join(events)}</Events></Package>"
    )


def landmark(*packages: str) -> str:
    return (
        "\n<TrackResponse><Result><Success>true</Success>"
        f"<Packages>{''.join(packages)}</Packages></Result></TrackResponse>"
    )


LANDMARK = (
    crossing("50", "2026-09-29 06:20:00", "London, UK"),
    crossing("135", "09/30/2026 01:00 PM", "Chicago, IL, US"),
    crossing("500", "10/02/2026 12:05 AM", "Columbus, OH"),
    crossing("777", "10/01/2026 08:00 AM", "Somewhere, CA"),
)


def test_landmark_reads_both_ways_to_write_a_time_and_infers_zones() -> None:
    found = envelopes(Landmark(), landmark(package(*LANDMARK)))

    announced, held = (
        ("info_received", "manifest_received"),
        ("in_transit", "customs_in", "customs_hold", "customs"),
    )
    assert [line(each) for each in found] == [
        ("2026-09-29T05:20:00", "2026-09-29T06:20:00", "location_inferred", "50", announced),
        ("2026-09-30T18:00:00", "2026-09-30T13:00:00", "location_inferred", "135", held),
        ("", "2026-10-02T00:05:00", "unknown", "500", ("delivered",)),
        ("", "2026-10-01T08:00:00", "unknown", "777", ("unknown",)),
    ]


def test_uk_is_a_country_and_letters_that_a_state_has_too_are_none() -> None:
    found = envelopes(Landmark(), landmark(package(*LANDMARK)))

    assert [each["data"]["location"] for each in found] == [
        {"city": "London", "country": "GB"},
        {"city": "Chicago", "region": "IL", "country": "US"},
        {"name": "Columbus, OH"},
        {"name": "Somewhere, CA"},
    ]


def test_the_last_miles_number_is_not_the_trackers_and_each_package_is_a_shipment() -> None:
    both = landmark(package(LANDMARK[0]), package(LANDMARK[0], number="LTN00000002N1"))

    assert [each["shipment"] for each in envelopes(Landmark(), both)] == [
        "landmark:LTN00000001N1",
        "landmark:LTN00000002N1",
    ]


@pytest.mark.parametrize(
    ("inner", "error"),
    [
        (
            "<Errors><Error><ErrorCode>Login</ErrorCode><ErrorMessage>Denied</ErrorMessage></Error></Errors>",
            CarrierError("Login", "Denied"),
        ),
        ("", CarrierError(None, "See Errors")),
    ],
    ids=["with a code", "a result only"],
)
def test_landmarks_errors_make_no_event(inner: str, error: CarrierError) -> None:
    result = "<Result><Success>false</Success><ResultMessage>See Errors</ResultMessage></Result>"

    parsed = Landmark().parse(f"<TrackResponse>{result}{inner}</TrackResponse>".encode())

    assert (parsed.events, parsed.errors) == ((), (error,))


# --- all three -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("carrier", "wrap", "events"),
    [
        (Asendia(), asendia, ASENDIA),
        (AsendiaUs(), asendia_us, ASENDIA_US),
        (Landmark(), lambda *events: landmark(package(*events)), LANDMARK),
    ],
    ids=["asendia", "asendia_us", "landmark"],
)
def test_order_wording_places_and_deliveries_do_not_change_identity(
    carrier: Any, wrap: Any, events: Any
) -> None:
    once = ids(carrier, wrap(*events))
    moved = wrap(*events)
    for ours, other in (
        ("Wording", "Words"),
        ("A town", "B town"),
        ("London, UK", "Oslo, NO"),
        ("Branch", "Depot"),
    ):
        moved = moved.replace(ours, other)

    assert ids(carrier, wrap(*reversed(events))) == once
    assert ids(carrier, wrap(*events, *events)) == once
    assert ids(carrier, moved) == once
    assert sorted(ids(carrier, wrap(events[0])) + ids(carrier, wrap(*events[1:]))) == once


@pytest.mark.parametrize(
    ("carrier", "payload"),
    [
        (Asendia(), asendia(ASENDIA[0]).replace("AS000000001", "")),
        (AsendiaUs(), asendia_us(ASENDIA_US[0]).replace("AB000000001CH", "")),
        (Landmark(), landmark(package(LANDMARK[0], number=""))),
    ],
    ids=["asendia", "asendia_us", "landmark"],
)
def test_a_history_without_a_number_is_told_as_a_defect(carrier: Any, payload: str) -> None:
    parsed = carrier.parse(payload.encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
