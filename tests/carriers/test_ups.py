"""UPS: code tables, and answers of the Tracking API."""

import io
import json
import tarfile
from typing import Any

import cramjam
import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import InvalidPayload
from services.ingest.carriers.ups import Ups
from services.ingest.reading.meaning import Meaning
from tests.carriers.shared import FOLDER, Json, needs_shared_data
from tests.carriers.told import envelopes, ids

UPS = Ups()
PARTIES = {"carrier", "sender", "recipient", "customs", "weather", "other"}


def activity(kind: str | None = "I", code: str | None = "AR", **members: Any) -> Json:
    status = {"type": kind, "code": code, "description": "words"} | members.pop("status", {})
    where = {"address": {"city": "Reno", "stateProvince": "NV", "countryCode": "US"}, "slic": "8900"}
    return {"date": "20260302", "time": "071500", "location": where, "status": status} | members


def answer(*activities: Any, number: str = "1ZAA00000000000001", **members: Any) -> str:
    package = {"trackingNumber": number, "activity": list(activities)} | members
    return json.dumps({"trackResponse": {"shipment": [{"package": [package]}]}})


@pytest.mark.parametrize("meaning", sorted({*UPS.codes.values()}, key=str), ids=str)
def test_the_tables_speak_our_words(meaning: Meaning) -> None:
    assert meaning.milestone is None or meaning.milestone in set(Milestone)
    assert meaning.substatus is None or meaning.substatus in SUBSTATUSES[str(meaning.milestone)]
    assert meaning.reason is None or meaning.reason in set(Condition)
    assert (meaning.party in PARTIES) is (meaning.reason is not None)


@pytest.mark.parametrize(
    ("kind", "code", "status", "data", "known"),
    [
        ("M", "DP", None, {"milestone": "info_received", "substatus": "manifest_received"}, True),
        ("I", "DP", "005", {"milestone": "in_transit", "substatus": "hub_departed"}, True),
        ("D", "OD", "072", {"milestone": "out_for_delivery", "substatus": "loaded"}, True),
        ("D", "OT", "021", {"milestone": "out_for_delivery"}, True),
        ("D", "FS", "011", {"milestone": "delivered"}, True),
        ("D", "2Q", "011", {"milestone": "available_for_pickup", "substatus": "pickup_point"}, True),
        ("D", None, None, {"milestone": "unknown"}, False),
        ("D", "QQ", None, {"milestone": "unknown"}, False),
        ("D", "QQ", "011", {"milestone": "delivered"}, False),
        ("X", "QQ", "013", {"milestone": "unknown"}, False),
        ("X", "KB", "013", {}, True),
        ("U", "UP", "154", {}, True),
        ("X", "OR", "013", {"milestone": "unknown"}, False),
        ("I", "LC", "005", {"milestone": "in_transit"}, True),
    ],
)
def test_a_type_alone_never_says_delivered(
    kind: str, code: str | None, status: str | None, data: Json, known: bool
) -> None:
    (event,) = UPS.parse(answer(activity(kind, code, status={"statusCode": status})).encode()).events

    told = {name: value for name, value in event.members["data"].items() if name != "location"}
    assert (told, event.known) == (data, known)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("LC", Meaning("lost", "carrier_declared", "lost", "carrier")),
        ("AE", Meaning("in_transit", None, "address_issue", "sender")),
        ("KT", Meaning("delivery_attempted", "refused", "refused", "recipient")),
        ("KZ", Meaning("delivery_attempted", "payment_not_ready", "action_required", "recipient")),
        ("6C", Meaning("returning", "unclaimed")),
        ("B0", Meaning("returned", "to_sender")),
        ("HR", Meaning("in_transit", None, "damaged", "carrier")),
        ("DJ", Meaning("in_transit", None, "delayed_announced", "weather")),
        ("T9", Meaning("in_transit", "customs_in", "customs_hold", "other")),
        ("5A", Meaning(None)),
    ],
)
def test_an_exception_names_its_reason_and_who_it_lies_with(code: str, expected: Meaning) -> None:
    assert UPS.codes[f"X/{code}"] == expected


def test_an_answer_gives_a_scan_per_activity_with_what_ups_wrote() -> None:
    twin = {"gmtDate": "20260302", "gmtTime": "15:15:00", "gmtOffset": "-08:00"}

    (told,) = envelopes(UPS, answer(activity("I", "OR", **twin)))

    assert told["shipment"] == "ups:1ZAA00000000000001"
    assert told["occurred_at"] == "2026-03-02T15:15:00.000Z"
    assert (told["occurred_local"], told["tz_confidence"]) == ("2026-03-02T07:15:00.000", "exact")
    assert told["raw"]["code"] == "I/OR"
    assert told["raw"]["time"] == "20260302 071500"
    assert told["data"]["location"] == {
        "city": "Reno",
        "region": "NV",
        "country": "US",
        "facility_id": "8900",
    }


@pytest.mark.parametrize(
    ("members", "utc", "confidence"),
    [
        ({"gmtDate": "20260301", "gmtTime": "15:15:00"}, "2026-03-02T15:15:00.000Z", "exact"),
        ({"gmtDate": "20260302", "gmtTime": "151500"}, "2026-03-02T15:15:00.000Z", "exact"),
        ({"gmtOffset": "-07:00"}, "2026-03-02T14:15:00.000Z", "exact"),
        ({}, "2026-03-02T15:15:00.000Z", "location_inferred"),
        ({"location": {}}, None, "unknown"),
    ],
    ids=["a twin that forgot to roll its date", "a twin without offset", "an offset", "a place", "nothing"],
)
def test_a_time_is_proved_by_its_twin_or_its_place(members: Json, utc: str | None, confidence: str) -> None:
    (told,) = envelopes(UPS, answer(activity(**members)))

    assert (told.get("occurred_at"), told["tz_confidence"]) == (utc, confidence)


def test_several_packages_are_several_shipments() -> None:
    packages = [{"trackingNumber": f"1ZAA0000000000000{n}", "activity": [activity()]} for n in (1, 2)]
    payload = json.dumps({"trackResponse": {"shipment": [{"package": packages}]}})

    assert [each["shipment"] for each in envelopes(UPS, payload)] == [
        "ups:1ZAA00000000000001",
        "ups:1ZAA00000000000002",
    ]


@pytest.mark.parametrize(
    ("codes", "signed"),
    [(("I/OT", "D/KM"), 1), (("D/KM", "X/5A"), 0), (("D/KM", "D/FS"), 1), (("I/OT", "I/AR"), None)],
    ids=["the last", "before a claim", "twice delivered", "not delivered"],
)
def test_a_signature_is_proof_of_the_newest_delivery_only(codes: tuple[str, ...], signed: int | None) -> None:
    told = [activity(*code.split("/"), time=f"0{hour}0000") for hour, code in enumerate(codes)]
    delivery = {"receivedBy": "POE", "location": "DOCK"}

    found = envelopes(UPS, answer(*told, deliveryInformation=delivery))

    proof = {"signed_by": "POE", "left_at": "DOCK"}
    assert [each["data"].get("proof") for each in found] == [
        proof if number == signed else None for number in range(len(codes))
    ]


def test_another_scan_of_the_second_of_a_delivery_proves_nothing() -> None:
    told = answer(activity("D", "KM"), activity("X", "5A"), deliveryInformation={"receivedBy": "POE"})

    assert [each["data"].get("proof") for each in envelopes(UPS, told)] == [{"signed_by": "POE"}, None]


def test_scheduled_and_rescheduled_dates_are_revisions_dated_by_the_newest_scan() -> None:
    dates = [{"type": kind, "date": f"2026030{n}"} for kind, n in (("SDD", 4), ("RDD", 6), ("DEL", 6))]

    told = envelopes(UPS, answer(activity(), activity(time="060000"), deliveryDate=dates))[2:]

    assert [(each["data"], each["occurred_local"]) for each in told] == [
        ({"kind": "carrier_promised", "to": "2026-03-04"}, "2026-03-02T07:15:00.000"),
        ({"kind": "carrier_estimate", "to": "2026-03-06"}, "2026-03-02T07:15:00.000"),
    ]


def test_the_same_facts_told_otherwise_are_the_same_events() -> None:
    first, second, third = activity("M", "MP", time="050000"), activity(), activity("D", "KM", time="090000")
    moved = activity(location={"address": {"city": "Sparks", "countryCode": "US"}, "slic": "8900"})
    reworded = activity("D", "KM", time="090000", status={"description": "Zugestellt", "statusCode": "011"})

    whole = ids(UPS, answer(first, second, third))

    assert len(set(whole)) == 3
    assert ids(UPS, answer(reworded, first, moved)) == whole
    assert sorted(ids(UPS, answer(first)) + ids(UPS, answer(third, second, second))) == whole


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b'{"response":{"errors":[{"code":"TV9","message":"no"}]}}', ("TV9", "no")),
        (b'{"trackResponse":{"shipment":[{"warnings":[{"code":"TW1","message":"no"}]}]}}', ("TW1", "no")),
        (
            b"<TrackResponse><Response><Error><ErrorCode>15</ErrorCode><ErrorDescription>no"
            b"</ErrorDescription></Error></Response></TrackResponse>",
            ("15", "no"),
        ),
    ],
    ids=["error", "not found", "xml"],
)
def test_an_error_answer_makes_no_event(payload: bytes, error: tuple[str, str]) -> None:
    parsed = UPS.parse(payload)

    assert parsed.events == ()
    assert [(each.code, each.detail) for each in parsed.errors] == [error]


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"[]", b"null", b'{"trackResponse":7}', b"<a/>", b"<a", b"<!DOCTYPE a><a/>"],
)
def test_what_holds_nothing_of_ups_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        UPS.parse(payload)


def test_what_cannot_be_read_beside_the_rest_is_told() -> None:
    parsed = UPS.parse(answer(activity(), 7, activity("I", "DP", date="soon")).encode())

    assert [event.members["raw"]["code"] for event in parsed.events] == ["I/AR", "I/DP"]
    assert parsed.warnings == ("/activity/1 is no object and is left out", "no time: 'soon 071500'")


@needs_shared_data
def test_every_code_that_ups_publishes_with_a_meaning_is_in_the_tables() -> None:
    packed = (FOLDER / "shared-codebooks-and-couriers.tar.zst").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(bytes(cramjam.zstd.decompress(packed)))) as archive:
        book = json.load(archive.extractfile("codebooks/ups_tracking_codes.json"))  # type: ignore[arg-type]
    # types of Mail Innovations events overwrote some texts; they are no meaning
    lost = {"IC", "VT", "H6", "A4", "INFORMATION SOURCE TYPE CODE", "Customer Facing Text Description"}

    published = {code for code, text in book["Tracking-package-exceptions"].items() if text not in lost}

    known = {name.removeprefix("status ").rpartition("/")[2] for name in UPS.codes} | {"D", "X"}
    assert published - known == set()
    assert {f"status {code}" for code in book["Tracking-status-description-codes"]} <= UPS.codes.keys()
