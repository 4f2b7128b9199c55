"""Allied Express: scans of barcodes in SOAP and in the JSON made of it."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.allied_express import AlliedExpress
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def scan(barcode: str, at: str, status: str | None = None, **others: Any) -> Json:
    told = {"consignmentNote": "AOE1", "scannedBarcode": barcode, "scannnedTimestamp": at}
    return told | {"depotLocation": "NOWRA"} | ({"scannedStatus": status} if status else {}) | others


def in_json(*scans: Json, prefix: str = "ns1:", **result: Any) -> str:
    listed = {"statusBarcodesList": scans[0] if len(scans) == 1 else list(scans)} if scans else {}
    answer = {f"{prefix}getShipmentsStatusResponse": {"result": listed | result}}
    return json.dumps({"soapenv:Body": answer})


def in_xml(*scans: Json) -> str:
    return (
        '<e:Envelope xmlns:e="s" xmlns:ns1="n"><e:Body><ns1:getShipmentsStatusResponse><result>'
        f"{''.join(map(_element, scans))}</result></ns1:getShipmentsStatusResponse></e:Body></e:Envelope>"
    )


def _element(told: Json) -> str:
    members = "".join(f"<{name}>{value}</{name}>" for name, value in told.items())
    return f"<statusBarcodesList>{members}</statusBarcodesList>"


CONSIGNMENT = (
    scan("AOE1", "2026-02-26T14:03:55.000+11:00", "Freight has been delivered"),
    scan("AOE1-002", "2026-02-25T10:03:20.000+11:00"),
    scan("AOE1-003", "2026-02-25T10:04:20.000+11:00", "Freight has been beamed up"),
)


@pytest.mark.parametrize("written", [in_json, in_xml], ids=["json", "xml"])
def test_the_last_scan_of_each_barcode_is_one_of_its_piece(written: Any) -> None:
    found = envelopes(AlliedExpress(), written(*CONSIGNMENT))

    assert [line(each) for each in found] == [
        ("2026-02-26T03:03:55", "2026-02-26T14:03:55", "exact", "Freight has been delivered", ("delivered",)),
        ("2026-02-24T23:03:20", "2026-02-25T10:03:20", "exact", None, ("unknown",)),
        ("2026-02-24T23:04:20", "2026-02-25T10:04:20", "exact", "Freight has been beamed up", ("unknown",)),
    ]
    assert {each["shipment"] for each in found} == {"allied_express:AOE1"}
    assert [each["data"].get("piece") for each in found] == [None, "AOE1-002", "AOE1-003"]


def test_a_scan_without_a_status_is_no_gap_in_the_table() -> None:
    parsed = AlliedExpress().parse(in_json(*CONSIGNMENT).encode())

    assert [event.known for event in parsed.events] == [True, True, False]


def test_both_forms_any_order_and_a_lone_scan_have_the_same_ids() -> None:
    moved = [each | {"depotLocation": "ELSEWHERE"} for each in reversed(CONSIGNMENT)]
    apart = [one for each in CONSIGNMENT for one in ids(AlliedExpress(), in_json(each, prefix="x:"))]

    assert ids(AlliedExpress(), in_xml(*moved)) == ids(AlliedExpress(), in_json(*CONSIGNMENT))
    assert sorted(apart) == ids(AlliedExpress(), in_json(*CONSIGNMENT))


@pytest.mark.parametrize(
    "payload",
    [
        in_json(statusError="Nothing found."),
        "<a><result><statusError>Nothing found.</statusError></result></a>",
    ],
)
def test_an_error_makes_no_event(payload: str) -> None:
    parsed = AlliedExpress().parse(payload.encode())

    assert (parsed.events, parsed.errors) == ((), (CarrierError(None, "Nothing found."),))


def test_what_has_no_number_is_told() -> None:
    parsed = AlliedExpress().parse(in_json({"scannedStatus": "x"}, {"a": 1}).encode())

    assert parsed.events == ()
    assert parsed.warnings == ("a scan without consignmentNote is left out",) * 2
