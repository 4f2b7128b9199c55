"""DCSA Track & Trace: estimates, retractions, and one id for one event."""

import random

import pytest

from tests.carriers.trade_documents import (
    BOX,
    Json,
    envelope,
    equipment,
    ids,
    of_dcsa,
    scan_id,
    story,
    told_by,
    transport,
    withdrawal,
)


@pytest.mark.parametrize("classifier", ["PLN", "EST"])
def test_a_planned_arrival_is_an_estimate_and_no_scan(classifier: str) -> None:
    (event,) = of_dcsa(transport("ARRI", classifier)).events

    logged = envelope(event)
    assert (logged["type"], logged["occurred_at"]) == ("DeliveryDateRevised", "2026-03-03T00:00:00.000Z")
    estimate = {"kind": "carrier_estimate", "to": "2026-03-20T05:00:00.000Z", "cause": "ARRI NOOSL/SJUR"}
    assert logged["data"] == estimate


@pytest.mark.parametrize(
    "told",
    [
        transport("DEPA", "EST"),
        transport("ARRI", "REQ"),
        equipment("LOAD", eventClassifierCode="PLN"),
        equipment("DROP", eventClassifierCode="EST", emptyIndicatorCode="EMPTY"),
        equipment("DROP", eventClassifierCode="EST", isTransshipmentMove=True),
        equipment("DROP", eventClassifierCode=None),
        equipment("DROP", eventClassifierCode="EST", at="soon"),
    ],
)
def test_other_plans_make_no_event_and_are_told(told: Json) -> None:
    parsed = of_dcsa(told)

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
    assert "neither a fact nor a date of delivery" in parsed.warnings[0]


def test_a_reason_of_delay_announces_it_beside_the_estimate() -> None:
    logged = [envelope(event) for event in of_dcsa(transport("ARRI", "EST", delayReasonCode="WEA")).events]

    assert [each["type"] for each in logged] == ["ScanRecorded", "DeliveryDateRevised"]
    assert logged[0]["data"]["reason"] == "delayed_announced"
    assert "milestone" not in logged[0]["data"]


@pytest.mark.parametrize("target", ["S-1", "E-1", "T-1", "E-2", "E-3"])
@pytest.mark.parametrize("turned", [False, True], ids=["after its target", "before its target"])
def test_a_retraction_leaves_the_shipment_as_if_its_target_had_never_been(target: str, turned: bool) -> None:
    delivered = equipment("DROP", event_id="E-3", at="2026-03-25T08:00:00Z")
    events = [*story(), delivered] if target == "E-3" else story()
    answer = [*events, withdrawal(target)]

    after = told_by(of_dcsa(answer[::-1] if turned else answer))

    assert after == told_by(of_dcsa([told for told in events if told["metadata"]["eventID"] != target]))
    assert after != told_by(of_dcsa(events))


def test_a_retraction_names_every_event_that_its_target_made() -> None:
    both = [{"type": "EQ", "value": BOX}, {"type": "EQ", "value": "ACMU2"}]
    delayed = transport("ARRI", "EST", delayReasonCode="WEA", references=both)

    logged = [envelope(event) for event in of_dcsa([delayed, withdrawal("T-1")]).events]

    made = {each["event_id"] for each in logged if each["type"] != "EventRetracted"}
    assert {each["data"]["retracts"] for each in logged if each["type"] == "EventRetracted"} == made
    assert len(made) == 4


def test_a_retraction_of_an_event_elsewhere_counts_if_it_names_its_shipment() -> None:
    named = {**withdrawal("E-8"), "payload": {"equipmentReference": BOX}}

    alone, told = of_dcsa([withdrawal("E-8")]), of_dcsa([named])

    assert alone.events == ()
    assert alone.warnings == ("retraction of 'E-8': the event is not here, and no shipment is named",)
    assert envelope(told.events[0])["data"] == {"retracts": scan_id(BOX, "E-8")}


def test_the_same_answer_twice_shuffled_or_split_has_the_same_ids() -> None:
    whole = [*story(), *story()[:2]]
    turned = [*whole]
    random.Random(3).shuffle(turned)
    split = [known for told in whole for known in ids(of_dcsa(told))]

    assert sorted(ids(of_dcsa(turned))) == sorted(ids(of_dcsa(whole))) == sorted(set(split))
    assert len(ids(of_dcsa(whole))) == 4
