"""DCSA Track & Trace: what a code says of a container and its journey, and which shipment that is."""

import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.codebooks import dcsa as book
from tests.carriers.trade_documents import (
    BOX,
    PORT,
    Json,
    document,
    envelope,
    equipment,
    ids,
    of_dcsa,
    scan_id,
    transport,
)


def data(told: Json) -> Json:
    (event,) = of_dcsa(told).events
    return {name: value for name, value in envelope(event)["data"].items() if name != "location"}


def numbers(told: Json) -> list[str]:
    return [envelope(event)["shipment"].removeprefix("edi:") for event in of_dcsa(told).events]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (equipment("PICK"), {"milestone": "picked_up", "substatus": "collected"}),
        (equipment("GTOT"), {"milestone": "picked_up"}),
        (equipment("LOAD"), {"milestone": "in_transit"}),
        (equipment("GTIN"), {"milestone": "in_transit", "substatus": "hub_arrived"}),
        (equipment("AVPU"), {"milestone": "available_for_pickup", "substatus": "carrier_facility"}),
        (equipment("DROP"), {"milestone": "delivered"}),
        (equipment("DROP", facilityTypeCode="CLOC"), {"milestone": "delivered"}),
        (equipment("DROP", facilityTypeCode="POTE"), {"milestone": "in_transit", "substatus": "hub_arrived"}),
        (
            equipment("DROP", isTransshipmentMove=True),
            {"milestone": "in_transit", "substatus": "hub_arrived"},
        ),
        (equipment("DROP", emptyIndicatorCode="EMPTY"), {}),
        (
            equipment("PICK", emptyIndicatorCode="EMPTY"),
            {"milestone": "info_received", "substatus": "awaiting_handover"},
        ),
        (equipment("CUSR"), {"milestone": "in_transit", "substatus": "customs_released", "party": "customs"}),
        (equipment("RSEA"), {}),
        (equipment("ZZZZ"), {"milestone": "unknown"}),
        (transport("DEPA"), {"milestone": "in_transit", "substatus": "hub_departed"}),
        (
            transport("ARRI", delayReasonCode="WEA"),
            {"milestone": "in_transit", "substatus": "hub_arrived", "reason": "delayed_announced"},
        ),
        (document("CONF", "BKG"), {"milestone": "info_received"}),
        (document("ISSU", "TRD"), {"milestone": "info_received"}),
        (document("CANC", "BKG"), {"milestone": "cancelled", "substatus": "voided_before_handover"}),
        (document("VOID", "TRD"), {}),
    ],
)
def test_codes_mean_what_the_tables_say(told: Json, expected: Json) -> None:
    assert data(told) == expected


def test_papers_that_are_no_journeys_move_nothing() -> None:
    issued = document("ISSU", "INV", references=[{"type": "EQ", "value": BOX}])
    held = document("HOLD", "CUC", references=[{"type": "EQ", "value": BOX}])

    assert data(issued) == {}
    assert data(held) == {"reason": "customs_hold", "party": "customs"}


def test_the_tables_speak_our_words() -> None:
    tables = [book.EQUIPMENT, book.EMPTY, book.BETWEEN_TERMINALS, book.TRANSPORT, book.DOCUMENTS]
    milestones, conditions = {each.value for each in Milestone}, {each.value for each in Condition}

    for said in [each for table in (*tables, book.BOOKINGS, book.CUSTOMS) for each in table.values()]:
        assert said.milestone is None or said.milestone in milestones
        assert said.substatus is None or said.substatus in SUBSTATUSES[str(said.milestone)]
        assert said.reason is None or said.reason in conditions
    assert book.EMPTY.keys() | book.BETWEEN_TERMINALS.keys() <= book.EQUIPMENT.keys()
    assert book.BOOKINGS.keys() | book.CUSTOMS.keys() <= book.DOCUMENTS.keys()


def test_a_fact_is_a_scan_with_time_place_and_the_publishers_id() -> None:
    parsed = of_dcsa([equipment("DISC", transportCall={"location": PORT})])

    (logged,) = (envelope(event) for event in parsed.events)
    assert (logged["type"], logged["shipment"]) == ("ScanRecorded", f"edi:{BOX}")
    assert (logged["occurred_at"], logged["utc_offset"]) == ("2026-03-02T09:00:00.000Z", "+01:00")
    assert logged["event_id"] == scan_id(BOX, "E-1")
    assert logged["data"]["location"] == {"name": "Oslo Port", "country": "NO", "facility_id": "NOOSL/SJUR"}
    assert {name: logged["raw"][name] for name in ("code", "codelist", "codelist_version")} == {
        "code": "DISC",
        "codelist": "DCSA",
        "codelist_version": "3",
    }


def test_an_event_of_version_two_is_read() -> None:
    told = {
        "eventID": "84",
        "eventType": "EQUIPMENT",
        "eventClassifierCode": "ACT",
        "eventDateTime": "2026-03-02T10:00:00Z",
        "equipmentEventTypeCode": "LOAD",
        "equipmentReference": BOX,
        "emptyIndicatorCode": "LADEN",
        "eventLocation": PORT,
    }

    flat, wrapped = of_dcsa(told), of_dcsa({"events": [told]})

    assert flat == wrapped
    assert ids(flat) == [scan_id(BOX, "84")]
    assert envelope(flat.events[0])["raw"]["codelist_version"] == "2"


def test_a_document_without_a_time_of_its_own_has_that_of_its_message() -> None:
    told = {"eventID": "9", "eventType": "SHIPMENT", "eventCreatedDateTime": "2026-03-01T00:00:00Z"}
    issued = {**told, "eventSubtype": "ISSU", "documentID": "T-5", "shipmentInformationType": "TRD"}

    (event,) = of_dcsa(issued).events

    logged = envelope(event)
    assert (logged["shipment"], logged["raw"]["code"]) == ("edi:T5", "ISSU/TRD")
    assert logged["occurred_at"] == "2026-03-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (equipment("LOAD", references=[{"type": "EQ", "value": "ACMU7654321"}]), [BOX]),
        (transport("DEPA"), [BOX]),
        (
            transport(
                "DEPA", references=[{"referenceType": "EQ", "referenceValue": n} for n in (BOX, "ACMU2")]
            ),
            [BOX, "ACMU2"],
        ),
        (
            transport(
                "DEPA",
                references=[],
                relatedDocumentReferences=[{"type": "BKG", "value": "B1"}, {"type": "TRD", "value": "T1"}],
            ),
            ["T1"],
        ),
        (document("CONF", "BKG"), ["DOC7"]),
        (document("RECE", "VGM", relatedDocumentReferences=[{"type": "BKG", "value": "B1"}]), ["B1"]),
    ],
    ids=[
        "the container",
        "its reference",
        "two containers",
        "the transport document",
        "a booking",
        "a related one",
    ],
)
def test_the_shipment_is_the_container_else_the_journeys_document(told: Json, expected: list[str]) -> None:
    assert numbers(told) == expected


def test_an_event_without_any_reference_is_told() -> None:
    parsed = of_dcsa([transport("DEPA", references=[])])

    assert parsed.events == ()
    assert parsed.warnings == (
        "event 'T-1' (DEPA) names no container, transport document or booking and is left out",
    )
