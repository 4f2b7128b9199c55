"""Ship24: codes, milestones of events that have none, its own event ids."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.ship24 import Ship24
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(code: str | None, milestone: str, identity: str | None = "e1", **others: Any) -> Json:
    told = {"eventId": identity, "status": "Wording", "occurrenceDatetime": "2026-03-04T14:30:00", "order": 3}
    names = {"statusCode": code, "statusMilestone": milestone, "courierCode": "dpd-de"}
    return told | names | {"location": "Ulm, Germany"} | others


def tracking(*events: Any, **delivery: Any) -> Json:
    return {
        "tracker": {"trackerId": "t", "trackingNumber": "S24"},
        "shipment": {"statusMilestone": "delivered", "delivery": delivery},
        "events": list(events),
    }


def pushed(*events: Any, **delivery: Any) -> str:
    return json.dumps({"trackings": [tracking(*events, **delivery)]})


@pytest.mark.parametrize(
    ("code", "milestone", "raw", "meaning"),
    [
        ("delivery_delivered", "delivered", "delivery_delivered", ("delivered",)),
        ("transit_handover", "in_transit", "transit_handover", ("picked_up", "accepted")),
        (
            *("customs_exception", "in_transit", "customs_exception"),
            ("in_transit", "customs_in", "customs_hold", "customs"),
        ),
        ("exception_return", "exception", "exception_return", ("returning", "undeliverable")),
        ("data_delivery_decided", "info_received", "data_delivery_decided", ()),
        # an event without a code: its milestone is the state so far, and no news
        (None, "in_transit", "in_transit", ("in_transit",)),
        (None, "info_received", "info_received", ("info_received",)),
        (None, "delivered", "delivered", ()),
        (None, "failed_attempt", "failed_attempt", ()),
        (None, "exception", "exception", ()),
        (None, "teleported", "teleported", ("unknown",)),
        # a code nobody knows leaves the milestone
        ("delivery_beamed", "out_for_delivery", "delivery_beamed", ("out_for_delivery",)),
    ],
)
def test_a_code_or_a_milestone_says_what_the_event_is(
    code: str | None, milestone: str, raw: str, meaning: tuple[str, ...]
) -> None:
    (found,) = envelopes(Ship24(), pushed(event(code, milestone)))

    assert line(found)[3:] == (raw, meaning)
    assert (found["raw"]["codelist"], found["order_hint"]) == ("ship24/dpd-de", 3)


def test_codes_nobody_knows_are_counted() -> None:
    told = pushed(
        event("delivery_beamed", "delivered"), event(None, "delivered", "e2"), event("x", "y", "e3")
    )

    assert [each.known for each in Ship24().parse(told.encode()).events] == [False, True, False]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-04T14:30:00", ("2026-03-04T13:30:00", "2026-03-04T14:30:00", "location_inferred")),
        ("2026-03-04T14:30:00+02:00", ("2026-03-04T12:30:00", "2026-03-04T14:30:00", "exact")),
        ("2026-03-04T14:30:00Z", ("2026-03-04T14:30:00", "2026-03-04T14:30:00", "exact")),
        ("2026-03-04", ("", "2026-03-04", "unknown")),
    ],
)
def test_a_time_is_read_as_precisely_as_it_is_written(at: str, expected: tuple[str, ...]) -> None:
    (found,) = envelopes(Ship24(), pushed(event("transit_handover", "in_transit", occurrenceDatetime=at)))

    assert line(found)[:3] == expected


def test_ship24s_id_is_the_identity_and_the_facts_are_where_there_is_none() -> None:
    first, again = (
        event("delivery_delivered", "delivered"),
        event("customs_cleared", "delivered", location="Else"),
    )
    without = [event("delivery_delivered", "delivered", None, status=words) for words in ("One", "Two")]

    assert ids(Ship24(), pushed(first)) == ids(Ship24(), pushed(again))
    assert len(ids(Ship24(), pushed(first, event("delivery_delivered", "delivered", "e2")))) == 2
    assert len(ids(Ship24(), pushed(*without))) == 1


def test_an_estimate_is_a_revision_and_answers_are_read_as_webhooks() -> None:
    told = pushed(event("transit_handover", "in_transit"), estimatedDeliveryDate="2026-03-06")
    answered = json.dumps({"data": json.loads(told)})

    revision = envelopes(Ship24(), told)[1]

    assert revision["data"] == {"kind": "carrier_estimate", "to": "2026-03-06"}
    assert ids(Ship24(), answered) == ids(Ship24(), told)


def test_errors_make_no_event_and_an_event_of_no_parcel_is_told() -> None:
    wrong = Ship24().parse(b'{"errors": [{"code": "tracker_not_found", "message": "No"}], "data": null}')
    nobody = Ship24().parse(json.dumps({"trackings": [{"events": [event("x", "in_transit")]}]}).encode())

    assert (wrong.events, wrong.errors) == ((), (CarrierError("tracker_not_found", "No"),))
    assert (nobody.events, nobody.warnings) == ((), ("an event without trackingNumber is left out",))
