"""FedEx: code tables, its two APIs, the signature of its push."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.domain.view import view
from services.ingest.carrier import InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.fedex import FedEx
from services.ingest.reading.meaning import Meaning
from tests.builders import replay
from tests.carriers.shared import Json
from tests.carriers.told import envelopes, ids, line

FEDEX = FedEx()
PARTIES = {"carrier", "sender", "recipient", "customs", "weather", "other"}


def event(kind: str | None = "AR", at: str = "2026-03-02T07:15:00-08:00", **members: Any) -> Json:
    where = {"city": "RENO", "stateOrProvinceCode": "NV", "countryCode": "US"}
    told = {"date": at, "eventType": kind, "eventDescription": "words", "scanLocation": where}
    return told | {"locationId": "RNOA", "exceptionCode": ""} | members


def result(*events: Any, number: str = "770000000001", **members: Any) -> Json:
    return {"trackingNumberInfo": {"trackingNumber": number}, "scanEvents": list(events)} | members


def answer(*results: Json) -> str:
    complete = [{"trackingNumber": "770000000001", "trackResults": list(results)}]
    return json.dumps({"output": {"completeTrackResults": complete}})


def soap(*events: str, inside: str = "", note: str = "SUCCESS") -> str:
    return (
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="urn:e"><SOAP-ENV:Body><TrackReply xmlns="urn:t"><TrackDetails>'
        f"<Notification><Severity>{note}</Severity><Code>9040</Code><Message>no</Message></Notification>"
        f"<TrackingNumber>770000000001</TrackingNumber>{inside}{''.join(events)}"
        "</TrackDetails></TrackReply></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def soap_event(kind: str, at: str, *, exception: str = "", place: str = "") -> str:
    code = f"<StatusExceptionCode>{exception}</StatusExceptionCode>" if exception else ""
    return (
        f"<Events><Timestamp>{at}</Timestamp><EventType>{kind}</EventType>{code}"
        f"<ArrivalLocation>{place}</ArrivalLocation></Events>"
    )


@pytest.mark.parametrize("meaning", sorted({*FEDEX.codes.values()}, key=str), ids=str)
def test_the_tables_speak_our_words(meaning: Meaning) -> None:
    assert meaning.milestone is None or meaning.milestone in set(Milestone)
    assert meaning.substatus is None or meaning.substatus in SUBSTATUSES[str(meaning.milestone)]
    assert meaning.reason is None or meaning.reason in set(Condition)
    assert (meaning.party in PARTIES) is (meaning.reason is not None)


@pytest.mark.parametrize(
    ("kind", "members", "meaning", "known"),
    [
        ("OC", {}, ("info_received", "label_created"), True),
        ("AR", {}, ("in_transit", "hub_arrived"), True),
        ("AR", {"locationType": "DESTINATION_FEDEX_FACILITY"}, ("in_transit", "local_facility"), True),
        ("IT", {"exceptionCode": "67"}, ("in_transit", "handed_to_partner"), True),
        ("PU", {"exceptionCode": "A25"}, ("picked_up", "collected"), True),
        ("IP", {"exceptionCode": "084"}, ("picked_up", "dropped_off"), True),
        ("DL", {"exceptionCode": "02"}, ("delivered", "safe_place"), True),
        ("DL", {"exceptionCode": "16"}, ("delivered", "cod_collected"), True),
        ("DE", {}, ("delivery_attempted",), True),
        ("DE", {"exceptionCode": "08"}, ("delivery_attempted", "recipient_absent"), True),
        ("DE", {"exceptionCode": "007"}, ("delivery_attempted", "recipient_absent"), True),
        ("DE", {"exceptionCode": "07"}, ("delivery_attempted", "refused", "refused", "recipient"), True),
        ("DE", {"exceptionCode": "42"}, ("in_transit", "delayed_announced", "recipient"), True),
        ("DE", {"exceptionCode": "Q1"}, ("delivery_attempted",), False),
        ("SE", {}, ("in_transit", "on_hold", "carrier"), True),
        ("CD", {"exceptionCode": "R0142"}, ("in_transit", "customs_in", "customs_hold", "sender"), True),
        ("RR", {"exceptionCode": "A12"}, (), True),
        ("RS", {}, ("returning",), True),
        ("QQ", {}, ("unknown",), False),
        ("QQ", {"derivedStatusCode": "IT"}, ("in_transit",), False),
        (None, {}, ("unknown",), False),
    ],
    ids=str,
)
def test_a_type_and_the_codes_beside_it_mean_one_thing(
    kind: str | None, members: Json, meaning: tuple[str, ...], known: bool
) -> None:
    payload = answer(result(event(kind, **members)))

    (told,) = envelopes(FEDEX, payload)

    assert line(told)[4] == meaning
    assert FEDEX.parse(payload.encode()).events[0].known is known


@pytest.mark.parametrize(
    ("delay", "reason"),
    [
        ({"type": "WEATHER", "status": "DELAYED"}, ("delayed_announced", "weather")),
        ({"type": "CLEARANCE", "status": "DELAYED"}, ("customs_hold", "customs")),
        ({"type": "WEATHER", "status": "ON_TIME"}, ()),
    ],
    ids=str,
)
def test_a_delay_is_a_reason_while_it_lasts(delay: Json, reason: tuple[str, ...]) -> None:
    (told,) = envelopes(FEDEX, answer(result(event("IT", delayDetail=delay))))

    assert line(told)[4] == ("in_transit", *reason)


def test_an_answer_gives_a_scan_per_event_with_what_fedex_wrote() -> None:
    (told,) = envelopes(FEDEX, answer(result(event("DP"), number="7700 0000 0002")))

    assert told["shipment"] == "fedex:770000000002"
    assert line(told)[:4] == ("2026-03-02T15:15:00", "2026-03-02T07:15:00", "exact", "DP")
    assert told["raw"]["time"] == "2026-03-02T07:15:00-08:00"
    assert told["data"]["location"]["facility_id"] == "RNOA"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-02T07:15:00", ("2026-03-02T15:15:00", "2026-03-02T07:15:00", "location_inferred")),
        ("3/2/2026 7:15:00 PM", ("2026-03-03T03:15:00", "2026-03-02T19:15:00", "location_inferred")),
        ("2026-03-02", ("", "2026-03-02", "unknown")),
        ("yesterday", ("", "", "unknown")),
    ],
)
def test_a_time_without_offset_is_that_of_its_place(at: str, expected: tuple[str, ...]) -> None:
    (told,) = envelopes(FEDEX, answer(result(event(at=at))))

    assert line(told)[:3] == expected


def test_two_exceptions_of_one_second_stay_two_and_one_told_twice_is_one() -> None:
    first, second = event("CD", exceptionCode="R0055"), event("CD", exceptionCode="R0142")

    told = envelopes(FEDEX, answer(result(first, second, first)))

    assert [each["data"]["party"] for each in told] == ["recipient", "sender"]


def test_the_same_facts_told_otherwise_are_the_same_events() -> None:
    first, second, third = event("PU", "2026-03-01T07:15:00-08:00"), event(), event("DE", exceptionCode="08")
    moved = event(scanLocation={"city": "SPARKS", "countryCode": "US"}, eventDescription="Angekommen")
    whole = ids(FEDEX, answer(result(first, second, third)))

    assert len(set(whole)) == 3
    assert ids(FEDEX, answer(result(third, moved, first))) == whole
    assert sorted(ids(FEDEX, answer(result(first))) + ids(FEDEX, answer(result(third, second)))) == whole


def test_a_number_used_again_is_a_second_use_and_not_one_history() -> None:
    old = [event("PU", "2024-01-05T10:00:00-05:00"), event("DL", "2024-01-07T12:00:00-05:00")]
    new = [event("PU", "2025-05-06T10:00:00-05:00"), event("AR", "2025-05-07T10:00:00-05:00")]

    for results in ([result(*old), result(*new)], [result(*new), result(*old)]):
        logged = [
            each | {"recorded_at": "2026-01-01T00:00:00.000Z"} for each in envelopes(FEDEX, answer(*results))
        ]

        seen = view(replay(logged))
        assert (seen["use_no"], seen["milestone"]) == (2, "in_transit")


def test_a_result_with_an_error_beside_one_without_gives_both() -> None:
    lost = result(number="770000000009", error={"code": "NOTFOUND", "message": "no"})

    parsed = FEDEX.parse(answer(result(event()), lost).encode())

    assert [each.members["tracking_number"] for each in parsed.events] == ["770000000001"]
    assert [(each.code, each.detail) for each in parsed.errors] == [("NOTFOUND", "no")]


def test_dates_of_delivery_are_revisions_dated_by_the_newest_scan() -> None:
    dates = [
        {"type": "COMMITMENT", "dateTime": "2026-03-04T00:00:00-08:00"},
        {"type": "ESTIMATED_DELIVERY", "dateTime": "2026-03-05T10:30:00-08:00"},
        {"type": "SHIP", "dateTime": "2026-03-01T00:00:00-08:00"},
    ]

    told = envelopes(FEDEX, answer(result(event(), dateAndTimes=dates)))[1:]

    assert [(each["data"], each["occurred_at"]) for each in told] == [
        ({"kind": "carrier_promised", "to": "2026-03-04"}, "2026-03-02T15:15:00.000Z"),
        ({"kind": "carrier_estimate", "to": "2026-03-05T18:30:00.000Z"}, "2026-03-02T15:15:00.000Z"),
    ]


def test_soap_gives_the_same_scans_with_their_exceptions_and_places() -> None:
    delivered = soap_event("DL", "2026-03-02T09:00:00-08:00", place="DELIVERY_LOCATION")
    arrived = soap_event("AR", "2026-03-02T07:15:00-08:00", place="DESTINATION_FEDEX_FACILITY")
    tried = soap_event("DE", "2026-03-01T07:15:00-08:00", exception="03")
    place = "<DeliveryLocationType>MAILROOM</DeliveryLocationType>"
    signed = f"<DeliverySignatureName>POE</DeliverySignatureName>{place}"

    told = envelopes(FEDEX, soap(delivered, arrived, tried, inside=signed))

    assert [line(each)[0:1] + line(each)[3:] for each in told] == [
        ("2026-03-02T17:00:00", "DL", ("delivered", "reception")),
        ("2026-03-02T15:15:00", "AR", ("in_transit", "local_facility")),
        ("2026-03-01T15:15:00", "DE", ("delivery_attempted", "address_not_found", "address_issue", "sender")),
    ]
    assert [each["data"].get("proof") for each in told] == [{"signed_by": "POE"}, None, None]


@pytest.mark.parametrize(
    "payload",
    ['{"errors":[{"code":"9040","message":"no"}]}', soap(note="ERROR")],
    ids=["rest", "soap"],
)
def test_an_error_answer_makes_no_event(payload: str) -> None:
    parsed = FEDEX.parse(payload.encode())

    assert parsed.events == ()
    assert [(each.code, each.detail) for each in parsed.errors] == [("9040", "no")]


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"7", b'{"output":[]}', b"<a/>", b"<a", b'{"output":{"alerts":1}}']
)
def test_what_holds_nothing_of_fedex_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        FEDEX.parse(payload)


def pushed(signature: str) -> WebhookRequest:
    headers, secrets = {"fdx-signature": signature}, {"one": "first", "two": "second"}
    return WebhookRequest(method="POST", path="/", headers=headers, body=b"{}", secrets=secrets, now_ms=0)


def test_a_signature_names_its_account_in_either_of_its_two_forms() -> None:
    digest = hmac.new(b"second", b"{}", hashlib.sha256).digest()

    for written in (base64.b64encode(digest).decode(), digest.hex()):
        assert FEDEX.verify(pushed(written)).account == "two"


@pytest.mark.parametrize("signature", ["", "first", hmac.new(b"third", b"{}", hashlib.sha256).hexdigest()])
def test_a_wrong_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureInvalid):
        FEDEX.verify(pushed(signature))
