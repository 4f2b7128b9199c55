"""EPCIS: one event is one event, however it is written; a declared error takes it away."""

import random
from typing import Any

import orjson
import pytest

from services.ingest.edi.epcis_keys import key_of
from tests.carriers.trade_documents import (
    SSCC,
    SSCC_URN,
    Json,
    envelope,
    ids,
    json_document,
    object_event,
    of_epcis,
    told_by,
    xml_document,
    xml_event,
)

PALLET = f"<epcList><epc>{SSCC_URN}</epc></epcList><action>OBSERVE</action>"
SHIPPING = (
    "<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>"
    "<disposition>urn:epcglobal:cbv:disp:in_transit</disposition>"
)
GATE = "<readPoint><id>urn:epc:id:sgln:0952000.12345.0</id></readPoint>"
DECLARED = {"declarationTime": "2026-03-05T00:00:00Z", "reason": "did_not_occur"}

RICH: Json = {
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:0952000.012345.L1", "quantity": 12.50, "uom": "KGM"}],
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0952000123459:P1"}],
    "sourceList": [{"type": "location", "source": "urn:epc:id:sgln:0952000.12345.0"}],
    "ilmd": {"ex:lot": "A7"},
    "ex:seal": ["1", "2"],
}
RICH_XML = (
    "<quantityList><quantityElement><epcClass>urn:epc:class:lgtin:0952000.012345.L1</epcClass>"
    "<quantity>12.5</quantity><uom>KGM</uom></quantityElement></quantityList>"
    '<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">'
    "urn:epcglobal:cbv:bt:0952000123459:P1</bizTransaction></bizTransactionList>"
    '<sourceList><source type="urn:epcglobal:cbv:sdt:location">urn:epc:id:sgln:0952000.12345.0</source>'
    "</sourceList><ilmd><ex:lot>A7</ex:lot></ilmd>"
)
SEALS_XML = "<ex:seal>2</ex:seal><ex:seal>1</ex:seal>"


def one_id(**members: Any) -> str:
    (found,) = ids(of_epcis(json_document(object_event(**members))))
    return found


@pytest.mark.parametrize(
    ("urn", "path"),
    [
        ("urn:epc:id:sgtin:0952000.012345.4%2F5", "01/00952000123459/21/4/5"),
        ("urn:epc:class:lgtin:0952000.012345.L.1", "01/00952000123459/10/L.1"),
        ("urn:epc:idpat:sgtin:0952000.012345.*", "01/00952000123459"),
        ("urn:epc:id:sgln:0952000.12345.9", "414/0952000123459/254/9"),
        ("urn:epc:id:gdti:0952000.12345.A7", "253/0952000123459A7"),
        ("urn:epc:id:giai:0952000.w.2", "8004/0952000w.2"),
        ("urn:epc:id:cpi:0952000.P.1", "8010/0952000P/8011/1"),
        ("urn:epc:id:pgln:0952000.12345", "417/0952000123459"),
        ("urn:epc:id:upui:0952000.012345.X1", "01/00952000123459/235/X1"),
        ("urn:epc:id:itip:0952000.012345.01.02.9", "8006/009520001234590102/21/9"),
    ],
)
def test_a_key_is_one_whether_urn_or_digital_link(urn: str, path: str) -> None:
    key = key_of(urn)

    assert key is not None
    assert key.path == path
    if "%" not in urn:
        assert key_of(f"https://shop.example.com/a/{path}?4=1") == key


@pytest.mark.parametrize(
    "members",
    [
        {"eventID": "urn:uuid:7a3a2c0e-0000-4000-8000-000000000001"},
        {"eventID": "ni:///sha-256;00?ver=CBV2.0", "recordTime": "2026-03-03T00:00:00Z"},
        {"eventTime": "2026-03-02T09:00:00Z"},
        {"eventTime": "2026-03-02T06:00:00.000-03:00"},
        {"epcList": [f"https://id.gs1.org/00/{SSCC}"]},
        {"epcList": [f"https://shop.example.com/p/00/{SSCC}?4=1"]},
        {"bizStep": "urn:epcglobal:cbv:bizstep:shipping"},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping", "disposition": "cbv:Disp-in_transit"},
        {"readPoint": {"id": "https://id.gs1.org/414/0952000123459"}},
        {"rdfs:comment": "as it was told on the phone"},
        {"childEPCs": [], "bizLocation": None},
    ],
)
def test_the_same_event_written_otherwise_has_the_same_id(members: Json) -> None:
    assert one_id(**members) == one_id()


@pytest.mark.parametrize(
    "members",
    [
        {"eventTime": "2026-03-02T09:00:01Z"},
        {"eventTimeZoneOffset": "+02:00"},
        {"action": "DELETE"},
        {"disposition": "returned"},
        {"readPoint": {"id": "urn:epc:id:sgln:0952000.12346.0"}},
        {"quantityList": [{"epcClass": "urn:epc:class:lgtin:0952000.012345.L1", "quantity": 12}]},
        {"ilmd": {"ex:lot": "A8"}},
        {"ex:seal": "3"},
    ],
)
def test_an_event_that_says_something_else_has_another_id(members: Json) -> None:
    assert one_id(**members) != one_id()


def test_json_and_xml_of_both_versions_give_one_id() -> None:
    inside = PALLET + SHIPPING + GATE
    head, tail = "<baseExtension><eventID>urn:uuid:1</eventID></baseExtension>", RICH_XML

    in_json = ids(of_epcis(json_document(object_event(**RICH))))
    in_xml = ids(of_epcis(xml_document(xml_event(inside + RICH_XML + SEALS_XML))))
    in_old_xml = ids(
        of_epcis(
            xml_document(xml_event(f"{head}{inside}<extension>{tail}</extension>{SEALS_XML}"), version="1.2")
        )
    )

    assert in_json == in_xml == in_old_xml


def test_the_order_of_members_and_lists_says_nothing() -> None:
    second = "urn:epc:id:sscc:0952000.1000000002"
    told = object_event(**RICH, epcList=[SSCC_URN, second])
    names = [*told]
    random.Random(7).shuffle(names)
    turned = {name: told[name][::-1] if isinstance(told[name], list) else told[name] for name in names}

    assert sorted(ids(of_epcis(json_document(turned)))) == sorted(ids(of_epcis(json_document(told))))


def test_an_event_twice_in_a_document_is_one_and_a_shuffled_document_is_the_same() -> None:
    first, second = object_event(), object_event(bizStep="receiving", eventTime="2026-03-04T08:00:00Z")

    told = ids(of_epcis(json_document(first, second, object_event(eventID="urn:uuid:9"))))

    assert sorted(told) == sorted(ids(of_epcis(json_document(second, first))))
    assert len(told) == 2


def test_an_error_declaration_withdraws_the_event_as_it_was() -> None:
    told = object_event()
    declared = object_event(
        errorDeclaration=DECLARED, eventID="urn:uuid:3", recordTime="2026-03-05T00:00:01Z"
    )

    (target,) = ids(of_epcis(json_document(told)))
    (withdrawal,) = of_epcis(json_document(declared)).events

    logged = envelope(withdrawal)
    assert (logged["type"], logged["shipment"]) == ("EventRetracted", f"edi:{SSCC}")
    assert logged["data"] == {"retracts": target, "reason": "did_not_occur"}
    assert logged["occurred_at"] == "2026-03-05T00:00:00.000Z"


def test_the_declaration_is_one_whether_json_or_xml() -> None:
    when = "<declarationTime>2026-03-05T01:00:00+01:00</declarationTime>"
    error = f"<errorDeclaration>{when}<reason>urn:epcglobal:cbv:er:did_not_occur</reason></errorDeclaration>"
    inside = f"<baseExtension>{error}</baseExtension>{PALLET}{SHIPPING}{GATE}"

    in_json = ids(of_epcis(json_document(object_event(errorDeclaration=DECLARED))))
    in_xml = ids(of_epcis(xml_document(xml_event(inside), version="1.2")))

    assert in_json == in_xml


def test_corrective_events_are_named_by_our_ids_and_those_elsewhere_are_told() -> None:
    error = {**DECLARED, "reason": "incorrect_data", "correctiveEventIDs": ["urn:uuid:2", "urn:uuid:8"]}
    wrong = object_event(errorDeclaration=error, ilmd={"ex:lot": "A7"})
    right = object_event(ilmd={"ex:lot": "A8"}, eventID="urn:uuid:2")

    parsed = of_epcis(json_document(wrong, right))

    withdrawal, corrective = (envelope(event) for event in parsed.events)
    assert withdrawal["data"]["reason"] == "incorrect_data"
    assert withdrawal["data"]["corrective_ids"] == [corrective["event_id"]]
    assert parsed.warnings == ("corrective event 'urn:uuid:8' is not in this document",)


@pytest.mark.parametrize("apart", [False, True], ids=["in one document", "in documents of their own"])
def test_a_declared_error_leaves_the_shipment_as_if_the_event_had_never_been(apart: bool) -> None:
    shipped = object_event()
    received = object_event(bizStep="receiving", disposition="in_progress", eventTime="2026-03-04T08:00:00Z")
    error = {**received, "errorDeclaration": DECLARED}
    documents = [[shipped], [error], [received]] if apart else [[error, shipped, received]]

    after = told_by(*(of_epcis(json_document(*events)) for events in documents))

    never = told_by(of_epcis(json_document(shipped)))
    with_it = told_by(of_epcis(json_document(shipped, received)))
    assert after == never
    assert with_it[f"edi:{SSCC}"]["milestone"] == "delivered"
    assert never[f"edi:{SSCC}"]["milestone"] == "picked_up"


def test_a_correction_that_differs_in_an_extension_alone_stands() -> None:
    wrong = object_event(**{"ex:seal": "1", "errorDeclaration": {**DECLARED, "reason": "incorrect_data"}})
    right = object_event(**{"ex:seal": "2"})

    after = told_by(of_epcis(orjson.dumps([wrong, right])))

    assert after[f"edi:{SSCC}"]["milestone"] == "picked_up"
