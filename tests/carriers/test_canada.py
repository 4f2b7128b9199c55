"""Canpar and Purolator: local times, types of scans, signatures and promises."""

from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.canpar import Canpar
from services.ingest.carriers.purolator import Purolator
from tests.carriers.told import envelopes, ids, line


def canpar_event(code: str, time: str, *, city: str = "ETOBICOKE", wording: str = "WORDING") -> str:
    return (
        f"<b:events><b:address><b:address_id/><b:city>{city}</b:city><b:country>CA</b:country>"
        f"<b:postal_code>M8V0A1</b:postal_code><b:province>ON</b:province></b:address><b:code>{code}</b:code>"
        f"<b:code_description_en>{wording}</b:code_description_en>"
        f"<b:local_date_time>{time}</b:local_date_time><b:time_shift>3</b:time_shift></b:events>"
    )


def canpar(*events: str, error: str = "", signed_by: str = "") -> str:
    return (
        '<wrapper><e:Envelope xmlns:e="e" xmlns:a="a" xmlns:b="b"><e:Body><return>'
        f"<a:error>{error}</a:error><a:result><b:barcode>D000000000000000000001</b:barcode>"
        "<b:estimated_delivery_date>20260307</b:estimated_delivery_date>"
        f"{''.join(events)}<b:signed_by>{signed_by}</b:signed_by></a:result></return></e:Body></e:Envelope></wrapper>"
    )


CANPAR = (
    canpar_event("DEL", "20260308 091442", city="NOWHERE TOWN"),
    canpar_event("INO", "20260307 230559"),
    canpar_event("ZZZ", "20260307 145353"),
)


def test_canpar_reads_local_times_and_leaves_the_time_shift_alone() -> None:
    found = envelopes(Canpar(), canpar(*CANPAR, signed_by="A READER"))

    partner = ("in_transit", "handed_to_partner")
    assert [line(each) for each in found] == [
        ("", "2026-03-08T09:14:42", "unknown", "DEL", ("delivered",)),
        ("2026-03-08T04:05:59", "2026-03-07T23:05:59", "location_inferred", "INO", partner),
        ("2026-03-07T19:53:53", "2026-03-07T14:53:53", "location_inferred", "ZZZ", ("unknown",)),
        ("", "2026-03-08T09:14:42", "unknown", None, ()),
    ]
    assert [each["data"].get("proof") for each in found] == [{"signed_by": "A READER"}, None, None, None]
    assert found[3]["data"] == {"kind": "carrier_estimate", "to": "2026-03-07"}


def test_canpars_error_makes_no_event() -> None:
    parsed = Canpar().parse(b"<return><error>Invalid barcode</error><result nil='true'/></return>")

    assert (parsed.events, parsed.errors) == ((), (CarrierError(None, "Invalid barcode"),))


def purolator_scan(kind: str, date: str, time: str, *, wording: str = "Wording", details: str = "") -> str:
    return (
        f"<Scan><ScanType>{kind}</ScanType><PIN><Value>329000000001</Value></PIN>"
        f"<Depot><Name>A DEPOT, PQ</Name></Depot><ScanDate>{date}</ScanDate><ScanTime>{time}</ScanTime>"
        f"<Description>{wording}</Description><Comment/>{details}</Scan>"
    )


def purolator(*scans: str, errors: str = "") -> str:
    return (
        '<s:Envelope xmlns:s="s"><s:Body><TrackPackagesByPinResponse xmlns="http://purolator.com/pws/datatypes/v1">'
        f"<ResponseInformation><Errors>{errors}</Errors></ResponseInformation><TrackingInformationList>"
        f"<TrackingInformation><PIN><Value>329000000001</Value></PIN><Scans>{''.join(scans)}</Scans>"
        "</TrackingInformation></TrackingInformationList></TrackPackagesByPinResponse></s:Body></s:Envelope>"
    )


SIGNED = "<ScanDetails><DeliverySignature>A READER</DeliverySignature></ScanDetails>"
PUROLATOR = (
    purolator_scan("Delivery", "2026-01-14", "172300", details=SIGNED),
    purolator_scan("Undeliverable", "2026-01-13", "172300"),
    purolator_scan("OnDelivery", "2026-01-13", "060000"),
    purolator_scan("Other", "2026-01-12", "235959"),
    purolator_scan("ProofOfPickUp", "2026-01-12", ""),
    purolator_scan("Teleported", "2026-01-11", "000000"),
)


def test_purolator_reads_types_of_scans_and_never_their_descriptions() -> None:
    found = envelopes(Purolator(), purolator(*PUROLATOR))

    assert [line(each) for each in found] == [
        ("", "2026-01-14T17:23:00", "unknown", "Delivery", ("delivered",)),
        ("", "2026-01-13T17:23:00", "unknown", "Undeliverable", ("delivery_attempted",)),
        ("", "2026-01-13T06:00:00", "unknown", "OnDelivery", ("out_for_delivery",)),
        ("", "2026-01-12T23:59:59", "unknown", "Other", ()),
        ("", "2026-01-12", "unknown", "ProofOfPickUp", ("picked_up", "collected")),
        ("", "2026-01-11T00:00:00", "unknown", "Teleported", ("unknown",)),
    ]
    assert found[0]["data"]["proof"] == {"signed_by": "A READER"}
    assert found[4]["time_precision"] == "date"


def test_one_scan_told_twice_by_purolator_is_one_event() -> None:
    twice = purolator(PUROLATOR[3], PUROLATOR[3])

    assert ids(Purolator(), twice) == ids(Purolator(), purolator(PUROLATOR[3]))


def test_a_committed_date_is_a_promise_of_the_carrier() -> None:
    details = "<ScanDetails><CommitedDeliveryDate>2026-01-15</CommitedDeliveryDate></ScanDetails>"
    picked = purolator_scan("ProofOfPickUp", "2026-01-12", "120000", details=details)

    _, found = envelopes(Purolator(), purolator(picked))

    assert found["data"] == {"kind": "carrier_promised", "to": "2026-01-15"}


def test_purolators_errors_stand_beside_what_was_found() -> None:
    error = "<Error><Code>1100004</Code><Description>Invalid PIN</Description></Error>"

    parsed = Purolator().parse(purolator(PUROLATOR[0], errors=error).encode())

    assert parsed.errors == (CarrierError("1100004", "Invalid PIN"),)
    assert len(parsed.events) == 1


@pytest.mark.parametrize(
    ("carrier", "wrap", "events"),
    [(Canpar(), canpar, CANPAR), (Purolator(), purolator, PUROLATOR)],
    ids=["canpar", "purolator"],
)
def test_order_wording_and_places_do_not_change_identity(carrier: Any, wrap: Any, events: Any) -> None:
    once = ids(carrier, wrap(*events))
    moved = [
        each.replace("ording", "ords").replace("ETOBICOKE", "TORONTO").replace("A DEPOT", "B")
        for each in events
    ]

    assert ids(carrier, wrap(*reversed(events))) == once
    assert ids(carrier, wrap(*events, *events)) == once
    assert ids(carrier, wrap(*moved)) == once


@pytest.mark.parametrize(
    ("carrier", "payload"),
    [
        (Canpar(), canpar(CANPAR[0]).replace("D000000000000000000001", "")),
        (Purolator(), purolator(PUROLATOR[0]).replace("329000000001", "")),
    ],
    ids=["canpar", "purolator"],
)
def test_a_history_without_a_number_is_told_as_a_defect(carrier: Any, payload: str) -> None:
    parsed = carrier.parse(payload.encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
