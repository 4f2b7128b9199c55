"""GLS and Hermes: exact times, codes with reasons, numbers with their check digit, forecasts, errors."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.gls import Gls
from services.ingest.carriers.hermes import Hermes
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def gls_event(code: str, time: str = "2026-03-02T10:46:14+0100", **members: Any) -> Json:
    place = {"city": "Kassel", "postalCode": "34117", "country": "DE"}
    return {"code": code, "eventDateTime": time, "description": "words"} | place | members


def parcel(
    *events: Json, requested: str = "30000000001", unitno: str | None = "30000000001", **more: Any
) -> Json:
    return {"requested": requested, "unitno": unitno, "status": "INTRANSIT", "events": list(events)} | more


def gls(*parcels: Any) -> str:
    return json.dumps({"parcels": list(parcels)})


def test_gls_states_its_offsets() -> None:
    found = envelopes(
        Gls(),
        gls(
            parcel(
                gls_event("DELIVD.PARCELSHOP", "2026-03-29T10:46:14+0200"),
                gls_event("INTIAL.PREADVICE", city="", postalCode=""),
            )
        ),
    )

    shop, told = ("available_for_pickup", "pickup_point"), ("info_received", "manifest_received")
    assert [line(each) for each in found] == [
        ("2026-03-29T08:46:14", "2026-03-29T10:46:14", "exact", "DELIVD.PARCELSHOP", shop),
        ("2026-03-02T09:46:14", "2026-03-02T10:46:14", "exact", "INTIAL.PREADVICE", told),
    ]
    assert [each["data"]["location"] for each in found] == [
        {"city": "Kassel", "postal_code": "34117", "country": "DE"},
        {"country": "DE"},
    ]


@pytest.mark.parametrize(
    ("code", "milestone"),
    [("OUTDEL.NEWREASON", "out_for_delivery"), ("DELIVD.NEWREASON", "unknown"), ("NEWGRP.NORMAL", "unknown")],
)
def test_gls_reasons_we_do_not_know_are_counted_and_never_delivered(code: str, milestone: str) -> None:
    (found,) = Gls().parse(gls(parcel(gls_event(code))).encode()).events

    assert (found.members["data"]["milestone"], found.known) == (milestone, False)


@pytest.mark.parametrize(
    ("requested", "unitno", "number"),
    [
        ("300000000019", "30000000001", "300000000019"),
        ("30000000001", "30000000001", "30000000001"),
        ("ORDER7", "30000000001", "30000000001"),
        ("30000000001", None, "30000000001"),
    ],
    ids=["with its check digit", "without it", "a reference", "no unit"],
)
def test_gls_numbers_are_those_printed(requested: str, unitno: str | None, number: str) -> None:
    (found,) = envelopes(Gls(), gls(parcel(gls_event("INBOUD.NORMAL"), requested=requested, unitno=unitno)))

    assert found["shipment"] == f"gls:{number}"


def test_gls_parcels_of_one_reference_are_shipments_of_their_own() -> None:
    event = gls_event("INBOUD.NORMAL")

    found = envelopes(Gls(), gls(*(parcel(event, requested="ORDER7", unitno=unit) for unit in ("31", "32"))))

    assert [each["shipment"] for each in found] == ["gls:31", "gls:32"]


def test_gls_parcels_told_without_events_are_told_by_their_status() -> None:
    told = parcel(status="DELIVERED", statusDateTime="2026-03-02T10:46:14+0100", events=None)

    (found,) = envelopes(Gls(), gls(told))

    assert line(found) == ("2026-03-02T09:46:14", "2026-03-02T10:46:14", "exact", "DELIVERED", ("delivered",))
    assert envelopes(Gls(), gls(told | {"events": []})) == []


def test_gls_errors_stand_beside_parcels() -> None:
    missing = {"requested": "39", "errorCode": "E_404_01", "errorMessage": "not found"}

    parsed = Gls().parse(gls(missing, parcel(gls_event("INBOUD.NORMAL")), 5).encode())

    assert parsed.errors == (CarrierError("E_404_01", "not found"),)
    assert (len(parsed.events), len(parsed.warnings)) == (1, 1)


def test_gls_other_words_and_another_order_are_the_same_facts() -> None:
    first, second = gls_event("INBOUD.NORMAL"), gls_event("OUTBOD.NORMAL")
    reworded = gls_event("INBOUD.NORMAL", description="Worte", city="Cassel")

    assert ids(Gls(), gls(parcel(second, reworded))) == ids(Gls(), gls(parcel(first, second)))


def hermes_status(code: str, time: str = "2026-03-02T10:15:30+01:00", **members: Any) -> Json:
    unit = {"name": "A depot", "city": "Kassel", "countryCode": "DEU"}
    return {"timestamp": time, "code": code, "description": "words", "scanningUnit": unit} | members


def hermes_shipment(*statuses: Json, **members: Any) -> Json:
    result = {"code": "i001", "message": "Success"}
    return {"shipmentID": "H1000000000000000001", "result": result, "status": list(statuses)} | members


def hermes(*shipments: Any, **members: Any) -> str:
    return json.dumps({"shipmentinfo": list(shipments)} | members)


def test_hermes_states_its_offsets_and_its_forecast_is_a_day() -> None:
    forecast = {"fixed": True, "date": "2026-03-04", "timeSlot": {"from": "10:00", "to": "18:00"}}
    told = hermes_shipment(
        hermes_status("3500", "2026-03-04T07:58:24+01:00"),
        hermes_status("0000"),
        hermes_status("1510"),
        deliveryForecast=forecast,
    )

    found = envelopes(Hermes(), hermes(told))

    assert [line(each) for each in found] == [
        ("2026-03-04T06:58:24", "2026-03-04T07:58:24", "exact", "3500", ("delivered",)),
        (
            "2026-03-02T09:15:30",
            "2026-03-02T10:15:30",
            "exact",
            "0000",
            ("info_received", "manifest_received"),
        ),
        ("2026-03-02T09:15:30", "2026-03-02T10:15:30", "exact", "1510", ("unknown",)),
        ("2026-03-04T06:58:24", "2026-03-04T07:58:24", "exact", None, ()),
    ]
    assert found[0]["data"]["location"] == {"name": "A depot", "city": "Kassel", "country": "DE"}
    assert found[3]["data"] == {"kind": "carrier_estimate", "to": "2026-03-04"}


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (
            hermes({"shipmentID": "H1", "result": {"code": "e404", "message": "not found"}}),
            CarrierError("e404", "not found"),
        ),
        (
            '{"listOfResultCodes":[{"code":"w001","message":"slow"},{"code":"e001","message":"not you"}]}',
            CarrierError("e001", "not you"),
        ),
        (
            '{"error":"invalid_client","error_description":"not you"}',
            CarrierError("invalid_client", "not you"),
        ),
    ],
    ids=["of a shipment", "of the answer", "of the login"],
)
def test_hermes_errors_make_no_event(told: str, error: CarrierError) -> None:
    parsed = Hermes().parse(told.encode())

    assert (parsed.events, parsed.errors) == ((), (error,))


def test_hermes_strays_and_shipments_without_a_number_are_told() -> None:
    unnamed = hermes_shipment(hermes_status("3500")) | {"shipmentID": None}

    parsed = Hermes().parse(hermes(5, unnamed, hermes_shipment(hermes_status("3500"), 6)).encode())

    assert (len(parsed.events), len(parsed.warnings)) == (1, 3)


def test_hermes_other_words_and_another_order_are_the_same_facts() -> None:
    first, second = hermes_status("2000"), hermes_status("3000")
    reworded = hermes_status("2000", description="Worte", scanningUnit={"city": "Cassel"})

    assert ids(Hermes(), hermes(hermes_shipment(second, reworded))) == ids(
        Hermes(), hermes(hermes_shipment(first, second))
    )
