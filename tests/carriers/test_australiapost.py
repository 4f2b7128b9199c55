"""Australia Post: events without codes, nested in articles, items and consignments."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.australiapost import AustraliaPost
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def article(number: str, *events: Json, **others: Any) -> Json:
    return {"article_id": number, "events": list(events), "status": "Delivered"} | others


def happened(at: str, wording: str = "Wording", where: str = "KEW VIC") -> Json:
    return {"location": where, "description": wording, "date": at}


def results(number: str, *items: Json, **others: Any) -> str:
    return json.dumps(
        {"tracking_results": [{"tracking_id": number, "trackable_items": list(items)} | others]}
    )


FIRST, SECOND = happened("2026-01-21T11:04:27+11:00", "Delivered"), happened("2026-01-20T08:34:14+11:00")


def test_an_event_without_a_code_is_unknown_whatever_its_wording_says() -> None:
    found = envelopes(AustraliaPost(), results("AA1", article("AA1", FIRST, SECOND)))

    assert [line(each) for each in found] == [
        ("2026-01-21T00:04:27", "2026-01-21T11:04:27", "exact", None, ("unknown",)),
        ("2026-01-19T21:34:14", "2026-01-20T08:34:14", "exact", None, ("unknown",)),
    ]
    assert [each["raw"]["text"] for each in found] == ["Delivered", "Wording"]


def test_events_of_items_nested_in_a_consignment_are_those_of_its_pieces() -> None:
    consignment = {"consignment_id": "C1", "items": [article("A1", FIRST), article("A2", FIRST, SECOND)]}

    found = envelopes(AustraliaPost(), results("C1", consignment))

    assert {each["shipment"] for each in found} == {"australiapost:C1"}
    assert [each["data"]["piece"] for each in found] == ["A1", "A2", "A2"]


def test_events_told_of_the_article_and_again_of_its_consignment_are_one() -> None:
    both = results("AA1", article("AA1", FIRST, SECOND), consignment=[{"events": [SECOND, FIRST]}])

    assert ids(AustraliaPost(), both) == ids(AustraliaPost(), results("AA1", article("AA1", FIRST, SECOND)))


def test_two_wordings_at_one_time_count_as_one_and_are_told() -> None:
    other = happened(FIRST["date"], "Another wording")

    parsed = AustraliaPost().parse(results("AA1", article("AA1", FIRST, other)).encode())

    assert len(parsed.events) == 1
    assert parsed.warnings == ("2 events at 2026-01-21T11:04:27+11:00 count as one",)


def test_australia_posts_errors_stand_beside_the_results_of_other_numbers() -> None:
    wrong = {"tracking_id": "7XX", "errors": [{"code": "ESB-10001", "name": "Invalid tracking ID"}]}
    right = {"tracking_id": "AA1", "trackable_items": [article("AA1", FIRST)]}

    parsed = AustraliaPost().parse(json.dumps({"tracking_results": [wrong, right]}).encode())

    assert parsed.errors == (CarrierError("ESB-10001", "Invalid tracking ID"),)
    assert len(parsed.events) == 1


def test_order_wording_places_and_deliveries_do_not_change_identity() -> None:
    once = ids(AustraliaPost(), results("AA1", article("AA1", FIRST, SECOND)))
    moved = [each | {"location": "NZ", "description": "Words"} for each in (FIRST, SECOND)]
    halves = [ids(AustraliaPost(), results("AA1", article("AA1", each))) for each in (FIRST, SECOND)]

    assert ids(AustraliaPost(), results("AA1", article("AA1", SECOND, FIRST))) == once
    assert ids(AustraliaPost(), results("AA1", article("AA1", *moved))) == once
    assert sorted(halves[0] + halves[1]) == once


@pytest.mark.parametrize(
    "payload",
    [
        results("", article("AA1", FIRST)),
        results("AA1", article("AA1", events="a text")),
        results("AA1", article("AA1"), consignment=["a stray"]),
    ],
    ids=["no number", "no list of events", "a stray"],
)
def test_what_has_no_number_or_is_no_event_is_told_as_a_defect(payload: str) -> None:
    parsed = AustraliaPost().parse(payload.encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
