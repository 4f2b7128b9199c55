"""A1, Prestige and Amazon Shipping: Amazon's codes in XML and JSON, estimates, returns, error answers."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.a1 import A1
from services.ingest.carriers.amazon_shipping import AmazonShipping
from services.ingest.carriers.prestige import Prestige
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def detail(code: str, at: str, *, wording: str = "Wording", city: str = "Anytown", rest: str = "") -> str:
    return (
        f"<TrackingEventDetail><EventCode>{code}</EventCode><EventCodeDesc>{wording}</EventCodeDesc>"
        f"<EventDateTime>{at}</EventDateTime><EventLocation><City>{city}</City><StateProvince>IN</StateProvince>"
        f"<PostalCode></PostalCode><CountryCode>US</CountryCode></EventLocation>{rest}</TrackingEventDetail>"
    )


def a1(*details: str, number: str = "AZI000000001") -> str:
    return (
        "<AmazonTrackingResponse><PackageTrackingInfo>"
        f"<TrackingNumber>{number}</TrackingNumber><TrackingEventHistory>{''.join(details)}"
        "</TrackingEventHistory></PackageTrackingInfo></AmazonTrackingResponse>"
    )


SIGNED = "<SignedForByName>A. Reader</SignedForByName>"
EXPECTED = "<EstimatedDeliveryDate>2026-03-04</EstimatedDeliveryDate>"
A1_PARCEL = (
    detail("EVENT_301", "2026-03-04T13:29:00-05:00", rest=SIGNED),
    detail("EVENT_407", "2026-03-03T09:00:00-05:00", rest=SIGNED),
    detail("EVENT_999", "2026-03-02T09:00:00-05:00"),
    detail("EVENT_101", "2026-03-01T09:10:00-05:00", rest=EXPECTED),
)


def test_a1_reads_exact_times_amazons_codes_and_estimates() -> None:
    found = envelopes(A1(), a1(*A1_PARCEL))

    refused = ("delivery_attempted", "refused", "refused", "recipient")
    assert [line(each) for each in found] == [
        ("2026-03-04T18:29:00", "2026-03-04T13:29:00", "exact", "EVENT_301", ("delivered",)),
        ("2026-03-03T14:00:00", "2026-03-03T09:00:00", "exact", "EVENT_407", refused),
        ("2026-03-02T14:00:00", "2026-03-02T09:00:00", "exact", "EVENT_999", ("unknown",)),
        (
            *("2026-03-01T14:10:00", "2026-03-01T09:10:00", "exact", "EVENT_101"),
            ("info_received", "awaiting_handover"),
        ),
        ("2026-03-01T14:10:00", "2026-03-01T09:10:00", "exact", None, ()),
    ]
    assert found[4]["data"] == {"kind": "carrier_estimate", "to": "2026-03-04"}
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "A. Reader"}, *[None] * 4]
    assert found[0]["data"]["location"] == {"city": "Anytown", "region": "IN", "country": "US"}


def test_a1_in_another_order_and_other_words_is_the_same_events() -> None:
    moved = (each.replace("Wording", "Else").replace("Anytown", "Elsewhere") for each in reversed(A1_PARCEL))

    assert ids(A1(), a1(*moved)) == ids(A1(), a1(*A1_PARCEL, *A1_PARCEL))


def test_a1s_error_makes_no_event() -> None:
    told = (
        "<AmazonTrackingResponse><TrackingErrorInfo><TrackingErrorDetail><ErrorDetailCode>ERROR_101</ErrorDetailCode>"
        "<ErrorDetailCodeDesc>No such number</ErrorDetailCodeDesc></TrackingErrorDetail></TrackingErrorInfo>"
        "</AmazonTrackingResponse>"
    )

    parsed = A1().parse(told.encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError("ERROR_101", "No such number"),))


def test_a_package_without_a_number_is_told() -> None:
    parsed = A1().parse(a1(*A1_PARCEL, number="").encode())

    assert parsed.events == ()
    assert parsed.warnings == ("a PackageTrackingInfo without TrackingNumber is left out",)


def event(code: str, date: str, time: str, **others: Any) -> Json:
    where = {"ELCity": "Taylor", "ELState": "MI ", "ELZip": "48180", "CountryCode": "US"}
    told = {"EventCode": code, "EventCodeDesc": "Wording", "serverDate": date, "serverTime": time}
    return told | where | {"TrackingNumber": "PS00000001", "EstimatedDeliveryDate": "3/5/2026"} | others


def prestige(*events: Any) -> str:
    return json.dumps([{"TrackingNumber": "PS00000001", "TrackingEventHistory": list(events)}])


PRESTIGE_PARCEL = (
    event("EVENT_301", "3/4/2026", "2:39 PM"),
    event("EVENT_302", "3/4/2026", "12:05 AM"),
    event("EVENT_102", "3/3/2026", "", ELCity="Nowhere", ELState="", CountryCode="XX"),
)


def test_prestige_reads_times_of_the_afternoon_and_dates_without_one() -> None:
    found = envelopes(Prestige(), prestige(*PRESTIGE_PARCEL))

    assert [line(each) for each in found if each["type"] == "ScanRecorded"] == [
        ("2026-03-04T19:39:00", "2026-03-04T14:39:00", "location_inferred", "EVENT_301", ("delivered",)),
        (
            "2026-03-04T05:05:00",
            "2026-03-04T00:05:00",
            "location_inferred",
            "EVENT_302",
            ("out_for_delivery",),
        ),
        ("", "2026-03-03", "unknown", "EVENT_102", ("picked_up", "collected")),
    ]


def test_an_estimate_that_every_event_repeats_is_one_revision_dated_by_the_newest() -> None:
    found = [
        each for each in envelopes(Prestige(), prestige(*PRESTIGE_PARCEL)) if each["type"] != "ScanRecorded"
    ]

    assert [(each["data"], each["occurred_local"]) for each in found] == [
        ({"kind": "carrier_estimate", "to": "2026-03-05"}, "2026-03-04T14:39:00.000")
    ]


def test_prestige_in_another_order_and_other_words_is_the_same_events() -> None:
    moved = [each | {"EventCodeDesc": "Else", "ELCity": "Else"} for each in reversed(PRESTIGE_PARCEL)]

    assert ids(Prestige(), prestige(*moved)) == ids(Prestige(), prestige(*PRESTIGE_PARCEL))


def test_prestiges_error_makes_no_event_and_strays_are_told() -> None:
    wrong = {"EventCode": "ERROR_101", "EventCodeDesc": "No information found"}

    parsed = Prestige().parse(prestige(wrong, 5).encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError("ERROR_101", "No information found"),))
    assert parsed.warnings == ("/TrackingEventHistory/1 is no object and is left out",)


def happened(code: str, at: str = "2026-03-04T14:30:00Z", **others: Any) -> Json:
    where = {"city": "Lyon", "countryCode": "FR", "postalCode": "69001", "stateOrRegion": None}
    return {"eventCode": code, "eventTime": at, "location": where, "shipmentType": "FORWARD"} | others


def shipping(*events: Any, **others: Any) -> str:
    return json.dumps({"trackingId": "89000000000001", "eventHistory": list(events)} | others)


def test_amazon_shipping_reads_events_and_the_promise() -> None:
    summary = {"proofOfDelivery": {"receivedBy": "A. Reader"}}
    told = shipping(
        happened("Delivered"),
        happened("PackageReceivedByCarrier", "2026-03-01T10:00:00Z"),
        happened("Teleported", "2026-03-02T10:00:00Z"),
        promisedDeliveryDate="2026-03-04T20:00:00Z",
        summary=summary,
    )

    found = envelopes(AmazonShipping(), told)

    assert [line(each) for each in found] == [
        ("2026-03-04T14:30:00", "2026-03-04T14:30:00", "exact", "Delivered", ("delivered",)),
        (
            *("2026-03-01T10:00:00", "2026-03-01T10:00:00", "exact", "PackageReceivedByCarrier"),
            ("picked_up", "dropped_off"),
        ),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00", "exact", "Teleported", ("unknown",)),
        ("2026-03-04T14:30:00", "2026-03-04T14:30:00", "exact", None, ()),
    ]
    assert found[0]["data"]["proof"] == {"signed_by": "A. Reader"}
    assert found[0]["data"]["location"] == {"city": "Lyon", "postal_code": "69001", "country": "FR"}
    assert found[3]["data"] == {"kind": "carrier_promised", "to": "2026-03-04T20:00:00.000Z"}


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("Delivered", ("returned", "to_sender")),
        ("Departed", ("returning",)),
        ("OutForDelivery", ("returning",)),
        ("Rejected", ("returning", "refused", "recipient")),
        ("ReturnInitiated", ("returning",)),
        ("Lost", ("lost", "carrier_declared", "lost", "carrier")),
    ],
)
def test_on_the_way_back_a_delivery_is_the_senders(code: str, meaning: tuple[str, ...]) -> None:
    (found,) = envelopes(AmazonShipping(), shipping(happened(code, shipmentType="RETURNS")))

    assert line(found)[4] == meaning


def test_amazon_shippings_answer_may_be_wrapped_and_in_any_order() -> None:
    told = [happened("Delivered"), happened("Departed", "2026-03-02T10:00:00Z")]
    wrapped = json.dumps({"payload": json.loads(shipping(*reversed(told)))})

    assert ids(AmazonShipping(), wrapped) == ids(AmazonShipping(), shipping(*told))


def test_amazon_shippings_errors_make_no_event() -> None:
    wrong = {"code": "InvalidTrackingId", "message": "Not valid", "details": "Not found"}

    parsed = AmazonShipping().parse(json.dumps({"errors": [wrong]}).encode())

    assert (parsed.events, parsed.errors) == (
        (),
        (CarrierError("InvalidTrackingId", "Not valid: Not found"),),
    )
