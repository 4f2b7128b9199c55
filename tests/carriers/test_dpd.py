"""DPD: times of two continents, both forms of the answer, numbers that come with the question."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError, InvalidPayload
from services.ingest.carriers.dpd import Dpd
from tests.carriers.told import envelopes, ids, line

NUMBER = "05300000000001"


def content(text: str) -> str:
    return f"<content>{text}</content><bold>true</bold><paragraph>false</paragraph>"


def info(
    status: str, date: str, town: str = "Ghent (BE)", *, reached: str = "true", text: str = "Words"
) -> str:
    return (
        f"<statusInfo><status>{status}</status><label>{content('Label')}</label>"
        f"<description><content>{content(text)}</content></description>"
        f"<statusHasBeenReached>{reached}</statusHasBeenReached><location>{content(town)}</location>"
        f"<date>{content(date)}</date></statusInfo>"
    )


def answer(*infos: str) -> str:
    return (
        '<s:Envelope xmlns:s="s"><s:Body><getTrackingDataResponse xmlns="p"><trackingresult>'
        f"<shipmentInfo><status>SHIPMENT</status></shipmentInfo>{''.join(infos)}"
        "</trackingresult></getTrackingDataResponse></s:Body></s:Envelope>"
    )


def numbered(told: Any, number: str = NUMBER) -> str:
    return json.dumps([[number, told]])


def test_statuses_are_told_in_the_local_time_of_their_town() -> None:
    told = answer(
        info("Courier", "3/4/2026 2:43:31 PM"),
        info("ReturningFromDelivery", "3/4/2026 12:00:00 AM", "Nowhere"),
        info("Teleported", "3/3/2026 9:00:00 AM", "Aachen (DE)"),
        info("DELIVERED", "3/5/2026 9:00:00 AM", reached="false"),
    )

    found = envelopes(Dpd(), numbered(told))

    loaded, back = ("out_for_delivery", "loaded"), ("in_transit", "local_facility")
    assert [line(each) for each in found] == [
        ("2026-03-04T13:43:31", "2026-03-04T14:43:31", "location_inferred", "Courier", loaded),
        ("", "2026-03-04T00:00:00", "unknown", "ReturningFromDelivery", back),
        ("2026-03-03T08:00:00", "2026-03-03T09:00:00", "location_inferred", "Teleported", ("unknown",)),
    ]
    assert {each["shipment"] for each in found} == {f"dpd:{NUMBER}"}
    assert found[0]["raw"]["text"] == "Words"
    assert found[0]["data"]["location"] == {"city": "Ghent", "country": "BE"}


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("3/4/2026 7:11:26 PM", "2026-03-04T19:11:26"),
        ("4/03/2026 19:11:26", "2026-03-04T19:11:26"),
        ("4-3-2026 19:11:26", "2026-03-04T19:11:26"),
        ("04.03.2026, 19:11", "2026-03-04T19:11:00"),
        ("2026-03-04T19:11:26", "2026-03-04T19:11:26"),
        ("04.03.2026", "2026-03-04"),
    ],
)
def test_with_am_and_pm_the_month_comes_first_and_else_the_day(written: str, local: str) -> None:
    (found,) = envelopes(Dpd(), numbered(answer(info("Depot", written, "Nowhere"))))

    assert line(found)[1] == local


def test_an_unreadable_time_is_undated_and_told() -> None:
    parsed = Dpd().parse(numbered(answer(info("Depot", "vorgestern"))).encode())

    assert ("occurred_at" in parsed.events[0].members, parsed.warnings) == (False, ("no time: 'vorgestern'",))


def test_an_answer_that_comes_alone_names_no_parcel_and_says_so() -> None:
    parsed = Dpd().parse(answer(info("Depot", "3/4/2026 7:11:26 PM")).encode())

    assert [event.members["tracking_number"] for event in parsed.events] == ["UNNAMED"]
    assert len(parsed.warnings) == 1


def rest(status: str, date: str, *, reached: bool = True) -> Any:
    said = {"content": [{"content": "Words", "bold": False}]}
    return {
        "status": status,
        "statusHasBeenReached": reached,
        "description": said,
        "location": {"content": "Ghent (BE)"},
        "date": {"content": date},
    }


def test_both_forms_of_the_answer_are_the_same_facts() -> None:
    date = "4-3-2026 19:11:26"
    told = {"getTrackingDataResponse": {"trackingResult": {"statusInfo": [rest("Depot", date)]}}}

    assert ids(Dpd(), numbered(told)) == ids(Dpd(), numbered(answer(info("Depot", date))))


def test_the_german_answer_names_its_parcel_and_what_has_not_been_reached_is_no_fact() -> None:
    told = {
        "parcellifecycleResponse": {
            "parcelLifeCycleData": {
                "shipmentInfo": {"parcelLabelNumber": NUMBER},
                "statusInfo": [
                    {
                        "status": "ACCEPTED",
                        "depot": "0147",
                        "date": "04.03.2026, 19:11",
                        "location": "Aachen (DE)",
                    },
                    rest("DELIVERED", "", reached=False),
                    7,
                ],
            }
        }
    }

    parsed = Dpd().parse(json.dumps(told).encode())

    (event,) = parsed.events
    assert event.members["tracking_number"] == NUMBER
    assert event.members["data"]["location"] == {"city": "Aachen", "country": "DE", "facility_id": "0147"}
    assert len(parsed.warnings) == 1


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (
            "<E><Fault><faultcode>s:Server</faultcode><faultstring>it broke</faultstring><detail><f>"
            "<errorCode>NO_LOGIN</errorCode><errorMessage>not you</errorMessage></f></detail></Fault></E>",
            CarrierError("NO_LOGIN", "not you"),
        ),
        (
            "<E><Fault><faultcode>s:Server</faultcode><faultstring>it broke</faultstring></Fault></E>",
            CarrierError("s:Server", "it broke"),
        ),
        (
            '{"status":{"code":"404","message":"none of that number"}}',
            CarrierError("404", "none of that number"),
        ),
    ],
    ids=["a fault with its detail", "a bare fault", "JSON"],
)
def test_errors_make_no_event(told: str, error: CarrierError) -> None:
    parsed = Dpd().parse(told.encode())

    assert (parsed.events, parsed.errors) == ((), (error,))


def test_an_answer_without_statuses_is_told() -> None:
    assert Dpd().parse(numbered(answer()).encode()).warnings == (f"no status of parcel {NUMBER}",)


@pytest.mark.parametrize("told", [numbered("<x/>"), numbered("text"), numbered(5), "[5]", "[[1,2,3]]"])
def test_what_is_no_answer_is_invalid(told: str) -> None:
    with pytest.raises(InvalidPayload):
        Dpd().parse(told.encode())


def test_two_failures_of_one_second_in_two_towns_are_one_fact_in_either_order() -> None:
    first, second = (
        info("DeliveryFailure", "3/4/2026 2:43:31 PM", town) for town in ("Ghent (BE)", "Aachen (DE)")
    )

    forwards = envelopes(Dpd(), numbered(answer(first, second)))

    assert len(forwards) == 1
    assert forwards == envelopes(Dpd(), numbered(answer(second, first)))


def test_other_words_and_another_order_are_the_same_facts() -> None:
    first, second = info("Depot", "3/4/2026 7:11:26 AM"), info("Courier", "3/4/2026 7:11:26 AM")
    reworded = info("Depot", "3/4/2026 7:11:26 AM", "Gent (BE)", text="Mots")

    assert ids(Dpd(), numbered(answer(second, reworded))) == ids(Dpd(), numbered(answer(first, second)))
