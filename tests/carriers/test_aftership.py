"""AfterShip: tags and subtags, times of three kinds, dates of delivery of four."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.aftership import AfterShip
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def checkpoint(subtag: str | None, at: str | None = "2026-03-04T14:30:00+01:00", **others: Any) -> Json:
    told = {
        "slug": "dpd",
        "tag": (subtag or "InTransit_").split("_")[0],
        "subtag": subtag,
        "message": "Wording",
    }
    return (
        told | {"checkpoint_time": at, "city": "Ulm", "country_iso3": "DEU", "location": "Ulm, DE"} | others
    )


def pushed(*checkpoints: Any, **others: Any) -> str:
    tracking = {"tracking_number": "AS1", "slug": "dpd", "tag": "Delivered", "checkpoints": list(checkpoints)}
    return json.dumps({"ts": 1772618400, "event": "tracking_update", "msg": tracking | others})


@pytest.mark.parametrize(
    ("subtag", "meaning"),
    [
        ("Delivered_003", ("delivered", "signed")),
        ("InTransit_002", ("picked_up", "accepted")),
        ("InTransit_006", ("in_transit", "customs_in")),
        ("OutForDelivery_003", ("out_for_delivery", "recipient_contacted")),
        ("AttemptFail_003", ("delivery_attempted", "business_closed", "recipient")),
        ("Exception_010", ("returning",)),
        ("Exception_011", ("returned", "to_sender")),
        ("Exception_013", ("lost", "carrier_declared", "lost", "carrier")),
        ("Exception_017", ("in_transit", "delayed_announced", "weather")),
        ("Pending_004", ()),
        ("Expired_001", ()),
    ],
)
def test_a_subtag_says_what_the_checkpoint_is(subtag: str, meaning: tuple[str, ...]) -> None:
    (found,) = envelopes(AfterShip(), pushed(checkpoint(subtag)))

    assert line(found)[3:] == (subtag, meaning)
    assert found["raw"]["codelist"] == "aftership/dpd"


def test_a_subtag_nobody_knows_leaves_its_tag_and_is_counted() -> None:
    told = pushed(
        checkpoint("Exception_999"),
        checkpoint(None, "2026-03-03"),
        checkpoint("Beamed_001", "2026-03-02"),
    )

    parsed = AfterShip().parse(told.encode())

    assert [
        (each.members["raw"]["code"], each.members["data"]["milestone"], each.known) for each in parsed.events
    ] == [
        ("Exception_999", "in_transit", False),
        ("InTransit", "in_transit", True),
        ("Beamed_001", "unknown", False),
    ]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04T14:30:00+01:00", ("2026-03-04T13:30:00", "2026-03-04T14:30:00", "exact")),
        ("2026-03-04T14:30:00", ("2026-03-04T13:30:00", "2026-03-04T14:30:00", "location_inferred")),
        ("2026-03-04", ("", "2026-03-04", "unknown")),
        ("", ("", "", "unknown")),
    ],
)
def test_a_checkpoints_time_is_read_as_precisely_as_it_is_written(at: str, expected: tuple[str, ...]) -> None:
    (found,) = envelopes(AfterShip(), pushed(checkpoint("Delivered_001", at)))

    assert line(found)[:3] == expected


def test_dates_of_delivery_are_revisions_by_whose_they_are() -> None:
    told = pushed(
        checkpoint("InTransit_001"),
        expected_delivery="2026-03-05",
        courier_estimated_delivery_date={"estimated_delivery_date": "2026-03-05"},
        aftership_estimated_delivery_date={
            "estimated_delivery_date": "2026-03-06",
            "estimated_delivery_date_max": "2026-03-07",
        },
        custom_estimated_delivery_date={"datetime": "2026-03-08", "type": "specific"},
        order_promised_delivery_date="2026-03-09",
    )

    found = [each for each in envelopes(AfterShip(), told) if each["type"] == "DeliveryDateRevised"]

    assert [each["data"] for each in found] == [
        {"kind": "carrier_estimate", "to": "2026-03-05"},
        {"kind": "predicted", "to": "2026-03-07"},
        {"kind": "custom", "to": "2026-03-08"},
        {"kind": "order_promised", "to": "2026-03-09"},
    ]
    assert {each["occurred_at"] for each in found} == {"2026-03-04T13:30:00.000Z"}


def test_who_signed_stands_on_the_delivery_only() -> None:
    told = pushed(checkpoint("Delivered_003"), checkpoint("InTransit_003"), signed_by="A. Reader")

    assert [each["data"].get("proof") for each in envelopes(AfterShip(), told)] == [
        {"signed_by": "A. Reader"},
        None,
    ]


def test_a_webhook_and_every_form_of_answer_give_the_same_events() -> None:
    told = pushed(checkpoint("Delivered_001"), checkpoint("InTransit_003"))
    tracking = json.loads(told)["msg"]
    answers = [
        {"meta": {"code": 200}, "data": {"tracking": tracking}},
        {"meta": {"code": 200}, "data": {"trackings": [tracking]}},
        {"meta": {"code": 200}, "data": tracking},
        tracking
        | {
            "checkpoints": [
                each | {"message": "Else", "city": "Else"} for each in tracking["checkpoints"][::-1]
            ]
        },
    ]

    assert all(ids(AfterShip(), json.dumps(each)) == ids(AfterShip(), told) for each in answers)


def test_an_error_makes_no_event_and_an_event_of_something_else_is_told() -> None:
    wrong = AfterShip().parse(b'{"meta": {"code": 4004, "message": "Tracking does not exist."}, "data": {}}')
    other = AfterShip().parse(b'{"event": "edd_revise", "msg": {}}')

    assert (wrong.events, wrong.errors) == ((), (CarrierError("4004", "Tracking does not exist."),))
    assert (other.events, other.warnings) == ((), ("nothing of a tracking: edd_revise",))
