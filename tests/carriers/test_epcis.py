"""EPCIS: what an event says of a shipment, and of which."""

from typing import Any

import orjson
import pytest

from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.ingest.codebooks.epcis import DECIDING, DISPOSITIONS, PAIRS, STEPS
from tests.carriers.trade_documents import (
    SSCC,
    SSCC_URN,
    Json,
    envelope,
    json_document,
    object_event,
    of_epcis,
    xml_document,
    xml_event,
)

SGTIN_URN = "urn:epc:id:sgtin:0952000.012345.A-1"
DESPATCH = {"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:0952000123459:D77"}
LADING = {"type": "bol", "bizTransaction": "urn:epcglobal:cbv:bt:0952000123459:B9"}
ORDER = {"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0952000123459:P1"}


def meaning(step: str | None, disposition: str | None) -> tuple[Json, bool]:
    """What of `data` says the status, and whether the tables know the codes."""
    told = object_event(bizStep=step, disposition=disposition, readPoint=None)
    (event,) = of_epcis(json_document(told)).events
    return event.members["data"], event.known


def numbers(**members: Any) -> list[str]:
    parsed = of_epcis(json_document(object_event(**members)))
    return [envelope(event)["shipment"] for event in parsed.events]


@pytest.mark.parametrize(
    ("step", "disposition", "data"),
    [
        ("staging_outbound", "in_progress", {"milestone": "info_received", "substatus": "awaiting_handover"}),
        ("shipping", "in_transit", {"milestone": "picked_up"}),
        ("accepting", "in_transit", {"milestone": "picked_up", "substatus": "accepted"}),
        ("departing", "in_transit", {"milestone": "in_transit", "substatus": "hub_departed"}),
        ("arriving", "in_progress", {"milestone": "in_transit", "substatus": "hub_arrived"}),
        ("inspecting", "in_transit", {"milestone": "in_transit", "substatus": "customs_in"}),
        ("holding", None, {"reason": "on_hold"}),
        ("transporting", None, {"milestone": "out_for_delivery"}),
        ("storing", "available", {"milestone": "available_for_pickup"}),
        ("storing", "in_progress", {}),
        ("receiving", "in_progress", {"milestone": "delivered"}),
        ("accepting", "in_progress", {"milestone": "delivered"}),
        ("receiving", "in_transit", {"milestone": "in_transit", "substatus": "hub_arrived"}),
        ("receiving", "damaged", {"milestone": "delivered", "reason": "damaged"}),
        ("shipping", "returned", {"milestone": "returning"}),
        ("receiving", "returned", {"milestone": "returned"}),
        ("stock_taking", "unknown", {"milestone": "lost", "substatus": "carrier_declared"}),
        ("arriving", "unknown", {"milestone": "in_transit", "substatus": "hub_arrived"}),
        ("shipping", "stolen", {"milestone": "lost", "substatus": "carrier_declared"}),
        ("void_shipping", None, {"milestone": "cancelled", "substatus": "voided_before_handover"}),
        (None, "in_transit", {"milestone": "in_transit"}),
        (None, None, {}),
    ],
)
def test_step_and_disposition_mean_what_the_tables_say(
    step: str | None, disposition: str | None, data: Json
) -> None:
    assert meaning(step, disposition) == (data, True)


def test_a_step_of_ones_own_is_unknown_and_an_own_disposition_keeps_the_step() -> None:
    assert meaning("https://example.com/steps/quarantined", "in_progress") == (
        {"milestone": "unknown"},
        False,
    )
    assert meaning("receiving", "https://example.com/disp/wet") == ({"milestone": "delivered"}, False)


def test_the_tables_speak_our_words() -> None:
    milestones, conditions = {each.value for each in Milestone}, {each.value for each in Condition}

    for said in [*STEPS.values(), *DISPOSITIONS.values(), *PAIRS.values()]:
        assert said.milestone is None or said.milestone in milestones
        assert said.substatus is None or said.substatus in SUBSTATUSES[str(said.milestone)]
        assert said.reason is None or said.reason in conditions
    assert {step for step, _ in PAIRS} <= STEPS.keys()
    assert {disposition for _, disposition in PAIRS} | DECIDING <= DISPOSITIONS.keys()


def test_damage_that_lasts_counts_beside_the_disposition() -> None:
    (event,) = of_epcis(json_document(object_event(persistentDisposition={"set": ["damaged"]}))).events

    assert event.members["data"]["reason"] == "damaged"


def test_an_event_is_a_scan_with_time_place_and_codes() -> None:
    (event,) = of_epcis(json_document(object_event())).events

    logged = envelope(event)
    assert (logged["type"], logged["shipment"]) == ("ScanRecorded", f"edi:{SSCC}")
    assert (logged["occurred_at"], logged["occurred_local"]) == (
        "2026-03-02T09:00:00.000Z",
        "2026-03-02T10:00:00.000",
    )
    assert logged["tz_confidence"] == "exact"
    assert logged["raw"]["code"] == "shipping/in_transit"
    assert (logged["raw"]["codelist"], logged["raw"]["codelist_version"]) == ("GS1 CBV", "2.0")
    assert logged["data"]["location"] == {"facility_id": "0952000123459"}


def test_the_wall_clock_is_that_of_the_place_whatever_offset_the_time_is_written_in() -> None:
    told = object_event(eventTime="2026-03-02T09:00:00Z", eventTimeZoneOffset="-06:00")

    (event,) = of_epcis(json_document(told)).events

    assert envelope(event)["occurred_local"] == "2026-03-02T03:00:00.000"


@pytest.mark.parametrize(
    ("written", "warning"),
    [(None, "no eventTime"), ("yesterday", "no time: 'yesterday'")],
    ids=["none", "no time"],
)
def test_an_event_without_a_readable_time_is_undated_and_told(written: str | None, warning: str) -> None:
    parsed = of_epcis(json_document(object_event(eventTime=written)))

    assert envelope(parsed.events[0])["time_precision"] == "none"
    assert any(warning in each for each in parsed.warnings)


def test_a_place_is_described_by_the_master_data_and_a_point_by_itself() -> None:
    attributes = [
        {"id": "cbvmda:city", "attribute": "Oslo"},
        {"id": "urn:epcglobal:cbv:mda#countryCode", "attribute": "NO"},
    ]
    elements = [{"id": "https://id.gs1.org/414/0952000123459", "attributes": attributes}]
    vocabulary = [{"type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": elements}]
    header = {"epcisMasterData": {"vocabularyList": vocabulary}}

    known = of_epcis(json_document(object_event(), epcisHeader=header)).events[0]
    point = of_epcis(json_document(object_event(readPoint={"id": "geo:59.9,10.7"}))).events[0]

    oslo = {"city": "Oslo", "country": "NO", "facility_id": "0952000123459"}
    assert known.members["data"]["location"] == oslo
    assert point.members["data"]["location"] == {"lat": 59.9, "lon": 10.7}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [f"edi:{SSCC}"]),
        # 1 0952000 000000002: 3+0+27+5+6+6 = 47, check digit 3
        ({"epcList": [SSCC_URN, "urn:epc:id:sscc:0952000.1000000002"]},
         [f"edi:{SSCC}", "edi:109520000000000023"]),
        ({"epcList": [SSCC_URN, f"https://id.gs1.org/00/{SSCC}"]}, [f"edi:{SSCC}"]),
        ({"epcList": [SGTIN_URN, SSCC_URN], "bizTransactionList": [DESPATCH]}, [f"edi:{SSCC}"]),
        ({"epcList": ["urn:epc:id:ginc:0952000.G7", SGTIN_URN]}, ["edi:0952000G7"]),
        ({"epcList": ["urn:epc:id:bic:CSQU3054383"]}, ["edi:CSQU3054383"]),
        ({"epcList": [SGTIN_URN], "bizTransactionList": [LADING, DESPATCH]}, ["edi:0952000123459:D77"]),
        ({"epcList": [SGTIN_URN], "bizTransactionList": [LADING]}, ["edi:0952000123459:B9"]),
        ({"epcList": None, "quantityList": [{"epcClass": "urn:epc:class:lgtin:0952000.012345.L1"}],
          "bizTransactionList": [DESPATCH]}, ["edi:0952000123459:D77"]),
        # 0 0952000 12345: 27+5+6+3+2+9+4+15 = 71, check digit 9; dashes are no part of a number
        ({"epcList": [SGTIN_URN], "bizTransactionList": [ORDER]}, ["edi:010095200012345921A1"]),
        ({"type": "AggregationEvent", "epcList": None, "parentID": SSCC_URN, "childEPCs": [SGTIN_URN]},
         [f"edi:{SSCC}"]),
        ({"type": "AggregationEvent", "epcList": None, "parentID": "urn:epc:id:grai:0952000.12345.7",
          "childEPCs": [SGTIN_URN]}, ["edi:8003009520001234597"]),
        ({"type": "TransformationEvent", "epcList": None,
          "inputEPCList": ["urn:epc:id:sgtin:0952000.012345.B"], "outputEPCList": [SGTIN_URN]},
         ["edi:010095200012345921A1"]),
    ],
    ids=["one pallet", "two pallets", "one pallet written twice", "a pallet with its goods", "a consignment",
         "a container", "a despatch advice", "a bill of lading", "a despatch of a quantity", "an item",
         "a pallet and what is on it", "an asset and what is on it", "what was made"],
)  # fmt: skip
def test_the_shipment_is_the_logistic_unit_else_what_stands_for_it(
    members: Json, expected: list[str]
) -> None:
    assert numbers(**members) == expected


@pytest.mark.parametrize(
    "epcs",
    [
        [],
        ["urn:epc:id:gsrn:0952000.0000000001"],
        ["urn:epc:id:sgln:0952000.12345.0"],
        ["https://example.com/things/7"],
        ["urn:epc:id:sscc:0952000.1"],
    ],
    ids=["nothing", "a person", "a place", "an address", "a broken pallet number"],
)
def test_what_is_no_shipment_makes_no_event_and_is_told(epcs: list[str]) -> None:
    parsed = of_epcis(json_document(object_event(epcList=epcs)))

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
    assert "it names no shipment" in parsed.warnings[0]


def test_a_number_that_is_too_long_is_told() -> None:
    parsed = of_epcis(json_document(object_event(epcList=["urn:epc:id:ginc:0952000." + "9" * 70])))

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
    assert "/tracking_number" in parsed.warnings[0]


def test_xml_of_both_versions_is_read() -> None:
    step = "<bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep>"
    inside = f"<epcList><epc>{SSCC_URN}</epc></epcList><action>OBSERVE</action>{step}"

    new = of_epcis(xml_document(xml_event(inside)))
    old = of_epcis(xml_document(f"<extension>{xml_event(inside)}</extension>", version="1.2"))

    assert [envelope(event)["data"]["milestone"] for event in (*new.events, *old.events)] == ["delivered"] * 2


def test_an_answer_to_a_query_a_list_and_a_lone_event_are_read() -> None:
    told = object_event()
    answer = {
        "type": "EPCISQueryDocument",
        "epcisBody": {"queryResults": {"resultsBody": {"eventList": [told]}}},
    }
    whole = json_document(told)

    found = [of_epcis(orjson.dumps(each)).events for each in (told, [told], answer)]

    assert found == [of_epcis(whole).events] * 3
