"""Sendle: answers that do not name their parcel, pushed events that do, times in UTC."""

import json
from typing import Any

import pytest

from services.ingest.carrier import CarrierError
from services.ingest.carriers.sendle import Sendle
from tests.carriers.told import envelopes, ids, line

Json = dict[str, Any]


def event(kind: str, at: str, **others: Any) -> Json:
    return {"event_type": kind, "scan_time": at, "description": "Wording", "location": "TEANECK, NJ"} | others


def answer(*events: Any, **others: Any) -> Json:
    return {"state": "Delivered", "tracking_events": list(events), "scheduling": {}} | others


PARCEL = (
    event("Pickup Attempted", "2026-04-03T08:20:00Z", reason="Parcel not ready"),
    event("Dropped off", "2026-04-03T09:20:00Z"),
    # the local twin is not local at all
    event("In Transit", "2026-04-04T22:43:00Z", local_scan_time="2026-04-04T22:43:00"),
    event("Info", "2026-04-05T01:00:00Z"),
    event("Card Left", "2026-04-05T12:00:00Z"),
    event("Levitating", "2026-04-05T13:00:00Z"),
    event("Delivered", "2026-04-05T18:56:00Z"),
)


def test_sendle_reads_event_types_and_times_in_utc() -> None:
    found = envelopes(Sendle(), json.dumps([["S1", answer(*PARCEL)]]))

    card = ("delivery_attempted", "recipient_absent", "recipient")
    assert [(line(each)[0], *line(each)[2:]) for each in found] == [
        ("2026-04-03T08:20:00", "exact", "Pickup Attempted", ("info_received", "pickup_failed")),
        ("2026-04-03T09:20:00", "exact", "Dropped off", ("picked_up", "dropped_off")),
        ("2026-04-04T22:43:00", "exact", "In Transit", ("in_transit",)),
        ("2026-04-05T01:00:00", "exact", "Info", ()),
        ("2026-04-05T12:00:00", "exact", "Card Left", card),
        ("2026-04-05T13:00:00", "exact", "Levitating", ("unknown",)),
        ("2026-04-05T18:56:00", "exact", "Delivered", ("delivered",)),
    ]


def test_an_estimate_is_a_revision_with_both_ends() -> None:
    window = {
        "estimated_delivery_date_minimum": "2026-04-05",
        "estimated_delivery_date_maximum": "2026-04-07",
    }

    revision = envelopes(Sendle(), json.dumps([["S1", answer(*PARCEL, scheduling=window)]]))[-1]

    assert revision["data"] == {"kind": "carrier_estimate", "from": "2026-04-05", "to": "2026-04-07"}
    assert revision["occurred_at"] == "2026-04-05T18:56:00.000Z"


def test_a_pushed_event_is_the_one_of_the_answer() -> None:
    pushed = PARCEL[1] | {"sendle_reference": "S1", "event_id": "e1", "location_data": {"suburb": "Eugene"}}

    (found,) = ids(Sendle(), json.dumps(pushed))

    assert found in ids(Sendle(), json.dumps([["S1", answer(*PARCEL)]]))


def test_an_answer_that_names_no_parcel_is_told_under_a_stand_in() -> None:
    parsed = Sendle().parse(json.dumps(answer(*PARCEL)).encode())

    assert {event.members["tracking_number"] for event in parsed.events} == {"UNNAMED"}
    assert parsed.warnings == (
        "the answer names no parcel: it is told as UNNAMED, send [[number, answer], ...]",
    )


def test_order_wording_places_and_deliveries_do_not_change_identity() -> None:
    moved = [each | {"description": "Else", "location": "Else"} for each in reversed(PARCEL)]
    whole = ids(Sendle(), json.dumps([["S1", answer(*PARCEL)]]))

    assert ids(Sendle(), json.dumps([["s-1", answer(*moved, *moved)]])) == whole
    assert (
        sorted(one for each in PARCEL for one in ids(Sendle(), json.dumps([["S1", answer(each)]]))) == whole
    )


@pytest.mark.parametrize(
    "payload", [{"error": "not_found", "error_description": "No such parcel"}, {"error": "not_found"}]
)
def test_an_error_makes_no_event(payload: Json) -> None:
    parsed = Sendle().parse(json.dumps(payload).encode())

    detail = payload.get("error_description", "not_found")
    assert (parsed.events, parsed.errors) == ((), (CarrierError("not_found", detail),))
