"""USPS: code table, its two APIs."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.carrier import InvalidPayload, SignatureInvalid, WebhookRequest
from services.ingest.carriers.usps import Usps
from services.ingest.reading.meaning import Meaning
from tests.carriers.shared import Json
from tests.carriers.told import envelopes, ids, line

USPS = Usps()
PARTIES = {"carrier", "sender", "recipient", "customs", "weather", "other"}


def event(code: str | None = "07", at: str = "2026-03-02T07:15:00", **members: Any) -> Json:
    where = {"eventCity": "RENO", "eventState": "NV", "eventZIP": "89501", "eventCountry": None}
    return {"eventType": "words", "eventTimestamp": at, "eventCode": code} | where | members


def piece(*events: Any, number: str = "9400100000000000000001", **members: Any) -> Json:
    return {"trackingNumber": number, "trackingEvents": list(events)} | members


def answer(*events: Any, **members: Any) -> str:
    return json.dumps(piece(*events, **members))


def xml(*events: str, inside: str = "") -> str:
    told = "".join(events)
    return f'<TrackResponse><TrackInfo ID="9400100000000000000001">{inside}{told}</TrackInfo></TrackResponse>'


def xml_event(code: str, date: str, time: str = "", *, name: str = "TrackDetail", more: str = "") -> str:
    return (
        f"<{name}><EventTime>{time}</EventTime><EventDate>{date}</EventDate><Event>words</Event>"
        "<EventCity>RENO</EventCity><EventState>NV</EventState><EventZIPCode>89501</EventZIPCode>"
        f"<EventCountry/><EventCode>{code}</EventCode>{more}</{name}>"
    )


@pytest.mark.parametrize("meaning", sorted({*USPS.codes.values()}, key=str), ids=str)
def test_the_table_speaks_our_words(meaning: Meaning) -> None:
    assert meaning.milestone is None or meaning.milestone in set(Milestone)
    assert meaning.substatus is None or meaning.substatus in SUBSTATUSES[str(meaning.milestone)]
    assert meaning.reason is None or meaning.reason in set(Condition)
    assert (meaning.party in PARTIES) is (meaning.reason is not None)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("GX", ("info_received", "label_created")),
        ("MA", ("info_received", "manifest_received")),
        ("03", ("picked_up", "accepted")),
        ("07", ("in_transit", "local_facility")),
        ("08", ("in_transit", "misrouted", "carrier")),
        ("OF", ("out_for_delivery",)),
        ("01", ("delivered",)),
        ("04", ("delivery_attempted", "refused", "refused", "recipient")),
        ("30", ("delivery_attempted", "no_access")),
        ("16", ("available_for_pickup", "carrier_facility")),
        ("09", ("returning", "undeliverable")),
        ("27", ("returning", "unclaimed")),
        ("DX", ()),
        ("QQ", ("unknown",)),
        (None, ("unknown",)),
    ],
)
def test_codes_mean_what_the_table_says(code: str | None, meaning: tuple[str, ...]) -> None:
    (told,) = envelopes(USPS, answer(event(code)))

    assert (line(told)[3], line(told)[4]) == (code, meaning)
    assert USPS.parse(answer(event(code)).encode()).events[0].known is (meaning != ("unknown",))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"GMTTimestamp": "2026-03-02T15:15:40Z", "GMTOffset": "-08:00"}, ("2026-03-02T15:15:00", "exact")),
        ({"GMTTimestamp": "2026-03-01T15:15:40Z", "GMTOffset": "-8:00"}, ("2026-03-02T15:15:00", "exact")),
        ({"GMTTimestamp": "2026-03-02T15:15:40Z"}, ("2026-03-02T15:15:00", "exact")),
        (
            {"GMTTimestamp": "2026-03-02T11:00:00Z", "GMTOffset": "-08:00"},
            ("2026-03-02T15:15:00", "location_inferred"),
        ),
        ({}, ("2026-03-02T15:15:00", "location_inferred")),
        ({"eventTimestamp": "2026-03-02T07:15:00Z"}, ("2026-03-02T15:15:00", "location_inferred")),
        ({"eventState": None, "eventZIP": None}, ("", "unknown")),
    ],
    ids=[
        "a twin",
        "a twin that forgot to roll its date",
        "a twin without offset",
        "a twin that contradicts its offset",
        "a place",
        "a Z that is none",
        "a city without a state",
    ],
)
def test_a_local_time_is_proved_by_twin_and_offset_or_by_its_place(
    members: Json, expected: tuple[str, str]
) -> None:
    (told,) = envelopes(USPS, answer(event(**members)))

    assert (line(told)[0], line(told)[2]) == expected
    assert line(told)[1] == "2026-03-02T07:15:00"


def test_an_answer_gives_a_scan_per_event_and_pieces_in_a_list_are_shipments() -> None:
    pieces = [piece(event("03")), piece(event("OF"), number="9400100000000000000002")]

    told = envelopes(USPS, json.dumps(pieces))

    assert [(each["shipment"], each["raw"]["code"]) for each in told] == [
        ("usps:9400100000000000000001", "03"),
        ("usps:9400100000000000000002", "OF"),
    ]
    assert told[0]["data"]["location"] == {
        "city": "RENO",
        "region": "NV",
        "postal_code": "89501",
        "country": "US",
    }


def test_the_same_facts_told_otherwise_are_the_same_events() -> None:
    first, second, third = event("GX", "2026-03-01T07:15:00"), event(), event("01", "2026-03-02T13:00:00")
    moved = event(eventCity="SPARKS", eventType="Angekommen")
    whole = ids(USPS, answer(first, second, third))

    assert len(set(whole)) == 3
    assert ids(USPS, answer(third, first, moved, second)) == whole
    assert sorted(ids(USPS, answer(first)) + ids(USPS, answer(third, second))) == whole


def test_dates_of_delivery_are_revisions_dated_by_the_newest_scan() -> None:
    dates = {"expectedDeliveryTimeStamp": "2026-03-04T20:00:00Z", "guaranteedDeliveryTimeStamp": "2026-03-05"}

    told = envelopes(USPS, answer(event("03", "2026-03-01T07:15:00"), event(), **dates))[2:]

    assert [(each["data"], each["occurred_local"]) for each in told] == [
        ({"kind": "carrier_promised", "to": "2026-03-05"}, "2026-03-02T07:15:00.000"),
        ({"kind": "carrier_estimate", "to": "2026-03-04"}, "2026-03-02T07:15:00.000"),
    ]


def test_xml_gives_the_summary_and_the_details_in_local_times_and_dates() -> None:
    newest = xml_event("01", "March 2, 2026", "1:15 pm", name="TrackSummary", more="<Name>J POE</Name>")
    oldest = xml_event("MA", "March 1, 2026")
    expected = "<ExpectedDeliveryDate>March 3, 2026</ExpectedDeliveryDate>"

    told = envelopes(USPS, xml(newest, oldest, inside=expected))

    assert [line(each) for each in told] == [
        ("2026-03-02T21:15:00", "2026-03-02T13:15:00", "location_inferred", "01", ("delivered",)),
        ("", "2026-03-01", "unknown", "MA", ("info_received", "manifest_received")),
        ("", "2026-03-02T13:15:00", "unknown", None, ()),
    ]
    assert told[0]["data"]["proof"] == {"signed_by": "J POE"}
    assert told[2]["data"] == {"kind": "carrier_estimate", "to": "2026-03-03"}


@pytest.mark.parametrize(
    ("attribute", "meaning"),
    [("01", ("delivered", "mailbox")), ("41", ("returned", "to_sender")), ("99", ("delivered",))],
)
def test_an_attribute_says_to_where_a_piece_was_delivered(attribute: str, meaning: tuple[str, ...]) -> None:
    more = f"<DeliveryAttributeCode>{attribute}</DeliveryAttributeCode>"

    (told,) = envelopes(USPS, xml(xml_event("01", "March 2, 2026", more=more)))

    assert line(told)[4] == meaning


def test_a_sentence_without_fields_is_told_and_no_scan() -> None:
    parsed = USPS.parse(xml("<TrackSummary>It was delivered, J POE signed.</TrackSummary>").encode())

    assert (parsed.events, parsed.warnings) == ((), ("a TrackSummary without fields is left out",))


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ('{"error":{"code":"404","message":"no"}}', ("404", "no")),
        ('{"error":"invalid_client","error_description":"no"}', ("invalid_client", "no")),
        ("<Error><Number>80</Number><Description>no</Description></Error>", ("80", "no")),
        (xml("<Error><Number>-2</Number><Description>no</Description></Error>"), ("-2", "no")),
    ],
    ids=["error", "gateway", "xml", "xml of a piece"],
)
def test_an_error_answer_makes_no_event(payload: str, error: tuple[str, str]) -> None:
    parsed = USPS.parse(payload.encode())

    assert parsed.events == ()
    assert [(each.code, each.detail) for each in parsed.errors] == [error]


@pytest.mark.parametrize("payload", [b"", b"[]", b"7", b"{}", b"[[]]", b"<a/>", b"<a"])
def test_what_holds_nothing_of_usps_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        USPS.parse(payload)


def test_what_cannot_be_read_beside_the_rest_is_told() -> None:
    parsed = USPS.parse(answer(event(), "x", event("OF", at="soon")).encode())

    assert [each.members["raw"]["code"] for each in parsed.events] == ["07", "OF"]
    assert parsed.warnings == ("/trackingEvents/1 is no object and is left out", "no time: 'soon'")


@pytest.mark.parametrize(("secret", "passes"), [("first", True), ("other", False)])
def test_a_push_is_signed_by_the_plain_hmac_of_its_body(secret: str, passes: bool) -> None:
    headers = {"x-shiplog-signature": hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()}
    request = WebhookRequest(
        method="POST", path="/", headers=headers, body=b"{}", secrets={"one": "first"}, now_ms=0
    )

    if passes:
        assert USPS.verify(request).account == "one"
    else:
        with pytest.raises(SignatureInvalid):
            USPS.verify(request)
