"""Aramex: updates in SOAP and JSON, problem codes, waybills that do not exist."""

import json

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.aramex import Aramex
from tests.carriers.told import envelopes, ids, line


def update(code: str, at: str, *, problem: str = "", told: str = "Wording") -> str:
    return (
        f"<TrackingResult><WaybillNumber>30000000001</WaybillNumber><UpdateCode>{code}</UpdateCode>"
        f"<UpdateDescription>{told}</UpdateDescription><UpdateDateTime>{at}</UpdateDateTime>"
        f"<UpdateLocation>Branch, Tunisia</UpdateLocation><ProblemCode>{problem}</ProblemCode>"
        "</TrackingResult>"
    )


def aramex(*updates: str, missing: str = "", notes: str = "", failed: bool = False) -> str:
    entry = "KeyValueOfstringArrayOfTrackingResult"
    return (
        '<s:Envelope xmlns:s="s"><s:Body><ShipmentTrackingResponse xmlns="a" xmlns:b="b">'
        f"<Notifications>{notes}</Notifications><HasErrors>{str(failed).lower()}</HasErrors><TrackingResults>"
        f"<b:{entry}><b:Key>30000000001</b:Key><b:Value>{''.join(updates)}</b:Value></b:{entry}></TrackingResults>"
        f"<NonExistingWaybills>{missing}</NonExistingWaybills></ShipmentTrackingResponse></s:Body></s:Envelope>"
    )


ARAMEX = (
    update("SH005", "2026-02-04T10:00:00"),
    update("SH033", "2026-02-03T10:00:00", problem="A16"),
    update("SH033", "2026-02-02T10:00:00", problem="Z99"),
    update("XX001", "2026-02-01T10:00:00"),
)


def test_aramex_reads_updates_and_why_an_attempt_failed() -> None:
    found = envelopes(Aramex(), aramex(*ARAMEX))

    address = ("delivery_attempted", "address_not_found", "address_issue", "sender")
    assert [line(each) for each in found] == [
        ("2026-02-04T09:00:00", "2026-02-04T10:00:00", "location_inferred", "SH005", ("delivered",)),
        ("2026-02-03T09:00:00", "2026-02-03T10:00:00", "location_inferred", "SH033", address),
        ("2026-02-02T09:00:00", "2026-02-02T10:00:00", "location_inferred", "SH033", ("delivery_attempted",)),
        ("2026-02-01T09:00:00", "2026-02-01T10:00:00", "location_inferred", "XX001", ("unknown",)),
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # date -u -d @1788954720: 2026-09-09T11:52:00Z
        ("/Date(1788954720000+0200)/", ("2026-09-09T11:52:00", "2026-09-09T13:52:00", "exact")),
        ("/Date(1788954720000)/", ("2026-09-09T11:52:00", "2026-09-09T11:52:00", "exact")),
        ("/Date(1788954720000-0330)/", ("2026-09-09T11:52:00", "2026-09-09T08:22:00", "exact")),
        ("/Date(999999999999999)/", ("", "", "unknown")),
        ("/Date(1788954720000+9900)/", ("", "", "unknown")),
    ],
)
def test_aramexs_json_counts_milliseconds(written: str, expected: tuple[str, ...]) -> None:
    row = {"UpdateCode": "SH005", "UpdateDateTime": written}
    payload = {"HasErrors": False, "TrackingResults": [{"Key": "30000000001", "Value": [row]}]}

    (found,) = envelopes(Aramex(), json.dumps(payload))

    assert line(found) == (*expected, "SH005", ("delivered",))


def test_waybills_that_do_not_exist_are_errors_of_an_answer_without_errors() -> None:
    in_xml = Aramex().parse(aramex(ARAMEX[0], missing="<b:string>39999999999</b:string>").encode())
    in_json = Aramex().parse(b'{"HasErrors": false, "NonExistingWaybills": ["39999999999"]}')

    assert in_xml.errors == in_json.errors == (CarrierError(None, "waybill 39999999999 does not exist"),)
    assert (len(in_xml.events), len(in_json.events)) == (1, 0)


def test_aramexs_notifications_are_errors() -> None:
    note = "<Notification><Code>ERR01</Code><Message>Denied</Message></Notification>"

    assert Aramex().parse(aramex(notes=note, failed=True).encode()).errors == (
        CarrierError("ERR01", "Denied"),
    )
    assert Aramex().parse(b'{"HasErrors": true}').errors == (
        CarrierError(None, "an error without a notification"),
    )


def test_order_wording_places_and_deliveries_do_not_change_identity() -> None:
    once = ids(Aramex(), aramex(*ARAMEX))
    moved = [each.replace("Wording", "Words").replace("Branch", "Depot") for each in ARAMEX]

    assert ids(Aramex(), aramex(*reversed(ARAMEX))) == once
    assert ids(Aramex(), aramex(*ARAMEX, *ARAMEX)) == once
    assert ids(Aramex(), aramex(*moved)) == once
    assert sorted(ids(Aramex(), aramex(ARAMEX[0])) + ids(Aramex(), aramex(*ARAMEX[1:]))) == once


def test_an_update_without_a_waybills_number_is_told_as_a_defect() -> None:
    payload = aramex(ARAMEX[0]).replace("<WaybillNumber>30000000001</WaybillNumber>", "")

    parsed = Aramex().parse(payload.encode())

    assert (parsed.events, len(parsed.warnings)) == ((), 1)
