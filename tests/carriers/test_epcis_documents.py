"""EPCIS: real documents, answers that hold no events, and hostile ones."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.carrier import InvalidPayload, ParsedPayload
from tests.carriers.trade_documents import (
    SSCC_URN,
    ids,
    json_document,
    object_event,
    of_epcis,
    shared_documents,
    told_by,
    xml_document,
    xml_event,
)

# a member stands twice in this one of GS1's examples: it is no JSON that two readers read alike
BROKEN = "epcis_gs1/JSON/AssociationEvent/AssociationEvent-h.jsonld"


def real(shared: Path) -> Iterator[tuple[str, bytes]]:
    for name, payload in shared_documents(shared).items():
        if name.startswith("epcis_") and name.endswith((".json", ".jsonld", ".xml")):
            yield name, payload


def test_every_real_document_gives_events_or_says_why_not(shared_data: Path) -> None:
    read = {name: of_epcis(payload) for name, payload in real(shared_data) if name != BROKEN}

    assert len(read) == 204
    assert [name for name, each in read.items() if not (each.events or each.warnings or each.errors)] == []
    assert sum(bool(each.events) for each in read.values()) == 184
    assert all(told_by(each) for each in read.values() if each.events)


def test_a_real_document_with_a_member_twice_is_refused_by_name(shared_data: Path) -> None:
    with pytest.raises(InvalidPayload, match="/epcisBody/eventList/0/eventID: duplicate key"):
        of_epcis(shared_documents(shared_data)[BROKEN])


def test_real_documents_that_exist_in_xml_and_json_tell_the_same_facts(shared_data: Path) -> None:
    documents = dict(real(shared_data))
    pairs = {
        name: other
        for name in documents
        if name.startswith("epcis_openepcis_valid/2.0/EPCIS/JSON/")
        and (other := name.replace("/JSON/", "/XML/").replace(".json", ".xml")) in documents
    }

    differing = [name for name, other in pairs.items() if facts(documents[name]) != facts(documents[other])]

    assert (len(pairs), differing) == (50, [])


def facts(payload: bytes) -> list[str]:
    """Ids of scans and targets of retractions: three documents date their declarations an hour apart."""
    parsed = of_epcis(payload)
    known = zip(ids(parsed), (event.members["data"] for event in parsed.events), strict=True)
    return sorted(data.get("retracts", identifier) for identifier, data in known)


def test_real_declarations_of_error_leave_no_trace_of_what_they_withdraw(shared_data: Path) -> None:
    name = "ObjectEvent_with_baseExtension_errorDeclaration.xml"
    (payload,) = (each for path, each in real(shared_data) if path.endswith(name))

    parsed = of_epcis(payload)

    # shipped, declared wrong, shipped under another order: three items each
    kinds = [event.members["type"] for event in parsed.events]
    assert kinds == ["ScanRecorded"] * 3 + ["EventRetracted"] * 3 + ["ScanRecorded"] * 3
    assert told_by(parsed) == told_by(ParsedPayload(parsed.events[6:]))


@pytest.mark.parametrize(
    ("payload", "code", "detail"),
    [
        (
            b'{"type":"epcisException:NoSuchNameException","title":"No such query","status":404}',
            "NoSuchNameException",
            "No such query",
        ),
        (
            b"<q:EPCISQueryDocument><EPCISBody><q:QueryTooLargeException><reason>too many</reason>"
            b"</q:QueryTooLargeException></EPCISBody></q:EPCISQueryDocument>",
            "QueryTooLargeException",
            "too many",
        ),
        (
            b'<e:EPCISCaptureJob success="false"><errors><error><type>bad</type><title>no</title></error>'
            b"</errors></e:EPCISCaptureJob>",
            "bad",
            "no",
        ),
    ],
    ids=["a problem", "an exception", "a failed capture"],
)
def test_an_error_answer_makes_no_event(payload: bytes, code: str, detail: str) -> None:
    parsed = of_epcis(payload)

    assert parsed.events == ()
    assert [(error.code, error.detail) for error in parsed.errors] == [(code, detail)]


@pytest.mark.parametrize(
    "payload",
    [
        b'{"type":"EPCISDocument","epcisBody":{"eventList":[]}}',
        b'{"@context":"https://ref.gs1.org/standards/epcis/query-schema.json","EQ_action":["ADD"]}',
        b"<m:EPCISMasterDataDocument><EPCISBody/></m:EPCISMasterDataDocument>",
    ],
)
def test_a_document_without_events_says_so(payload: bytes) -> None:
    assert of_epcis(payload) == ParsedPayload(warnings=("the document holds no events",))


def test_what_is_no_event_beside_one_is_told() -> None:
    in_json = of_epcis(json_document(object_event(), {"type": "PartyEvent"}, 5))
    pallet = xml_event(f"<epcList><epc>{SSCC_URN}</epc></epcList>")
    in_xml = of_epcis(xml_document(pallet, "<PartyEvent/>"))

    assert (len(in_json.events), len(in_xml.events)) == (1, 1)
    assert in_json.warnings == (
        "/epcisBody/eventList/2 is no object and is left out",
        "PartyEvent in eventList is no EPCIS event and is left out",
    )
    assert in_xml.warnings == ("PartyEvent in EventList is no EPCIS event and is left out",)


def test_members_of_a_wrong_type_are_named() -> None:
    parsed = of_epcis(json_document(object_event(bizStep=5, epcList=[SSCC_URN, {"id": 1}])))

    assert len(parsed.events) == 1
    assert [each.partition(": ")[2] for each in parsed.warnings] == [
        "bizStep is not what it should be",
        "epcList is not what it should be",
    ]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"EPCIS",
        b"{}",
        b"[]",
        b'{"type":"Trip"}',
        b"<EPCISDocument>",
        b'<!DOCTYPE a SYSTEM "file:///etc/hosts"><EPCISDocument/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><EPCISDocument/>',
        b'{"type":"EPCISDocument","type":"EPCISDocument"}',
        b"<EPCISDocument>" * 40,
    ],
)
def test_what_cannot_be_read_is_invalid(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        of_epcis(payload)


def test_a_document_type_that_declares_nothing_is_passed_over() -> None:
    pallet = xml_document(xml_event(f"<epcList><epc>{SSCC_URN}</epc></epcList>"))

    assert of_epcis(b'<?xml version="1.0"?>\n<!DOCTYPE project>\n' + pallet) == of_epcis(pallet)


def test_a_great_pallet_list_is_read_in_little_time() -> None:
    pallets = [f"urn:epc:id:sscc:0952000.1{number:09}" for number in range(5_000)]
    declared = {"declarationTime": "2026-03-05T00:00:00Z", "correctiveEventIDs": ["a"]}
    wrong, right = (
        object_event(epcList=pallets, errorDeclaration=declared),
        object_event(epcList=pallets, eventID="a"),
    )

    before = time.process_time()
    parsed = of_epcis(json_document(wrong, right))

    # seconds where the work is in proportion to the events, hours where it is to their square
    assert (len(parsed.events), time.process_time() - before < 30) == (10_000, True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    *(
        "eventTime",
        "eventTimeZoneOffset",
        "eventID",
        "epcList",
        "parentID",
        "bizStep",
        "disposition",
        "action",
    ),
    *("readPoint", "bizLocation", "bizTransactionList", "errorDeclaration", "persistentDisposition"),
    *("extension", "@context", "sensorElementList", "type"),
]
epcs = st.lists(
    st.sampled_from([SSCC_URN, "urn:epc:id:sgtin:..", "https://a/00/", "geo:1,2"]) | anything, max_size=3
)
declarations = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("declarationTime", "reason", "correctiveEventIDs"), anything)
)
hostile_events = st.builds(
    lambda changed, listed, declared: {**object_event(epcList=listed), **declared, **changed},
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=4),
    epcs,
    st.just({}) | st.builds(lambda each: {"errorDeclaration": each}, declarations | anything),
)


@given(
    st.lists(hostile_events | anything, max_size=3),
    st.dictionaries(st.sampled_from(["epcisHeader"]), anything),
)
def test_no_json_raises_anything_but_invalid(events: list[Any], header: dict[str, Any]) -> None:
    try:
        payload = orjson.dumps({"type": "EPCISDocument", **header, "epcisBody": {"eventList": events}})
    except orjson.JSONEncodeError:
        return
    survives(payload)


@given(st.binary(max_size=64), st.integers(0, 10**6), st.integers(1, 40))
def test_no_damaged_xml_raises_anything_but_invalid(put: bytes, at: int, gone: int) -> None:
    inside = (
        f"<epcList><epc>{SSCC_URN}</epc></epcList><bizStep>x</bizStep><readPoint><id>geo:1,2</id></readPoint>"
    )
    whole = xml_document(xml_event(inside))
    cut = at % len(whole)

    survives(whole[:cut] + put + whole[cut + gone :])


def survives(payload: bytes) -> None:
    try:
        parsed = of_epcis(payload)
    except InvalidPayload:
        return
    assert ids(parsed) == ids(of_epcis(payload))
