"""A registration's number is judged by its carrier's formats: in the log, and as the shipment shows it."""

from http import HTTPStatus
from pathlib import Path

import pytest

from schemas.ids import event_id
from services.domain.numbers.judgement import VERSION
from services.ingest.checks import check_event
from services.ingest.envelope import Origin, envelope_of
from tests.builders import Json, instant_text, replay, scan
from tests.unit.domain.rules.examples import seen
from tests.unit.ingest.stand import make_stand

RIGHT = "1Z999AA10123456784"
WRONG = "1Z999AA10123456785"
NOW = instant_text(0)


def registered(carrier: str, number: str) -> Json:
    members = {
        "type": "ShipmentRegistered",
        "carrier": carrier,
        "tracking_number": number,
        "occurred_at": "2026-03-02T00:00:00Z",
        "data": {"order_id": "O-1"},
    }
    origin = Origin(channel="api", trust="bearer")
    return envelope_of(check_event(members), recorded_at="2026-03-02T00:00:00.000Z", origin=origin)


@pytest.mark.parametrize(
    ("carrier", "number", "valid"),
    [
        ("ups", RIGHT, True),
        ("ups", "1z 999 aa1 01 2345 6784", True),
        ("ups", WRONG, False),
        ("canadapost", "0001020304050609", True),
        ("canadapost", "0001020304050608", False),
        # a number that another courier issued and this one carries on
        ("fedex", "03010203040506070801", True),
        ("usps", "RA000000014GB", True),
        ("acme", "A1", None),
        ("dhl_parcel_de", "00340434161094042557", None),
        ("royalmail", "A1", None),
    ],
)
def test_a_number_is_judged_where_its_carriers_formats_are_known(
    carrier: str, number: str, valid: bool | None
) -> None:
    data = registered(carrier, number)["data"]

    assert data == {"order_id": "O-1"} | ({} if valid is None else {"number_valid": valid})


def test_no_id_depends_on_the_judgement() -> None:
    envelope = registered("ups", WRONG)

    told = {"data": {"order_id": "O-1"}, "time": "2026-03-02T00:00:00.000Z"}
    assert envelope["event_id"] == event_id("ShipmentRegistered", ("ups", WRONG), **told)
    assert envelope["event_id"] == event_id(
        "ShipmentRegistered", ("ups", WRONG), **(told | {"data": envelope["data"]})
    )


def test_a_judgement_made_anew_counts_over_the_older_one() -> None:
    assert registered("ups", RIGHT)["mapping_version"] == VERSION
    assert registered("acme", "A1")["mapping_version"] == 1


def test_a_number_that_fits_no_format_is_suspect_until_the_parcel_is_seen() -> None:
    shown = seen(replay([registered("ups", WRONG)]))
    found = seen(
        replay(
            [registered("ups", WRONG), scan("picked_up", at=1_772_500_000_000, carrier="ups", number=WRONG)]
        )
    )

    assert (shown["milestone"], shown["substatus"]) == ("registered", "number_invalid")
    assert shown["conditions"] == ["number_suspect"]
    assert (found["milestone"], found["conditions"]) == ("picked_up", [])


def test_a_right_number_is_not_suspect() -> None:
    shown = seen(replay([registered("ups", RIGHT)]))

    assert (shown["substatus"], shown["conditions"]) == (None, [])


def test_a_registration_that_knows_no_carrier_is_undetermined() -> None:
    envelope = registered("unknown", RIGHT)
    shown = seen(replay([envelope]))

    assert envelope["data"] == {"order_id": "O-1", "carrier_determined": False}
    assert (shown["substatus"], shown["conditions"]) == ("carrier_undetermined", [])


def test_a_registration_over_http_is_judged_and_a_sender_cannot_judge(tmp_path: Path) -> None:
    stand = make_stand(tmp_path)
    body = {"carrier": "ups", "tracking_number": WRONG, "data": {"order_id": "O-1"}}
    claimed = body | {"data": {"order_id": "O-1", "number_valid": True}}

    taken = stand.client().post("/v1/shipments", json=body)
    refused = stand.client().post("/v1/shipments", json=claimed)

    assert (taken.status_code, refused.status_code) == (
        HTTPStatus.ACCEPTED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )
    assert [envelope["data"]["number_valid"] for envelope in stand.logged()] == [False]
