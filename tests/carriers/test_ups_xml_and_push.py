"""UPS: its XML, the messages of Track Alert, and the credential they come with."""

import json
from typing import Any

import pytest

from services.ingest.carrier import InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.ups import Ups
from tests.carriers.told import envelopes

UPS = Ups()


def document(*activities: str, package: str = "", shipment: str = "") -> str:
    inside = "".join(activities) + package
    return (
        "<TrackResponse><Response/><Shipment>" + shipment + "<Package>"
        f"<TrackingNumber>1ZAA00000000000001</TrackingNumber>{inside}</Package></Shipment></TrackResponse>"
    )


def xml_activity(kind: str, code: str, *, left_at: str = "", at: str = "071500") -> str:
    place = f"<Code>{left_at}</Code><Description>SHED</Description>" if left_at else ""
    return (
        "<Activity><ActivityLocation><Address><City>RENO</City><StateProvinceCode>NV</StateProvinceCode>"
        f"<CountryCode>US</CountryCode></Address>{place}</ActivityLocation><Status><StatusType><Code>{kind}"
        f"</Code><Description>WORDS</Description></StatusType><StatusCode><Code>{code}</Code></StatusCode>"
        f"</Status><Date>20260302</Date><Time>{at}</Time></Activity>"
    )


def alert(**members: Any) -> str:
    status = {"type": "I", "code": "OT", "description": "words", "descriptionCode": "021"}
    where = {"city": "Reno", "stateProvince": "NV", "postalCode": "", "country": "US"}
    told = {"trackingNumber": " 1ZAA00000000000001", "activityStatus": status, "activityLocation": where}
    times = {"localActivityDate": "20260302", "localActivityTime": "071500"}
    return json.dumps(told | times | members)


def test_a_pushed_message_is_a_scan_and_the_date_it_is_scheduled_for() -> None:
    gmt = {"gmtActivityDate": "20260302", "gmtActivityTime": "151500", "scheduledDeliveryDate": "20260304"}

    scan, revision = envelopes(UPS, alert(**gmt))

    assert (scan["raw"]["code"], scan["occurred_at"]) == ("I/OT", "2026-03-02T15:15:00.000Z")
    assert scan["data"]["milestone"] == "out_for_delivery"
    assert revision["data"] == {"kind": "carrier_promised", "to": "2026-03-04"}


def test_a_pushed_update_moves_nothing_and_gives_a_new_date() -> None:
    update = {"type": "U", "code": "UP", "description": "words"}

    scan, revision = envelopes(UPS, alert(activityStatus=update, scheduledDeliveryDate="20260305"))

    assert "milestone" not in scan["data"]
    assert revision["data"] == {"kind": "carrier_estimate", "to": "2026-03-05"}


def test_xml_gives_its_coarse_code_and_means_by_the_finer_one() -> None:
    told = envelopes(
        UPS, document(xml_activity("D", "KM", left_at="ZF"), xml_activity("I", "OR", at="060000"))
    )

    assert [(each["raw"]["code"], each["data"]["milestone"]) for each in told] == [
        ("ZF", "delivered"),
        ("I", "picked_up"),
    ]
    assert told[0]["data"]["substatus"] == "safe_place"
    assert told[0]["occurred_at"] == "2026-03-02T15:15:00.000Z"


def test_two_exceptions_of_one_second_stay_two() -> None:
    told = envelopes(UPS, document(xml_activity("X", "DJ"), xml_activity("X", "AE"), xml_activity("X", "AE")))

    assert [each["data"]["reason"] for each in told] == ["delayed_announced", "address_issue"]


def test_an_attempt_is_numbered_where_the_code_says_which() -> None:
    told = envelopes(UPS, document(xml_activity("X", "G7"), xml_activity("X", "L1", at="090000")))

    assert [each["data"]["attempt"] for each in told] == [1, 2]


def test_xml_dates_of_delivery_are_revisions() -> None:
    later = "<RescheduledDeliveryDate>20260305</RescheduledDeliveryDate>"
    first = "<ScheduledDeliveryDate>20260304</ScheduledDeliveryDate>"

    told = envelopes(UPS, document(xml_activity("I", "OR"), package=later, shipment=first))[1:]

    assert [each["data"]["to"] for each in told] == ["2026-03-04", "2026-03-05"]


def push(headers: dict[str, str]) -> WebhookRequest:
    secrets = {"one": "first", "two": "second"}
    return WebhookRequest(
        method="POST",
        path="/",
        headers=headers,
        body=alert().encode(),
        secrets=secrets,
        now_ms=1_770_000_000_000,
    )


def test_the_credential_of_the_subscription_names_the_account_and_proves_no_body() -> None:
    verified = UPS.verify(push({"credential": "second"}))

    assert (verified.account, verified.trust) == ("two", "bearer")


@pytest.mark.parametrize(
    "headers", [{}, {"credential": ""}, {"credential": "third"}, {"authorization": "first"}]
)
def test_a_wrong_credential_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        UPS.verify(push(headers))


@pytest.mark.parametrize("members", [{"activityStatus": 1}, {"trackingNumber": " "}])
def test_a_message_without_number_or_status_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        UPS.parse(alert(**members).encode())


def test_freight_has_its_activities_without_packages() -> None:
    told = envelopes(
        UPS,
        "<TrackResponse><Shipment><InquiryNumber><Value>123456782</Value></InquiryNumber>"
        + xml_activity("D", "012")
        + "</Shipment></TrackResponse>",
    )

    assert [(each["shipment"], each["data"]["milestone"]) for each in told] == [
        ("ups:123456782", "delivered")
    ]
